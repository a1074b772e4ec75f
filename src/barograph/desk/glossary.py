"""The glossary at work: which names and terms a source text has, and whether a translation writes them as agreed.

Words are compared by what their forms share (search.analysis), so that a case ending is no departure. Plain values
in and out, but for the list of terms in the desk's menu.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from barograph.base import languages
from barograph.base.versions import VersionedForm
from barograph.commentaries.models import Term
from barograph.commentaries.texts import visible
from barograph.issues.services import publication
from barograph.search.analysis import letters, terms

#: A text's words: in small letters, and the terms their forms share.
Words = Sequence[tuple[str, frozenset[str]]]
#: So many letters at a word's end are its ending's; before them every letter counts, whatever search forgives.
ENDING = 3
#: A name with fewer letters is too easily another word.
LEAST = 5
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|„[^“]*“|\"[^\"]*\"")


@dataclass(frozen=True)
class TermUse:
    """A term that a source text has: how it stands there, how it is to be written, whether it is."""

    source: str
    words: tuple[str, ...]
    is_used: bool  # the translation has it in one of the spellings
    note: str

    @property
    def line(self) -> str:
        """As a line for a translator's tool."""
        line = f"{self.source} → {' / '.join(self.words)}"
        return f"{line} ({self.note})" if self.note else line


def words_of(text: str, language: str) -> Words:
    """A text (markup left out) as the terms of its words."""
    words = letters.split(letters.clean(visible(text)))
    return [(word.casefold(), frozenset(terms(word, language))) for word in words]


def stands_in(phrase: Words, text: Words) -> bool:
    """Whether the phrase stands in the text, in any of its forms."""
    if not phrase:
        return False
    return any(
        all(_is_form(text[start + place], part) for place, part in enumerate(phrase))
        for start in range(len(text) - len(phrase) + 1)
    )


def _is_form(word: tuple[str, frozenset[str]], term: tuple[str, frozenset[str]]) -> bool:
    """Whether a word is a form of the wanted one, and spelled like it: "Лукашенка" is none of "Лукашэнка"."""
    stem = term[0][: max(len(term[0]) - ENDING, 0)]
    return bool(word[1] & term[1]) and word[0].startswith(stem)


class Glossary:
    """The terms for one pair of languages, read once for all texts of a page."""

    def __init__(self, known: Iterable[Term], source: str, target: str) -> None:
        self.source, self.target = source, target
        self._pairs = []
        for term in known:
            here, there = term.spellings(source), term.spellings(target)
            if here and there:
                self._pairs.append(
                    (
                        [(word, words_of(word, source)) for word in here],
                        [(word, words_of(word, target)) for word in there],
                        term.note,
                    )
                )

    def terms_in(self, source: str, target: str) -> list[TermUse]:
        """The terms in a source text, and whether its translation has them. An empty translation lacks none yet."""
        if not self._pairs or not source.strip():
            return []
        have, target_words = words_of(source, self.source), words_of(target, self.target)
        terms = []
        for here, there, note in self._pairs:
            if seen := next((word for word, phrase in here if stands_in(phrase, have)), None):
                is_used = not target_words or any(stands_in(phrase, target_words) for _word, phrase in there)
                terms.append(TermUse(seen, tuple(word for word, _phrase in there), is_used, note))
        return terms


def strays(text: str, language: str, known: Iterable[Term]) -> list[tuple[str, str]]:
    """[(as it stands, as this language has it)]: names a text writes as another language of the publication does.

    Said only where it is sure: proper names of one word and five letters or more, outside quotations (which keep
    their own spelling), and no word that any entry has in this language.
    """
    have, rows = words_of(_QUOTED.sub(" ", visible(text)), language), list(known)
    right = [words_of(word, language) for term in rows for word in term.spellings(language)]
    strayed: dict[tuple[str, str], None] = {}
    for term in rows:
        own = term.spellings(language)
        for code in term.words if own else ():
            for foreign in term.spellings(code) if code != language else ():
                phrase = words_of(foreign, code)
                if len(phrase) != 1 or len(foreign) < LEAST or not foreign[0].isupper():
                    continue
                stem = phrase[0][0][:-1]
                for word in have:
                    # the name itself or a case of it: nothing but another ending
                    if not word[0].startswith(stem) or len(word[0]) > len(foreign) + ENDING:
                        continue
                    if not any(stands_in(phrase_here, [word]) for phrase_here in right):
                        strayed[(foreign, own[0])] = None
    return list(strayed)


def _everywhere(term: Term) -> str:
    codes = [code for code in publication().languages if term.spellings(code)]
    return ", ".join(f"{languages.name(code)}: {' / '.join(term.spellings(code))}" for code in codes)


class TermViewSet(ModelViewSet):
    """The glossary in the desk: a line a term, out as CSV or XLSX."""

    model = Term
    icon = "title"
    name = "glossary"
    menu_label = _("Glossary")
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["__str__", Column("words", label=_("In each language"), accessor=_everywhere), "note"]
    list_export = ["words", "note"]
    edit_handler = ObjectList([FieldPanel("words"), FieldPanel("note")], base_form_class=VersionedForm)
