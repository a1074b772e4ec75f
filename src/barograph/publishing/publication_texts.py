"""What readers see of the publication itself: its name, texts, topics, analysts and lists.

A release freezes them with its issue. Between two releases an edit waits; here a publisher sees what waits and shows it
to readers at once, without a release and without mail.
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from barograph.editions import services as editions
from barograph.issues.services import publication
from barograph.people import audit
from barograph.publishing.tasks import show_publication


def waiting() -> list[str]:
    """What was edited and readers don't see yet, in words: 'name', 'pages about the project' …"""
    names = {
        "name": _("name"),
        "strapline": _("strapline"),
        "newsletter_text": _("newsletter text"),
        "languages": _("languages"),
        "rhythm": _("frequency"),
        "timezone": _("time zone"),
        "lists": _("newsletters"),
        "links": _("links"),
        "topics": _("topics"),
        "people": _("analysts"),
        "standing": _("pages about the project"),
    }
    return [names[key] for key in editions.imprint_changes() if key in names]


@require_POST
def show_now(request: HttpRequest) -> HttpResponse:
    """Show the edited texts on the site, by a worker."""
    if not request.user.has_perm("publishing.add_release"):
        raise PermissionDenied
    if waiting():
        audit.note("publication_shown", about=publication(), name="–", by=request.user)
        transaction.on_commit(show_publication.enqueue)
        messages.success(request, _("The site is being updated. Readers will see the new texts in a minute."))
    else:
        messages.info(request, _("Readers already see the latest texts."))
    return redirect(reverse("wagtailadmin_home") + "?issue=")
