"""Topics, issues, corrections, standing texts and the publication itself, in the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import CreateView, DeleteView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from barograph.base.languages import localized
from barograph.base.versions import VersionedForm
from barograph.issues.forms import AbsenceForm, IssueForm, PlanForm, PublicationForm, RestForm, StandingTextForm
from barograph.issues.models import Absence, Correction, Issue, PlannedTopic, Publication, Rest, StandingText, Topic
from barograph.issues.services import hanging_on, publication, remove_issue


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
        ],
        base_form_class=VersionedForm,
    )


class OpenedOnTheWeek(CreateView):
    """Issues are opened by the button on the week's screen, which makes their slots, too."""

    def dispatch(self, request: HttpRequest, *args, **kwargs):
        return redirect("wagtailadmin_home")


class IssueDelete(DeleteView):
    """An issue that was opened by mistake can be removed as long as nothing hangs on it."""

    def get(self, request: HttpRequest, *args, **kwargs):
        return self._stays() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args, **kwargs):
        return self._stays() or super().post(request, *args, **kwargs)

    def _stays(self) -> HttpResponse | None:
        """Back to the week with the reasons, where there are any."""
        self.object = self.get_object()
        reasons = hanging_on(self.object)
        if not reasons:
            return None
        messages.error(
            self.request, _("This issue can’t be deleted because of: %(reasons)s.") % {"reasons": ", ".join(reasons)}
        )
        return redirect("wagtailadmin_home")

    def delete_action(self):
        try:
            with transaction.atomic():
                log(self.object, "wagtail.delete", user=self.request.user, deleted=True)
                remove_issue(issue=self.object)
        except ValidationError as error:  # something has come to hang on it meanwhile
            raise PermissionDenied(" ".join(error.messages)) from None


class IssueViewSet(Listed):
    model = Issue
    delete_view_class = IssueDelete
    icon = "date"
    name = "issues"
    add_view_class = OpenedOnTheWeek
    list_display = [
        "number",
        Column("__str__", label=_("Issue")),
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


def _week(correction: Correction) -> str:
    return f"{reverse('wagtailadmin_home')}?issue={correction.issue.key}"


def _note(correction: Correction) -> str:
    return localized(correction.notes, get_language() or "en")


class CorrectionViewSet(Listed):
    model = Correction
    icon = "history"
    name = "corrections"
    index_view_class = ReadOnlyIndex
    list_display = [
        TitleColumn("date", label=_("Date"), get_url=_week),
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
            FieldPanel("sender_name"),
            FieldPanel("sender_address"),
            FieldPanel("reply_to"),
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
    menu_label = _("Planned topics")
    list_display = [
        "topic",
        Column("writer", label=_("Writer"), accessor=_dash("writer")),
        Column("substitute", label=_("Substitute"), accessor=_dash("substitute")),
        Column("days_before", label=_("Days before")),
        Column("time", label=_("Time"), accessor=lambda row: f"{row.time:%H:%M}"),
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
        "user",
        Column("first", label=_("First day")),
        Column("last", label=_("Last day")),
    ]
    edit_handler = ObjectList([FieldPanel(name) for name in ("user", "first", "last")], base_form_class=AbsenceForm)


class RestViewSet(Listed):
    model = Rest
    icon = "time"
    name = "rests"
    list_display = [
        "topic",
        Column("first", label=_("First day")),
        Column("last", label=_("Last day"), accessor=_dash("last")),
    ]
    edit_handler = ObjectList([FieldPanel(name) for name in ("topic", "first", "last")], base_form_class=RestForm)


VIEWSETS = (IssueViewSet, TopicViewSet, CorrectionViewSet, StandingTextViewSet, PublicationViewSet)
