"""The second factor stands behind every way in; sessions can be seen and ended; wrong tries are held back."""

import base64
import re
import time

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from wagtail.models import ModelLogEntry

from barograph.desk.gate import OPEN, browser_name
from barograph.desk.sign_in import PER_NAME_AND_NETWORK
from barograph.people import factors
from barograph.people.models import RecoveryCode, Session
from tests.factories import UserFactory

HOME = "/desk/"
ASK, SET_UP, SAFETY = "/desk/safety/confirm/", "/desk/safety/set-up/", "/desk/safety/"


def code_of(device, ahead=0) -> str:
    """What the phone shows; `ahead` steps later, since a code works once."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + ahead * device.step
    return f"{totp.token():06d}"


def _now(secret: bytes) -> str:
    totp = TOTP(secret)
    totp.time = time.time()
    return f"{totp.token():06d}"


@pytest.fixture
def editor(cast):
    return cast["editor"]


@pytest.fixture
def device(editor):
    return TOTPDevice.objects.create(user=editor, confirmed=True, name="app")


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR = "publishers"


def signed_in(user) -> Client:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    client.force_login(user)
    return client


def verified(user, device) -> Client:
    client = signed_in(user)
    assert client.post(ASK, {"code": code_of(device)}).status_code == 302
    return client


def desk_addresses():
    """Every address of the desk that needs no argument, by name."""
    found = {}
    for name in get_resolver().reverse_dict:
        if isinstance(name, str):
            try:
                found[name] = reverse(name)
            except Exception:
                continue
    return {name: url for name, url in found.items() if url.startswith("/desk/")}


def test_no_view_runs_before_the_second_factor(editor, device):
    client = signed_in(editor)
    closed = {name: url for name, url in desk_addresses().items() if name not in OPEN}
    assert len(closed) > 15
    for url in [*closed.values(), "/desk/media/images/x.png", "/desk/snippets/commentaries/commentary/"]:
        answer = client.get(url)
        assert (answer.status_code, answer.headers.get("Location", "").split("?")[0]) == (302, ASK), url
        assert client.post(url, {}).status_code == 403, url


@pytest.mark.parametrize("path", ["/desk//", "/desk/./", "/DESK/", "/desk/safety/../", "/desk/safety", "/desk/%2e/"])
def test_no_spelling_of_an_address_goes_round_it(editor, device, path):
    answer = signed_in(editor).get(path)
    assert answer.status_code in {301, 302, 404}
    assert b"w-sidebar" not in answer.content


def test_who_publishes_must_set_one_up_and_who_does_not_may_do_without(cast, required):
    assert signed_in(cast["editor"]).get(HOME).headers["Location"].startswith(SET_UP)
    assert signed_in(UserFactory(is_superuser=True)).get(HOME).headers["Location"].startswith(SET_UP)
    assert signed_in(cast["analyst"]).get(HOME).status_code == 200


def test_everyone_must_where_it_says_so(cast, settings):
    settings.SECOND_FACTOR = "everyone"
    assert signed_in(cast["analyst"]).get(HOME).headers["Location"].startswith(SET_UP)


def test_setting_up_takes_the_first_code_and_shows_recovery_codes_once(editor, required):
    client = signed_in(editor)
    page = client.get(SET_UP).content.decode()
    waiting = TOTPDevice.objects.get(user=editor)
    assert "<svg" in page
    assert not waiting.confirmed
    assert 'role="alert"' in client.post(SET_UP, {"code": "12345"}).content.decode()
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    shown = client.post(SET_UP, {"code": code_of(waiting)}).content.decode()
    codes = re.findall(r"<code>([a-z0-9-]+)</code>", shown)
    assert len(codes) == factors.CODES
    assert client.get(HOME).status_code == 200
    assert all(code not in RecoveryCode.objects.values_list("digest", flat=True) for code in codes)
    assert client.get(SET_UP).headers["Location"] == SAFETY


def test_a_code_works_once_and_only_for_the_session_it_was_typed_in(editor, device):
    code = code_of(device)
    one, other = signed_in(editor), signed_in(editor)
    assert one.post(ASK, {"code": code}).status_code == 302
    assert one.get(HOME).status_code == 200
    assert other.get(HOME).status_code == 302
    assert other.post(ASK, {"code": code}).status_code == 200
    assert other.get(HOME).status_code == 302


def test_a_recovery_code_works_once(editor, device):
    code = factors.renew_codes(user=editor)[0]
    assert signed_in(editor).post(ASK, {"code": code.upper().replace("-", " ")}).status_code == 302
    again = signed_in(editor)
    assert again.post(ASK, {"code": code}).status_code == 200
    assert again.get(HOME).status_code == 302


def test_anothers_codes_do_not_work(editor, device, cast):
    stranger = TOTPDevice.objects.create(user=cast["analyst"], confirmed=True)
    codes = factors.renew_codes(user=cast["analyst"])
    for code in (code_of(stranger), codes[0]):
        client = signed_in(editor)
        client.post(ASK, {"code": code, "user": cast["analyst"].pk, "device": stranger.persistent_id})
        assert client.get(HOME).status_code == 302
        TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)


def test_wrong_codes_make_the_right_one_wait(editor, device):
    client = signed_in(editor)
    for _try in range(4):
        client.post(ASK, {"code": "000000"})
    assert client.post(ASK, {"code": code_of(device)}).status_code == 200
    assert client.get(HOME).status_code == 302


@pytest.mark.parametrize("code", ["", "x" * 5000, "\x00", "१२३४५६", "１２３４５６", "-1", "1e5", "'; --"])
def test_nonsense_as_a_code_is_refused_in_words(editor, device, code):
    answer = signed_in(editor).post(ASK, {"code": code})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


def test_a_new_factor_password_or_role_ends_the_other_sessions(editor, cast, required):
    one, other = signed_in(editor), signed_in(editor)
    one.get(SET_UP)
    one.post(SET_UP, {"code": code_of(TOTPDevice.objects.get(user=editor))})
    assert one.get(HOME).status_code == 200
    assert "login" in other.get(HOME).headers["Location"]
    editor.set_password("another-long-password")
    editor.save()
    assert "login" in one.get(HOME).headers["Location"]
    client = signed_in(cast["analyst"])
    assert client.get(HOME).status_code == 200
    cast["analyst"].groups.clear()
    assert "login" in client.get(HOME).headers["Location"]


def test_a_password_reset_does_not_go_round_the_second_factor(editor, device):
    editor.set_password("after-the-reset-1")
    editor.save()
    client = Client()
    client.post("/desk/login/", {"username": editor.username, "password": "after-the-reset-1"})
    assert client.get(HOME).headers["Location"].startswith(ASK)


def test_removing_the_factor_wants_a_code_and_is_not_for_roles_that_need_it(editor, device, settings):
    client = verified(editor, device)
    client.post("/desk/safety/change/", {"what": "remove", "code": "000000"})
    assert factors.device_of(editor) is not None
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    settings.SECOND_FACTOR = "publishers"
    client.post("/desk/safety/change/", {"what": "remove", "code": code_of(device, ahead=1)})
    assert factors.device_of(editor) is not None
    settings.SECOND_FACTOR = "off"
    TOTPDevice.objects.update(last_t=-1)
    client.post("/desk/safety/change/", {"what": "remove", "code": code_of(device)})
    assert factors.device_of(editor) is None
    assert client.get(HOME).status_code == 200


def test_sessions_are_seen_and_ended_by_their_owner_alone(editor, cast):
    here, there, stranger = signed_in(editor), signed_in(editor), signed_in(cast["analyst"])
    for client in (here, there, stranger):
        assert client.get(SAFETY).status_code == 200
    page = here.get(SAFETY).content.decode()
    assert page.count("Firefox, Linux") == 2
    assert all(key not in page for key in Session.objects.values_list("session_key", flat=True))
    row = Session.objects.get(session_key=there.session.session_key)
    stranger.post("/desk/safety/sessions/", {"session": row.handle})
    assert there.get(HOME).status_code == 200
    here.post("/desk/safety/sessions/", {"session": row.handle})
    assert "login" in there.get(HOME).headers["Location"]
    assert here.get(HOME).status_code == 200
    here.post("/desk/safety/sessions/", {"session": "all"})
    assert (here.get(HOME).status_code, stranger.get(HOME).status_code) == (200, 200)


def test_wrong_passwords_are_held_back_for_that_network_alone(editor):
    editor.set_password("the-right-password")
    editor.save()

    def sign_in(password, network="203.0.113.7"):
        client = Client(REMOTE_ADDR=network)
        client.post("/desk/login/", {"username": editor.username, "password": password})
        return "_auth_user_id" in client.session

    for _try in range(PER_NAME_AND_NETWORK):
        assert not sign_in("wrong")
    assert not sign_in("the-right-password")
    assert sign_in("the-right-password", network="198.51.100.7")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/desk/../be/", "javascript:alert(1)"])
def test_the_way_on_stays_at_the_desk(editor, device, target):
    answer = signed_in(editor).post(f"{ASK}?next={target}", {"code": code_of(device), "next": target})
    assert answer.headers["Location"] in {HOME, "/desk/../be/"}


def test_a_browsers_name_tells_little():
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36 Edg/130.0"
    assert browser_name(agent) == "Edge, Windows"
    assert browser_name("curl/8") == ""


def test_each_change_of_a_factor_and_each_refused_code_stands_in_the_audit_log(editor, device):
    client = signed_in(editor)
    client.post(ASK, {"code": "nonsense"})
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    client.post(ASK, {"code": code_of(device)})
    client.post("/desk/safety/change/", {"what": "remove", "code": code_of(device, ahead=1)})
    noted = set(ModelLogEntry.objects.filter(user=editor).values_list("action", flat=True))
    assert {"barograph.factor_refused", "barograph.factor_removed"} <= noted


def test_whoever_opened_the_set_up_page_first_does_not_learn_the_owners_secret(editor):
    thief, owner = Client(), Client()
    thief.force_login(editor)
    owner.force_login(editor)
    known, own = thief.get(SET_UP).context["secret"], owner.get(SET_UP).context["secret"]
    assert known != own
    assert owner.get(SET_UP).context["secret"] == own, "the same until it is confirmed"
    secret, other = (base64.b32decode(shown.replace(" ", "")) for shown in (own, known))
    assert owner.post(SET_UP, {"code": _now(secret)}).status_code == 200
    device = TOTPDevice.objects.get(user=editor)
    assert (device.bin_key, device.name) == (secret, "app")
    TOTPDevice.objects.update(last_t=-1)
    assert factors.verify(user=editor, code=_now(other)) is None
