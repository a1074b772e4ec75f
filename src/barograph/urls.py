"""What Django answers: the desk, sign-up, search, the demo's mailbox. Everything else is a baked file."""

from django.conf import settings
from django.urls import include, path
from wagtail.admin import urls as desk_urls

from barograph.desk.invitations import gone, invited
from barograph.website import media

handler404 = "barograph.website.missing.page"
handler400, handler500 = "barograph.desk.refused.bad_request", "barograph.desk.refused.server_error"

urlpatterns = [
    path("desk/media/<path:path>", media.serve),
    path("desk/invitation/", gone, name="desk_invitation_gone"),
    path("desk/invitation/<str:token>/", invited, name="desk_invitation"),  # for people without a sign-in
    path("desk/api/v1/", include("barograph.api.urls")),
    path("desk/", include(desk_urls)),
    path("", include("barograph.newsletter.urls")),
    path("", include("barograph.search.urls")),
]
if settings.MAIL_PROVIDER and settings.MAIL_PROVIDER.webhook_secret:
    from barograph.delivery.bounces import events

    if view := events.view_of(settings.MAIL_PROVIDER.name):
        urlpatterns.insert(0, path("desk/mail-events/", view))
if settings.DEMO:
    urlpatterns.append(path("", include("barograph.demo.urls")))
