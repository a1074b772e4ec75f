"""What is kept about a subscriber, sent to their mailbox: whoever else holds the settings link learns nothing."""

from __future__ import annotations

import json
import logging
import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from barograph.delivery import services as delivery
from barograph.delivery.transports import Unreachable
from barograph.editions.services import current_imprint, current_renames
from barograph.newsletter import limits, mails
from barograph.newsletter.sender_choice import with_sender
from barograph.newsletter.signups import PAUSES, Asked
from barograph.subscribers import addresses, services
from barograph.subscribers.models import Subscriber

log = logging.getLogger(__name__)


@transaction.atomic
def ask(*, subscriber: Subscriber, network: str) -> Asked:
    """Have the data sent. More than a few times a day, nothing more is sent."""
    network_may, address_may = limits.take(network=network, address_key=subscriber.address_key)
    if not network_may:
        return Asked.TOO_MANY
    if address_may:
        asked_at = timezone.now().isoformat()
        transaction.on_commit(lambda: send_own_data.enqueue(subscriber.pk.hex, asked_at, 0))
    return Asked.ACCEPTED


@task(queue_name="mail")
def send_own_data(subscriber_id: str, asked_at: str, tries: int) -> None:
    """Send the letter; later, where the relay or the hour's limit says so."""
    if later := limits.may_mail_subscriber():
        send_own_data.using(run_after=later).enqueue(subscriber_id, asked_at, tries)
        return
    try:
        _send(uuid.UUID(hex=subscriber_id), datetime.fromisoformat(asked_at))
    except Unreachable as trouble:
        log.warning("a subscriber's own data: %s", trouble)
        if tries < len(PAUSES):
            send_own_data.using(run_after=timezone.now() + PAUSES[tries]).enqueue(subscriber_id, asked_at, tries + 1)
    except addresses.Unreadable:
        log.error("subscriber %s cannot be read with this key", subscriber_id)


def _send(subscriber_id: uuid.UUID, asked_at: datetime) -> None:
    subscriber = Subscriber.objects.confirmed().filter(pk=subscriber_id).first()
    own = services.own_data(subscriber_id=subscriber_id)
    if subscriber is None or own is None:
        return
    renamed = current_renames()
    for entry in own["subscriptions"]:
        entry["topics"] = [renamed.topic(key) for key in entry["topics"]]
    data = json.dumps(own, ensure_ascii=False, indent=2)
    letter = mails.own_data(subscriber=subscriber, data=data, at=asked_at, imprint=with_sender(current_imprint()))
    answer = delivery.send_system_mail(letter=letter, address=subscriber.address(), recipient=subscriber.pk.hex)
    if answer.is_for_later:
        raise Unreachable(f"{answer.code} {answer.text}")
