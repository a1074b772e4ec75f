"""Who gets mail: encrypted addresses, what they asked for, and who must not be mailed.

Knows no content and sends nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from barograph.subscribers import addresses
from barograph.subscribers.enums import Act, Pace, Refusal, SubscriberState


class ImportRunQuerySet(models.QuerySet):
    def unfinished(self) -> ImportRunQuerySet:
        """Runs whose rows nobody sees yet."""
        return self.filter(finished_at__isnull=True)

    def finished(self) -> ImportRunQuerySet:
        """Runs that are done, but may still have to erase what they ended."""
        return self.filter(finished_at__isnull=False, is_tidy=False)

    def open(self) -> ImportRunQuerySet:
        """Runs with rows that other code does not see."""
        return self.filter(is_tidy=False)


class ImportRun(models.Model):
    """One import of a file. Its rows are written a few at a time and seen all at once, when `finished_at` is set.

    A row that `arrives_with` a run is not there before the run is finished; one that `leaves_with` a run is not there
    from then on, and is erased soon after (`is_tidy`). The default managers of the three models below obey this rule;
    their `all_rows` is for the import itself and for those few acts that must take its unseen rows into account.
    A run that was cut off leaves rows that nobody ever sees; the next import, or the worker, erases them.
    """

    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    is_tidy = models.BooleanField(default=False)
    last_no = models.BigIntegerField(default=0)  # the newest suppression when it began: later ones are looked at again

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["begun_at"], condition=Q(is_tidy=False), name="open_import_run")]

    def __str__(self) -> str:
        return f"import {self.pk}"


class SeenManager(models.Manager):
    """Only rows that are there: without those of an import under way, and without those an import has ended."""

    def get_queryset(self) -> models.QuerySet:
        seen = super().get_queryset().exclude(arrives_with__in=ImportRun.objects.unfinished())
        if any(field.name == "leaves_with" for field in self.model._meta.fields):
            seen = seen.exclude(leaves_with__in=ImportRun.objects.finished())
        return seen


def _run() -> models.ForeignKey:
    return models.ForeignKey(ImportRun, models.PROTECT, null=True, db_index=False, related_name="+", editable=False)


def _of_runs(name: str, *fields: str) -> list[models.Index]:
    """Indexes that hold nothing but the rows of imports."""
    return [
        models.Index(
            fields=[field], condition=Q(**{f"{field}__isnull": False}), name=f"{name}_{field.partition('_')[0]}"
        )
        for field in fields or ("arrives_with", "leaves_with")
    ]


class SubscriberQuerySet(models.QuerySet):
    def confirmed(self) -> SubscriberQuerySet:
        return self.filter(state=SubscriberState.CONFIRMED)

    def pending(self) -> SubscriberQuerySet:
        return self.filter(state=SubscriberState.PENDING)

    def stopped(self) -> SubscriberQuerySet:
        """Those whose mail failed for good and whose address is not erased yet."""
        return self.filter(state=SubscriberState.STOPPED)

    def known_as(self, keys: Iterable[str]) -> SubscriberQuerySet:
        """Whoever has an address, with whichever of its look-up keys."""
        return self.filter(address_key__in=list(keys))

    def receiving(self, *, list_key: str, on: date) -> SubscriberQuerySet:
        """Confirmed subscribers of a list who are not pausing on that day."""
        subscriptions = Subscription.objects.filter(subscriber=OuterRef("pk"), list_key=list_key)
        return (
            self.confirmed()
            .filter(Q(paused_until__isnull=True) | Q(paused_until__lte=on))
            .filter(Exists(subscriptions))
        )


class Subscriber(models.Model):
    """A person with an address. The address itself is only in `address_cipher`, encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address_cipher = models.BinaryField()
    address_key = models.CharField(max_length=68, unique=True)
    language = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=SubscriberState.choices, default=SubscriberState.PENDING)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)  # the last own choice; older confirmation links no longer count
    consent_text = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=100, blank=True)
    paused_until = models.DateField(null=True)
    moved_at = models.DateTimeField(null=True)  # the last change of address
    stopped_at = models.DateTimeField(null=True)  # when mail to it was stopped; see standing.py
    links = models.PositiveIntegerField(null=True)  # in every signed link since then: another number after each change

    arrives_with, leaves_with = _run(), _run()  # see ImportRun

    objects = SeenManager.from_queryset(SubscriberQuerySet)()
    all_rows = SubscriberQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="subscriber_state"),
            *_of_runs("subscriber"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SubscriberState.values), name="subscriber_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=SubscriberState.CONFIRMED) | Q(confirmed_at__isnull=False),
                name="consent_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=SubscriberState.STOPPED) | Q(stopped_at__isnull=False),
                name="a_stop_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"subscriber {self.pk}"

    @property
    def is_confirmed(self) -> bool:
        return self.state == SubscriberState.CONFIRMED

    def address(self) -> str:
        """The address in clear. Raises addresses.Unreadable."""
        return addresses.unseal(self.address_cipher, bound_to=self.pk.hex)

    def keys(self) -> tuple[str, ...]:
        """All look-up keys of this address; where it can't be read, the present one and newer ones."""
        try:
            return addresses.lookup_keys(self.address())
        except (addresses.Unreadable, addresses.InvalidAddress):
            return addresses.raised(self.address_key)

    def seal(self, address: str) -> None:
        """Keep an address: encrypted, and bound to this row."""
        self.address_key = addresses.lookup_key(address)
        self.address_cipher = addresses.seal(addresses.clean(address), bound_to=self.pk.hex)


