"""View models: what templates show, as plain values made from an edition's content.

Knows contents (docs/architecture.md) and words; no database, no files. Call
within the page's language: words come from gettext.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from barograph.base import barogram, dates, languages, richtext
from barograph.base.numbers import decimal
from barograph.editions import changes
from barograph.presentation.forecasts import ScenarioView, forecast

Content = dict[str, Any]
Verdict = str | None

ORDER: tuple[Verdict, ...] = ("worsened", "unchanged", "improved", None)
MOVED = frozenset({"worsened", "improved"})
SENTENCES: dict[Verdict, str] = {
    "worsened": gettext_noop("The situation has worsened"),
    "unchanged": gettext_noop("The situation has not changed"),
    "improved": gettext_noop("The situation has improved"),
    None: gettext_noop("Not rated"),
}
WORDS: dict[Verdict, str] = {
    "worsened": gettext_noop("worsened"),
    "unchanged": gettext_noop("unchanged"),
    "improved": gettext_noop("improved"),
    None: gettext_noop("not rated"),
}
NOTES, BACK = gettext_noop("Notes"), gettext_noop("Back to the text")
#: How many periods a small barogram shows.
WINDOW = 26


def sentence(verdict: Verdict) -> str:
    """The verdict as a reader is told it."""
    return _translated(SENTENCES[verdict], get_language())


def word(verdict: Verdict) -> str:
    """The verdict in a word or two."""
    return _translated(WORDS[verdict], get_language())


@lru_cache(maxsize=64)
def _translated(message: str, _language: str | None) -> str:
    """A message in the present language; every page asks for the same few many times."""
    return _(message)


def outlook(flags: Sequence[str]) -> str:
    """'Outlook: risk, opportunity', or '' without flags."""
    if not flags:
        return ""
    words = {"risk": _("risk"), "opportunity": _("opportunity")}
    return _("Outlook: %(flags)s") % {"flags": ", ".join(words[flag] for flag in flags)}


def counted(verdict: Verdict, count: int) -> str:
    """'2 worsened', in the right plural."""
    return _counted(verdict, count, get_language())


@lru_cache(maxsize=1024)
def _counted(verdict: Verdict, count: int, _language: str | None) -> str:
    text = {
        "worsened": ngettext("%(count)s worsened", "%(count)s worsened", count),
        "unchanged": ngettext("%(count)s unchanged", "%(count)s unchanged", count),
        "improved": ngettext("%(count)s improved", "%(count)s improved", count),
        None: ngettext("%(count)s not rated", "%(count)s not rated", count),
    }[verdict]
    return (text % {"count": count}).replace(" ", "\u00a0")


# Not frozen, here and below: such would take twice as long to make, and a page has a dozen.
@dataclass(slots=True)
class Part:
    verdict: Verdict
    text: str


def summary(verdicts: Iterable[Verdict] | Counter[Verdict]) -> list[Part]:
    """The line that sums up an issue, part by part: '2 worsened', '5 unchanged', '1 improved'."""
    counts = Counter(verdicts)
    return [Part(verdict, counted(verdict, counts[verdict])) for verdict in ORDER if counts[verdict]]


def summary_text(verdicts: Iterable[Verdict] | Counter[Verdict]) -> str:
    return ", ".join(part.text for part in summary(verdicts))


def window_label(verdicts: Sequence[Verdict], rhythm: str) -> str:
    """A barogram's text equivalent: 'Last 8 weeks: 2 worsened, 6 unchanged'."""
    return f"{dates.latest(len(verdicts), rhythm)}: {summary_text(verdicts)}"


def moved_first(topics: Sequence[Content]) -> list[Content]:
    """Those that moved, then the unchanged, then the not rated; each group in the publication's order."""
    return sorted(topics, key=lambda topic: rank(topic["verdict"]))


def rank(verdict: Verdict) -> int:
    """Where it stands among others: what moved comes first, what is not rated last."""
    return 0 if verdict in MOVED else 1 if verdict else 2


def teaser(commentary: Content) -> str:
    """The lede, or the first sentence of the text."""
    return commentary["lede"] or richtext.first_sentence(richtext.plain(commentary["body"]))


def first_sentence(commentary: Content) -> str:
    """The first sentence of what stands at the head: of the lede, else of the text."""
    return richtext.first_sentence(commentary["lede"] or richtext.plain(commentary["body"]))


def written(commentary: Content, language: str) -> str:
    """'Written in Russian.' or 'Translated from Russian.', and whether the original has changed since."""
    source = commentary["source_language"]
    sentence = _written(source, language, get_language())
    return " ".join([sentence, _("The original has changed since then.")]) if commentary.get("outdated") else sentence


@lru_cache(maxsize=64)
def _written(source: str, language: str, _interface: str | None) -> str:
    if source == language:
        return {
            "be": _("Written in Belarusian."),
            "ru": _("Written in Russian."),
            "en": _("Written in English."),
        }.get(source) or _("Written in: %(language)s.") % {"language": languages.name(source)}
    return {
        "be": _("Translated from Belarusian."),
        "ru": _("Translated from Russian."),
        "en": _("Translated from English."),
    }.get(source) or _("Translated from: %(language)s.") % {"language": languages.name(source)}


def size(count: int, language: str) -> str:
    """Bytes as a reader is told them: '80 KB', '1.2 MB'; at least 1 KB."""
    large = count >= 1_000_000
    value = round(count / 1_000_000, 1) if large else max(1, round(count / 1000))
    unit = _("MB") if large else _("KB")
    return f"{decimal(value, language)}\u00a0{unit}"


