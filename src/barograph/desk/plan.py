"""What the desk adds to the plan: a special issue, one's own days away, and handing over what they touch."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput

from barograph.commentaries.models import Commentary
from barograph.issues import services as issues
from barograph.issues.admin import AbsenceViewSet
from barograph.issues.forms import OwnAbsenceForm
from barograph.issues.models import Absence, Issue, PlannedTopic, Slot, Topic
from barograph.people import audit


@transaction.atomic
def hand_over(*, user) -> list[Slot]:
    """Give what somebody can't write now to the topic's substitute: in open issues, where nobody has begun.

    Where the substitute is away, too, the slot is nobody's, and the week's screen says so.
    """
    plans = {plan.topic_id: plan for plan in PlannedTopic.objects.select_related("substitute", "writer")}
    zone, moved = ZoneInfo(issues.publication().timezone), []
    for issue in Issue.objects.open():
        away = issues.Away(issue=issue, zone=zone)
        begun = set(Commentary.objects.sources().filter(issue=issue).values_list("topic_id", flat=True))
        for slot in issue.slots.filter(writer=user).exclude(topic__in=begun).select_related("topic"):
            if not away.misses(user, slot.due):
                continue
            plan = plans.get(slot.topic_id)
            others = [person for person in ((plan.substitute, plan.writer) if plan else ()) if person != user]
            slot.writer = next((person for person in others if person and not away.misses(person, slot.due)), None)
            slot.save(update_fields=["writer"])
            moved.append(slot)
    return moved


def handed_over(moved: list[Slot]) -> str:
    """What changed hands, in words."""
    text = ngettext(
        "%(count)s text was reassigned: %(topics)s.", "%(count)s texts were reassigned: %(topics)s.", len(moved)
    )
    return text % {"count": len(moved), "topics": ", ".join(str(slot.topic) for slot in moved)}


class HandsOver:
    """A view that saves an absence and hands over what it touches."""

    def save_instance(self):
        absence = super().save_instance()
        if moved := hand_over(user=absence.user):
            messages.info(self.request, handed_over(moved))
        return absence


class AddAbsence(HandsOver, CreateView):
    pass


class ChangeAbsence(HandsOver, EditView):
    pass


class Absences(AbsenceViewSet):
    add_view_class = AddAbsence
    edit_view_class = ChangeAbsence


def away(request: HttpRequest) -> HttpResponse:
    """One's own days away: entered and taken back by oneself, without asking."""
    form = OwnAbsenceForm(request.POST if request.method == "POST" else None, instance=Absence(user=request.user))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            absence = form.save()
            moved = hand_over(user=request.user)
        messages.success(request, _("You are away: %(period)s.") % {"period": absence.period})
        if moved:
            messages.info(request, handed_over(moved))
        return redirect("desk_away")
    today = timezone.localdate(timezone=ZoneInfo(issues.publication().timezone))
    coming = Absence.objects.filter(user=request.user, last__gte=today).order_by("first")
    context = {"form": form, "coming": coming}
    return render(request, "desk/away.html", context, status=422 if form.errors else 200)


@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """Take back days away of one's own; what has changed hands stays where it is."""
    number = request.POST.get("absence", "")
    absences = Absence.objects.filter(user=request.user, pk=number if number.isdecimal() and len(number) < 18 else 0)
    if absences.delete()[0]:
        messages.success(request, _("Removed. Reassigned texts stay with their new writers."))
    return redirect("desk_away")


class SpecialForm(forms.Form):
    first = forms.DateField(label=gettext_lazy("First day"), widget=AdminDateInput)
    last = forms.DateField(label=gettext_lazy("Last day"), widget=AdminDateInput)
    release_at = forms.DateTimeField(
        label=gettext_lazy("Publication time"),
        required=False,
        widget=AdminDateTimeInput,
        help_text=gettext_lazy("If left empty: the usual weekday and time after the last day."),
    )
    topics = forms.MultipleChoiceField(label=gettext_lazy("Topics"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topics"].choices = [(topic.key, str(topic)) for topic in Topic.objects.all()]

    def clean_topics(self) -> list[Topic]:
        return list(Topic.objects.filter(key__in=self.cleaned_data["topics"]))


def special(request: HttpRequest) -> HttpResponse:
    """Open an issue outside the rhythm."""
    if not request.user.has_perm("issues.add_issue"):
        raise PermissionDenied
    form = SpecialForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            issue = issues.open_special(**form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            audit.note("issue_opened", about=issue, name=issue.key, by=request.user)
            messages.success(request, _("The issue of %(period)s is open.") % {"period": issue})
            return redirect(f"{reverse('wagtailadmin_home')}?issue={issue.key}")
    return render(request, "desk/special.html", {"form": form}, status=422 if form.errors else 200)
