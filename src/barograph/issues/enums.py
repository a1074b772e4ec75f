"""The states of issues and verdicts, and named sets of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VerdictValue(models.TextChoices):
    """How a topic moved. No value means: not rated, never shown as unchanged."""

    WORSENED = "worsened", _("worsened")
    UNCHANGED = "unchanged", _("unchanged")
    IMPROVED = "improved", _("improved")


class Outlook(models.TextChoices):
    RISK = "risk", _("risk")
    OPPORTUNITY = "opportunity", _("opportunity")


class Rhythm(models.TextChoices):
    WEEK = "week", _("weekly")
    MONTH = "month", _("monthly")


class IssueState(models.TextChoices):
    OPEN = "open", _("open")
    RELEASED = "released", _("published")


class ReleaseRule(models.TextChoices):
    """What a scheduled release does where too many topics are missing at its hour."""

    PUBLISH = "publish", _("publish what is ready")
    WAIT = "wait", _("wait until enough is ready")
    ASK = "ask", _("wait and ask the editors")


class ReminderKind(models.TextChoices):
    OPENED = "opened", _("the issue is open")
    TOMORROW = "tomorrow", _("due soon")
    LATE = "late", _("overdue")
    ON_HOLD = "held", _("publication is on hold")
    STOPPED = "stopped", _("the newsletter stopped automatically")
    FAILED = "failed", _("publication has stopped")
    STUCK = "stuck", _("the newsletter will not resume automatically")
    DOUBT = "doubt", _("a mail provider is rejecting many readers")


class CorrectionKind(models.TextChoices):
    TYPO = "typo", _("wording")
    FACT = "fact", _("fact")
    VERDICT = "verdict", _("verdict")


class StandingKind(models.TextChoices):
    ABOUT = "about", pgettext_lazy("page", "about")
    METHOD = "method", _("method")
    PRIVACY = "privacy", _("privacy")
