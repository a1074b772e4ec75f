"""States of a release and of its steps, and named sets of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReleaseKind(models.TextChoices):
    RELEASE = "release", _("publication")
    TAKE_BACK = "take-back", _("withdrawal")


class ReleaseState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    ON_HOLD = "held", _("on hold: too few topics are ready")
    RUNNING = "running", _("running")
    FAILED = "failed", _("stopped")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("canceled")


#: A release that is not over: an issue has at most one.
UNDER_WAY = (ReleaseState.WAITING, ReleaseState.ON_HOLD, ReleaseState.RUNNING, ReleaseState.FAILED)


class StepState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    FAILED = "failed", _("stopped")
    DONE = "done", _("done")
    SKIPPED = "skipped", _("left out: this version has no such step")


#: A step at which there is nothing left to do.
OVER = (StepState.DONE, StepState.SKIPPED)
