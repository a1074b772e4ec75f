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
            "Struck-out text in %(number)s place was left out.",
            "Struck-out text in %(number)s places was left out.",
            lost["struck"],
        ),
        "hidden": ngettext(
            "Hidden text in %(number)s place was left out.",
            "Hidden text in %(number)s places was left out.",
            lost["hidden"],
        ),
        "raised": ngettext(
            "Superscript or subscript in %(number)s place became plain text. Please check it.",
            "Superscript or subscript in %(number)s places became plain text. Please check it.",
            lost["raised"],
        ),
        "symbols": ngettext(
            "%(number)s symbol from a special font was left out. Replace it.",
            "%(number)s symbols from special fonts were left out. Replace them.",
            lost["symbols"],
        ),
        "fields": ngettext(
            "%(number)s field has no text here. Type it in.",
            "%(number)s fields have no text here. Type it in.",
            lost["fields"],
        ),
        "equations": ngettext(
            "%(number)s equation was converted to a single line. Please check it.",
            "%(number)s equations were converted to single lines. Please check them.",
            lost["equations"],
        ),
        "numbers": ngettext(
            "The number of %(number)s paragraph may differ: lists here are numbered 1, 2, 3.",
            "The numbers of %(number)s paragraphs may differ: lists here are numbered 1, 2, 3.",
            lost["numbers"],
        ),
        "notes": ngettext(
            "%(number)s footnote mark has no footnote and is now plain text.",
            "%(number)s footnote marks have no footnotes and are now plain text.",
            lost["notes"],
        ),
    }


def _of_things(lost: Counter[str]) -> dict[str, str]:
    return {
        "tables": ngettext(
            "%(number)s table: its rows are now paragraphs.",
            "%(number)s tables: their rows are now paragraphs.",
            lost["tables"],
        ),
        "boxes": ngettext(
            "%(number)s text box: its text now follows the paragraph it was attached to.",
            "%(number)s text boxes: their text now follows the paragraphs they were attached to.",
            lost["boxes"],
        ),
        "links": ngettext(
            "%(number)s link that readers can’t open was removed; its text was kept.",
            "%(number)s links that readers can’t open were removed; their text was kept.",
            lost["links"],
        ),
        "pictures": ngettext(
            "%(number)s picture: add it with the editor’s image button.",
            "%(number)s pictures: add them with the editor’s image button.",
            lost["pictures"],
        ),
        "drawings": ngettext(
            "%(number)s drawing or chart was left out.",
            "%(number)s drawings or charts were left out.",
            lost["drawings"],
        ),
        "embedded": ngettext(
            "%(number)s embedded document, video or similar object was left out.",
            "%(number)s embedded documents, videos or similar objects were left out.",
            lost["embedded"],
        ),
        "margins": _("Page headers and footers were left out."),
        "comments": ngettext(
            "%(number)s comment was left out.",
            "%(number)s comments were left out.",
            lost["comments"],
        ),
        "unknown": ngettext(
            "%(number)s item in the file was not recognized. Compare the text.",
            "%(number)s items in the file were not recognized. Compare the text.",
            lost["unknown"],
        ),
    }
