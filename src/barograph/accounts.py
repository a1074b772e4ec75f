"""The part of the command line that is about who signs in, and about the record of what they did. Thin."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial
from getpass import getpass

Say = Callable[[str], None]


class Refused(Exception):
    """A command can't be done. The message is one sentence for the operator."""


def note(action: str, **data: str) -> None:
    """A line about the whole publication, by whoever is at the terminal."""
    from barograph.issues.services import publication
    from barograph.people import audit

    audit.note(action, about=publication(), name="–", at_terminal=True, **data)


def note_backup(*, file: str) -> None:
    """The same about a backup; nothing where the tables are still those of another version."""
    from barograph.machines import schema

    if schema.examine().is_current:
        note("backup", file=file)


def do_sign_ins(args: argparse.Namespace, *, setup: Callable[..., None], say: Say) -> int:
    if args.verb == "add":
        return do_add(args, setup=setup, say=say)
    setup(needs_key=False)
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


def do_add(args: argparse.Namespace, *, setup: Callable[..., None], say: Say) -> int:
    """Make an account. The password is asked for twice at a terminal, or is the first line of standard input."""
    setup()
    from django.contrib.auth.models import Group
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from barograph.people import audit
    from barograph.people.models import User

    groups = {group.name.casefold(): group for group in Group.objects.all()}
    if unknown := [role for role in args.role if role.casefold() not in groups]:
        raise Refused(f"There is no role {unknown[0]}. Roles: {', '.join(sorted(groups))}.")
    user = User(username=args.username, email=args.email or "", is_superuser=not args.role, is_staff=not args.role)
    password = _ask_password()
    try:
        validate_password(password, user)
        user.set_password(password)
        user.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    with transaction.atomic():
        user.save()
        user.groups.set(groups[role.casefold()] for role in args.role)
        if user.is_superuser:
            audit.note("administrator_made", about=user, at_terminal=True)
        else:
            audit.note("roles_changed", about=user, at_terminal=True, added=[g.name for g in user.groups.all()])
    say(f"{user.username} can sign in at /desk/.")
    return 0


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass("Password: ")
    if password != getpass("Password again: "):
        raise Refused("The two passwords differ. Nothing was changed.")
    return password


def do_audit(args: argparse.Namespace, *, setup: Callable[..., None]) -> int:
    setup(needs_key=False)
    from barograph.people import audit

    lines = audit.lines(None)
    if args.since:
        lines = lines.filter(timestamp__gte=datetime.combine(args.since, time(), UTC))
    lines = lines.filter(timestamp__lte=datetime.now(UTC))
    note("audit_exported", file=args.format)
    for text in audit.FORMATS[args.format](lines):
        sys.stdout.write(text)
    sys.stdout.flush()
    return 0


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2020-08-03") from error


def add(command: Callable[..., argparse.ArgumentParser], *, setup: Callable[..., None], say: Say) -> None:
    """Put these commands on the command line."""
    do = partial(do_sign_ins, setup=setup, say=say)
    example = "sign-ins add ann --email ann@example.org"
    people = command("sign-ins", do, "Make an account, or help somebody who is locked out.", example)
    people.add_argument(
        "verb", choices=["add", "reset-factor"], help="make an account; or take away a lost second factor"
    )
    people.add_argument("username", metavar="NAME")
    people.add_argument("--email", metavar="ADDRESS", help="of a new account: for invitations and lost passwords")
    people.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="ROLE",
        help="role of a new account (may be repeated): analysts, editors, translators, publishers, operators; "
        "without one it is an administrator's account",
    )

    about = "Who did what: the audit log on standard output, oldest first."
    audit = command("audit", partial(do_audit, setup=setup), about, "audit export --since 2020-08-03 > audit.jsonl")
    audit.add_argument("verb", choices=["export"], help="write the lines")
    audit.add_argument("--since", type=_date, metavar="DATE", help="from the beginning of that day (UTC)")
    audit.add_argument("--format", choices=["jsonl", "csv"], default="jsonl", help="JSON Lines, or CSV")
