"""Passkeys stand in for a code and keep its rules; a browser's own answers are in tests/journeys/test_passkeys.py."""

import json

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from barograph.people import factors, passkeys
from tests.desk.test_safety import ASK, HOME, SAFETY, code_of, signed_in, verified

CHANGE, ADD = "/desk/safety/change/", "/desk/safety/passkey/"
ANSWERS = [
    "",
    "x",
    "{}",
    "[]",
    "null",
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
    "[" * 30_000,
]


@pytest.fixture
def editor(cast):
    return cast["editor"]


@pytest.fixture
def device(editor):
    return TOTPDevice.objects.create(user=editor, confirmed=True, name="app")


def passkey(user, mark=b"one"):
    return WebAuthnCredential.objects.create(
        user=user, name="key of steel", credential_id=mark, public_key=b"x", aaguid="0" * 36
    )


def options_in(answer):
    page = answer.content.decode()
    return json.loads(page.partition('id="passkey-options" type="application/json">')[2].partition("</script>")[0])


def test_it_is_added_with_a_present_code_alone(editor, device):
    client = verified(editor, device)
    assert "passkey-options" not in client.post(CHANGE, {"what": "passkey", "code": "000000"}).content.decode()
    assert client.post(ADD, {"passkey": "{}", "name": "x"})["Location"] == SAFETY
    device.throttle_reset()
    asked = options_in(client.post(CHANGE, {"what": "passkey", "code": code_of(device, 1)}))
    assert asked["rp"]["id"] == "localhost"
    assert asked["user"]["name"] == editor.username


def test_without_the_app_there_is_no_passkey(editor):
    client = signed_in(editor)
    assert "passkey-options" not in client.post(CHANGE, {"what": "passkey", "code": "123456"}).content.decode()
    _options, state = passkeys.ask_to_make(user=editor)
    assert passkeys.make(user=editor, state=state, answer="{}", name="x") is None


@pytest.mark.parametrize("answer", ANSWERS)
def test_nonsense_as_an_answer_is_refused_in_words_and_its_question_is_used_up(editor, device, answer):
    client = verified(editor, device)
    client.post(CHANGE, {"what": "passkey", "code": code_of(device, 1)})
    page = client.post(ADD, {"passkey": answer, "name": "x"}, follow=True)
    assert "No passkey was added" in page.content.decode()
    assert "passkey to make" not in client.session
    assert not passkeys.of(editor)
    passkey(editor)
    other = signed_in(editor)
    other.get(ASK)
    page = other.post(ASK, {"passkey": answer}) if answer else other.post(ASK, {"passkey": "x"})
    assert "didn’t work" in page.content.decode()
    assert other.get(HOME).status_code == 302


def test_the_question_names_ones_own_passkeys_alone(editor, device, cast):
    passkey(editor, b"mine")
    passkey(cast["other"], b"theirs")
    asked = options_in(signed_in(editor).get(ASK))
    assert [one["id"] for one in asked["allowCredentials"]] == ["bWluZQ"]
    assert passkeys.use(user=editor, state={}, answer=json.dumps({"id": "dGhlaXJz", "rawId": "dGhlaXJz"})) is None


def test_without_a_passkey_none_is_asked_for(editor, device):
    assert "passkey" not in signed_in(editor).get(ASK).content.decode()


def test_a_new_or_lost_passkey_ends_the_other_sessions(editor, device):
    client, other = verified(editor, device), signed_in(editor)
    made = passkey(editor)
    assert other.get(HOME)["Location"].startswith("/desk/login/")
    assert client.get(HOME)["Location"].startswith("/desk/login/")
    device.refresh_from_db()
    client = signed_in(editor)
    client.post(ASK, {"code": code_of(device, 1)})
    third = signed_in(editor)
    device.throttle_reset()
    TOTPDevice.objects.update(last_t=-1)
    page = client.post(CHANGE, {"what": f"passkey-{made.pk}", "code": code_of(device)}, follow=True)
    assert "Removed." in page.content.decode()
    assert client.get(SAFETY).status_code == 200
    assert editor.sessions.count() == 1
    assert third.get(HOME)["Location"].startswith("/desk/login/")
    assert ModelLogEntry.objects.filter(action="barograph.passkey_removed", user=editor).exists()


@pytest.mark.parametrize("wanted", ["passkey-x", "passkey-", "passkey-99999999999999999999999", "passkey-{theirs}"])
def test_nobody_removes_anothers(editor, device, cast, wanted):
    theirs, client = passkey(cast["other"]), verified(editor, device)
    client.post(CHANGE, {"what": wanted.format(theirs=theirs.pk), "code": code_of(device, 1)})
    assert WebAuthnCredential.objects.filter(pk=theirs.pk).exists()


def test_a_reset_takes_passkeys_too(editor, device):
    passkey(editor)
    assert factors.remove(user=editor)
    assert not passkeys.of(editor)


@pytest.mark.parametrize(
    ("language", "word"), [("be", "Ключы доступу (замест кода)"), ("ru", "Ключи доступа (вместо кода)")]
)
def test_the_page_speaks_the_languages_of_the_desk(editor, device, language, word):
    passkey(editor)
    UserProfile.objects.update_or_create(user=editor, defaults={"preferred_language": language})
    page = verified(editor, device).get(SAFETY).content.decode()
    assert word in page
    assert "key of steel" in page
