"""A worker of its own for the kill test: with a number it first makes the tables and a mailing."""

import sys
import uuid

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402

from barograph.delivery import services  # noqa: E402
from barograph.delivery.models import Delivery, Mailing  # noqa: E402
from barograph.subscribers.models import Subscriber, Subscription, Suppression  # noqa: E402


def prepare(number: int) -> None:
    with connection.schema_editor() as editor:
        for model in (Subscriber, Subscription, Suppression, Mailing, Delivery, DBTaskResult):
            editor.create_model(model)
    now = timezone.now()
    for n in range(number):
        subscriber = Subscriber(id=uuid.uuid4(), language="en", state="confirmed", created_at=now, confirmed_at=now)
        subscriber.seal(f"reader-{n}@example.org")
        subscriber.save(force_insert=True)
        Subscription.objects.create(subscriber=subscriber, list_key="en", confirmed_at=now)
    services.make_mailing(
        mailing=Mailing(
            key="issue:2020-08-03:en",
            list_key="en",
            sender="Bulletin <bulletin@example.org>",
            subject="Subject",
            html="<p>Html</p>",
            text="Text",
            unsubscribe_url="https://example.org/{language}/unsubscribe/{token}/",
            settings_url="https://example.org/{language}/subscription/{token}/",
        ),
    )


if len(sys.argv) > 1:
    prepare(int(sys.argv[1]))
report = services.send(Mailing.objects.get().pk)
counts = Mailing.objects.values_list("sent", "failed", "skipped").get()
sys.stdout.write(f"{report.is_finished} {counts[0]} {counts[1]} {counts[2]}")
