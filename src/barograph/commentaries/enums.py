"""The states of commentaries and their translations, and named sets of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SourceState(models.TextChoices):
    """How far the text an analyst writes has come."""

    MISSING = "missing", _("not started")
    DRAFT = "draft", _("draft")
    REVIEW = "review", _("in review")
    READY = "ready", _("ready")


class TranslationState(models.TextChoices):
    """How far a translation has come. Stale: its source has changed since it was made."""

    MISSING = "missing", _("missing")
    IN_WORK = "in-work", _("in progress")
    STALE = "stale", _("out of date")
    READY = "ready", _("ready")
