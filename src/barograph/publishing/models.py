"""A release of an issue and its steps, as rows: what was done, how often it was tried, why it stopped."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from barograph.issues.models import Issue
from barograph.publishing.enums import UNDER_WAY, ReleaseKind, ReleaseState, StepState


class ReleaseQuerySet(models.QuerySet):
    def under_way(self) -> "ReleaseQuerySet":
        return self.filter(state__in=UNDER_WAY)

    def running(self) -> "ReleaseQuerySet":
        return self.filter(state=ReleaseState.RUNNING)

    def held_back(self) -> "ReleaseQuerySet":
        return self.filter(state=ReleaseState.ON_HOLD)

    def due(self) -> "ReleaseQuerySet":
        return self.filter(state=ReleaseState.WAITING, run_at__lte=timezone.now())


class Release(models.Model):
    """One press of the button: an issue goes out, or is taken back."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="releases")
    kind = models.CharField(max_length=10, choices=ReleaseKind.choices, default=ReleaseKind.RELEASE)
    state = models.CharField(max_length=10, choices=ReleaseState.choices, default=ReleaseState.WAITING)
    mail = models.BooleanField(_("send the newsletter"), default=True)
    run_at = models.DateTimeField(default=timezone.now)
    by_rule = models.BooleanField(default=False)  # at its hour the publication's rule looks at what is missing
    published_at = models.DateTimeField(null=True)  # what the edition says; fixed by the first step
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=160, blank=True)
    lease_until = models.DateTimeField(null=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["issue"], condition=Q(state__in=[*UNDER_WAY]), name="one_release_under_way")
        ]

    def __str__(self) -> str:
        return f"{self.issue.key} ({self.state})"

    @property
    def takes_back(self) -> bool:
        return self.kind == ReleaseKind.TAKE_BACK


class Step(models.Model):
    """One step of a release."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=StepState.choices, default=StepState.WAITING)
    tries = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    done, total = models.PositiveIntegerField(default=0), models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["release", "name"], name="one_step_a_name")]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"
