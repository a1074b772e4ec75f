"""A session that somebody else holds gives nothing that outlasts it, and ends by itself."""

import datetime
import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_tasks_db.models import DBTaskResult

from barograph.api.models import ApiToken
from barograph.desk import gate, old_address, step_up
from barograph.people.models import Session, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ACCOUNT, TOKENS = "/desk/account/", "/desk/tokens/"
TOKEN = {"name": "Mine", "scopes": ["drafts:read"], "days": "365"}
PASSWORD = "barograph-test"  # noqa: S105 (the factory's)


def account_form(**changes):
    return {
        "name_email-first_name": "",
        "name_email-last_name": "",
        "name_email-email": "attacker@evil.example",
        "locale-preferred_language": "en",
        "locale-current_time_zone": "UTC",
        "theme-theme": "system",
        "theme-contrast": "system",
        "theme-density": "default",
        "theme-keyboard_shortcuts": "on",
        **changes,
    }


@pytest.fixture
def victim(roles):
    return UserFactory(username="victim", is_superuser=True)


@pytest.fixture
def borrowed(victim):
    """A page left open: the session alone."""
    client = Client()
    client.force_login(victim)
    return client


def asks(client, address, fields):
    answer = client.post(address, fields)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Confirm that it’s you" in page
    return page


def test_a_session_alone_changes_no_address_of_its_account(borrowed, victim):
    page = asks(borrowed, ACCOUNT, account_form())
    victim.refresh_from_db()
    assert victim.email == "victim@example.org"
    assert 'value="attacker@evil.example"' in page, "what was typed is not lost"
    asks(borrowed, ACCOUNT, account_form(proof="a guess"))
    asks(borrowed, ACCOUNT, account_form(**{"name_email-email": " OTHER@evil.example "}))
    victim.refresh_from_db()
    assert victim.email == "victim@example.org"


def test_with_the_password_it_does_and_the_old_address_hears_of_it(borrowed, victim, outbox):
    assert borrowed.post(ACCOUNT, account_form(proof=PASSWORD)).status_code == 302
    victim.refresh_from_db()
    assert victim.email == "attacker@evil.example"
    row = DBTaskResult.objects.get(task_path=old_address.tell.module_path)
    assert "victim" not in str(row.args_kwargs)
    row.task.call(*row.args_kwargs["args"])
    ((_sender, recipient, mail),) = outbox
    assert recipient == "victim@example.org"
    assert b"attacker@evil" not in mail


def test_everything_else_of_the_account_is_changed_without_being_asked(borrowed, victim):
    same = {"name_email-email": victim.email, "theme-theme": "dark"}
    assert borrowed.post(ACCOUNT, account_form(**same)).status_code == 302
    assert not DBTaskResult.objects.exists()


def test_a_session_alone_makes_no_token(borrowed):
    asks(borrowed, TOKENS, TOKEN)
    assert not ApiToken.objects.exists()
    assert "barograph_" in borrowed.post(TOKENS, {**TOKEN, "proof": PASSWORD}).content.decode()
    assert ApiToken.objects.count() == 1


def test_neither_does_one_that_has_passed_its_second_factor(victim, borrowed):
    device = TOTPDevice.objects.create(user=victim, confirmed=True, name="app")

    def code(ahead):
        totp = TOTP(device.bin_key)
        totp.time = time.time() + ahead * 30
        return f"{totp.token():06d}"

    borrowed.force_login(victim)
    borrowed.post("/desk/safety/confirm/", {"code": code(0)})
    asks(borrowed, TOKENS, TOKEN)
    asks(borrowed, TOKENS, {**TOKEN, "proof": code(0)})  # it was used
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert borrowed.post(TOKENS, {**TOKEN, "proof": code(1)}).status_code == 200
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize("ids", ["all", "one"])
def test_a_session_alone_deletes_no_account(borrowed, victim, ids):
    others = [UserFactory() for _number in range(3)]
    wanted = "all" if ids == "all" else others[0].pk
    bulk = reverse("wagtail_bulk_action", args=["people", "user", "delete"])
    asks(borrowed, f"{bulk}?id={wanted}", {})
    asks(borrowed, reverse("wagtailusers_users:delete", args=[others[0].pk]), {})
    assert User.objects.count() == 4


@pytest.mark.parametrize(
    "changes", [{"email": "attacker@evil.example"}, {"password1": "a new long word", "password2": "a new long word"}]
)
def test_a_session_alone_takes_over_nobody_elses_account(borrowed, changes, outbox):
    other = UserFactory(username="other")
    edit = reverse("wagtailusers_users:edit", args=[other.pk])
    fields = {"username": "other", "email": other.email, "first_name": "", "last_name": "", "is_active": "on"}
    before = other.password
    asks(borrowed, edit, {**fields, **changes})
    other.refresh_from_db()
    assert (other.email, other.password) == ("other@example.org", before)
    borrowed.post(edit, {**fields, **changes, "proof": PASSWORD})
    other.refresh_from_db()
    assert (other.email, other.password) != ("other@example.org", before)
    assert DBTaskResult.objects.filter(task_path=old_address.tell.module_path).exists() == ("email" in changes)


def test_a_proof_is_good_for_some_minutes_of_this_session_alone(borrowed, victim, monkeypatch):
    borrowed.post(TOKENS, {**TOKEN, "proof": PASSWORD})
    assert borrowed.post(TOKENS, {**TOKEN, "name": "Another"}).status_code == 200
    other = Client()
    other.force_login(victim)
    asks(other, TOKENS, TOKEN)
    now = time.time()
    monkeypatch.setattr(step_up.time, "time", lambda: now + step_up.FRESH + 1)
    asks(borrowed, TOKENS, TOKEN)


def test_proofs_can_not_be_guessed_without_end(borrowed):
    for _try in range(step_up.WRONG):
        asks(borrowed, TOKENS, {**TOKEN, "proof": "a guess"})
    assert "Too many wrong attempts" in asks(borrowed, TOKENS, {**TOKEN, "proof": PASSWORD})
    assert not ApiToken.objects.exists()


# How long a session lives.


def opened(client):
    return client.get("/desk/account/").status_code == 200


def test_a_session_that_nobody_uses_ends(borrowed, monkeypatch):
    assert opened(borrowed)
    start = timezone.now()
    for hours in (20, 40, 60):
        monkeypatch.setattr(gate.timezone, "now", lambda hours=hours: start + datetime.timedelta(hours=hours))
        assert opened(borrowed), "used every day"
    monkeypatch.setattr(gate.timezone, "now", lambda: start + datetime.timedelta(hours=60) + gate.IDLE * 1.1)
    assert not opened(borrowed)
    assert not Session.objects.filter(user__isnull=False).exists()


def test_a_session_ends_after_two_weeks_however_it_was_used(borrowed, monkeypatch):
    assert opened(borrowed)
    start = timezone.now()
    alive = []
    for hours in range(0, 24 * 16, 12):
        monkeypatch.setattr(gate.timezone, "now", lambda hours=hours: start + datetime.timedelta(hours=hours))
        alive.append(opened(borrowed))
    assert alive[: 14 * 2] == [True] * (14 * 2)
    assert not any(alive[14 * 2 + 1 :])
