"""A change of address: asked for on the settings page, agreed to in both mailboxes.

Whoever asks learns nothing of the new address; letters go out later, by the worker.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from barograph.delivery import services as delivery
from barograph.delivery.messages import Letter
from barograph.delivery.transports import Unreachable
from barograph.editions.services import current_imprint
from barograph.newsletter import limits, mails
from barograph.newsletter.models import AddressChange
from barograph.newsletter.sender_choice import with_sender
from barograph.newsletter.signups import PAUSES, Asked
from barograph.subscribers import addresses, key_check, services
from barograph.subscribers.models import Subscriber
from barograph.subscribers.tokens import CONFIRMATION_AGE

log = logging.getLogger(__name__)

SIDES = ("old", "new")


@transaction.atomic
def ask(*, subscriber: Subscriber, address: str, network: str) -> Asked:
    """Note the wish, with the same work whatever the address is. Raises addresses.InvalidAddress."""
    network_may, address_may = limits.take(network=network, address_key=addresses.limit_key(address))
    if not network_may:
        return Asked.TOO_MANY
    change = AddressChange(subscriber=subscriber, at=timezone.now(), is_silent=not address_may)
    change.address_cipher = addresses.seal(addresses.clean(address), bound_to=change.bound_to)
    change.save(force_insert=True)
    transaction.on_commit(lambda: send_letters.enqueue(change.pk.hex))
    return Asked.ACCEPTED


@task(queue_name="mail")
def send_letters(change_id: str) -> None:
    """Send the letters of a change; later, where the relay or the hour's limit says so."""
    later = write(uuid.UUID(hex=change_id))
    if later:
        send_letters.using(run_after=later).enqueue(change_id)


def write(change_id: uuid.UUID) -> datetime | None:
    """Write to both mailboxes, each once. Returns when to try again, None where it is done with."""
    AddressChange.objects.filter(at__lt=timezone.now() - CONFIRMATION_AGE).delete()
    change = AddressChange.objects.filter(pk=change_id).first()
    if change is None:
        return None
    if change.is_silent:
        change.delete()
        return None
    # an earlier wish that waits is given up; who it may have moved just now is read after that
    AddressChange.objects.filter(subscriber_id=change.subscriber_id, at__lt=change.at).exclude(pk=change.pk).delete()
    if not Subscriber.objects.filter(pk=change.subscriber_id).exists():
        return None
    try:
        key_check.check()
        boxes = {"old": change.subscriber.address(), "new": _address(change)}
        may_be_asked = services.may_be_asked(address=boxes["new"])
    except (addresses.UnknownKey, key_check.KeyProblem) as trouble:  # it waits for a machine that has the key
        log.error("change of address %s: %s", change.pk, trouble)
        return timezone.now() + PAUSES[0]
    except addresses.Unreadable:
        log.error("change of address %s cannot be read with this key", change.pk)
        return None
    for side in SIDES:
        if side in change.mailed:
            continue
        if later := limits.may_mail_subscriber():
            return later
        letter = mails.address_change(change=change, side=side, imprint=with_sender(current_imprint()))
        if side == "old" or may_be_asked:
            try:
                _hand_over(change, side, boxes[side], letter)
            except Unreachable as trouble:
                return _later(change, trouble)
        change.mailed = [*change.mailed, side]
        change.save(update_fields=["mailed"])
    return None


def _hand_over(change: AddressChange, side: str, address: str, letter: Letter) -> None:
    answer = delivery.send_system_mail(letter=letter, address=address, recipient=f"{change.pk.hex} {side}")
    if answer.is_for_later:
        raise Unreachable(f"{answer.code} {answer.text}")
    if not answer.is_accepted:
        log.info("change of address %s: refused with %s", change.pk, answer.code)


def _later(change: AddressChange, trouble: Unreachable) -> datetime | None:
    log.warning("change of address %s: %s", change.pk, trouble)
    if change.tries >= len(PAUSES):
        return None
    pause = PAUSES[change.tries]
    change.tries += 1
    change.save(update_fields=["tries"])
    return timezone.now() + pause


def _address(change: AddressChange) -> str:
    return addresses.unseal(change.address_cipher, bound_to=change.bound_to)


def waiting(change_id: uuid.UUID) -> AddressChange | None:
    """A change that may still be agreed to; None after seven days, or where it is done or given up."""
    since = timezone.now() - CONFIRMATION_AGE
    asked = AddressChange.objects.filter(pk=change_id, at__gte=since, is_silent=False)
    return asked.select_related("subscriber").first()


@transaction.atomic
def agree(*, change_id: uuid.UUID, side: str) -> bool | None:
    """One mailbox agrees. True: both have, it is done. False: the other has to. None: there is nothing to agree to."""
    if side not in SIDES:
        return None
    change = AddressChange.objects.select_for_update().filter(pk=change_id).first()
    if change is None or waiting(change_id) is None:
        return None
    setattr(change, f"is_agreed_by_{side}", True)
    change.save(update_fields=[f"is_agreed_by_{side}"])
    if not (change.is_agreed_by_old and change.is_agreed_by_new):
        return False
    subscriber_id, address = change.subscriber_id, _address(change)
    change.delete()
    services.move(subscriber_id=subscriber_id, address=address)
    return True
