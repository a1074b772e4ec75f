"""The verbs of delivery: make a mailing, send it, take up what was left, send one system mail."""

from __future__ import annotations

from email.utils import parseaddr

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from barograph.delivery import tasks, transports
from barograph.delivery.enums import DeliveryState
from barograph.delivery.messages import Letter, Person, Template
from barograph.delivery.models import Delivery, Mailing
from barograph.delivery.sending import Report, message_id, recount, send
from barograph.delivery.transports import Answer

__all__ = ["Report", "make_mailing", "recount", "recover", "send", "send_system_mail"]


@transaction.atomic
def make_mailing(*, mailing: Mailing, recipients: QuerySet) -> tuple[Mailing, bool]:
    """Keep a mailing with a delivery for each of the recipients (a queryset of Subscriber), and hand it
    to the workers. A key that is there already is left as it is: (that mailing, False).
    """
    mailing.created_at = mailing.created_at or timezone.now()
    try:
        with transaction.atomic():
            mailing.save(force_insert=True)
    except IntegrityError:
        return Mailing.objects.get(key=mailing.key), False
    mailing.total = _enqueue(mailing, recipients)
    mailing.save(update_fields=["total"])
    transaction.on_commit(lambda: tasks.send_mailing.enqueue(mailing.pk))
    return mailing, True


def _enqueue(mailing: Mailing, recipients: QuerySet) -> int:
    """One INSERT … SELECT, so that a million subscribers cost no memory here. Returns how many."""
    wanted, params = recipients.order_by().values("id").query.sql_with_params()
    table, quote = Delivery._meta.db_table, connection.ops.quote_name
    values = {
        "mailing_id": mailing.pk,
        "state": DeliveryState.QUEUED.value,
        "tries": 0,
        "next_try_at": connection.ops.adapt_datetimefield_value(mailing.created_at),
        "claimed_by": "",
        "claim": "",
        "last_text": "",
    }
    columns = ", ".join(quote(name) for name in ["subscriber_id", *values])
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(table)} ({columns}) SELECT wanted.id, {marks} FROM ({wanted}) AS wanted",  # noqa: S608
            [*values.values(), *params],
        )
        return cursor.rowcount


def recover() -> int:
    """Hand unfinished mailings that no worker has in its queue to the workers again. Returns how many."""
    held = {
        row.args_kwargs["args"][0]
        for row in DBTaskResult.objects.filter(
            task_path=tasks.send_mailing.module_path,
            status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING],
        )
        if row.args_kwargs["args"]
    }
    left = Mailing.objects.unfinished().exclude(pk__in=held).values_list("pk", flat=True)
    for mailing_id in left:
        tasks.send_mailing.enqueue(mailing_id)
    return len(left)


def send_system_mail(*, letter: Letter, address: str, recipient: str) -> Answer:
    """Hand over one mail that a person's own act has caused. Raises transports.Unreachable.

    `recipient` is what makes its Message-ID; the same letter to the same recipient has the same one.
    """
    headers = {"Auto-Submitted": "auto-generated", **letter.headers}
    whole = Letter(**{**letter.__dict__, "headers": headers})
    person = Person(address=address, message_id=message_id(letter.key, recipient))
    transport = transports.opened()
    try:
        return transport.send(parseaddr(letter.sender)[1], address, Template(whole).fill(person))
    finally:
        transport.close()
