"""The page of search results. Reads the index and the imprint; sets nothing, keeps nothing of what was asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from markupsafe import Markup, escape

from barograph.base import languages, pages
from barograph.editions.services import current_imprint, current_renames
from barograph.search import queries, services
from barograph.search.marks import Pieces
from barograph.search.models import Document, Facet
from barograph.search.queries import Filters

LIMIT = 50
_LONGEST_VALUE = 80


@csrf_exempt  # or a POST would be told of cookies that nobody sets
@require_safe
def results(request: HttpRequest, language: str) -> HttpResponse:
    """GET /{lang}/search/?q=&topic=&verdict=&year=&author="""
    imprint = current_imprint()
    if language not in imprint["languages"]:
        raise Http404
    query = _value(request.GET, "q", 10 * queries.LONGEST_QUERY)
    filters = read_filters(request.GET)
    with translation.override(languages.interface(language)):
        context = answer(query, language, filters)
        context["choices"] = choices(language, filters)
    asked = address({"q": context["query"]}, filters)
    others = {code: f"/{code}/search/{asked}" for code in imprint["languages"]}
    shell = pages.shell_context(imprint, language, others, section="search")
    page = pages.render("search/results.html", {**shell, **context}, language=language)
    response = HttpResponse(page)
    response["Cache-Control"] = "private, max-age=60"
    response["X-Robots-Tag"] = "noindex"
    return response


def _value(values: QueryDict, name: str, longest: int) -> str:
    return " ".join(values.get(name, "").replace("\x00", " ").split())[:longest]


def read_filters(values: QueryDict) -> Filters:
    """What the form's selects said. A value nobody offers finds nothing."""
    asked = {name: _value(values, name, _LONGEST_VALUE) for name in ("topic", "verdict", "year", "author")}
    renamed = current_renames()
    asked["topic"] = renamed.topic(asked["topic"])  # an old link may name a former address
    asked["author"] = renamed.people.get(asked["author"], asked["author"])
    return Filters(**asked)


def address(values: dict[str, str], filters: Filters) -> str:
    """'?q=…&topic=…', without what is empty; '' where all is."""
    given = {name: value for name, value in {**values, **vars(filters)}.items() if value}
    return f"?{urlencode(given)}" if given else ""


def choices(language: str, filters: Filters) -> list[dict[str, Any]]:
    """The selects of the form, in order: name, label, options (value, words, chosen); none with nothing to choose."""
    facets = Facet.objects.filter(language=language).values_list("kind", "value", "name")
    of: dict[str, list[tuple[str, str]]] = {"topic": [], "year": [], "author": []}
    for kind, value, name in facets:
        of[kind].append((value, name))
    for kind in of:
        of[kind].sort(key=lambda pair: (pair[1].casefold(), pair[0]), reverse=kind == "year")
    verdicts = [(verdict, words) for verdict, words in verdict_words().items()]
    selects = [
        ("topic", gettext("Topic"), gettext("All topics"), of["topic"]),
        ("verdict", gettext("Verdict"), gettext("Any verdict"), verdicts if facets else []),
        ("year", gettext("Year"), gettext("All years"), of["year"]),
        ("author", gettext("Author"), gettext("All authors"), of["author"]),
    ]
    return [
        {
            "name": name,
            "label": label,
            "options": [
                {"value": value, "words": words, "chosen": getattr(filters, name) == value}
                for value, words in [("", every), *options]
            ],
        }
        for name, label, every, options in selects
        if options
    ]


def answer(query: str, language: str, filters: Filters | None = None) -> dict[str, Any]:
    """What the template shows for a query, in the active language's words."""
    filters = filters or Filters()
    shown = query[: queries.LONGEST_QUERY]
    texts = dict.fromkeys(("problem", "count", "more", "missing", "without_filters"), "")
    empty = {**texts, "query": shown, "hits": [], "suggestions": [], "sentences": {}}
    try:
        results = services.find(query, language, LIMIT, filters)
    except services.QueryTooLong:
        sentence = gettext("Use at most %(words)s words and %(letters)s characters.")
        return empty | {"problem": sentence % {"words": queries.MOST_WORDS, "letters": queries.LONGEST_QUERY}}
    if not results.query.words and not filters:
        return empty | {"problem": gettext("Enter a word to search for: a name, a place or a topic.")}
    marked = zip(results.documents, services.snippets(results), strict=True)
    suggestions = [{"query": text, "url": address({"q": text}, filters)} for text in results.suggestions]
    return empty | {
        "count": _count(results.total),
        "hits": [_hit(document, *pieces) for (document, _), pieces in marked],
        "more": _more(results.total),
        "missing": _missing(results.missing),
        "suggestions": suggestions,
        "without_filters": address({"q": shown}, Filters()) if filters and shown and not results.total else "",
        "sentences": sentences(),
    }


def sentences() -> dict[str, str]:
    """Each verdict in a sentence."""
    return {
        "worsened": gettext("The situation has worsened"),
        "unchanged": gettext("The situation has not changed"),
        "improved": gettext("The situation has improved"),
    }


def verdict_words() -> dict[str, str]:
    """Each verdict in a word, as the filter offers it."""
    return {
        "worsened": pgettext("verdict", "worsened"),
        "unchanged": pgettext("verdict", "unchanged"),
        "improved": pgettext("verdict", "improved"),
        "unrated": pgettext("verdict", "not rated"),
    }


def _count(total: int) -> str:
    if not total:
        return gettext("No commentary contains all of these words.")
    return ngettext("%(count)s commentary found", "%(count)s commentaries found", total) % {"count": total}


def _missing(words: list[str]) -> str:
    if not words:
        return ""
    return gettext("No commentary contains: %(words)s. Showing results for the other words.") % {
        "words": ", ".join(words)
    }


def _more(total: int) -> str:
    if total <= LIMIT:
        return ""
    sentence = gettext("Showing the top %(shown)s. Add a word to narrow the search.")
    return sentence % {"shown": LIMIT}


def _hit(document: Document, headline: Pieces, snippet: Pieces) -> dict[str, Any]:
    return {
        "url": document.url,
        "topic": document.topic_name,
        "verdict": document.verdict,
        "issue": {"first": document.first.isoformat(), "last": document.last.isoformat()},
        "headline": _marks(headline),
        "snippet": _marks(snippet),
    }


def _marks(pieces: Pieces) -> Markup:
    """Escaped text with its hits in <mark>."""
    return Markup("").join(Markup("<mark>{}</mark>").format(piece) if hit else escape(piece) for piece, hit in pieces)
