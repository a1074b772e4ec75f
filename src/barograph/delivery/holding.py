"""Whether a mailing may go out by itself, or waits for somebody's word: copies, restored databases, hours long past."""

from __future__ import annotations

import logging

from django.conf import settings
from django.utils import timezone

from barograph.delivery import installation
from barograph.delivery.allowances import Allowance
from barograph.delivery.enums import UNFINISHED, Hold, MailingState
from barograph.delivery.installation import Standing
from barograph.delivery.models import Mailing

log = logging.getLogger(__name__)


def asked(mailing: Mailing) -> Standing:
    """Whether to send this mailing now. Where it has to wait for a word, it is held, and its row says why."""
    word = installation.standing()
    if word.may_send and _is_overdue(mailing):
        word = Standing(hold=Hold.OVERDUE)
    if word.hold:
        Mailing.objects.filter(pk=mailing.pk, state__in=UNFINISHED).update(state=MailingState.ON_HOLD, hold=word.hold)
        log.warning("mailing %s waits for your word: %s", mailing.key, word.hold)
        return word
    begins = mailing.started_at is None
    if word.may_send and begins and mailing.due_at is not None and mailing.due_at > timezone.now():
        return Standing(wait_until=mailing.due_at)
    if word.may_send and (opening := Allowance(mailing).opens_at()) is not None:
        Mailing.objects.filter(pk=mailing.pk).update(due_at=opening)
        log.info("mailing %s waits for its hour or day: %s", mailing.key, opening)
        return Standing(wait_until=opening)
    return word


def _is_overdue(mailing: Mailing) -> bool:
    late = timezone.now() - (mailing.due_at or mailing.created_at)
    return late > settings.MAIL_RULES.overdue
