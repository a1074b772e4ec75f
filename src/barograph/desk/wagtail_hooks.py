"""The desk in Wagtail: its addresses, its home, its menu. What does not apply is taken out."""

from django.db import models
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.menu import MenuItem
from wagtail.admin.search import SearchArea
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import Button
from wagtail.permissions import policy_registry
from wagtail.snippets.action_menu import SubmitForModerationMenuItem

from barograph.base.fields import WholeNumberField
from barograph.commentaries.models import Commentary, Term
from barograph.commentaries.permissions import may_translate
from barograph.commentaries.services import source_texts
from barograph.desk import (
    accounts,
    audit,
    board,
    invitations,
    notes,
    pasting,
    plan,
    ratings,
    safety,
    taking_in,
    translation,
    views,
)
from barograph.desk.glossary import TermViewSet, strays
from barograph.desk.panels import WeekPanel
from barograph.issues.admin import VIEWSETS as ISSUES
from barograph.issues.admin import PlanViewSet, RestViewSet
from barograph.people.admin import VIEWSETS as PEOPLE
from barograph.people.audit import MAY_SEE
from barograph.people.invitations import MAY_INVITE

register_form_field_override(models.IntegerField, override={"form_class": WholeNumberField})

#: Wagtail's menu items that have nothing to show here.
HIDDEN = frozenset({"explorer", "documents", "reports", "snippets", "help", "collections", "sites", "redirects"})


@hooks.register("register_admin_urls")
def urls():
    topic = "week/<int:issue_id>/<int:topic_id>"
    screen = "translate/<int:pk>/<str:language>"
    return [
        path("week/now/", views.now, name="desk_week_now"),
        path("week/open/", views.open_issue, name="desk_open_issue"),
        path("week/special/", plan.special, name="desk_special_issue"),
        path(f"{topic}/writer/", views.set_writer, name="desk_writer"),
        path(f"{topic}/verdict/", views.decide, name="desk_verdict"),
        path(f"{topic}/write/", views.write, name="desk_write"),
        path("week/<int:issue_id>/ratings/", ratings.ratings, name="desk_ratings"),
        path("week/<int:issue_id>/ratings/open/", ratings.open_ratings, name="desk_open_ratings"),
        path(f"{topic}/say/", ratings.say, name="desk_say"),
        path(f"{topic}/rating/", ratings.rate, name="desk_rating"),
        path("away/", plan.away, name="desk_away"),
        path("away/back/", plan.back, name="desk_back"),
        path("commentaries/<int:pk>/notes/", notes.talk, name="desk_notes"),
        path("commentaries/<int:pk>/notes/<int:note_id>/settle/", notes.settle, name="desk_note_settle"),
        path("commentaries/<int:pk>/word/", taking_in.word_file, name="desk_word_file"),
        path("paste/", pasting.paste, name="desk_paste"),
        path("safety/", safety.safety, name="desk_safety"),
        path("safety/confirm/", safety.ask, name="desk_factor_ask"),
        path("safety/set-up/", safety.set_up, name="desk_factor_set_up"),
        path("safety/change/", safety.change, name="desk_factor_change"),
        path("safety/passkey/", safety.add_passkey, name="desk_passkey_add"),
        path("safety/sessions/", safety.end_sessions, name="desk_sessions_end"),
        path("translations/", board.board, name="desk_board"),
        path("invitations/", invitations.open_invitations, name="desk_invitations"),
        path("invitations/<int:pk>/steer/", invitations.steer, name="desk_invitation_steer"),
        path("audit/", audit.AuditView.as_view(), name="desk_audit"),
        path("audit/results/", audit.AuditView.as_view(results_only=True), name="desk_audit_results"),
        path("audit/export/", audit.export, name="desk_audit_export"),
        path(f"{screen}/", translation.translate, name="desk_translate"),
        path(f"{screen}/po/", translation.file_out, {"kind": "po"}, name="desk_translate_po"),
        path(f"{screen}/po/begin/", translation.file_begin, {"kind": "po"}, name="desk_translate_po_begin"),
        path(f"{screen}/xliff/", translation.file_out, {"kind": "xliff"}, name="desk_translate_xliff"),
        path(f"{screen}/xliff/begin/", translation.file_begin, {"kind": "xliff"}, name="desk_translate_xliff_begin"),
        path(f"{screen}/file/in/", translation.file_in, name="desk_translate_file_in"),
        path(f"{screen}/preview/", translation.preview, name="desk_translate_preview"),
    ]


@hooks.register("construct_homepage_panels")
def home(request, panels):
    panels[:] = [WeekPanel()]


@hooks.register("register_admin_menu_item")
def week_item():
    return MenuItem(_("The week"), reverse("wagtailadmin_home"), name="week", icon_name="calendar", order=10)


class BoardItem(MenuItem):
    """For those who translate."""

    def is_shown(self, request):
        return may_translate(request.user)


@hooks.register("register_admin_menu_item")
def board_item():
    return BoardItem(_("Translations"), reverse("desk_board"), name="translations", icon_name="globe", order=120)


class AuditItem(MenuItem):
    """For those who may see what was done."""

    def is_shown(self, request):
        return request.user.has_perm(MAY_SEE)


