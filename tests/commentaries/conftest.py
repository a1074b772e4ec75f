"""A commentary with scenarios, signed off, and someone who translates it."""

import json

import pytest

from barograph.commentaries import services
from tests.factories import CommentaryFactory, UserFactory

BODY = "<p>First paragraph.</p><h2>A heading</h2><p>Second <b>paragraph</b>.</p>"


def stream(*values):
    return json.dumps([{"type": "scenario", "value": {"pros": [], "cons": [], **value}} for value in values])


SCENARIOS = stream(
    {"key": "calm", "title": "Calm", "text": "Nothing happens.", "pros": ["Cheap", "Easy"], "probability": 0.7},
    {"key": "storm", "title": "Storm", "cons": ["Costly"], "probability": 0.2},
)


@pytest.fixture
def source(db):
    return CommentaryFactory(language="ru", body=BODY, scenarios=SCENARIOS, question="What next?")


@pytest.fixture
def translator(db):
    return UserFactory(password=None)


def change(source, **fields):
    """The analyst changes the text and the editor signs it off."""
    for name, value in fields.items():
        setattr(source, name, value)
    source.save_revision(clean=False).publish(skip_permission_checks=True)
    source.refresh_from_db()
    return source


FULL = {
    "headline": "Загаловак",
    "lede": "Лід.",
    "body": "<p>Першы.</p><h2>Загаловак</h2><p>Другі.</p>",
    "question": "Што далей?",
    "scenarios.calm.title": "Ціша",
    "scenarios.calm.text": "Нічога.",
    "scenarios.calm.pros.0": "Танна",
    "scenarios.calm.pros.1": "Лёгка",
    "scenarios.storm.title": "Бура",
    "scenarios.storm.cons.0": "Дорага",
}


@pytest.fixture
def ready(source, translator):
    """A whole translation, signed off."""
    translation = services.start_translation(source, "be", by=translator)
    services.save_translation(translation=translation, texts=FULL, by=translator)
    return services.sign_off(commentary=translation, by=translator)
