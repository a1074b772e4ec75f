"""The part of the command line that is about who signs in, and about the record of what they did. Thin."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial

Say = Callable[[str], None]


class Refused(Exception):
    """A command can't be done. The message is one sentence for the operator."""


def note(action: str, **data: str) -> None:
    """A line about the whole publication, by whoever is at the terminal."""
    from barograph.issues.services import publication
    from barograph.people import audit

    audit.note(action, about=publication(), name="–", at_terminal=True, **data)


def do_sign_ins(args: argparse.Namespace, *, setup: Callable[[], None], say: Say) -> int:
    setup()
    from barograph.people import audit, factors
    from barograph.people.models import User

    user = User.objects.filter(username=args.username).first()
    if user is None:
        raise Refused(f"There is no sign-in called {args.username}.")
    removed = factors.remove(user=user)
    if removed:
        audit.note("factor_reset", about=user, at_terminal=True)
    say("Removed; all sessions of this sign-in have ended." if removed else "This sign-in has no second factor.")
    return 0


def do_audit(args: argparse.Namespace, *, setup: Callable[[], None]) -> int:
    setup()
    from barograph.people import audit

    found = audit.lines(None)
    if args.since:
        found = found.filter(timestamp__gte=datetime.combine(args.since, time(), UTC))
    found = found.filter(timestamp__lte=datetime.now(UTC))
    note("audit_exported", file=args.format)
    for text in audit.FORMATS[args.format](found):
        sys.stdout.write(text)
    sys.stdout.flush()
    return 0


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2020-08-03") from error


def add(command: Callable[..., argparse.ArgumentParser], *, setup: Callable[[], None], say: Say) -> None:
    """Put these commands on the command line."""
    do = partial(do_sign_ins, setup=setup, say=say)
    people = command("sign-ins", do, "Help somebody who is locked out.", "sign-ins reset-factor editor")
    people.add_argument("verb", choices=["reset-factor"], help="take away a lost second factor")
    people.add_argument("username", metavar="NAME")

    about = "Who did what: the audit log on standard output, oldest first."
    audit = command("audit", partial(do_audit, setup=setup), about, "audit export --since 2020-08-03 > audit.jsonl")
    audit.add_argument("verb", choices=["export"], help="write the lines")
    audit.add_argument("--since", type=_date, metavar="DATE", help="from the beginning of that day (UTC)")
    audit.add_argument("--format", choices=["jsonl", "csv"], default="jsonl", help="JSON Lines, or CSV")
