"""Alerts about mailings that stopped by themselves: on the release's page, and by mail to those who can resume them.

A mailing stops by itself where the mail server refuses too much (it is resumed later, a few times), where an error
comes at every try, or where its hour is long past. Each recipient gets one mail when a mailing stops, and one when it
won't be resumed by itself. Holds that are about the installation (a copy, a restored database) are shown at the desk
alone: a copy should write to nobody.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from barograph.delivery.enums import WAITING, Hold
from barograph.delivery.models import Mailing
from barograph.delivery.transports import Unreachable
from barograph.desk import reminders
from barograph.issues import services as issues
from barograph.issues.enums import ReminderKind
from barograph.issues.models import Issue, Publication
from barograph.newsletter import services as newsletter
from barograph.people.models import User
from barograph.publishing import mailing_views

log = logging.getLogger("barograph.publishing")

ALERTING = (Hold.REFUSED, Hold.OVERDUE, Hold.BROKEN)
#: Mailings older than this raise no alert any more.
FRESH = timedelta(days=7)


def stopped(issue: Issue) -> list[Mailing]:
    """The mailings of an issue that have stopped by themselves."""
    return [m for m in newsletter.mailings_of(issue_key=issue.key) if m.state in WAITING and m.hold]


def in_words(mailing: Mailing) -> str:
    """Describe a stopped mailing in the active language: how far it went, why it stopped, when it goes on."""
    how_far = {"title": mailing_views.title_of(mailing), "done": mailing.done, "total": mailing.total}
    sentences = [_("%(title)s: %(done)s of %(total)s sent.") % how_far, mailing.get_hold_display()]
    if mailing.hold == Hold.REFUSED:
        sentences.append(_("These rejections count against no one."))
        if mailing.trouble:
            sentences.append(_("The server’s last reply: “%(words)s”.") % {"words": mailing.trouble.rstrip(".")})
    elif mailing.hold == Hold.BROKEN and mailing.trouble:
        sentences.append(_("What went wrong: “%(words)s”.") % {"words": mailing.trouble.rstrip(".")})
    until = mailing_views.resumption(mailing)
    sentences.append(f"{until.rstrip('.')}." if until else _("The mailing is waiting for your decision."))
    return " ".join(sentences)


def check(*, now: datetime) -> None:
    """Mail alerts about mailings that have stopped, to each recipient once."""
    rows = Mailing.objects.filter(state__in=WAITING, hold__in=ALERTING, created_at__gte=now - FRESH).order_by("key")
    by_issue: dict[Issue, list[Mailing]] = {}
    for mailing in rows:
        if issue := issue_of(mailing):
            by_issue.setdefault(issue, []).append(mailing)
    for issue, mailings in by_issue.items():
        notify(issue=issue, mailings=mailings, publication=issues.publication(), now=now)


def issue_of(mailing: Mailing) -> Issue | None:
    """The issue a mailing went with: a summary of a month goes with the first one after it."""
    kind, when, _list = mailing.key.split(":", 2)
    if kind == "month":
        following = (date.fromisoformat(f"{when}-01") + timedelta(days=31)).replace(day=1)
        return Issue.objects.filter(first__gte=following).order_by("first").first()
    return Issue.objects.filter(first=when).first()


def operators_and_publishers() -> list[User]:
    """Accounts with an e-mail address that can resume a mailing: those that may publish, and the operators."""
    may = Q(groups__permissions__codename="add_release") | Q(is_superuser=True)
    return list(User.objects.filter(may, is_active=True).exclude(email="").distinct().order_by("pk"))


def notify(*, issue: Issue, mailings: list[Mailing], publication: Publication, now: datetime) -> int:
    """Mail each recipient once about each mailing and kind of stop. Returns the number of mails sent."""
    goes_on = [mailing for mailing in mailings if mailing.hold == Hold.REFUSED and mailing.due_at]
    stuck = [mailing for mailing in mailings if mailing not in goes_on]
    try:
        return sum(
            _notify_kind(issue=issue, kind=kind, mailings=some, publication=publication, now=now)
            for kind, some in ((ReminderKind.STOPPED, goes_on), (ReminderKind.STUCK, stuck))
        )
    except Unreachable as trouble:
        log.warning("the mail about a mailing that has stopped waits: %s", trouble)
        return 0


def _notify_kind(
    *, issue: Issue, kind: ReminderKind, mailings: list[Mailing], publication: Publication, now: datetime
) -> int:
    notified, sent = set(issue.reminders.filter(kind=kind).values_list("user_id", "about")), 0
    for user in operators_and_publishers():
        fresh = {str(m.pk): m for m in mailings if (user.pk, str(m.pk)) not in notified}
        if not fresh:
            continue
        with translation.override(reminders.language_of(user, publication)):
            subject = _("The newsletter stopped automatically: %(period)s") % {"period": issue}
            address = f"{settings.BASE_URL}{reverse('publishing_newsletter', args=[issue.pk])}"
            lines = [
                *(f"– {in_words(mailing)}" for mailing in fresh.values()),
                "",
                _("Resume or stop it:"),
                address,
            ]
            letter = reminders.letter_to(
                user=user,
                house=publication,
                key=f"{kind.value}:{issue.pk}:{'+'.join(sorted(fresh))}",
                subject=subject,
                text="\n".join([*lines, ""]),
                at=now,
            )
        sent += reminders.send_once(issue=issue, user=user, kind=kind, letter=letter, about=list(fresh))
    return sent
