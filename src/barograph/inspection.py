"""What `doctor` finds in the installation itself: keys, accounts, workers, releases, mailings, clock. Reads only."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from barograph.base import processes
from barograph.delivery.enums import MailingState
from barograph.delivery.models import Mailing
from barograph.demo.sign_ins import SIGN_INS
from barograph.machines import services as machines
from barograph.machines.models import Worker
from barograph.people.models import User
from barograph.publishing.enums import ReleaseState
from barograph.publishing.models import Release
from barograph.subscribers import key_check


class Finding(NamedTuple):
    """One line of `doctor`. `message` says what to do where not all is well; `level` how grave that is.

    "error": something does not work; "warning": something will be lost or late, or readers or the team are less safe.
    """

    name: str
    ok: bool
    message: str
    level: str = "error"


#: A clock that is behind what a worker has seen by more than this has been set back.
CLOCK = timedelta(minutes=5)
#: A relay that does not answer within so many seconds is away.
PATIENCE = 10.0


def findings() -> Iterator[Finding]:
    """All of them, in the order in which they are shown."""
    yield _key()
    yield _accounts()
    yield _second_factor()
    yield _workers()
    yield _clock()
    yield from _releases()
    yield from _mailings()
    yield from _maildir()


def demo_accounts() -> list[str]:
    """Names of accounts that still have the demo's passwords, which everybody knows."""
    passwords = {name: password for name, password, *_rest in SIGN_INS}
    users = User.objects.filter(username__in=passwords, is_active=True)
    return [user.username for user in users if user.check_password(passwords[user.username])]


def _key() -> Finding:
    try:
        key_check.check()
    except key_check.KeyProblem as problem:
        return Finding("address key", False, str(problem))
    return Finding("address key", True, "the one that this database's addresses are sealed with")


def _accounts() -> Finding:
    accounts = [] if settings.DEMO else demo_accounts()
    if accounts:
        names = ", ".join(accounts)
        return Finding(
            "accounts", False, f"{names} can sign in with the demo's passwords. End these accounts at the desk."
        )
    return Finding("accounts", True, "none has a password of the demo's")


def _second_factor() -> Finding:
    if settings.HTTPS and settings.SECOND_FACTOR == "off":
        return Finding(
            "second factor",
            False,
            "It is off. Unset BAROGRAPH_SECOND_FACTOR, so that publishers confirm a sign-in.",
            "warning",
        )
    return Finding("second factor", True, settings.SECOND_FACTOR)


def has_worker() -> bool:
    """Whether a worker on this machine has shown itself lately."""
    recent = Worker.objects.filter(seen_at__gt=timezone.now() - machines.LOST_AFTER)
    return any(processes.is_here(worker.owner) for worker in recent)


def _workers() -> Finding:
    now = timezone.now()
    newest = Worker.objects.order_by("-seen_at").first()
    if newest is None:
        return Finding("worker", False, "No worker runs: start `barograph serve` or `barograph worker`.")
    silent = now - newest.seen_at
    if silent > machines.LOST_AFTER:
        minutes = int(silent.total_seconds() // 60)
        return Finding(
            "worker", False, f"No worker has shown itself for {minutes} minutes: look at its log and start it again."
        )
    return Finding("worker", True, f"last seen {max(0, int(silent.total_seconds()))} s ago")


def _clock() -> Finding:
    seen = machines.installation().seen_at
    if seen is not None and seen > timezone.now() + CLOCK:
        return Finding(
            "clock", False, f"This clock is behind what a worker has seen ({seen:%Y-%m-%d %H:%M} UTC). Set it right."
        )
    return Finding("clock", True, f"{timezone.now():%Y-%m-%d %H:%M} UTC")


def _releases() -> Iterator[Finding]:
    for release in Release.objects.filter(state=ReleaseState.FAILED).select_related("issue"):
        step = release.steps.exclude(error="").first()
        why = f" at “{step.name}”: {step.error}" if step else ""
        words = f"The release of {release.issue.key} stopped{why}. Mend it, then run `barograph publish"
        yield Finding("release", False, f"{words} {release.issue.key}`.")


def _mailings() -> Iterator[Finding]:
    for mailing in Mailing.objects.filter(state=MailingState.ON_HOLD)[:5]:
        words = f"{mailing.key} is waiting for your decision ({mailing.get_hold_display()})"
        yield Finding("mailing", False, f"{words}: `barograph mailings list`, then `… resume` or `… stop`.")
    refused = Mailing.objects.filter(total__gt=0, sent=0, failed__gt=0, finished_at__isnull=False)
    for mailing in refused.order_by("-finished_at")[:1]:
        words = f"{mailing.key}: all {mailing.failed} mails were refused."
        yield Finding("mailing", False, f"{words} See why with `barograph mailings report {mailing.key}`.")


def _maildir() -> Iterator[Finding]:
    folder = settings.BOUNCES.maildir
    if folder is not None and not (folder / "new").is_dir():
        yield Finding(
            "bounces", False, f"BAROGRAPH_BOUNCE_MAILDIR: there is no Maildir at {folder} (it has a folder `new`)."
        )


def relay_problem() -> str:
    """What keeps the relay from taking our mail, found by signing in and sending nothing; '' where nothing does."""
    try:
        with contextlib.closing(_connected()) as client:
            return _sign_in(client)
    except smtplib.SMTPAuthenticationError:
        return "it refuses the name or the password of BAROGRAPH_SMTP_URL"
    except (smtplib.SMTPException, ssl.SSLError) as error:
        return f"it does not speak SMTP as expected ({type(error).__name__})"
    except OSError as error:
        return f"it does not answer ({error.strerror or type(error).__name__})"


def _sign_in(client: smtplib.SMTP) -> str:
    relay = settings.SMTP
    client.ehlo()
    if relay.tls == "starttls":
        if not client.has_extn("starttls"):
            return "it does not offer STARTTLS: leave out ?tls=starttls, or use ?tls=tls"
        client.starttls(context=ssl.create_default_context())
        client.ehlo()
    if relay.user and relay.password:
        if not client.has_extn("auth"):
            return "it offers no sign-in (AUTH), but BAROGRAPH_SMTP_URL has a name and a password"
        client.login(relay.user, relay.password)
    return ""


def _connected() -> smtplib.SMTP:
    relay = settings.SMTP
    if relay.tls == "tls":
        return smtplib.SMTP_SSL(relay.host, relay.port, timeout=PATIENCE, context=ssl.create_default_context())
    return smtplib.SMTP(relay.host, relay.port, timeout=PATIENCE)
