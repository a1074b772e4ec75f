"""The web application: baked files first, Django for the rest."""

import os
import signal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barograph.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from barograph.supervisor import end_with_parent
from barograph.website.server import application_for

end_with_parent(signal.SIGKILL)  # a web process without its parent would keep the port to itself
answers = get_asgi_application()
get_resolver().url_patterns  # noqa: B018 - read now, with the desk behind them, not when somebody waits for a page
application = application_for(settings.DATA / "site" / "current", answers)
