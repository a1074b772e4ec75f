"""What a text still lacks before it goes to the editor: one pure function over plain values.

What blocks is what a release would refuse or what would stand broken before readers; everything else is advice or a
fact. Nothing here keeps anybody from saving a draft, and nothing is guessed: what a program can't tell is not said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from math import fsum
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_percent
from bs4 import BeautifulSoup
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from barograph.base import footnotes, glyphs, lookalikes, richtext
from barograph.base.public_links import is_public

#: As long as the model lets a headline be.
HEADLINE = 300
#: Of the characters that can't be printed, how many are named.
SIGNS = 8
#: Words a minute in silent reading: Trauzettel-Klosinski, S. and Dietz, K. (2012): Standardized assessment of reading
#: performance: the new International Reading Speed Texts IReST. IOVS 53, 5452–5461. Belarusian as Russian.
SPEED = {"be": 184, "ru": 184, "en": 228}
OTHER_SPEED = 184
SCHEMES = frozenset({"http", "https", "mailto"})
_WORD = re.compile(r"\w+(?:[’'ʼ\-‑]\w+)*")
_HOST = re.compile(r"[^\s./]+(?:\.[^\s./]+)+|localhost|\[[0-9A-Fa-f:.]+\]")


class Weight(IntEnum):
    BLOCKS = 0
    ADVICE = 1
    FACT = 2


@dataclass(frozen=True)
class Remark:
    weight: Weight
    text: str

    @property
    def kind(self) -> str:
        return self.weight.name.lower()


@dataclass(frozen=True)
class Draft:
    """A commentary as plain values. `scenarios`: title, pros, cons, probability; `verdict`: None where there is none.

    `as_typed`: {a field's label: what stands there and can't be saved}.
    `names`: (as it stands, as the glossary has it). `leads_somewhere` answers for the publication's own addresses.
    """

    headline: str = ""
    lede: str = ""
    body: str = ""
    language: str = "en"
    byline: int = 0
    scenarios: Sequence[Mapping[str, Any]] = ()
    question: str = ""
    resolves_by: date | None = None
    verdict: str | None = None
    names: Sequence[tuple[str, str]] = ()
    as_typed: Mapping[str, str] = field(default_factory=dict)
    leads_somewhere: Callable[[str], bool] = field(default=lambda address: True)
    source_body: str | None = None  # of a translation: the body that it is made from


def remarks(draft: Draft) -> list[Remark]:
    """Everything there is to say about a draft, what blocks first."""
    collected = [
        *(
            _blocks(_("%(field)s: what you typed is saved but contains an error.") % {"field": name})
            for name in draft.as_typed
        ),
        *_head(draft),
        *_text(draft),
        *_scenarios(draft.scenarios),
        *_question(draft),
        *_links(draft),
        *_characters(draft),
        *_notes(draft),
        *_names(draft.names),
        *_verdict(draft.verdict),
    ]
    return sorted(collected, key=lambda remark: remark.weight)


def blocking(remarks: Sequence[Remark]) -> list[Remark]:
    return [remark for remark in remarks if remark.weight is Weight.BLOCKS]


def advice(remarks: Sequence[Remark]) -> list[Remark]:
    return [remark for remark in remarks if remark.weight is Weight.ADVICE]


def count_words(body: str) -> int:
    """Words of a body as a reader counts them; footnotes and markup are none."""
    return len(_WORD.findall(richtext.plain(body)))


def minutes(words: int, language: str) -> int:
    """Whole minutes of silent reading, at least one."""
    return max(1, round(words / SPEED.get(language.split("-")[0], OTHER_SPEED)))


def links(body: str) -> list[tuple[str, str]]:
    """(address, the words that carry it) of each link in a body."""
    anchors = BeautifulSoup(body or "", "html.parser").find_all("a")
    return [(str(tag.get("href") or "").strip(), tag.get_text(" ", strip=True)) for tag in anchors]


def is_well_formed(address: str) -> bool:
    """Whether an address could lead somewhere, from its form alone: http, https, mailto, or a path of our own."""
    if not address or any(letter.isspace() for letter in address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        parts.port  # noqa: B018 (raises where it is none)
    except ValueError:
        return False
    if not parts.scheme:
        return address.startswith("/") and not address.startswith("//")
    if parts.scheme not in SCHEMES:
        return False
    if parts.scheme == "mailto":
        return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", parts.path) is not None
    return bool(_HOST.fullmatch(f"[{host}]" if ":" in host else host))


def _blocks(text: str) -> Remark:
    return Remark(Weight.BLOCKS, text)


def _advice(text: str) -> Remark:
    return Remark(Weight.ADVICE, text)


def _fact(text: str) -> Remark:
    return Remark(Weight.FACT, text)


def _share(value: float) -> str:
    return format_percent(
        value, format="#,##0.#%" if round(value * 100, 1) % 1 else None, locale=get_language() or "en"
    )


def _head(draft: Draft) -> list[Remark]:
    remarks, length = [], len(draft.headline.strip())
    figures = {"count": length, "limit": HEADLINE}
    if not length:
        remarks.append(_blocks(_("The headline is missing.")))
    elif length > HEADLINE:
        text = ngettext(
            "The headline is %(count)s character long; the limit is %(limit)s.",
            "The headline is %(count)s characters long; the limit is %(limit)s.",
            length,
        )
        remarks.append(_blocks(text % figures))
    else:
        text = ngettext(
            "Headline: %(count)s of %(limit)s characters at most.",
            "Headline: %(count)s of %(limit)s characters at most.",
            length,
        )
        remarks.append(_fact(text % figures))
    if not draft.lede.strip():
        remarks.append(_advice(_("The lede is missing: the front page will show the first sentence of the text.")))
    if not draft.byline:
        remarks.append(_advice(_("The byline is empty.")))
    return remarks


def _text(draft: Draft) -> list[Remark]:
    words = count_words(draft.body)
    if not words:
        return [_blocks(_("The text is missing."))]
    length = ngettext("%(number)s word", "%(number)s words", words) % {"number": words}
    spent = minutes(words, draft.language)
    time = ngettext("%(number)s minute to read", "%(number)s minutes to read", spent) % {"number": spent}
    return [_fact(_("Text: %(length)s, about %(time)s.") % {"length": length, "time": time})]


def _scenarios(scenarios: Sequence[Mapping[str, Any]]) -> list[Remark]:
    if not scenarios:
        return []
    remarks = []
    for number, scenario in enumerate(scenarios, start=1):
        title = str(scenario.get("title") or "").strip()
        if not title:
            remarks.append(_blocks(_("Scenario %(number)s has no title.") % {"number": number}))
            continue
        if not any(str(line).strip() for line in scenario.get("pros") or ()):
            remarks.append(_advice(_("Scenario “%(title)s” has no pros.") % {"title": title}))
        if not any(str(line).strip() for line in scenario.get("cons") or ()):
            remarks.append(_advice(_("Scenario “%(title)s” has no cons.") % {"title": title}))
        if typed := scenario.get("probability_typed"):
            given = {"title": title, "text": str(typed)[:40]}
            remarks.append(_blocks(_("Scenario “%(title)s”: “%(text)s” is not a probability.") % given))
    shares = [scenario.get("probability") for scenario in scenarios]
    given = [share for share in shares if share is not None]
    total = fsum(given)
    if total > 1 + 1e-9:
        text = _("The probabilities add up to %(total)s: more than %(whole)s. Lower one of them.")
        remarks.append(_blocks(text % {"total": _share(total), "whole": _share(1)}))
    elif given and len(given) < len(shares):
        lacking = len(shares) - len(given)
        text = ngettext(
            "%(number)s scenario has no probability, while the others do.",
            "%(number)s scenarios have no probability, while the others do.",
            lacking,
        )
        remarks.append(_advice(text % {"number": lacking}))
    elif given and round(1 - total, 3) > 0:
        text = _("The probabilities add up to %(total)s; %(rest)s are left for another option.")
        remarks.append(_fact(text % {"total": _share(total), "rest": _share(1 - total)}))
    return remarks


def _question(draft: Draft) -> list[Remark]:
    if draft.question.strip() and not draft.resolves_by:
        return [_advice(_("The question has no date by which it will be resolved."))]
    if draft.resolves_by and not draft.question.strip():
        return [_advice(_("There is a resolution date but no question."))]
    return []


def _links(draft: Draft) -> list[Remark]:
    remarks = []
    for address, words in dict.fromkeys(links(draft.body)):
        details = {"words": words or "…", "address": address or "…"}
        if not is_well_formed(address):
            remarks.append(_blocks(_("The link “%(words)s” is broken: %(address)s is not an address.") % details))
        elif not is_public(address):
            text = _("The link “%(words)s” leads to a page readers can’t open: %(address)s. Remove or replace it.")
            remarks.append(_blocks(text % details))
        elif not draft.leads_somewhere(address):
            remarks.append(
                _advice(_("The link “%(words)s” leads to a page that does not exist: %(address)s.") % details)
            )
    return remarks


def _characters(draft: Draft) -> list[Remark]:
    """Letters that strayed in from the other alphabet, and what PDF and cards can't show."""
    texts = [draft.headline, draft.lede, richtext.plain(draft.body), draft.question]
    for scenario in draft.scenarios:
        texts += [str(scenario.get(name) or "") for name in ("title", "text")]
        texts += [str(line) for name in ("pros", "cons") for line in scenario.get(name) or ()]
    remarks = []
    if mixed := lookalikes.mixed_words(" ".join(texts)):
        words = ", ".join(mixed[:SIGNS]) + (" …" if len(mixed) > SIGNS else "")
        text = _("These words mix Latin and Cyrillic letters: %(words)s. Retype them in one alphabet.")
        remarks.append(_advice(text % {"words": words}))
    characters = glyphs.lacking(map(glyphs.without_private, texts))
    if not characters:
        return remarks
    shown = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in characters[:SIGNS]) + (
        " …" if len(characters) > SIGNS else ""
    )
    text = _(
        "The PDF and the cards have no glyph for these characters; %(mark)s will be shown instead: %(characters)s."
    )
    return [*remarks, _advice(text % {"mark": glyphs.REPLACEMENT, "characters": shown})]


