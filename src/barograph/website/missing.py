"""Django's "there is no such page" outside the desk: the baked page that says so, in the language of the address."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.defaults import page_not_found

from barograph.website import headers
from barograph.website.tree import Tree


def page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answers 404. In the desk, and before the first bake, Django's own plain page does."""
    current = settings.DATA / "site" / "current"
    if request.path.startswith(tuple(f"{prefix}/" for prefix in headers.DESK)) or not current.is_dir():
        return page_not_found(request, exception)
    tree = Tree(current.resolve(), https=settings.HTTPS, budget=0)
    first = request.path.lstrip("/").split("/", 1)[0]
    for place in ([f"/{first}/404.html"] if first in tree.languages() else []) + ["/404.html"]:
        if (answer := tree.answer(place, ("identity",), 404)) is not None:
            return HttpResponse(answer.body, status=404, content_type=headers.content_type(place))
    return page_not_found(request, exception)
