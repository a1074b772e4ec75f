"""The search page's address. Included at the root."""

from django.urls import re_path

from barograph.search import views

urlpatterns = [
    re_path(r"^(?P<language>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)/search/$", views.results, name="search"),
]