def issue_dates(content: Content) -> tuple[date, date]:
    return date.fromisoformat(content["issue"]["first"]), date.fromisoformat(content["issue"]["last"])


def issue_period(content: Content, *, year: bool = True) -> str:
    return dates.period(*issue_dates(content), content["language"], year=year)


def long_day(moment: str, language: str) -> str:
    """The day of an ISO time, in words."""
    return dates.day(date.fromisoformat(moment[:10]), language)


def issue_path(language: str, first: str) -> str:
    return f"/{language}/{first}/"


def commentary_path(language: str, first: str, key: str) -> str:
    return f"/{language}/{first}/{key}/"


@dataclass(slots=True)
class Link:
    """Somewhere else: a period and what is to be found there."""

    url: str
    period: str
    headline: str = ""
    verdict: Verdict = None
    word: str = ""
    written: bool = False  # in whatever language


@dataclass(slots=True)
class Row:
    """A topic in an issue, as a row of the bulletin."""

    key: str
    name: str
    verdict: Verdict
    word: str
    sentence: str
    outlook: str
    topic_url: str
    url: str  # the commentary, or '' where there is none in this language
    headline: str
    teaser: str
    byline: list[Content]
    elsewhere: list[tuple[str, str]]  # (language, address) where it can be read instead
    barogram: str = ""
    revised: str | None = None
    panel: str = ""  # what the panel's ratings were, in words


def panel_words(counts: Content | None) -> str:
    """'The panel’s 7 ratings: 1 worsened, 4 unchanged, 2 improved'; '' where the edition tells nothing of it."""
    if not counts:
        return ""
    total = sum(counts.values())
    ratings = ", ".join(counted(value, counts[value]) for value in ("worsened", "unchanged", "improved"))
    text = ngettext("The panel’s %(count)s rating: %(ratings)s", "The panel’s %(count)s ratings: %(ratings)s", total)
    return text % {"count": total, "ratings": ratings}


def row(topic: Content, content: Content, published: Sequence[str], svg: str = "") -> Row:
    """`published`: the languages this issue has an edition in."""
    language, first = content["language"], content["issue"]["first"]
    commentary = topic["commentary"]
    elsewhere = [code for code in topic["languages"] if code != language and code in published]
    return Row(
        key=topic["key"],
        name=topic["name"],
        verdict=topic["verdict"],
        word=word(topic["verdict"]),
        sentence=sentence(topic["verdict"]),
        outlook=outlook(topic["outlook"]),
        topic_url=f"/{language}/topics/{topic['key']}/",
        url=commentary_path(language, first, topic["key"]) if commentary else "",
        headline=commentary["headline"] if commentary else "",
        teaser=teaser(commentary) if commentary else "",
        byline=commentary["byline"] if commentary else [],
        elsewhere=[] if commentary else [(code, commentary_path(code, first, topic["key"])) for code in elsewhere],
        barogram=svg,
        revised=topic["revised"],
        panel=panel_words(topic.get("panel")),
    )


@dataclass(slots=True)
class CommentaryView:
    """A commentary, ready for its page."""

    headline: str
    lede: str
    body: str
    byline: list[Content]
    question: str
    resolves_by: str | None
    resolution: str
    rest: str  # what the probabilities leave for another option, in per cent
    rest_share: float
    written: str
    cite: str
    description: str
    scenarios: list[ScenarioView] = field(default_factory=list)


def commentary_view(topic: Content, content: Content, publication: str, url: str) -> CommentaryView:
    commentary, language, spoken = topic["commentary"], content["language"], get_language()
    questions = forecast(commentary, language)
    names = ", ".join(person["name"] for person in commentary["byline"])
    if languages.direction(language) == "rtl":  # isolated (UAX 9), or its last slash would stand before it
        url = f"\u2066{url}\u2069"
    where = f"{publication}, {issue_period(content)}. {url}"
    return CommentaryView(
        headline=commentary["headline"],
        lede=commentary["lede"],
        body=richtext.for_page(commentary["body"], notes=_translated(NOTES, spoken), back=_translated(BACK, spoken)),
        byline=commentary["byline"],
        question=questions.question,
        resolves_by=questions.resolves_by,
        resolution=questions.resolution,
        rest=questions.rest,
        rest_share=questions.rest_share,
        written=written(commentary, language),
        cite=f"{names}. {commentary['headline']} // {where}" if names else f"{commentary['headline']} // {where}",
        description=first_sentence(commentary),
        scenarios=questions.scenarios,
    )


def corrections(content: Content, topic: str | None = None) -> list[Content]:
    """The issue's corrections with their topics' names, or one topic's alone; the newest first."""
    names = {t["key"]: t["name"] for t in content["topics"]}
    concerning = content["corrections"] if topic is None else changes.concerning(content, topic)
    shown = [
        {
            "date": c["date"],
            "name": names.get(c["topic"], ""),
            "note": c["note"],
            "language": c.get("note_language", content["language"]),
        }
        for c in concerning
    ]
    return sorted(shown, key=lambda c: c["date"], reverse=True)


def small_barogram(periods: Sequence[tuple[str, Verdict]], rhythm: str) -> str:
    return barogram.svg(periods, label=window_label([verdict for _period, verdict in periods], rhythm))
