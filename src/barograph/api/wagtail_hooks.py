"""Tokens in the desk: their page, their place in the account."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from barograph.api import desk


@hooks.register("register_admin_urls")
def urls():
    return [
        path("tokens/", desk.tokens, name="desk_tokens"),
        path("tokens/<int:pk>/end/", desk.end, name="desk_token_end"),
    ]


@hooks.register("register_account_menu_item")
def tokens_item(request):
    return {
        "url": reverse("desk_tokens"),
        "label": _("Tokens for your own tools"),
        "help_text": _("Let a program read or edit your drafts, ratings and translations."),
    }
