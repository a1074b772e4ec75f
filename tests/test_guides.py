"""The guides name buttons and pages as the desk does, in each language."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import barograph

ROOT = Path(__file__).resolve().parents[1]
LOCALE = Path(barograph.__file__).parent / "locale"


@pytest.mark.parametrize("language", ["be", "ru"])
def test_what_a_guide_quotes_stands_at_the_desk(language):
    with open(LOCALE / language / "LC_MESSAGES/django.po", "rb") as file:
        words = {message.string for message in read_po(file) if isinstance(message.string, str)}
    guide = (ROOT / f"docs/editors-first-week.{language}.md").read_text(encoding="utf-8")
    quoted = set(re.findall("«([^»]+)»", guide))
    assert len(quoted) > 20
    assert {name for name in quoted if name not in words} == set()


@pytest.mark.parametrize("guide", ["editors-first-week", "first-publication", "the-week"])
def test_what_an_english_guide_quotes_stands_at_the_desk(guide):
    with open(LOCALE / "be/LC_MESSAGES/django.po", "rb") as file:
        words = {message.id.lower() for message in read_po(file) if isinstance(message.id, str)}
    quoted = re.findall("“([^”]+)”", (ROOT / f"docs/{guide}.md").read_text(encoding="utf-8"))
    assert quoted
    assert {name for name in quoted if name.lower() not in words} == set()
