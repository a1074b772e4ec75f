"""The verbs of delivery: make a mailing, send it, take up what was left, send one system mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from barograph.delivery import installation, tasks
from barograph.delivery.enums import (
    ABOUT_THE_INSTALLATION,
    ENDED,
    TAKEN_BACK,
    WAITING,
    DeliveryState,
    Hold,
    MailingState,
)
from barograph.delivery.filling import fill
from barograph.delivery.models import Delivery, Mailing
from barograph.delivery.recording import recount
from barograph.delivery.sending import Report, send
from barograph.delivery.system_mail import send_system_mail

__all__ = [
    "Report",
    "hurry",
    "make_mailing",
    "pause",
    "recount",
    "recover",
    "resume",
    "send",
    "send_system_mail",
    "stop",
]


#: After a mailing ended its deliveries are kept so long: mails come back for sixty days, readers ask for ninety.
KEPT_FOR = timedelta(days=90)
FORGOTTEN_AT_ONCE = 5000


def make_mailing(*, mailing: Mailing) -> tuple[Mailing, bool]:
    """Keep a mailing with a delivery for everybody on its list, and hand it to the workers.

    A key that is there already is left as it is: (that mailing, False); where
    addressing it was cut off, it goes on.
    """
    mailing.created_at = mailing.created_at or timezone.now()
    mailing.state, is_new = MailingState.PREPARING, True
    try:
        with transaction.atomic():
            mailing.save(force_insert=True)
    except IntegrityError:
        mailing, is_new = Mailing.objects.get(key=mailing.key), False
    if mailing.state == MailingState.PREPARING:
        fill(mailing)
        transaction.on_commit(lambda: tasks.send_mailing.enqueue(mailing.pk))
    return mailing, is_new


@transaction.atomic
def correct(
    *, mailing_id: int, subject: str, html: str, text: str, pictures: list[list[str]], topics: list[str]
) -> bool:
    """A new text for whoever has not got a mailing yet; what went out stays. False where nothing is new or left.

    What workers have in hand, a batch each, still goes with the former text.
    """
    mailing = Mailing.objects.select_for_update().filter(pk=mailing_id).exclude(state__in=ENDED).first()
    new = {"subject": subject, "html": html, "text": text, "pictures": pictures, "topics": topics}
    if mailing is None or all(getattr(mailing, name) == value for name, value in new.items()):
        return False
    for name, value in new.items():
        setattr(mailing, name, value)
    mailing.version += 1
    mailing.corrections = [*mailing.corrections, {"at": timezone.now().isoformat(), "sent": mailing.sent}]
    mailing.save(update_fields=[*new, "version", "corrections"])
    return True


def pause(*, mailing_id: int) -> bool:
    """Send no further mail for now; what is on the connections still goes. False where nothing was under way."""
    return bool(Mailing.objects.unfinished().filter(pk=mailing_id).update(state=MailingState.PAUSED))


@transaction.atomic
def hurry(*, mailing_id: int) -> bool:
    """Send now what waits for its minute. False where nothing waits (any more)."""
    waiting = Mailing.objects.unfinished().filter(pk=mailing_id, due_at__gt=timezone.now())
    if not waiting.update(due_at=timezone.now()):
        return False
    transaction.on_commit(lambda: tasks.send_mailing.enqueue(mailing_id))
    return True


@transaction.atomic
def resume(*, mailing_id: int) -> bool:
    """Go on with a mailing that is paused or waits for a word, addressing included. False where it does neither.

    Where it waits since the installation is not known, this is the word that lets the installation send.
    """
    paused = Mailing.objects.filter(pk=mailing_id, state__in=WAITING)
    asked = paused.values_list("hold", flat=True).first()
    if not paused.update(
        state=MailingState.PREPARING, hold="", due_at=timezone.now(), failures=0
    ):  # addressing goes on from its mark, at once where it was done
        return False
    if asked in ABOUT_THE_INSTALLATION:
        installation.admit()
    transaction.on_commit(lambda: tasks.send_mailing.enqueue(mailing_id))
    return True


def let_go_on() -> int:
    """Once an installation was let in: mailings that waited for that go on. Returns how many."""
    waiting = Mailing.objects.filter(state=MailingState.ON_HOLD, hold__in=ABOUT_THE_INSTALLATION)
    return sum(resume(mailing_id=mailing_id) for mailing_id in list(waiting.values_list("pk", flat=True)))


def stop(*, mailing_id: int) -> bool:
    """End a mailing for good: who has not got it does not get it. False where it has ended already."""
    open_ones = Mailing.objects.filter(pk=mailing_id).exclude(state__in=ENDED)
    return bool(open_ones.update(state=MailingState.STOPPED, finished_at=timezone.now()))


class TooLate(Exception):
    """Somebody may have got a mail of it already."""


@transaction.atomic
def take_back(*, mailings: Iterable[Mailing]) -> int:
    """End mailings that nobody has got anything of, all or none; their keys are free for new ones. Returns how many.

    A worker claims under the same lock on the mailing (batches.Claims.take): either it finds the mailing ended, or
    its claim is seen here. Raises TooLate, with nothing changed, where a mail is claimed, accepted or in doubt.
    """
    keys = sorted(mailing.pk for mailing in mailings)
    locked = list(Mailing.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    theirs = Delivery.objects.filter(mailing__in=locked)
    in_doubt = Delivery.objects.filter(mailing__in=[m for m in locked if m.started_at], drops__gt=0)
    if theirs.filter(state__in=[DeliveryState.CLAIMED, DeliveryState.SENT]).exists() or in_doubt.exists():
        raise TooLate
    for mailing in locked:
        key = f"{TAKEN_BACK}{mailing.pk}:{mailing.key}"
        ended = {"state": MailingState.STOPPED, "hold": "", "finished_at": timezone.now()}
        Mailing.objects.filter(pk=mailing.pk).update(key=key, **ended)
    return len(locked)


def recover() -> int:
    """Hand unfinished mailings, and those whose pause after refusals is over, to the workers. Returns how many."""
    installation.keep_alive()
    rested = Mailing.objects.filter(state=MailingState.PAUSED, hold=Hold.REFUSED, due_at__lte=timezone.now())
    for mailing_id in rested.values_list("pk", flat=True):
        resume(mailing_id=mailing_id)
    return _hand_over()


def _hand_over() -> int:
    """Hand unfinished mailings that no worker has in its queue to the workers again. Returns how many."""
    subscribers = {
        row.args_kwargs["args"][0]
        for row in DBTaskResult.objects.filter(
            task_path=tasks.send_mailing.module_path,
            status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING],
        )
        if row.args_kwargs["args"]
    }
    left = Mailing.objects.unfinished().exclude(pk__in=subscribers).values_list("pk", flat=True)
    later = timezone.now() + tasks.AT_LEAST if tasks.recently_failed(tasks.send_mailing.module_path) else None
    for mailing_id in left:
        tasks.ask_for_worker(mailing_id, at=later)
    return len(left)


@transaction.atomic
def forget_old_deliveries(*, now: datetime | None = None) -> int:
    """Erase who got which mailing once nobody can need it; the mailing's counts stay. Returns how many.

    A mail that comes back is ours for sixty days. A few thousand at a time, so that nobody waits for it.
    """
    before = (now or timezone.now()) - KEPT_FOR
    old = Delivery.objects.filter(mailing__state__in=ENDED, mailing__finished_at__lt=before)
    ids = list(old.order_by().values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    return Delivery.objects.filter(pk__in=ids).delete()[0]
