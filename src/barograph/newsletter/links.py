"""Addresses of the newsletter's own pages, in full, and of the site's pages it points to."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse


def page(name: str, language: str, token: str = "") -> str:
    """The full address of one of this app's pages, by its URL's name."""
    arguments = [language, token] if token else [language]
    return settings.BASE_URL + reverse(name, args=arguments)


def pattern(name: str) -> str:
    """The same with {language} and {token} left open, for a mailing."""
    return page(name, "LANGUAGE", "TOKEN").replace("LANGUAGE", "{language}").replace("TOKEN", "{token}")


def site(path: str) -> str:
    """A path of the site, in full."""
    return settings.BASE_URL + path
