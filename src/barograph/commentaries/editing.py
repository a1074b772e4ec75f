"""The editing form at work: what hands a text on is checked, and no two people overwrite each other.

Wagtail's autosave refuses a save over a newer version by itself. One by a button is Wagtail's to let through; here it
is kept as a version beside the newer one, and whoever typed it is told and shown both.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin import messages as admin_messages
from wagtail.admin.templatetags.wagtailadmin_tags import user_display_name
from wagtail.admin.ui.components import MediaContainer
from wagtail.models import Revision
from wagtail.snippets.views.snippets import EditView

from barograph.commentaries import checklist, review
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import keep_beside, newer_by_others
from barograph.issues.enums import IssueState

#: What hands a text on, and so wants the checklist's needs met.
HANDS_ON = frozenset({"submit", "publish", "restart-workflow", "workflow-action"})


def not_handed_on(needed: list[checklist.Remark]) -> str:
    return _("Not submitted for review; your text is saved: %(needs)s") % {
        "needs": " ".join(remark.text for remark in needed)
    }


def _moment(revision: Revision | None) -> tuple[int, datetime] | None:
    return (revision.pk, revision.created_at) if revision else None


class CommentaryEdit(EditView):
    #: What is said beside the success of handing on.
    advice: list[checklist.Remark] = []

    def is_valid(self, form) -> bool:
        if not super().is_valid(form):
            return self._is_good_enough_for_a_draft(form)
        if self.action not in HANDS_ON or getattr(self, "workflow_action", "") == "reject":
            return True
        remarks = review.remarks(form.instance)
        if needed := checklist.blocking(remarks):
            self.produced_error_code = "validation_error"
            self.produced_error_message = not_handed_on(needed)
            return False
        self.advice = checklist.advice(remarks)
        return True

    def _is_good_enough_for_a_draft(self, form) -> bool:
        """One wrong field never stops the rest from being saved; what hands the text on is as strict as ever."""
        shut = getattr(self, "produced_error_code", None) in {"locked", "invalid_revision"}
        if shut or self.action in HANDS_ON or not self.saving_as_draft:
            return False
        if not self.expects_json_response and self._newer(Commentary.objects.get(pk=self.object.pk)):
            return False  # first what is wrong, then the other version: both at once would be too much to look at
        if not form.keep_as_typed():
            return False
        self.produced_error_code = self.produced_error_message = None
        if form.said_wrong and not self.expects_json_response:
            message = _("Everything except the byline was saved: %(why)s") % {"why": " ".join(form.said_wrong)}
            messages.warning(self.request, message)
        return True

    @property
    def header_more_buttons(self):
        """The house's own among them: what lies above adds it by the hook `commentary_buttons`."""
        own = [button for make in hooks.get_hooks("commentary_buttons") for button in make(self.object)]
        return [*super().header_more_buttons, *own]

    def get_side_panels(self):
        """With the checklist instead of Wagtail's checks, which need scripts in the page that is previewed."""
        panels = [panel for panel in super().get_side_panels() if panel.name != "checks"]
        return MediaContainer([review.ChecklistPanel(self.object, self.request), *panels])

    def get_success_message(self, instance=None):
        """What a press on a button did. Wagtail's "published" would be untrue: readers see a text with its issue."""
        text = (instance or self.object).headline or _("No headline yet")
        return self._outcome() % {"headline": text}

    def _outcome(self) -> str:
        if self.action == "publish":
            return self._signed_off()
        if self.action == "workflow-action":
            row = Commentary.objects.select_related("issue").get(pk=self.object.pk)
            if getattr(self, "workflow_action", "") == "reject":
                return _("“%(headline)s” was returned to the writer.")
            return _("Saved: “%(headline)s”.") if row.has_unpublished_changes or not row.live else self._signed_off()
        return {
            "submit": _("“%(headline)s” was submitted for review."),
            "restart-workflow": _("“%(headline)s” was resubmitted for review."),
            "cancel-workflow": _("“%(headline)s” was withdrawn from review."),
        }.get(self.action, _("Saved: “%(headline)s”."))

    def _signed_off(self) -> str:
        if self.object.issue.state == IssueState.RELEASED:
            return _("“%(headline)s” is ready. Readers will see it once you publish a correction.")
        return _("“%(headline)s” is ready. It will be published with the issue.")

    def get_success_url(self):
        if self.action in {"publish", "submit", "workflow-action"}:
            return f"{reverse('wagtailadmin_home')}?issue={self.object.issue.key}"
        return super().get_success_url()

    def form_valid(self, form) -> HttpResponse:
        with transaction.atomic():
            row = Commentary.objects.select_for_update(of=("self",)).get(pk=self.object.pk)
            if self.expects_json_response:
                if _moment(row.latest_revision) != _moment(self.latest_revision):
                    return self.json_error_response("invalid_revision", _("Someone has saved a newer version."))
            elif newer := self._newer(row):
                revision = keep_beside(draft=form.save(commit=False), by=self.request.user)
                self._tell(newer, revision)
                return redirect(self.get_edit_url())
            response = super().form_valid(form)
        if self.advice:
            advice = " ".join(remark.text for remark in self.advice)
            messages.info(self.request, _("Worth checking: %(advice)s") % {"advice": advice})
        return response

    def _base(self) -> datetime | None:
        """When the version that stands under what was typed was saved; None where the form doesn't say."""
        try:
            loaded_at = parse_datetime(self.request.POST.get("loaded_revision_created_at", ""))
        except ValueError:
            return None
        return loaded_at if loaded_at and is_aware(loaded_at) else None

    def _newer(self, row: Commentary) -> Revision | None:
        base = self._base()
        return newer_by_others(row, since=base, by=self.request.user) if base else None

    def _tell(self, newer: Revision, own: Revision) -> None:
        text = _(
            "%(who)s saved this text after you opened it. Nothing was overwritten: you are looking "
            "at that text, and yours is saved as a separate version."
        )
        names, pk = Commentary.snippet_viewset, own.object_id
        compare = reverse(names.get_url_name("revisions_compare"), args=[pk, own.pk, "latest"])
        take_up = reverse(names.get_url_name("revisions_revert"), args=[pk, own.pk])
        buttons = [
            admin_messages.button(compare, _("Compare them")),
            admin_messages.button(take_up, _("Continue with my version")),
        ]
        who = user_display_name(newer.user) or _("Someone")
        admin_messages.error(self.request, text % {"who": who}, buttons=buttons)

    def get_success_json(self) -> dict[str, Any]:
        """After an autosave the form stands on what was just saved, also for the button."""
        response = super().get_success_json()
        base = {
            "loaded_revision_id": response["revision_id"],
            "loaded_revision_created_at": response["revision_created_at"],
        }
        return response | {"field_updates": response.get("field_updates", {}) | base}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A form that comes back with errors still stands on the version it was typed over."""
        context = super().get_context_data(**kwargs)
        if (base := self._base()) and not self.expects_json_response:
            context["loaded_revision_created_at"] = base.isoformat()
        return context
