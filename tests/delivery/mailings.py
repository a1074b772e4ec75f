"""A mailing and its readers, for tests with and without pytest (kill_worker)."""

import uuid
from datetime import UTC, datetime

from django.utils import timezone

from barograph.delivery import services
from barograph.delivery.models import Mailing
from barograph.subscribers.models import Subscriber, Subscription

#: Nobody has reached them lately: a server that says they are unknown is believed at once.
LONG_AGO = datetime(2020, 1, 6, tzinfo=UTC)


def readers(number, list_key="en"):
    now = timezone.now()
    made = []
    for n in range(number):
        subscriber = Subscriber(
            id=uuid.uuid4(), language="en", state="confirmed", created_at=now, confirmed_at=LONG_AGO
        )
        subscriber.seal(f"reader-{n}@example.org")
        made.append(subscriber)
    Subscriber.objects.bulk_create(made)
    Subscription.objects.bulk_create(Subscription(subscriber=s, list_key=list_key, confirmed_at=now) for s in made)
    return made


def mailing(key="issue:2020-08-03:en"):
    made, _new = services.make_mailing(
        mailing=Mailing(
            key=key,
            list_key="en",
            sender="Bulletin <bulletin@example.org>",
            subject="Subject",
            html="<p>Html</p>",
            text="Text",
            unsubscribe_url="https://example.org/{language}/unsubscribe/{token}/",
            settings_url="https://example.org/{language}/subscription/{token}/",
        ),
    )
    return made
