"""What sign-up keeps for a short while: requests not answered yet, and counts that hold floods back.

No address is kept here in clear, and no count outlives its day.
"""

from __future__ import annotations

from django.db import models


class SignUpRequest(models.Model):
    """Somebody has asked for a list. Answered by a mail in the background, then erased."""

    address_cipher = models.BinaryField()
    list_key = models.CharField(max_length=40)
    language = models.CharField(max_length=12)
    at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"sign-up request {self.pk}"

    @property
    def bound_to(self) -> str:
        """What the encrypted address is tied to."""
        return f"request {self.list_key} {self.at.isoformat()}"


class Tally(models.Model):
    """How often something has happened in a span of time. The key is a keyed hash, or a fixed word."""

    key = models.CharField(max_length=80, unique=True)
    number = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"tally {self.pk}"
