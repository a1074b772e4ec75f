"""What requests may cost together: bodies are refused before Django takes them, slow ones end, crowds wait."""

import asyncio
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph import operation
from barograph.website import ceilings, gateway, server
from barograph.website.ceilings import Ceilings, Refused


class Pieces:
    """A request as Granian gives it: its body piece by piece, each after a pause."""

    def __init__(self, *pieces, pause=0.0, never_ends=False):
        self.pieces, self.pause, self.never_ends, self.taken = list(pieces), pause, never_ends, 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.sleep(self.pause)
        if self.pieces:
            self.taken += 1
            return self.pieces.pop(0)
        if self.never_ends:
            await asyncio.sleep(3600)
        raise StopAsyncIteration


def read(pieces, path="/en/subscribe/", length="", method="POST", found=None):
    async def reading():
        async with (found or Ceilings()).body(method=method, path=path, length=length, pieces=pieces) as body:
            return body

    return asyncio.run(reading())


def status(*args, **kwargs):
    with pytest.raises(Refused) as refused:
        read(*args, **kwargs)
    return refused.value.status


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/en/subscribe/", 64 * 1024),
        ("/", 64 * 1024),
        ("/mailbox/", 64 * 1024),
        ("/desk/login/", 64 * 1024),
        ("/desk/password_reset/", 64 * 1024),
        ("/desk/invitation/a-token/", 64 * 1024),
        ("/desk/api/v1/drafts/1", 520 * 1024),
        ("/desk/images/add/", 12 * 1024 * 1024),
        ("/deskless/", 64 * 1024),
    ],
)
def test_each_address_takes_what_it_may_need(path, most):
    assert ceilings.largest(path) == most
    assert read(Pieces(b"a" * most), path) == b"a" * most
    assert status(Pieces(b"a" * most, b"b"), path) == 413
    pieces = Pieces(b"a")
    assert status(pieces, path, length=str(most + 1)) == 413
    assert pieces.taken == 0, "nothing of it is read"


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=20), st.text(max_size=20))
def test_a_body_comes_whole_and_leaves_nothing_counted(pieces, length):
    found = Ceilings()
    if length.isdecimal() and int(length) > 64 * 1024:
        assert status(Pieces(*pieces), length=length, found=found) == 413
    else:
        assert read(Pieces(*pieces), length=length, found=found) == b"".join(pieces)
    assert found.bodies == 0


def test_a_body_that_stops_or_trickles_is_ended(monkeypatch):
    monkeypatch.setattr(ceilings, "PATIENCE", 0.05)
    monkeypatch.setattr(ceilings, "SLOWEST", 1000)
    assert status(Pieces(b"a", never_ends=True)) == 408
    assert status(Pieces(*[b"a"] * 100, pause=0.005)) == 408
    assert read(Pieces(*[b"a" * 100] * 10, pause=0.01)) == b"a" * 1000, "a slow line is no attack"


def test_all_bodies_together_have_a_ceiling(monkeypatch):
    monkeypatch.setattr(ceilings, "BODIES", 1000)
    found = Ceilings()

    async def crowd():
        async def one():
            async with found.body(method="POST", path="/", length="", pieces=Pieces(b"a" * 300)):
                await asyncio.sleep(0.05)

        return await asyncio.gather(*(one() for _ in range(5)), return_exceptions=True)

    refused = [one for one in asyncio.run(crowd()) if isinstance(one, Refused)]
    assert [one.status for one in refused] == [503, 503]
    assert found.bodies == 0


def test_no_more_are_in_django_at_once_and_the_others_wait_or_are_told(monkeypatch):
    monkeypatch.setattr(ceilings, "AT_ONCE", 3)
    monkeypatch.setattr(ceilings, "WAITING", 10)
    found, most, now = Ceilings(), 0, 0

    async def one():
        nonlocal most, now
        async with found.turn():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.01)
            now -= 1

    async def crowd(number):
        return await asyncio.gather(*(one() for _ in range(number)), return_exceptions=True)

    results = asyncio.run(crowd(20))
    assert most == 3
    refused = [result for result in results if isinstance(result, Refused)]
    assert 0 < len(refused) <= 10
    assert {result.status for result in refused} == {503}
    assert found.waiting == 0


def test_who_waits_too_long_is_told(monkeypatch):
    monkeypatch.setattr(ceilings, "AT_ONCE", 1)
    monkeypatch.setattr(ceilings, "TURN", 0.02)
    found = Ceilings()

    async def crowd():
        async with found.turn():
            with pytest.raises(Refused) as refused:
                async with found.turn():
                    pass
            return refused.value.status

    assert asyncio.run(crowd()) == 503


@pytest.mark.parametrize(("refusal", "words"), [(413, "larger"), (408, "too long"), (503, "half a minute")])
def test_a_refusal_says_what_to_do_and_ends_the_connection(tmp_path, refusal, words):
    answered = []
    proto = SimpleNamespace(response_bytes=lambda *answer: answered.append(answer))

    async def refuses(*_args):
        raise Refused(refusal)

    scope = SimpleNamespace(
        headers={}, method="POST", path="/en/subscribe/", query_string="", proto="http", scheme="http"
    )
    app = server.application_for(tmp_path / "none", None, static=tmp_path, https=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gateway, "answer_with", refuses)
        asyncio.run(app.__rsgi__(scope, proto))
    ((code, lines, body),) = answered
    assert code == refusal
    assert words in body.decode()
    assert ("connection", "close") in lines


def test_granian_is_started_with_its_limits():
    command = " ".join(operation.web_command("127.0.0.1", 8000))
    assert "--http 1 " in command
    assert "--http1-header-read-timeout 10000" in command
    assert int(command.split("--backpressure ")[1].split()[0]) <= operation.CONNECTIONS


def test_connections_to_the_database_are_not_held(settings):
    from django.conf import settings as configured

    assert configured.DATABASES["default"]["CONN_MAX_AGE"] == 0
