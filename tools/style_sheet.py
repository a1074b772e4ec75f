"""python tools/style_sheet.py: write docs/style-sheet/index.html, every component of the public pages in every state.

Made from the site's own templates and style, so it can't differ from them.
"""

import os
import re
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/style-sheet/index.html"


def rendered() -> str:
    """The page. Django is set up; nothing is read from a database."""
    from django.utils import translation

    from barograph.base import barogram, pages, style
    from barograph.website import presenters

    with translation.override("en"):
        template = pages.environment().from_string((ROOT / "tools/style_sheet.html").read_text(encoding="utf-8"))
        text = template.render(**_context(barogram, presenters), css=style.css(), language="en")
    return re.sub(r"\n\s*\n+", "\n", text) + "\n"


def _context(barogram, presenters) -> dict:
    history = ["unchanged", "worsened", None, "unchanged", "improved", "improved", "worsened"]
    points = [
        barogram.Point(f"week {n}", verdict, 2020, "#a", n == 4, verdict or "not rated", "Aug" if n < 4 else "Sep")
        for n, verdict in enumerate(history)
    ]
    period = {"period": "August 3 – August 9, 2020", "url": "#a", "headline": "The headline", "revised": None}
    issue = {"first": "2020-08-03", "last": "2020-08-09"}
    line = {"url": "#a", "issue": issue, "verdicts": list(presenters.ORDER), "summary": "", "headline": "The headline"}
    entry = {"key": "en", "label": "EN", "languages": ["en"]}
    return {
        "verdicts": list(presenters.ORDER),
        "sentences": {verdict: presenters.sentence(verdict) for verdict in presenters.ORDER},
        "words": {verdict: presenters.word(verdict) for verdict in presenters.ORDER},
        "summary": presenters.summary(history),
        "barograms": {
            last: barogram.svg([("", verdict) for verdict in [*history, last]], label=barogram.marks([*history, last]))
            for last in presenters.ORDER
        },
        "axis": (barogram.axis(points), barogram.lines(points)),
        "chart": barogram.large(points, label=barogram.marks(history)),
        "rows": [
            {**period, "verdict": v, "word": presenters.word(v), "revised": "2020-08-12" if v is None else None}
            for v in presenters.ORDER
        ],
        "issues": [{**line, "summary": presenters.summary_text(presenters.ORDER)}],
        "years": [(2021, "#a"), (2020, "#a")],
        "imprint": {
            "lists": [entry, {"key": "be-ru", "label": "BE/RU", "languages": ["be", "ru"]}],
            "languages": ["en"],
            "newsletter_text": {"en": "Once a week."},
            "standing": {},
        },
    }


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barograph.settings")
    os.environ.setdefault("BAROGRAPH_DATA", tempfile.mkdtemp())
    import django

    django.setup()
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(rendered(), encoding="utf-8")


if __name__ == "__main__":
    main()
