"""Panel members' own judgements of a topic in an issue, and what they say to each other. Never public as such."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from barograph.issues.enums import VerdictValue
from barograph.issues.models import Issue, Topic
from barograph.people.models import Person


class Rating(models.Model):
    issue = models.ForeignKey(Issue, models.CASCADE, related_name="ratings")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    value = models.CharField(max_length=10, choices=VerdictValue.choices)
    confidence = models.FloatField(null=True, validators=[MinValueValidator(0), MaxValueValidator(1)])
    reason = models.CharField(max_length=300, blank=True)
    blind_value = models.CharField(max_length=10, blank=True)  # as it was given before others' were seen
    given_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["topic__position", "by__slug"]
        constraints = [models.UniqueConstraint(fields=["issue", "topic", "by"], name="one_rating_each")]


class Remark(models.Model):
    """A word in the discussion of a topic in an issue. Never public. Without a name: an editor's."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="remarks")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
