"""The API's addresses. Its views are loaded with the first request: workers never need them."""

from functools import cache
from importlib import import_module

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

ADDRESSES = {
    "openapi": "openapi.json",
    "issues": "issues",
    "drafts": "drafts",
    "draft": "drafts/<int:pk>",
    "ratings": "ratings/<str:issue>",
    "rating": "ratings/<str:issue>/<str:topic>",
    "translations": "translations",
    "translation": "translations/<int:pk>/<str:language>",
    "nowhere": "<path:rest>",
}


@cache
def _view(name: str):
    return import_module("barograph.api.routes").VIEWS[name].as_view()


def lazily(name: str):
    @csrf_exempt  # no cookie opens anything here
    def view(request: HttpRequest, **kwargs) -> HttpResponse:
        return _view(name)(request, **kwargs)

    return view


app_name = "api"
urlpatterns = [path(address, lazily(name), name=name) for name, address in ADDRESSES.items()]
