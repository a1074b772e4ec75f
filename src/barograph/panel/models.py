"""One panel member's own judgement of a topic in an issue. Never public as such."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

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
