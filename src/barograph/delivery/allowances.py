"""How many mails may go out now: the sending window and a new sender's plan (base/mail_rules.py).

What the plan allows for a day is taken before the mails are claimed, so that
several workers together never send more. Knows no transport.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from barograph.delivery.batches import BATCH
from barograph.delivery.models import Mailing, SendingDay


@dataclass
class Allowance:
    """What one mailing may send. Days and hours go by the publication's time zone."""

    mailing: Mailing
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.mailing.zone or "UTC")

    def opens_at(self) -> datetime | None:
        """When mails may go out again; None where they may now."""
        rules, now = settings.MAIL_RULES, timezone.now().astimezone(self.zone)
        moment = now
        if rules.warm_up is not None and self._left(now) == 0:
            day = max(now.date() + timedelta(days=1), rules.warm_up.first)
            moment = datetime.combine(day, time(), tzinfo=self.zone)
        if rules.window is not None:
            moment = rules.window.next_opening(moment) or moment
        return None if moment == now else moment

    def _left(self, now: datetime) -> int | None:
        allowed = settings.MAIL_RULES.warm_up.allowed(now.date())
        if allowed is None:
            return None
        taken = SendingDay.objects.filter(day=now.date()).values_list("mails", flat=True).first() or 0
        return max(0, allowed - taken)

    def grant(self) -> int | None:
        """Take mails from the day's number: how many may be claimed, 0 for none now, None for as many as one likes."""
        if self.opens_at() is not None:
            return 0
        if settings.MAIL_RULES.warm_up is None:
            return None
        now = timezone.now().astimezone(self.zone)
        for _try in range(10):
            left = self._left(now)
            if not left:
                return left
            number = min(left, BATCH)
            SendingDay.objects.get_or_create(day=now.date())
            allowed = settings.MAIL_RULES.warm_up.allowed(now.date())
            day = SendingDay.objects.filter(day=now.date(), mails__lte=allowed - number)
            if day.update(mails=F("mails") + number):
                return number
        return 0

    def give_back(self, number: int) -> None:
        """What was granted and not claimed."""
        if number > 0:
            day = timezone.now().astimezone(self.zone).date()
            SendingDay.objects.filter(day=day, mails__gte=number).update(mails=F("mails") - number)
