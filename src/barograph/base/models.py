"""Rows that belong to no app in particular."""

from django.db import models


class RateCount(models.Model):
    """How often something has happened in a span of time. `key`: a keyed hash (rate_limits.py), or a fixed word."""

    key = models.CharField(max_length=80, unique=True)
    number = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "newsletter_tally"  # where it was before it came here

    def __str__(self) -> str:
        return f"count {self.pk}"
