"""Limits hold against many tries at once, and can't be turned against those whom they protect."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult

from barograph.api import gateway
from barograph.base import rate_limits
from barograph.desk import invitations as invitation_pages
from barograph.desk import password_reset
from barograph.desk import sign_in as signing
from barograph.publishing import address_lookup
from barograph.subscribers.addresses import InvalidAddress
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/desk/login/"


def signs_in(name, password, network="203.0.113.7", client=None):
    client = client or Client()
    client.post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=network)
    return "_auth_user_id" in client.session


def at_once(function, number):
    def alone(_number):
        try:
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        return list(pool.map(alone, range(number)))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_once_no_more_than_the_limit_get_through():
    assert sum(at_once(lambda: rate_limits.spend("a purpose", "somebody", 5), 40)) == 5


def test_a_try_is_counted_before_the_password_is_looked_at(monkeypatch):
    """However slowly a password is checked, tries that come meanwhile are counted already."""
    user = UserFactory(username="vera")
    seen = []

    def authenticate(*_args, **_kwargs):
        seen.append(rate_limits.reached("sign-in both", f"vera {rate_limits.network_of(Request)}"))
        return None

    class Request:
        META = {"REMOTE_ADDR": "203.0.113.7"}

    monkeypatch.setattr("django.contrib.auth.forms.authenticate", authenticate)
    for _try in range(signing.PER_NAME_AND_NETWORK + 5):
        signs_in(user.username, "wrong")
    assert seen == list(range(1, signing.PER_NAME_AND_NETWORK + 1))


def test_right_passwords_use_nothing_up():
    user = UserFactory()
    for _try in range(signing.PER_NAME_AND_NETWORK + 3):
        assert signs_in(user.username, "barograph-test")


@pytest.fixture
def locked():
    """A name that strangers have tried from many networks."""
    user = UserFactory(username="publisher", is_superuser=True)
    known = Client()
    assert signs_in("publisher", "barograph-test", client=known)
    known.post("/desk/logout/")
    for number in range(signing.PER_NAME):
        rate_limits.spend("sign-in name", "publisher", signing.PER_NAME)
        assert number < signing.PER_NAME
    return user, known


def test_strangers_lock_a_name_for_strangers_alone(locked):
    _user, known = locked
    assert not signs_in("publisher", "barograph-test", "198.51.100.9")
    assert not signs_in("publisher", "wrong", client=known)
    assert signs_in("publisher", "barograph-test", client=known)


def test_a_known_browser_may_not_guess_without_end(locked):
    _user, known = locked
    for _try in range(signing.PER_NAME_AND_NETWORK):
        assert not signs_in("publisher", "wrong", client=known)
    assert not signs_in("publisher", "barograph-test", client=known)


@pytest.mark.parametrize("change", [str.upper, lambda value: value[:-1], lambda value: "x" + value, lambda value: "."])
def test_a_made_up_device_is_no_known_one(locked, change):
    _user, known = locked
    name = next(name for name in known.cookies if name.endswith("device"))
    stranger = Client()
    stranger.cookies[name] = change(known.cookies[name].value)
    assert not signs_in("publisher", "barograph-test", client=stranger)


def test_a_device_is_known_for_its_own_name_alone(locked):
    _user, known = locked
    name = next(name for name in known.cookies if name.endswith("device"))
    other = UserFactory(username="other")
    for _number in range(signing.PER_NAME):
        rate_limits.spend("sign-in name", "other", signing.PER_NAME)
    client = Client()
    client.cookies[name] = known.cookies[name].value
    assert not signs_in(other.username, "barograph-test", client=client)
    assert "publisher" not in known.cookies[name].value
    assert known.cookies[name]["path"] == "/desk/"


def requests_for(address, number, network=lambda n: "203.0.113.7"):
    answers = {
        (answer.status_code, answer["Location"])
        for n in range(number)
        for answer in [Client().post("/desk/password_reset/", {"email": address(n)}, REMOTE_ADDR=network(n))]
    }
    assert answers == {(302, "/desk/password_reset/done/")}, "the answer tells no limit"
    return DBTaskResult.objects.count()


def test_forgotten_passwords_are_asked_for_a_few_times_an_hour():
    assert requests_for(lambda n: "Root@Example.org" if n % 2 else "root@example.org", 10) == password_reset.PER_ADDRESS


def test_and_for_many_addresses_from_one_network_no_more():
    assert requests_for(lambda n: f"somebody-{n}@example.org", 30) == password_reset.PER_NETWORK


def test_and_from_everywhere_together(monkeypatch):
    monkeypatch.setattr(password_reset, "IN_ALL", 5)
    assert requests_for(lambda n: f"somebody-{n}@example.org", 9, lambda n: f"10.0.{n}.1") == 5


def test_wrong_tokens_of_the_api_and_of_invitations_are_counted_first(monkeypatch):
    monkeypatch.setattr(gateway, "WRONG_TOKENS", 3)
    codes = [
        Client().get("/desk/api/v1/issues", headers={"Authorization": "Bearer barograph_x"}).status_code
        for _ in range(5)
    ]
    assert codes == [401, 401, 401, 429, 429]
    monkeypatch.setattr(invitation_pages, "TRIES", 2)
    places = [Client().get("/desk/invitation/nonsense/")["Location"] for _ in range(4)]
    assert [place.endswith("?wait=1") for place in places] == [False, False, True, True]


def test_an_address_is_looked_up_a_few_times_an_hour_and_the_others_hear_of_it(outbox):
    user, other = UserFactory(is_superuser=True), UserFactory(is_superuser=True)
    for number in range(address_lookup.PER_HOUR - 1):
        address_lookup.look_up(address=f"reader-{number}@example.org", by=user)
    with pytest.raises(InvalidAddress):
        address_lookup.look_up(address="nonsense", by=user)
    for _again in range(3):
        with pytest.raises(address_lookup.TooMany):
            address_lookup.look_up(address="one-more@example.org", by=user)
    rows = list(DBTaskResult.objects.filter(task_path=address_lookup.notify_publishers.module_path))
    assert len(rows) == 2, "when they begin, and when it is too many; no more"
    for row in rows:
        row.task.call(*row.args_kwargs["args"])
    assert [recipient for _sender, recipient, _mail in outbox] == [other.email] * 2
    assert b"reader-" not in b"".join(letter for *_who, letter in outbox)
    address_lookup.look_up(address="reader@example.org", by=other)
