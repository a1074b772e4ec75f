"""The web application: baked files first, Django for the rest."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barograph.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from barograph.website.server import application_for

answers = get_asgi_application()
get_resolver().url_patterns  # noqa: B018 - read now, with the desk behind them, not when somebody waits for a page
application = application_for(settings.DATA / "site" / "current", answers)