class InvitationsItem(MenuItem):
    """For those who may make accounts."""

    def is_shown(self, request):
        return request.user.has_perm(MAY_INVITE)


@hooks.register("register_settings_menu_item")
def invitations_item():
    return InvitationsItem(
        _("Invitations"), reverse("desk_invitations"), name="invitations", icon_name="mail", order=602
    )


@hooks.register("register_settings_menu_item")
def audit_item():
    return AuditItem(_("Audit log"), reverse("desk_audit"), name="audit", icon_name="history", order=700)


@hooks.register("register_admin_viewset")
def glossary():
    return TermViewSet(add_to_admin_menu=True, menu_order=125)


@hooks.register("commentary_names")
def names_of_other_languages(commentary):
    """The glossary's part of the checklist beside the editor."""
    text = " ".join(source_texts(commentary).values())
    return strays(text, commentary.language, Term.objects.all())


@hooks.register("commentary_buttons")
def word_button(commentary):
    url = reverse("desk_word_file", args=[commentary.pk])
    return [Button(_("Import a Word file"), url=url, icon_name="upload", priority=5)]


@hooks.register("commentary_buttons")
def notes_button(commentary):
    url = reverse("desk_notes", args=[commentary.pk])
    return [Button(_("Comments"), url=url, icon_name="comment", priority=6)]


@hooks.register("register_account_menu_item")
def safety_item(request):
    return {
        "url": reverse("desk_safety"),
        "label": _("Sign-in security"),
        "help_text": _("Second factor, recovery codes and active sessions."),
    }


@hooks.register("register_account_menu_item")
def away_item(request):
    return {
        "url": reverse("desk_away"),
        "label": _("Your days away"),
        "help_text": _("Days when you don’t write. Your topics go to their substitutes."),
    }


hooks.register("before_bulk_action", accounts.before_several)
hooks.register("after_bulk_action", accounts.after_several)


class PublicationGroup(ModelViewSetGroup):
    menu_label = _("Publication")
    menu_icon = "globe"
    menu_order = 200
    items = (*ISSUES, *PEOPLE)


class PlanGroup(ModelViewSetGroup):
    menu_label = _("Plan")
    menu_icon = "group"
    menu_order = 150
    items = (PlanViewSet, plan.Absences, RestViewSet)


@hooks.register("register_admin_viewset")
def plan_group():
    return PlanGroup()


@hooks.register("register_admin_viewset")
def publication_group():
    return PublicationGroup()


@hooks.register("construct_main_menu")
@hooks.register("construct_settings_menu")
def without_what_does_not_apply(request, menu_items):
    menu_items[:] = [item for item in menu_items if item.name not in HIDDEN]


class CommentarySearch(SearchArea):
    """The first of the searches: what the menu's "Search" looks through. The list shows to each what they may see."""

    def is_shown(self, request):
        policy = policy_registry.get_by_type(Commentary)
        return policy.user_has_any_permission(request.user, ["change", "view"])


@hooks.register("register_admin_search_area")
def commentary_search():
    url = reverse(Commentary.snippet_viewset.get_url_name("list"))
    return CommentarySearch(_("Commentaries"), url, name="commentaries", icon_name="doc-full", order=10)


@hooks.register("construct_search")
def without_search(request, search_areas):
    """Wagtail's search looks through pages, which Barograph has none of; lists have their own."""
    search_areas.clear()


class SendToEditor(SubmitForModerationMenuItem):
    """The button by which an analyst hands a text on, in words instead of the workflow's name."""

    def get_context_data(self, parent_context):
        return super().get_context_data(parent_context) | {"label": _("Submit for review")}


@hooks.register("construct_snippet_action_menu")
def send_to_editor(menu_items, request, context):
    menu_items[:] = [
        SendToEditor(order=item.order) if isinstance(item, SubmitForModerationMenuItem) else item for item in menu_items
    ]


@hooks.register("register_rich_text_features", order=100)
def links_lead_to_addresses(features):
    """A new link asks for an address at once: Wagtail would offer a tree of pages, which Barograph has none of."""
    choosers = features.plugins_by_editor["draftail"]["link"].data["chooserUrls"]
    choosers["pageChooser"] = choosers["externalLinkChooser"]


@hooks.register("insert_editor_js")
def cleaned_pastes():
    return format_html(
        '<script src="{}" data-url="{}" data-not-as-copied="{}" data-not-pasted="{}"></script>',
        static("desk/paste.js"),
        reverse("desk_paste"),
        _("Differs from what you copied:"),
        _("Nothing was pasted: the connection is lost, or the text can’t be read. Try again in a moment."),
    )


@hooks.register("insert_global_admin_js")
def unsaved():
    """What keeps words from being lost in the open page."""
    message = _(
        "No connection: nothing was sent. Your text stays here. When you are back online, press the button again."
    )
    return format_html('<script src="{}" data-offline="{}"></script>', static("desk/unsaved.js"), message)


@hooks.register("insert_global_admin_css")
def style():
    return format_html('<link rel="stylesheet" href="{}">', static("desk/desk.css"))
