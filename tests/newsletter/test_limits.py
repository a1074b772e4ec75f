"""Limits on sign-ups hold floods back without keeping everybody else waiting."""

import logging

import pytest
from django.test import Client, RequestFactory

from barograph.base import proxies, rate_limits
from barograph.newsletter import limits, signups
from barograph.newsletter.models import SignUpRequest

pytestmark = pytest.mark.django_db


def ask(address, network):
    return signups.ask(address=address, list_key="en", language="en", network=network)


def test_networks_that_ask_often_leave_mails_to_the_others(monkeypatch, post, caplog):
    monkeypatch.setattr(limits, "MAILS", 40)
    for network in range(6):
        for number in range(8):
            ask(f"a{network}-{number}@example.org", f"10.0.{network}.0/24")
    ask("honest@example.org", "198.51.100.0/24")
    with caplog.at_level(logging.WARNING):
        for request in SignUpRequest.objects.order_by("pk"):
            signups.answer(request.pk)
    assert "honest@example.org" in [str(mail["To"]) for mail in post.mails]
    assert len(post.mails) <= 40
    assert "the rest waits for the next hour" in caplog.text  # an operator sees it
    assert SignUpRequest.objects.exists()  # nobody's wish is lost: it waits


def test_what_subscribers_ask_for_has_mails_of_its_own(monkeypatch):
    monkeypatch.setattr(limits, "MAILS", 1)
    assert limits.may_mail() is None
    assert limits.may_mail() is not None
    assert limits.may_mail_subscriber() is None


def test_any_suffix_of_a_mailbox_counts_for_that_mailbox(post):
    for number in range(10):
        ask(f"victim+{number}@gmail.com", f"10.0.{number}.0/24")
    assert SignUpRequest.objects.filter(is_silent=False).count() == limits.PER_ADDRESS


def test_readers_behind_a_trusted_proxy_are_told_apart(settings):
    settings.TRUSTED_PROXIES = proxies.parse("172.18.0.0/16")
    form = {"address": "a@example.org", "list": "en"}
    answers = {
        Client(REMOTE_ADDR="172.18.0.1", HTTP_X_FORWARDED_FOR=f"203.0.{n}.7").post("/en/subscribe/", form).status_code
        for n in range(limits.PER_NETWORK + 5)
    }
    assert answers == {303}
    settings.TRUSTED_PROXIES = proxies.parse("")
    request = RequestFactory().get("/", REMOTE_ADDR="172.18.0.1", HTTP_X_FORWARDED_FOR="203.0.113.7")
    assert rate_limits.network_of(request) == "172.18.0.0/24"
