"""The desk's pages of a release: the button, its progress, and what to do where it stopped."""

from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from barograph.publishing import (
    audience,
    domain_alerts,
    mail_reports,
    mailing_views,
    previews,
    publication_texts,
    views,
)


@hooks.register("register_admin_urls")
def urls():
    return [
        path("publication/show/", publication_texts.show_now, name="publishing_show_publication"),
        path("mailings/", audience.mailings, name="publishing_mailings"),
        path("release/<int:issue_id>/", views.release, name="publishing_release"),
        path("release/<int:issue_id>/preview/", previews.preview, name="publishing_preview"),
        path("release/<int:issue_id>/preview/site<path:address>", previews.page, name="publishing_preview_page"),
        path("release/<int:issue_id>/preview/feed<path:address>", previews.feed, name="publishing_preview_feed"),
        path(
            "release/<int:issue_id>/preview/card/<str:language>/", previews.card, name="publishing_preview_issue_card"
        ),
        path(
            "release/<int:issue_id>/preview/card/<str:language>/<slug:key>/",
            previews.card,
            name="publishing_preview_card",
        ),
        path("release/<int:issue_id>/progress/", views.progress, name="publishing_progress"),
        path("release/<int:issue_id>/go-on/", views.go_on, name="publishing_go_on"),
        path("release/<int:issue_id>/ready/", views.publish_ready, name="publishing_ready"),
        path("release/<int:issue_id>/call-off/", views.call_off, name="publishing_call_off"),
        path("release/<int:issue_id>/hold-mail/", views.hold_mail, name="publishing_hold_mail"),
        path("release/<int:issue_id>/take-back/", views.take_back, name="publishing_take_back"),
        path("release/<int:issue_id>/letters/", mailing_views.newsletter_page, name="publishing_newsletter"),
        path(
            "release/<int:issue_id>/letters/<int:mailing_id>/steer/",
            mailing_views.control,
            name="publishing_control_mailing",
        ),
        path("release/<int:issue_id>/letters/look-up/", mail_reports.look_up, name="publishing_look_up"),
        path(
            "release/<int:issue_id>/letters/<int:mailing_id>/report/<int:refusal_id>/",
            domain_alerts.decide,
            name="publishing_decide_domain",
        ),
        path(
            "release/<int:issue_id>/letters/<int:mailing_id>/report/",
            mail_reports.report,
            name="publishing_mailing_report",
        ),
        path(
            "release/<int:issue_id>/letters/<slug:list_key>/html/",
            mailing_views.mail_html,
            name="publishing_mail_html",
        ),
        path(
            "release/<int:issue_id>/letters/<slug:list_key>/test/", mailing_views.send_test, name="publishing_send_test"
        ),
    ]


class NewsletterItem(MenuItem):
    """For those who publish."""

    def is_shown(self, request):
        return request.user.has_perm("publishing.add_release")


@hooks.register("register_admin_menu_item")
def newsletter_item():
    return NewsletterItem(_("Newsletter"), reverse("publishing_mailings"), name="mailings", icon_name="mail", order=140)


@hooks.register("week_notices")
def edited_texts(request, token):
    """On the week's screen: what of the publication was edited and readers don't see yet. `token`: for its form."""
    if not request.user.has_perm("publishing.add_release"):
        return None
    return render_to_string(
        "publishing/edited_texts.html", {"waiting": publication_texts.waiting(), "csrf_token": token}
    )
