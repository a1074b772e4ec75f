"""The page of search results. Reads the index and the imprint; sets nothing, keeps nothing of what was asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe
from markupsafe import Markup, escape

from barograph.base import languages, pages
from barograph.editions.services import current_imprint
from barograph.search import services, words
from barograph.search.models import Document

LIMIT = 50
SNIPPET = 240


@require_safe
def results(request: HttpRequest, language: str) -> HttpResponse:
    """GET /{lang}/search/?q="""
    imprint = current_imprint()
    if language not in imprint["languages"]:
        raise Http404
    query = " ".join(request.GET.get("q", "").replace("\x00", " ").split())
    with translation.override(languages.interface(language)):
        context = answer(query, language)
    asked = f"?{urlencode({'q': context['query']})}" if query else ""
    others = {code: f"/{code}/search/{asked}" for code in imprint["languages"]}
    shell = pages.shell_context(imprint, language, others, section="search")
    page = pages.render("search/results.html", {**shell, **context}, language=language)
    response = HttpResponse(page)
    response["Cache-Control"] = "private, max-age=60"
    response["X-Robots-Tag"] = "noindex"
    return response


def answer(query: str, language: str) -> dict[str, Any]:
    """What the template shows for a query, in the active language's words."""
    shown = query[: words.LONGEST_QUERY]
    try:
        found = services.find(query, language, LIMIT)
    except services.QueryTooLong:
        sentence = gettext("Please search with at most %(words)s words and %(letters)s characters.")
        limits = {"words": words.MOST_WORDS, "letters": words.LONGEST_QUERY}
        return {"query": shown, "problem": sentence % limits, "count": "", "hits": [], "more": "", "sentences": {}}
    problem = ""
    if not found.words:
        problem = gettext("Type a word to search for: a name, a place, a topic.")
    return {
        "query": shown,
        "problem": problem,
        "count": _count(found.total) if found.words else "",
        "hits": [_hit(document, found.words) for document in found.documents],
        "more": _more(found.total),
        "sentences": sentences(),
    }


def sentences() -> dict[str, str]:
    """Each verdict in words."""
    return {
        "worsened": gettext("The situation has worsened"),
        "unchanged": gettext("The situation has not changed"),
        "improved": gettext("The situation has improved"),
    }


def _count(total: int) -> str:
    if not total:
        return gettext("No commentary has all of these words.")
    return ngettext("%(count)s commentary found", "%(count)s commentaries found", total) % {"count": total}


def _more(total: int) -> str:
    if total <= LIMIT:
        return ""
    sentence = gettext("The best %(shown)s are shown. Add a word to narrow the search.")
    return sentence % {"shown": LIMIT}


def _hit(document: Document, looked_for: list[words.Word]) -> dict[str, Any]:
    return {
        "url": document.url,
        "topic": document.topic_name,
        "verdict": document.verdict,
        "issue": {"first": document.first.isoformat(), "last": document.last.isoformat()},
        "headline": _marks(words.marked(document.headline, looked_for)),
        "snippet": _marks(words.marked(document.text, looked_for, length=SNIPPET)),
    }


def _marks(pieces: list[tuple[str, bool]]) -> Markup:
    """Escaped text with its hits in <mark>."""
    return Markup("").join(Markup("<mark>{}</mark>").format(piece) if hit else escape(piece) for piece, hit in pieces)