class Subscription(models.Model):
    """What a subscriber asked for: a list, since when, and how that came about."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="subscriptions")
    list_key = models.CharField(max_length=40)
    confirmed_at = models.DateTimeField()
    source = models.CharField(max_length=100, blank=True)
    topics = models.JSONField(default=list)  # keys, the first wished first; see enums.ALL; none: all
    pace = models.CharField(max_length=10, choices=Pace.choices, default=Pace.ISSUE)
    arrives_with, leaves_with = _run(), _run()  # see ImportRun

    objects = SeenManager()
    all_rows = models.Manager()  # noqa: DJ012 - a second manager

    class Meta:
        ordering = ["list_key"]
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "list_key"], name="one_subscription_a_list"),
            models.CheckConstraint(condition=Q(pace__in=Pace.values), name="pace_is_known"),
        ]
        indexes = [
            models.Index(fields=["list_key", "subscriber"], name="subscription_list"),
            *_of_runs("subscription"),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk} to {self.list_key}"


class SuppressionQuerySet(models.QuerySet):
    def known_as(self, keys: Iterable[str]) -> SuppressionQuerySet:
        """The noes of an address, with whichever of its look-up keys."""
        return self.filter(address_key__in=list(keys))

    def forbidding(self, *, keys: Iterable[str], list_key: str) -> SuppressionQuerySet:
        """What speaks against mailing an address on a list."""
        return self.known_as(keys).filter(list_key__in=["", list_key])


class Suppression(models.Model):
    """A no that stays: the address's keyed hash and a reason. An empty list means every list."""

    address_key = models.CharField(max_length=68)
    list_key = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=10, choices=Refusal.choices)
    date = models.DateField()
    arrives_with = _run()  # see ImportRun

    objects = SeenManager.from_queryset(SuppressionQuerySet)()
    all_rows = SuppressionQuerySet.as_manager()

    class Meta:
        indexes = _of_runs("suppression", "arrives_with")
        constraints = [models.UniqueConstraint(fields=["address_key", "list_key"], name="one_suppression_a_list")]

    def __str__(self) -> str:
        return f"suppression {self.pk}: {self.reason}"


class FormerSubscriber(models.Model):
    """The random id of a subscriber who is no more, and the look-up key of the mailbox that its letters are about now.

    Letters live longer than rows: a link in an old one, which holds the id, still leaves its list after its owner left
    and signed up again (the same mailbox), or became one with another subscriber (that one's mailbox). Holds no more
    than a suppression does.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    address_key = models.CharField(max_length=68, db_index=True)

    def __str__(self) -> str:
        return f"former subscriber {self.pk}"


class Bounce(models.Model):
    """One mailing that failed to reach a subscriber: refused at the relay, or it came back. See standing.py."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="bounces")
    mailing_id = models.PositiveIntegerField()  # a number alone: mailings are above this layer
    date = models.DateField(db_index=True)
    made_at = models.DateTimeField(null=True)  # when the mailing was made; none: before this was noted
    noted_at = models.DateTimeField(null=True)  # when it was refused or came back
    is_unknown = models.BooleanField(default=False)  # the server says that there is no such address
    is_returned = models.BooleanField(default=True)  # it was accepted first and came back later
    domain_key = models.CharField(max_length=32, blank=True)  # keyed hash of the address's domain
    status = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=100)  # in our words: a server's may hold the address

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["subscriber", "mailing_id"], name="one_bounce_a_mailing")]
        indexes = [models.Index(fields=["mailing_id", "domain_key"], name="bounce_domain")]

    def __str__(self) -> str:
        return f"bounce {self.pk} of mailing {self.mailing_id}"


class Export(models.Model):
    """The record of an act on addresses: who took them out or in, looked one up or changed the key; how many."""

    act = models.CharField(max_length=10, choices=Act.choices, default=Act.EXPORT)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    account = models.CharField(max_length=100, blank=True)  # the system account, where there is no sign-in
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.act} of {self.number} on {self.at:%Y-%m-%d}"
