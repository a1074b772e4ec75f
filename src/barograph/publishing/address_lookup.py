"""Look up what became of one subscriber's mails: a limited number per hour, reported to the others who may publish.

The answer reveals whether an address subscribes, and somebody with a stolen session could try a list of addresses.
So each look-up is counted before it is done, and an account's first look-up in an hour, and its first beyond the
limit, are reported by mail to everybody else who may publish.
"""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from barograph.base import rate_limits
from barograph.delivery import reports
from barograph.delivery import services as delivery
from barograph.delivery.transports import Unreachable
from barograph.desk import reminders
from barograph.issues import services as issues
from barograph.people.models import User
from barograph.publishing import mailing_alerts

log = logging.getLogger("barograph.publishing")

#: Look-ups that one account may do in an hour.
PER_HOUR = 10


class TooMany(Exception):
    """The account has used up its look-ups of this hour."""


def look_up(*, address: str, by: User) -> reports.AddressHistory:
    """What became of the mails to an address. Raises InvalidAddress, TooMany."""
    if not rate_limits.spend("look-ups", str(by.pk), PER_HOUR):
        if rate_limits.spend("look-ups refused told", str(by.pk), 1):
            notify_publishers.enqueue(by.pk, True)
        raise TooMany
    history = reports.look_up(address=address, by=by)
    if rate_limits.spend("look-ups told", str(by.pk), 1):
        notify_publishers.enqueue(by.pk, False)
    return history


@task(queue_name="mail")
def notify_publishers(user_id: int, too_many: bool) -> int:
    """Report an account's look-ups by mail to the others who may publish. Returns the number of mails sent."""
    user, publication, now, sent = User.objects.filter(pk=user_id).first(), issues.publication(), timezone.now(), 0
    if user is None:
        return 0
    for other in mailing_alerts.operators_and_publishers():
        if other.pk == user.pk:
            continue
        with translation.override(reminders.language_of(other, publication)):
            letter = reminders.letter_to(
                user=other,
                house=publication,
                key=f"look-ups:{user.pk}:{now:%Y-%m-%d-%H}:{int(too_many)}",
                subject=_("Subscribers’ addresses are being looked up"),
                text=_text(user, too_many=too_many),
                at=now,
            )
        try:
            answer = delivery.send_system_mail(letter=letter, address=other.email, recipient=f"user:{other.pk}")
        except Unreachable as trouble:
            log.warning("the mail about look-ups is not sent: %s", trouble)
            return sent
        sent += int(answer.is_accepted)
    return sent


def _text(user: Any, *, too_many: bool) -> str:
    words = {"who": user.get_username(), "most": PER_HOUR}
    first = (
        _(
            "%(who)s has tried to look up more than %(most)s readers’ addresses in the past hour; "
            "further attempts were refused."
        )
        if too_many
        else _("%(who)s has started looking up readers’ addresses in the desk.")
    )
    return "\n\n".join([first % words, _("If this surprises you, ask them about it and end their sessions."), ""])
