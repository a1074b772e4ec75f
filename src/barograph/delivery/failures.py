"""What follows when the run of a mailing raises: it says why in words, rests, and after a few tries asks for a person.

A failure of the program or its settings (a text that can't be made into a mail, a key that isn't here) comes back at
every try: to repeat it at once would keep a worker busy for ever. Where the database itself takes nothing, no number
of tries is too many: that is nobody's text.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.utils import timezone

from barograph.delivery import installation
from barograph.delivery.enums import Hold, MailingState
from barograph.delivery.models import Mailing
from barograph.delivery.transports import without_addresses
from barograph.subscribers.addresses import UnknownKey

log = logging.getLogger(__name__)

#: Pauses after a run that raised; after the last of them the mailing waits for a person.
PAUSES = tuple(timedelta(seconds=s) for s in (15, 60, 300, 900))


def draw(mailing_id: int, error: Exception) -> datetime | None:
    """Write down why a run has failed. Returns when to try again; None where the mailing waits for a person."""
    mailing = Mailing.objects.get(pk=mailing_id)
    words = without_addresses(_words(error))
    number = mailing.failures
    mine = Mailing.objects.unfinished().filter(pk=mailing_id)
    if number >= len(PAUSES) and not _may_pass(error):
        mine.update(state=MailingState.PAUSED, hold=Hold.BROKEN, trouble=words, due_at=None)
        log.error("mailing %s is paused after %s failed tries: %s", mailing.key, number + 1, words)
        return None
    pause = PAUSES[min(number, len(PAUSES) - 1)]
    back_at = timezone.now() + pause
    mine.update(trouble=words, failures=F("failures") + 1, due_at=back_at)
    log.warning(
        "mailing %s: %s; trying again in %s s",
        mailing.key,
        words,
        pause.seconds,
        exc_info=error if not number else None,
    )
    return back_at


def _words(error: Exception) -> str:
    """Why, in one line. An error of Python's own is named by its kind, too."""
    if isinstance(error, UnknownKey):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _may_pass(error: Exception) -> bool:
    """Whether it may end without a person's doing: the database is away, or another machine has the key."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, UnknownKey) and installation.others_send()
