"""A copy of the database tells no account's name or address, so nobody learns who stands behind a pseudonym."""

import base64
import time
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import FieldError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from barograph.base import sealing
from barograph.desk import step_up
from barograph.panel import services as panel
from barograph.people import append_only, audit, invitations
from barograph.people.apps import NAMES
from barograph.people.models import Invitation, Pen, Session, User
from tests.factories import CommentaryFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db

#: What must stand nowhere in the clear.
SECRETS = ("Zofia-Quill", "Верасень", "Knyazhytskaya", "zofia.q@quill.example", "Guest-Person", "guest@quill.example")


def values():
    """Every value of every table, as whoever stole the database reads it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 our own names
            for row in cursor.fetchall():
                for value in row:
                    yield table, bytes(value) if isinstance(value, memoryview) else value


def forms(text):
    """A text as it may stand in a database: as it is, escaped for JSON, encoded."""
    raw = text.encode()
    return {
        text.casefold(),
        text.encode("ascii", "backslashreplace").decode().casefold(),
        base64.b64encode(raw).decode().rstrip("=")[:-1].casefold(),
        raw.hex(),
    }


def found_in_clear(texts):
    sought = {form for text in texts for form in forms(text)}
    places = []
    for table, value in values():
        clear = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        places += [(table, form) for form in sought if form in clear.casefold()]
    for session in Session.objects.all():
        places += [("session", form) for form in sought if form in str(session.get_decoded()).casefold()]
    return places


@pytest.fixture
def zofia(roles):
    user = UserFactory(
        username="Zofia-Quill",
        first_name="Верасень",
        last_name="Knyazhytskaya",
        email="zofia.q@quill.example",
        is_superuser=True,
    )
    user.groups.add(Group.objects.get(name="Analysts"))
    return user


def test_nothing_that_an_account_does_leaves_its_name_in_the_database(zofia):
    person = PersonFactory(slug="fog", pseudonym=True)
    Pen.objects.create(user=zofia, person=person)
    commentary = CommentaryFactory(language="be")
    client = Client()
    answer = client.post("/desk/login/", {"username": "Zofia-Quill", "password": "barograph-test"})
    assert answer.status_code == 302
    client.post(reverse("desk_notes", args=[commentary.pk]), {"text": "Which decree?"})
    panel.rate(issue=commentary.issue, topic=commentary.topic, by=person, value="worsened", reason="Prices.")
    client.post("/desk/password_reset/", {"email": "zofia.q@quill.example"})
    invitations.invite(
        by=zofia, email="guest@quill.example", name="Guest-Person", language="en", roles=invitations.roles_of(zofia)[:1]
    )
    client.get("/desk/users/", {"q": "zofia"})
    before = audit.state_of(zofia)
    zofia.groups.clear()
    audit.note_account(user=zofia, before=before, by=zofia)
    commentary.save_revision(user=zofia)
    assert found_in_clear(SECRETS) == []
    (line, *_) = audit.lines_in_words(audit.lines(None).filter(action="barograph.roles_changed"))
    assert (line.by, line.name) == ("Zofia-Quill", "Zofia-Quill")
    assert any("zofia" in row for row in audit.as_csv(audit.lines(None)) for row in [row.casefold()])


def test_accounts_are_looked_for_and_listed_by_their_names(zofia, client):
    UserFactory(username="anna")
    for query in ({"username": "Zofia-Quill"}, {"username__iexact": "zofia-quill"}, {"first_name__icontains": "верас"}):
        assert User.objects.get(**query) == zofia
    assert User.objects.get(email__iexact="ZOFIA.Q@quill.example").email == "zofia.q@quill.example"
    assert not User.objects.filter(email__icontains="nobody").exists()
    assert [user.username for user in User.objects.filter(pk__gt=0).distinct().by_name()][0] == "anna"
    client.force_login(zofia)
    page = client.get("/desk/users/", {"q": "Knyazh"}).content.decode()
    assert "Zofia-Quill" in page
    assert "anna" not in page
    for ordering in ("name", "-name", "username", "-username"):
        page = client.get("/desk/users/", {"ordering": ordering}).content.decode()
        assert (page.index("anna") < page.index("Zofia-Quill")) == (not ordering.startswith("-"))


def test_two_accounts_or_invitations_cannot_have_one_name_or_address(zofia, client):
    client.force_login(zofia)
    session = client.session
    session[step_up.PROVED] = time.time()
    session.save()
    page = client.post(
        reverse("wagtailusers_users:add"),
        {"username": "Zofia-Quill", "password1": "barograph-test", "password2": "barograph-test"},
    )
    assert "already exists" in page.content.decode()
    one = {"by": zofia, "name": "A", "language": "en", "roles": invitations.roles_of(zofia)[:1]}
    invitations.invite(email="guest@quill.example", **one)
    with pytest.raises(invitations.ValidationError):
        invitations.invite(email="Guest@quill.example", **one)
    assert Invitation.objects.count() == 1


def test_a_name_that_looks_like_a_sealed_one_is_sealed_and_read_back():
    user = UserFactory(username="liar", first_name="s2:Zofia-Quill", last_name="s2:")
    user.refresh_from_db()
    assert (user.first_name, user.last_name) == ("s2:Zofia-Quill", "s2:")
    assert found_in_clear(["Zofia-Quill"]) == []


@pytest.mark.parametrize("query", [{"username__regex": "a"}, {"username__gt": "a"}, {"email__lt": "a"}])
def test_a_comparison_that_would_be_made_with_sealed_text_is_refused(query):
    with pytest.raises(FieldError):
        list(User.objects.filter(**query))


def test_the_log_is_searched_for_a_name(zofia, client):
    audit.note("account_ended", about=zofia, by=zofia)
    client.force_login(zofia)
    page = client.get("/desk/reports/site-history/", {"label": "zofia-q"})
    assert page.status_code == 200
    assert "Zofia-Quill" in page.content.decode()
    assert ModelLogEntry.objects.filter(label__icontains="nobody at all").count() == 0


def test_a_name_that_does_not_open_breaks_no_page(zofia, client, settings):
    client.force_login(zofia)
    UserFactory(username="lost")
    settings.ADDRESS_KEY = "cd" * 32
    assert client.get("/desk/users/").status_code == 200
    assert client.get("/desk/").status_code == 200


def test_what_was_written_in_the_clear_is_sealed_by_the_migration(zofia):
    """The migration's own function, on rows as they were before it."""
    invitations.invite(
        by=zofia, email="guest@quill.example", name="Guest-Person", language="en", roles=invitations.roles_of(zofia)[:1]
    )
    audit.note("account_ended", about=zofia, by=zofia)
    migration = import_module("barograph.people.migrations.0007_names_are_sealed")
    apps = MigrationExecutor(connection).loader.project_state([("people", "0007_names_are_sealed")]).apps
    append_only.lift()
    editor = SimpleNamespace(connection=connection, quote_name=connection.ops.quote_name)
    migration.open_again(apps, editor)
    assert len({table for table, _form in found_in_clear(SECRETS)}) == 3
    migration.close(apps, editor)
    assert found_in_clear(SECRETS) == []
    assert User.objects.get(username="Zofia-Quill").email == "zofia.q@quill.example"
    assert ModelLogEntry.objects.filter(action="barograph.account_ended").get().label == "Zofia-Quill"


def test_sealing_is_the_same_for_the_same_text_and_undone_by_the_key_only(settings):
    sealed = sealing.seal_text("Зофія", purpose=NAMES)
    assert sealed == sealing.seal_text("Зофія", purpose=NAMES) == sealing.seal_text(sealed, purpose=NAMES)
    assert sealing.unseal_text(sealed, purpose=NAMES) == "Зофія"
    for changed in (sealed[:-4] + "AAAA", sealing.TEXT_PREFIX, sealing.TEXT_PREFIX + "?"):
        with pytest.raises(sealing.Unreadable):
            sealing.unseal_text(changed, purpose=NAMES)
    with pytest.raises(sealing.Unreadable):
        sealing.unseal_text(sealed, purpose="other")
    settings.ADDRESS_KEY = "cd" * 32
    with pytest.raises(sealing.Unreadable):
        sealing.unseal_text(sealed, purpose=NAMES)
