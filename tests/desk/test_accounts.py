"""Whoever keeps the accounts gives roles; they make no administrator, and can do nothing to one."""

import pytest
from django.urls import reverse
from wagtail.users.models import UserProfile

from barograph.issues import services as issues
from barograph.issues.models import PlannedTopic
from barograph.people.models import User
from tests.factories import UserFactory


@pytest.fixture
def administrator(db):
    return UserFactory(username="administrator", is_superuser=True)


def form(user, **changes):
    fields = {
        "username": user.username,
        "email": "x@example.org",
        "first_name": "A",
        "last_name": "B",
        "is_active": "on",
    }
    return fields | changes


def test_an_operator_keeps_accounts_but_makes_no_administrator(cast, sign_in):
    client, analyst = sign_in(cast["operator"]), cast["analyst"]
    edit = reverse("wagtailusers_users:edit", args=[analyst.pk])
    assert client.get(edit).status_code == 200
    client.post(edit, form(analyst, is_superuser="on", email="new@example.org"))
    analyst.refresh_from_db()
    assert (analyst.email, analyst.is_superuser) == ("new@example.org", False)
    word = "a long new word"
    added = form(User(username="more"), is_superuser="on", password1=word, password2=word)
    client.post(reverse("wagtailusers_users:add"), added)
    assert not User.objects.get(username="more").is_superuser


def test_an_administrators_account_is_out_of_an_operators_reach(cast, sign_in, administrator):
    client = sign_in(cast["operator"])
    for view in ("edit", "delete"):
        place = reverse(f"wagtailusers_users:{view}", args=[administrator.pk])
        for answer in (client.get(place), client.post(place, form(administrator, email="mine@example.org"))):
            assert answer.status_code in {302, 403}
            assert "edit" not in answer.headers.get("Location", "")
    for act, fields in (
        ("set_active_state", {"mark_as_active": "False"}),
        ("delete", {}),
        ("assign_role", {"role": "1"}),
    ):
        bulk = reverse("wagtail_bulk_action", args=["people", "user", act])
        client.post(f"{bulk}?id={administrator.pk}", fields)
    administrator.refresh_from_db()
    assert (administrator.is_active, administrator.is_superuser, administrator.email == "mine@example.org") == (
        True,
        True,
        False,
    )
    assert not administrator.groups.exists()


def test_an_administrator_makes_another(sign_in, administrator, cast):
    edit = reverse("wagtailusers_users:edit", args=[cast["analyst"].pk])
    sign_in(administrator).post(edit, form(cast["analyst"], is_superuser="on"))
    assert User.objects.get(pk=cast["analyst"].pk).is_superuser


@pytest.mark.parametrize("way", ["form", "several", "deleted"])
def test_whoever_leaves_in_mid_week_leaves_their_topics_to_the_substitute_and_their_texts_here(
    cast, sign_in, issue, source, way
):
    analyst, client = cast["analyst"], sign_in(cast["operator"])
    second = issue.slots.exclude(topic=source.topic).get()
    issues.assign_writer(issue=issue, topic=second.topic, writer=analyst)
    PlannedTopic.objects.create(topic=second.topic, writer=analyst, substitute=cast["other"])
    before = source.revisions.count()
    if way == "form":
        fields = form(analyst)
        del fields["is_active"]
        client.post(reverse("wagtailusers_users:edit", args=[analyst.pk]), fields)
    elif way == "several":
        bulk = reverse("wagtail_bulk_action", args=["people", "user", "set_active_state"])
        client.post(f"{bulk}?id={analyst.pk}", {"mark_as_active": "False"})
    else:
        client.post(reverse("wagtailusers_users:delete", args=[analyst.pk]))
    assert not User.objects.filter(pk=analyst.pk, is_active=True).exists()
    second.refresh_from_db()
    assert second.writer == (None if way == "deleted" else cast["other"])
    source.refresh_from_db()
    assert (source.revisions.count(), source.bylines.count()) == (before, 1), "their text stays as it was"
    page = sign_in(cast["editor"]).get(reverse("wagtailadmin_home")).content.decode()
    assert source.headline in page


def test_nobody_has_to_give_a_name(cast, sign_in):
    """Who writes under a pseudonym may have a reason."""
    client, analyst = sign_in(cast["operator"]), cast["analyst"]
    client.post(reverse("wagtailusers_users:edit", args=[analyst.pk]), form(analyst, first_name="", last_name=""))
    analyst.refresh_from_db()
    assert (analyst.email, analyst.get_full_name()) == ("x@example.org", "")


@pytest.mark.parametrize(("language", "word"), [("be", "Усяго: "), ("ru", "Всего: "), ("en", "Total: ")])
def test_a_list_is_counted_without_a_plural_that_fits_no_number(cast, sign_in, language, word):
    UserProfile.objects.update_or_create(user=cast["operator"], defaults={"preferred_language": language})
    page = sign_in(cast["operator"]).get(reverse("wagtailusers_users:index")).content.decode()
    assert f"{word}{User.objects.count()}" in page


@pytest.mark.parametrize(
    ("language", "role", "refusal"), [("be", "Аналітыкі", "няма доступу"), ("ru", "Аналитики", "нет доступа")]
)
def test_accounts_and_refusals_speak_the_language_of_the_desk_not_the_browsers(cast, sign_in, language, role, refusal):
    UserProfile.objects.update_or_create(user=cast["operator"], defaults={"preferred_language": language})
    client = sign_in(cast["operator"])
    page = client.get(reverse("wagtailusers_users:index")).content.decode()
    assert role in page
    assert "True" not in page
    assert 'aria-label="Actions"' not in page
    refused = client.get(reverse("wagtailusers_groups:index"), follow=True, headers={"accept-language": "en"})
    assert refusal in refused.content.decode()