def _notes(draft: Draft) -> list[Remark]:
    return [_blocks(text) for text in note_faults(draft.body, draft.source_body)]


def note_faults(body: str, source_body: str | None = None) -> list[str]:
    """What of the footnotes would stand broken before readers, a sentence each. `source_body`: of a translation."""
    faults = []
    if broken := footnotes.broken(body):
        text = _(
            "Readers would see these footnote marks as plain text: %(marks)s. Each mark [^1] needs exactly one note."
        )
        faults.append(text % {"marks": ", ".join(broken[:10])})
    if source_body is not None:
        (own, _notes), (theirs, _theirs) = footnotes.marks_and_notes(body), footnotes.marks_and_notes(source_body)
        if lost := [f"[^{name}]" for name in dict.fromkeys(theirs) if name not in own]:
            text = _("The source has footnotes that the translation lacks: %(marks)s.")
            faults.append(text % {"marks": ", ".join(lost[:10])})
    return faults


def broken_before_readers(draft: Draft) -> list[str]:
    """What of links and footnotes keeps a text from being signed off, whoever signs it off."""
    return [remark.text for remark in blocking([*_links(draft), *_notes(draft)])]


def _names(names: Sequence[tuple[str, str]]) -> list[Remark]:
    text = _("The glossary has “%(wanted)s” for “%(found)s”.")
    return [_advice(text % {"found": written, "wanted": term}) for written, term in dict.fromkeys(names)]


def _verdict(verdict: str | None) -> list[Remark]:
    if verdict is None:
        return [_advice(_("The topic has no verdict yet: without one, readers see “not rated”."))]
    return []
