"""The commands about readers."""

import argparse
import io

import pytest

from barograph import readers
from barograph.subscribers import services
from barograph.subscribers.models import Subscriber


@pytest.mark.django_db
def test_an_address_to_forget_can_stand_on_standard_input(monkeypatch):
    """So no list of processes shows it."""
    services.sign_up(address="ala@example.org", list_key="en", language="en")
    monkeypatch.setattr("sys.stdin", io.StringIO("ala@example.org\n"))
    said = []
    args = argparse.Namespace(verb="forget", address="-")
    readers.do_subscribers(args, setup=lambda *_a, **_k: None, say=said.append)
    assert said == ["Forgotten."]
    assert not Subscriber.objects.exists()
