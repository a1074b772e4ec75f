"""Asking for the newsletter. Whoever asks learns nothing: the answer is the same, and mail goes out later.

The request itself only counts and keeps an encrypted note; whether the address
is known is looked up by the worker alone, and there, too, a known address is as
much work as an unknown one: who shares the machine could feel a difference.
"""

from __future__ import annotations

import enum
import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from barograph.delivery import services as delivery
from barograph.delivery.transports import NO_SMTPUTF8, Unreachable
from barograph.editions.services import current_imprint
from barograph.newsletter import limits, mails
from barograph.newsletter.models import AddressChange, SignUpRequest
from barograph.newsletter.sender_choice import with_sender
from barograph.subscribers import addresses, key_check, services
from barograph.subscribers.tokens import CONFIRMATION_AGE

log = logging.getLogger(__name__)

#: Pauses while the relay cannot be used; then the request is given up.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))


class Asked(enum.Enum):
    ACCEPTED = "accepted"  # or silently not: nobody can tell
    TOO_MANY = "too many"  # this network has asked too often


@transaction.atomic
def ask(*, address: str, list_key: str, language: str, network: str) -> Asked:
    """Note that somebody wants a list. Raises addresses.InvalidAddress."""
    taken = limits.take(network=network, address_key=addresses.limit_key(address))
    if not taken.network_may:
        return Asked.TOO_MANY
    request = SignUpRequest(list_key=list_key, language=language, at=timezone.now(), is_silent=not taken.address_may)
    request.share = taken.share
    request.address_cipher = addresses.seal(addresses.clean(address), bound_to=request.bound_to)
    request.save()
    transaction.on_commit(lambda: answer_sign_up.enqueue(request.pk))
    return Asked.ACCEPTED


@task(queue_name="mail")
def answer_sign_up(request_id: int) -> None:
    """Send the mail that answers a request; later, where the relay or the hour's limit says so."""
    later = answer(request_id)
    if later:
        answer_sign_up.using(run_after=later).enqueue(request_id)


def answer(request_id: int) -> datetime | None:
    """Answer a request and erase it. Returns when to try again, None where it is done with."""
    request = SignUpRequest.objects.filter(pk=request_id).first()
    if request is None:
        return None
    if request.is_silent:
        request.delete()
        return None
    if later := limits.may_mail(share=request.share):
        return later
    try:
        key_check.check()
        _send(request)
    except (Unreachable, ValueError) as trouble:  # the latter: a mail that can't be made, which may be mended
        log.warning("sign-up request %s: %s", request.pk, trouble)
        if request.tries < len(PAUSES):
            pause = PAUSES[request.tries]
            request.tries += 1
            request.save(update_fields=["tries"])
            return timezone.now() + pause
    except (addresses.UnknownKey, key_check.KeyProblem) as trouble:  # it waits for a machine that has the key
        log.error("sign-up request %s: %s", request.pk, trouble)
        return timezone.now() + PAUSES[0]
    except addresses.Unreadable:
        log.error("sign-up request %s cannot be read with this key", request.pk)
    request.delete()
    return None


def _send(request: SignUpRequest) -> None:
    address = addresses.unseal(request.address_cipher, bound_to=request.bound_to)
    services.drop_unconfirmed()
    AddressChange.objects.filter(at__lt=timezone.now() - CONFIRMATION_AGE).delete()
    asked = services.sign_up(address=address, list_key=request.list_key, language=request.language)
    subscriber, write = asked.subscriber, mails.already if asked.is_known else mails.confirm
    letter = write(
        subscriber=subscriber, list_key=request.list_key, imprint=with_sender(current_imprint()), request=request
    )
    address = subscriber.address()
    if not asked.may_be_written_to:
        return
    answer = delivery.send_system_mail(letter=letter, address=address, recipient=subscriber.pk.hex)
    if answer.is_for_later:
        raise Unreachable(f"{answer.code} {answer.text}")
    if not address.isascii():
        limits.note_scripts(are_taken=answer.status != NO_SMTPUTF8)
        if answer.status == NO_SMTPUTF8:
            log.warning("sign-up request %s: %s", request.pk, answer.text)
    if not answer.is_accepted:
        log.info("sign-up request %s: refused with %s", request.pk, answer.code)
