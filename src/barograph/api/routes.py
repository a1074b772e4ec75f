"""The API's addresses and the views behind them. Loaded with the first request, see urls."""

from django.urls import path

from barograph.api import translations, views
from barograph.api.document import Document
from barograph.api.urls import ADDRESSES

BASE = "desk/api/v1/"
VIEWS = {
    "issues": views.Issues,
    "drafts": views.Drafts,
    "draft": views.Draft,
    "ratings": views.Ratings,
    "rating": views.Rating,
    "translations": translations.Translations,
    "translation": translations.Translation,
    "openapi": Document,
    "nowhere": views.Nowhere,
}
urlpatterns = [path(BASE + address, VIEWS[name].as_view()) for name, address in ADDRESSES.items()]
