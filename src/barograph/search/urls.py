"""The search page's address. Included at the root."""

from django.urls import re_path

from barograph.base.languages import ADDRESS_CODE
from barograph.search import views

urlpatterns = [
    re_path(rf"^(?P<language>{ADDRESS_CODE})/search/$", views.results, name="search"),
]
