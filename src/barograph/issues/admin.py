"""Topics, issues, corrections, standing texts and the publication itself, in the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from barograph.base.languages import localized
from barograph.issues.forms import AbsenceForm, IssueForm, PlanForm, PublicationForm, RestForm, StandingTextForm
from barograph.issues.models import Absence, Correction, Issue, PlannedTopic, Publication, Rest, StandingText, Topic
from barograph.issues.services import publication


class Listed(ModelViewSet):
    """A list with its forms; no copies, no inspection."""

    copy_view_enabled = False
    inspect_view_enabled = False
    add_to_admin_menu = False


class TopicViewSet(Listed):
    model = Topic
    icon = "tag"
    name = "topics"
    list_display = ["__str__", "key", "since", "until", "position"]
    edit_handler = ObjectList(
        [
            FieldPanel("names"),
            FieldPanel("key"),
            FieldPanel("about"),
            FieldPanel("improved"),
            FieldPanel("worsened"),
            FieldPanel("since"),
            FieldPanel("until"),
            FieldPanel("position"),
        ]
    )


class OpenedOnTheWeek(CreateView):
    """Issues are opened by the button on the week's screen, which makes their slots, too."""

    def dispatch(self, request: HttpRequest, *args, **kwargs):
        return redirect("wagtailadmin_home")


class IssueViewSet(Listed):
    model = Issue
    icon = "date"
    name = "issues"
    add_view_class = OpenedOnTheWeek
    list_display = [
        Column("number", label=_("Number")),
        "__str__",
        Column("get_state_display", label=_("State")),
        "release_at",
    ]
    edit_handler = ObjectList(
        [FieldPanel("first"), FieldPanel("last"), FieldPanel("number"), FieldPanel("release_at")],
        base_form_class=IssueForm,
    )


class StandingTextViewSet(Listed):
    model = StandingText
    icon = "doc-full-inverse"
    name = "standing"
    list_display = ["__str__", "title"]
    edit_handler = ObjectList(
        [FieldPanel("kind"), FieldPanel("language"), FieldPanel("title"), FieldPanel("body")],
        base_form_class=StandingTextForm,
    )


class ReadOnlyIndex(IndexView):
    """A list without any button; corrections are made at a release."""

    def get_add_url(self):
        return None

    def get_edit_url(self, instance):
        return None

    def get_delete_url(self, instance):
        return None


def _refused(request, *args, **kwargs):
    raise PermissionDenied


def _note(correction: Correction) -> str:
    return localized(correction.notes, get_language() or "en")


class CorrectionViewSet(Listed):
    model = Correction
    icon = "history"
    name = "corrections"
    index_view_class = ReadOnlyIndex
    list_display = [
        Column("date", label=_("Date")),
        Column("issue", label=_("Issue")),
        Column("topic", label=_("Topic")),
        Column("get_kind_display", label=_("Kind")),
        Column("notes", label=_("Note to readers"), accessor=_note),
    ]
    form_fields = ["date"]

    def get_urlpatterns(self):
        patterns = super().get_urlpatterns()
        for pattern in patterns:
            if pattern.name not in {"index", "index_results"}:
                pattern.callback = _refused
        return patterns


class OnePublication(IndexView):
    """There is one publication: its list is its form."""

    def dispatch(self, request, *args, **kwargs):
        return redirect(self.edit_url_name, publication().pk)


class PublicationViewSet(Listed):
    model = Publication
    icon = "globe"
    name = "publication"
    index_view_class = OnePublication
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("strapline"),
            FieldPanel("newsletter_text"),
            FieldPanel("languages"),
            FieldPanel("rhythm"),
            FieldPanel("timezone"),
            FieldPanel("release_weekday"),
            FieldPanel("release_time"),
            FieldPanel("release_rule"),
            FieldPanel("release_missing"),
            FieldPanel("shows_panel"),
            FieldPanel("panel_least"),
            FieldPanel("opens_itself"),
            FieldPanel("opening_weekday"),
            FieldPanel("opening_time"),
            FieldPanel("reminds"),
            FieldPanel("lists"),
            FieldPanel("links"),
        ],
        base_form_class=PublicationForm,
    )

    def get_urlpatterns(self):
        patterns = super().get_urlpatterns()
        for pattern in patterns:
            if pattern.name not in {"index", "index_results", "edit"}:
                pattern.callback = _refused
        return patterns


def _dash(name: str) -> Callable[[Any], str]:
    return lambda row: str(getattr(row, name) or "–")


class PlanViewSet(Listed):
    model = PlannedTopic
    icon = "group"
    name = "plan"
    menu_label = _("Standing plan")
    list_display = [
        Column("topic", label=_("Topic")),
        Column("writer", label=_("Writer"), accessor=_dash("writer")),
        Column("substitute", label=_("Substitute"), accessor=_dash("substitute")),
        Column("days_before", label=_("Days before")),
        Column("time", label=_("Hour"), accessor=lambda row: f"{row.time:%H:%M}"),
    ]
    edit_handler = ObjectList(
        [FieldPanel(name) for name in ("topic", "writer", "substitute", "days_before", "time")],
        base_form_class=PlanForm,
    )


class AbsenceViewSet(Listed):
    model = Absence
    icon = "calendar-alt"
    name = "absences"
    list_display = [
        Column("user", label=_("Sign-in")),
        Column("first", label=_("First day")),
        Column("last", label=_("Last day")),
    ]
    edit_handler = ObjectList([FieldPanel(name) for name in ("user", "first", "last")], base_form_class=AbsenceForm)


class RestViewSet(Listed):
    model = Rest
    icon = "time"
    name = "rests"
    list_display = [
        Column("topic", label=_("Topic")),
        Column("first", label=_("First day")),
        Column("last", label=_("Last day"), accessor=_dash("last")),
    ]
    edit_handler = ObjectList([FieldPanel(name) for name in ("topic", "first", "last")], base_form_class=RestForm)


VIEWSETS = (IssueViewSet, TopicViewSet, CorrectionViewSet, StandingTextViewSet, PublicationViewSet)
