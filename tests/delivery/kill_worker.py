"""A worker of its own for the kill test: with a number it first makes the tables and a mailing."""

import sys

import django

django.setup()

from django.db import connection  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402

from barograph.delivery import services  # noqa: E402
from barograph.delivery.models import Delivery, Mailing  # noqa: E402
from barograph.subscribers.models import Subscriber, Subscription, Suppression  # noqa: E402
from tests.delivery.mailings import mailing, readers  # noqa: E402


def prepare(number: int) -> None:
    with connection.schema_editor() as editor:
        for model in (Subscriber, Subscription, Suppression, Mailing, Delivery, DBTaskResult):
            editor.create_model(model)
    readers(number)
    mailing()


if len(sys.argv) > 1:
    prepare(int(sys.argv[1]))
report = services.send(Mailing.objects.get().pk)
counts = Mailing.objects.values_list("sent", "failed", "skipped").get()
sys.stdout.write(f"{report.is_finished} {counts[0]} {counts[1]} {counts[2]}")
