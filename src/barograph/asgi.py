"""The web application: baked files first, Django for the rest."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barograph.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application

from barograph.website.server import application_for

application = application_for(settings.DATA / "site" / "current", get_asgi_application())
