"""Mailings and deliveries: what is sent, to whom, and how far it has come.

A mailing's text is frozen; a delivery keeps no address, only whom it is for.
Knows no issues and no lists but by their keys.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from barograph.delivery.enums import ENDED, UNFINISHED, Blame, DeliveryState, Doubt, Hold, MailingState
from barograph.subscribers.models import Subscriber


class MailingQuerySet(models.QuerySet):
    def unfinished(self) -> MailingQuerySet:
        return self.filter(state__in=UNFINISHED)


class Mailing(models.Model):
    """One text for one list. The counts are kept while sending, so that reading them costs one row."""

    key = models.CharField(max_length=120, unique=True)
    list_key = models.CharField(max_length=40)
    sender = models.CharField(max_length=320)  # the From header: "Name <address>"
    subject = models.CharField(max_length=400)
    html = models.TextField()
    text = models.TextField()
    headers = models.JSONField(default=dict)
    pictures = models.JSONField(default=list)  # [name, PNG in base64]
    paces = models.JSONField(default=list)  # who of the list gets it: readers at these paces; none: everybody …
    topics = models.JSONField(default=list)  # … who chose one of these topics or none; their letter holds these alone
    unsubscribe_url = models.CharField(max_length=400)  # with {language} and {token}
    settings_url = models.CharField(max_length=400)
    state = models.CharField(max_length=10, choices=MailingState.choices, default=MailingState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True)  # why the relay could not be used, last time
    troubles = models.PositiveIntegerField(default=0)  # how often in a row
    failures = models.PositiveSmallIntegerField(default=0)  # how many runs in a row raised an error (failures.py)
    hold = models.CharField(max_length=10, choices=Hold.choices, blank=True)  # why it waits for somebody's word
    due_at = models.DateTimeField(null=True)  # when it was to begin, or go on; none: when it was made
    trips = models.PositiveSmallIntegerField(default=0)  # how often in a row the relay refused too much
    version = models.PositiveSmallIntegerField(default=1)  # of the text: a correction while it goes out makes a new one
    corrections = models.JSONField(default=list)  # {"at", "sent"}: when, and how many had gone out before
    zone = models.CharField(max_length=64, blank=True)  # the publication's, for hours and days
    refused_by_domain = models.JSONField(default=dict)  # large domains alone; the others together under ""
    filled_upto = models.UUIDField(null=True)  # the last subscriber looked at while it is being addressed
    created_at = models.DateTimeField()  # also the cut: who joins the list later gets the next mailing
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = MailingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MailingState.values), name="mailing_state_is_known")
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_finished(self) -> bool:
        return self.state in ENDED

    @property
    def done(self) -> int:
        """How many deliveries are settled, one way or another."""
        return self.sent + self.failed + self.skipped


class DomainRefusal(models.Model):
    """A domain that refused an unusual share of its readers of one mailing as unknown: nobody of it is stopped at once.

    It has so many readers that naming it names none (doubts.FEWEST). See delivery/doubts.py.
    """

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="domain_refusals")
    domain = models.CharField(max_length=255)
    domain_key = models.CharField(max_length=32)  # as the bounces of its readers have it
    refused = models.PositiveIntegerField()
    total = models.PositiveIntegerField()  # readers of the mailing at this domain
    stopped = models.PositiveIntegerField(default=0)  # refused by an earlier mailing as well, or by a word
    state = models.CharField(max_length=9, choices=Doubt.choices, default=Doubt.OPEN)
    noted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-noted_at", "domain"]
        constraints = [models.UniqueConstraint(fields=["mailing", "domain_key"], name="one_doubt_a_domain")]

    def __str__(self) -> str:
        return f"domain refusal {self.pk}: {self.state}"


class SendingDay(models.Model):
    """How many mails were claimed on a day, while a new sender's plan holds."""

    day = models.DateField(unique=True)
    mails = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day}: {self.mails}"


class SenderQuerySet(models.QuerySet):
    def admitted(self) -> SenderQuerySet:
        return self.filter(admitted_at__isnull=False)


class Sender(models.Model):
    """An installation that sends from this database, or asks to. Digests, no names (installation.py)."""

    digest = models.CharField(max_length=32, unique=True)
    folder = models.CharField(max_length=32)
    machine = models.CharField(max_length=32)
    database = models.CharField(max_length=32)
    term = models.PositiveBigIntegerField(default=0)  # runs so far; the data folder keeps the same count
    hold = models.CharField(max_length=10, choices=Hold.choices, blank=True)
    asked_at = models.DateTimeField()
    admitted_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    objects = SenderQuerySet.as_manager()

    def __str__(self) -> str:
        return f"sender {self.pk}"


class DeliveryQuerySet(models.QuerySet):
    def due(self, now: datetime) -> DeliveryQuerySet:
        """Waiting, and their time has come."""
        return self.filter(state=DeliveryState.QUEUED, next_try_at__lte=now).order_by("next_try_at", "pk")

    def claimed(self) -> DeliveryQuerySet:
        return self.filter(state=DeliveryState.CLAIMED)


class Delivery(models.Model):
    """One mailing to one subscriber. Where the subscriber has left, the row stays without them."""

    # without indexes of their own: the two below begin with them, and each costs time at every change of state
    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="deliveries", db_index=False)
    subscriber = models.ForeignKey(Subscriber, models.SET_NULL, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=120, blank=True)
    claim = models.CharField(max_length=32, blank=True)  # one batch of one process
    settled_at = models.DateTimeField(null=True)
    drops = models.PositiveSmallIntegerField(default=0)  # how often the connection failed after it was handed over
    last_code = models.PositiveSmallIntegerField(null=True)
    last_status = models.CharField(max_length=12, blank=True)  # the enhanced status, "5.1.1"
    blame = models.CharField(max_length=8, choices=Blame.choices, blank=True)  # what the last refusal was about
    last_text = models.CharField(max_length=300, blank=True)  # the relay's words, without addresses

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "mailing"], name="one_delivery_each"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_is_known"),
        ]
        indexes = [models.Index(fields=["mailing", "state", "next_try_at", "id"], name="delivery_due")]

    def __str__(self) -> str:
        return f"delivery {self.pk}: {self.state}"
