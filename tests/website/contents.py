"""Contents of editions and imprints as plain data, and rows that hold them."""

from datetime import date, timedelta

from barograph.editions.models import Edition, Imprint
from barograph.editions.services import digest
from tests.factories import IssueFactory

LANGUAGES = ["be", "ru", "en"]
TOPICS = {"economy": "Economy", "security": "Security", "elite": "Ruling elite"}


def imprint(**changes) -> dict:
    def each(text):
        return {code: f"{text} {code}" for code in LANGUAGES}

    return {
        "schema": 1,
        "name": each("Situation"),
        "strapline": each("What moved"),
        "newsletter_text": each("A letter"),
        "languages": LANGUAGES,
        "rhythm": "week",
        "timezone": "Europe/Minsk",
        "lists": [{"key": "en", "label": "EN", "languages": ["en"]}],
        "links": [{"kind": "telegram", "url": "https://t.me/example"}],
        "topics": [
            {"key": key, "names": each(name), "about": each("About"), "since": None, "until": None}
            for key, name in TOPICS.items()
        ],
        "people": [{"slug": "jan", "names": each("Jan"), "about": each("Writes"), "pseudonym": True}],
        "standing": {"about": {code: {"title": "About", "body": "<p>Text.</p>"} for code in LANGUAGES}},
        **changes,
    }


def commentary(language="en", **changes) -> dict:
    return {
        "headline": f"Headline in {language}",
        "lede": "",
        "body": "<p>The first sentence. The second[^1].</p><p>[^1]: A note.</p>",
        "source_language": "ru",
        "byline": [{"slug": "jan", "name": "Jan", "about": "Writes", "pseudonym": True}],
        "scenarios": [
            {"key": "a", "title": "One way", "text": "", "pros": ["For"], "cons": ["Against"], "probability": 0.6}
        ],
        "question": "What next?",
        "resolves_by": "2020-09-30",
        "resolution": "",
        **changes,
    }


def topic(key="economy", verdict="unchanged", languages=("ru", "be", "en"), language="en", **changes) -> dict:
    return {
        "key": key,
        "name": f"{TOPICS[key]} {language}",
        "verdict": verdict,
        "outlook": [],
        "revised": None,
        "languages": list(languages),
        "commentary": commentary(language) if language in languages else None,
        **changes,
    }


def issue(week=0, verdicts=("unchanged", "worsened", None), languages=("ru", "be", "en"), **changes) -> dict:
    """{language: content} of one issue."""
    first = date(2020, 8, 3) + timedelta(weeks=week)
    return {
        code: {
            "schema": 1,
            "publication": {"name": f"Situation {code}", "languages": LANGUAGES},
            "issue": {
                "first": first.isoformat(),
                "last": (first + timedelta(days=6)).isoformat(),
                "number": week + 1,
            },
            "language": code,
            "version": 1,
            "published": f"{first + timedelta(days=7)}T10:00:00+03:00",
            "revised": None,
            "corrections": [],
            "topics": [
                topic(key, verdict, languages=languages, language=code)
                for key, verdict in zip(TOPICS, verdicts, strict=True)
            ],
            **changes,
        }
        for code in LANGUAGES
    }


def publish(editions: dict, version: int = 1, row=None):
    """Keep the contents as editions; returns their issue."""
    numbers = next(iter(editions.values()))["issue"]
    row = row or IssueFactory(
        number=numbers["number"],
        first=date.fromisoformat(numbers["first"]),
        last=date.fromisoformat(numbers["last"]),
    )
    for language, content in editions.items():
        content = {**content, "version": version}
        Edition.objects.create(
            issue=row, first=row.first, language=language, version=version, content=content, digest=digest(content)
        )
    return row


def found(content: dict) -> Imprint:
    return Imprint.objects.create(content=content, digest=digest(content))
