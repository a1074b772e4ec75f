"""No signed link in any log, whichever part of the server writes the line."""

import io
import logging

import pytest
from django.test import Client

from barograph.base import logs

#: Of a fixed id and time, so that every worker collects the same tests.
TOKEN = "WyI1ZDU1NDk1NjI5OTI0Zjc5OWM3NzE2YjA5ZTU2ZmQ0OSIsImVuIl0:1wGxYz:abcDEF_ghi-JKLmnoPQRstuVWXyz0123456789abcd"


@pytest.mark.parametrize(
    "words",
    [
        f"Not Found: /en/unsubscribe/{TOKEN}/", f"GET /en/subscription/{TOKEN}/x HTTP/1.1", f"token {TOKEN!r}",
        f"http://a/be/subscribe/confirm/{TOKEN}", f"/en/unsubscribe/{TOKEN.replace(':', '%3A')}/",
        f"/en/subscription-address/{TOKEN[:25]}", f"/desk/invitation/{TOKEN[:30]}/",
        "/desk/password_reset/confirm/MQ/abc-1/",
    ],
)  # fmt: skip
def test_a_signed_link_is_taken_out_of_every_record(words):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    log = logging.getLogger("another.library")
    log.addHandler(handler)
    try:
        log.error("%s", words)
        try:
            raise ValueError(words)
        except ValueError:
            log.exception("failed: %s", words)
    finally:
        log.removeHandler(handler)
    said = stream.getvalue()
    assert TOKEN[:25] not in said
    assert "abc-1" not in said
    assert logs.HIDDEN in said
    assert "Traceback" in said


def test_other_words_stay_as_they_are():
    for words in ("mailing issue:2020-08-03:en: finished", "Not Found: /en/2020-08-03/economy/", "12:30:00"):
        assert logs.without_links(words) == words


@pytest.mark.django_db
def test_a_page_that_fails_or_is_not_there_logs_no_link(monkeypatch, caplog):
    def fail(_wish):
        raise RuntimeError(f"/en/unsubscribe/{TOKEN}/")

    monkeypatch.setattr("barograph.subscribers.services.leaving", fail)
    web = Client(raise_request_exception=False)
    for page in (f"/en/unsubscribe/{TOKEN}/", f"/en/unsubscribe/{TOKEN}/more/", f"/en/unsubscribe/{TOKEN}"):
        for method in ("GET", "POST", "OPTIONS", "PROPFIND"):
            web.generic(method, page)
    assert caplog.records
    assert TOKEN[:25] not in caplog.text
