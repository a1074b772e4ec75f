"""What sign-up keeps for a short while: requests not answered yet, and counts that hold floods back.

No address is kept here in clear, and no count outlives its day.
"""

from __future__ import annotations

import uuid

from django.db import models

from barograph.subscribers.models import Subscriber


class SignUpRequest(models.Model):
    """Somebody has asked for a list. Answered by a mail in the background, then erased."""

    address_cipher = models.BinaryField()
    list_key = models.CharField(max_length=40)
    language = models.CharField(max_length=12)
    at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    is_silent = models.BooleanField(default=False)  # one too many for its address: kept as others are, not answered
    share = models.PositiveSmallIntegerField(default=1)  # which one of its network in its hour: see limits.may_mail

    def __str__(self) -> str:
        return f"sign-up request {self.pk}"

    @property
    def bound_to(self) -> str:
        """What the encrypted address is tied to."""
        return f"request {self.list_key} {self.at.isoformat()}"


class AddressChange(models.Model):
    """A subscriber wants their letters elsewhere. Waits until both mailboxes have agreed, then is erased."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="+")
    address_cipher = models.BinaryField()
    at = models.DateTimeField(db_index=True)
    is_agreed_by_old = models.BooleanField(default=False)
    is_agreed_by_new = models.BooleanField(default=False)
    mailed = models.JSONField(default=list)  # the sides that have got their letter
    tries = models.PositiveSmallIntegerField(default=0)
    is_silent = models.BooleanField(default=False)  # one too many for the new address: erased by the worker

    def __str__(self) -> str:
        return f"change of address {self.pk}"

    @property
    def bound_to(self) -> str:
        """What the encrypted address is tied to."""
        return f"change {self.pk.hex}"
