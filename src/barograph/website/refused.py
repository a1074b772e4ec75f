"""A public page that says why a request was not answered as wished, in the language of its address."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from barograph.base import pages
from barograph.base.languages import interface
from barograph.base.refusals import Refusal
from barograph.editions.services import current_imprint


def page(request: HttpRequest, refusal: Callable[[], Refusal]) -> HttpResponse:
    """`refusal` is asked in the reader's language: the address's, else the browser's, else the publication's first."""
    imprint = current_imprint()
    wishes = (request.path.lstrip("/").split("/", 1)[0], translation.get_language())
    language = next((code for code in wishes if code in imprint["languages"]), imprint["languages"][0])
    with translation.override(interface(language)):
        answer = refusal()
    context = {"heading": answer.title, "words": answer.words, "link": "", "link_words": ""}
    shell = pages.shell_context(imprint, language, {code: f"/{code}/" for code in imprint["languages"]})
    html = pages.render("newsletter/message.html", {**shell, **context}, language=language)
    response = HttpResponse(html, status=answer.status)
    response["Content-Language"] = language
    response["Cache-Control"] = "no-store"
    return response
