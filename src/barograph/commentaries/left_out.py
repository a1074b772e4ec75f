"""What of a foreign text isn't in the body that it became, in words for whoever brings it in."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def in_words(lost: Counter[str]) -> tuple[str, ...]:
    """A sentence for each kind of thing, in a fixed order. `lost`: {kind: how often}."""
    result = []
    for kind, sentence in _sentences(lost).items():
        if lost[kind]:
            result.append(sentence % {"number": lost[kind]})
    return tuple(result)


def _sentences(lost: Counter[str]) -> dict[str, str]:
    """A sentence a kind, in the number's form."""
    return _of_words(lost) | _of_things(lost)


def _of_words(lost: Counter[str]) -> dict[str, str]:
    return {
        "struck": ngettext(
            "Struck-out words in %(number)s place are left out.",
            "Struck-out words in %(number)s places are left out.",
            lost["struck"],
        ),
        "hidden": ngettext(
            "Hidden words in %(number)s place are left out.",
            "Hidden words in %(number)s places are left out.",
            lost["hidden"],
        ),
        "raised": ngettext(
            "In %(number)s place raised or lowered letters stand on the line now: look at them.",
            "In %(number)s places raised or lowered letters stand on the line now: look at them.",
            lost["raised"],
        ),
        "symbols": ngettext(
            "%(number)s symbol of a special typeface is left out: put in another.",
            "%(number)s symbols of special typefaces are left out: put in others.",
            lost["symbols"],
        ),
        "fields": ngettext(
            "%(number)s field shows nothing here: write its words in.",
            "%(number)s fields show nothing here: write their words in.",
            lost["fields"],
        ),
        "equations": ngettext(
            "%(number)s equation is written in one line: look at it.",
            "%(number)s equations are written in one line: look at them.",
            lost["equations"],
        ),
        "numbers": ngettext(
            "The number of %(number)s paragraph may differ: lists here count 1, 2, 3.",
            "The numbers of %(number)s paragraphs may differ: lists here count 1, 2, 3.",
            lost["numbers"],
        ),
        "notes": ngettext(
            "%(number)s footnote mark has no note: it is plain text now.",
            "%(number)s footnote marks have no note: they are plain text now.",
            lost["notes"],
        ),
    }


def _of_things(lost: Counter[str]) -> dict[str, str]:
    return {
        "tables": ngettext(
            "%(number)s table: its rows are paragraphs now.",
            "%(number)s tables: their rows are paragraphs now.",
            lost["tables"],
        ),
        "boxes": ngettext(
            "%(number)s text box: its words stand below the paragraph that held it.",
            "%(number)s text boxes: their words stand below the paragraphs that held them.",
            lost["boxes"],
        ),
        "links": ngettext(
            "%(number)s link that readers can’t open is left out, its words stay.",
            "%(number)s links that readers can’t open are left out, their words stay.",
            lost["links"],
        ),
        "pictures": ngettext(
            "%(number)s picture: put it in with the editor’s own button.",
            "%(number)s pictures: put them in with the editor’s own button.",
            lost["pictures"],
        ),
        "drawings": ngettext(
            "%(number)s drawing or chart is left out.",
            "%(number)s drawings or charts are left out.",
            lost["drawings"],
        ),
        "embedded": ngettext(
            "%(number)s embedded document, video or the like is left out.",
            "%(number)s embedded documents, videos or the like are left out.",
            lost["embedded"],
        ),
        "margins": _("The headers and footers of the pages are left out."),
        "comments": ngettext(
            "%(number)s comment is left out.",
            "%(number)s comments are left out.",
            lost["comments"],
        ),
        "unknown": ngettext(
            "%(number)s thing in the file is unknown here: compare the text.",
            "%(number)s things in the file are unknown here: compare the text.",
            lost["unknown"],
        ),
    }
