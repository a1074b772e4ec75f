"""Readers who chose topics get a letter with a text in it, whatever has become of the topics."""

import uuid

import pytest
from django.utils import timezone

from barograph.delivery.messages import Person
from barograph.delivery.models import Mailing
from barograph.delivery.personal import Copies
from barograph.subscribers.recipients import Recipient

TEXT = "top\n<!--section:a-->\nabout a\n<!--/section-->\n<!--section:b-->\nabout b\n<!--/section-->\nend\n"


def letter(topics, only):
    mailing = Mailing(key="k", list_key="en", sender="B <b@example.org>", subject="s", html=TEXT, text=TEXT)
    mailing.created_at, mailing.topics, mailing.pk = timezone.now(), only, 1
    copies = Copies(mailing)
    reader = Recipient(uuid.uuid4(), "en", b"", topics)
    return copies.template.fill(Person("a@example.org", "<m@example.org>"), copies._sections(reader))


@pytest.mark.parametrize("topics", [("ekonomy",), ("", "retired"), ("retired", "gone")])
@pytest.mark.parametrize("only", [[], ["a", "b"]])
def test_a_choice_that_no_section_answers_gives_the_whole_letter(topics, only):
    body = letter(topics, only)
    assert b"about a" in body
    assert b"about b" in body


def test_a_choice_that_one_section_answers_gives_that_one():
    body = letter(("b", "retired"), [])
    assert b"about a" not in body
    assert b"about b" in body
