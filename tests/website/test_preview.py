"""A preview is the page as it would be, made from what nobody saved, and kept by nobody."""

import re

import pytest
from django.test import RequestFactory

from barograph.base import style
from barograph.editions.models import Edition
from barograph.website.preview import render_commentary
from tests.factories import CommentaryFactory, translated

pytestmark = pytest.mark.django_db


def preview(commentary):
    return render_commentary(commentary, RequestFactory().get("/desk/preview/"), "")


def test_it_shows_what_was_not_saved_on_the_sites_own_template():
    source = CommentaryFactory(headline="Saved", live=False)
    source.headline = "Not saved yet"
    response = preview(source)
    page = response.content.decode()
    assert response.status_code == 200
    assert '<h1 class="text">Not saved yet</h1>' in page
    assert "<style>@font-face{" in page
    assert not Edition.objects.exists()


def test_each_language_in_its_own_words():
    source = CommentaryFactory()
    page = preview(translated(source, "be", headline="Па-беларуску")).content.decode()
    assert '<html lang="be"' in page
    assert "Па-беларуску" in page


def test_it_is_never_kept_and_framed_by_the_desk_alone():
    response = preview(CommentaryFactory())
    assert response["Cache-Control"] == "no-store"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    held = re.search("<style>(.+?)</style>", response.content.decode())[1]
    assert style.source_of(held) in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]


def test_a_language_the_publication_lacks_is_said_so():
    assert preview(CommentaryFactory(language="pl")).status_code == 404
