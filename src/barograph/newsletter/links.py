"""Addresses of the newsletter's own pages, in full, and of the site's pages it points to."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from barograph.subscribers import tokens
from barograph.subscribers.models import Subscriber


def page(name: str, language: str, token: str = "") -> str:
    """The full address of one of this app's pages, by its URL's name."""
    arguments = [language, token] if token else [language]
    return settings.BASE_URL + reverse(name, urlconf="barograph.newsletter.urls", args=arguments)


def pattern(name: str) -> str:
    """The same with {language} and {token} left open, for a mailing."""
    return page(name, "LANGUAGE", "TOKEN").replace("LANGUAGE", "{language}").replace("TOKEN", "{token}")


def own_settings(subscriber: Subscriber, language: str) -> str:
    """The path of a subscriber's settings, signed for the address that holds now."""
    return reverse("newsletter_settings", args=[language, tokens.settings(subscriber.pk, links=subscriber.links)])


def site(path: str) -> str:
    """A path of the site, in full."""
    return settings.BASE_URL + path
