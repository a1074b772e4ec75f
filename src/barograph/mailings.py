"""The part of the command line that is about mailings: how they go, and a person's word to them. Thin."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

Say = Callable[[str], None]


class Refused(Exception):
    """A command can't be done. The message is one sentence for the operator."""


def _mailing(key: str) -> Any:
    from barograph.delivery.models import Mailing

    mailing = Mailing.objects.filter(key=key).first()
    if mailing is None:
        raise Refused(f"There is no mailing called {key}. See: barograph mailings list")
    return mailing


def _agreed(args: argparse.Namespace, question: str) -> None:
    """Raises Refused without --yes or a typed yes."""
    if args.yes:
        return
    if not sys.stdin.isatty():
        raise Refused(f"{question} Say --yes to do it.")
    if input(f"{question} Type yes to go on: ").strip() != "yes":
        raise Refused("Nothing was changed.")


def _note(verb: str, key: str) -> None:
    """About the issue the mailing is of, as the desk notes it; about the publication where it is of none."""
    from barograph.issues.models import Issue
    from barograph.issues.services import publication
    from barograph.people import audit

    issue = Issue.objects.filter(first=key.split(":")[1]).first() if key.startswith(("issue:", "changes:")) else None
    audit.note(
        f"mail_{verb}", about=issue or publication(), name=issue.key if issue else "–", at_terminal=True, mailing=key
    )


def do_list(args: argparse.Namespace, say: Say) -> None:
    from barograph.delivery.models import Mailing

    names = ("key", "state", "hold", "total", "sent", "failed", "skipped", "trouble")
    rows = [{name: getattr(mailing, name) for name in names} for mailing in Mailing.objects.all()[: args.limit]]
    if args.json:
        say(json.dumps({"mailings": rows}, ensure_ascii=False))
        return
    for mailing in Mailing.objects.all()[: args.limit]:
        figures = f"{mailing.sent} of {mailing.total} sent, {mailing.failed} refused, {mailing.skipped} left before"
        say(f"{mailing.key}  {mailing.get_state_display()}: {figures}")
        for words in filter(None, (mailing.get_hold_display() if mailing.hold else "", mailing.trouble)):
            say(f"    {words}")
    if not rows:
        say("There are no mailings yet.")


def do_resume(args: argparse.Namespace, say: Say) -> None:
    from barograph.delivery import services
    from barograph.delivery.enums import ABOUT_THE_INSTALLATION

    mailing = _mailing(args.key)
    question = f"{mailing.total - mailing.done} mails of {mailing.key} will go out."
    if mailing.hold:
        question = f"{mailing.get_hold_display()} {question}"
    if mailing.hold in ABOUT_THE_INSTALLATION:
        question += " Make sure that nothing else sends from another copy."
    _agreed(args, question)
    if not services.resume(mailing_id=mailing.pk):
        raise Refused(f"{mailing.key} does not wait for a word: it is {mailing.get_state_display()}.")
    _note("resume", mailing.key)
    say(f"{mailing.key} goes on as soon as a worker is free.")


def do_pause(args: argparse.Namespace, say: Say) -> None:
    from barograph.delivery import services

    mailing = _mailing(args.key)
    if not services.pause(mailing_id=mailing.pk):
        raise Refused(f"{mailing.key} is not under way: it is {mailing.get_state_display()}.")
    _note("pause", mailing.key)
    say(f"{mailing.key} is paused.")


def do_stop(args: argparse.Namespace, say: Say) -> None:
    from barograph.delivery import services

    mailing = _mailing(args.key)
    _agreed(args, f"Who has not got {mailing.key} yet will never get it.")
    if not services.stop(mailing_id=mailing.pk):
        raise Refused(f"{mailing.key} has ended already.")
    _note("stop", mailing.key)
    say(f"{mailing.key} is stopped for good.")


def do_report(args: argparse.Namespace, say: Say) -> None:
    from barograph.delivery import reports
    from barograph.delivery.enums import Blame

    report = reports.report(_mailing(args.key))
    if args.json:
        say(json.dumps(report.as_dict(), ensure_ascii=False))
        return
    say(f"{report.key}: {report.sent} of {report.total} sent, {report.failed} refused, {report.skipped} left before")
    if report.waiting:
        say(f"{report.waiting} still wait")
    if report.per_minute:
        say(f"{report.seconds:.0f} s, {report.per_minute} a minute; {report.repeated} were handed over more than once")
    for entry in report.corrections:
        say(f"corrected {entry['at'][:16]}, when {entry['sent']} had gone out")
    for blame, number in report.refusals.items():
        say(f"  {Blame(blame).label}: {number}")
    for domain, number in report.domains.items():
        say(f"  {domain or 'smaller domains together'}: {number}")
    for doubt in report.doubts:
        figures = f"{doubt['refused']} of {doubt['total']} readers as unknown, {doubt['stopped']} stopped"
        say(f"  {doubt['domain']} refuses {figures}. See: barograph mailings domains")


def _doubt(domain: str) -> Any:
    from barograph.delivery.enums import Doubt
    from barograph.delivery.models import DomainRefusal

    row = DomainRefusal.objects.filter(domain=domain.lower().strip(), state__in=[Doubt.OPEN, Doubt.REPEATED]).first()
    if row is None:
        raise Refused(f"{domain} does not wait for a decision. See: barograph mailings domains")
    return row


def do_domains(args: argparse.Namespace, say: Say) -> None:
    """Domains that refused an unusual share of their readers as unknown, and a person's word to one."""
    from barograph.delivery import doubts
    from barograph.delivery.models import DomainRefusal
    from barograph.issues.services import publication
    from barograph.people import audit

    if args.stop or args.set_aside:
        row = _doubt(args.stop or args.set_aside)
        question = f"{row.refused} readers at {row.domain}"
        _agreed(args, f"{question} get no more mail." if args.stop else f"{question} go on getting mail.")
        act = "domain_stopped" if args.stop else "domain_cleared"
        number = (doubts.stop if args.stop else doubts.set_aside)(refusal_id=row.pk)
        audit.note(act, about=publication(), name="–", at_terminal=True, what=row.domain, number=number)
        if not args.json:
            say(f"{number} stopped." if args.stop else f"{number} refusals no longer count.")
    names = ("domain", "refused", "total", "stopped", "state")
    rows = list(DomainRefusal.objects.select_related("mailing")[:50])
    if args.json:
        domains = [{"mailing": row.mailing.key} | {name: getattr(row, name) for name in names} for row in rows]
        say(json.dumps({"domains": domains}, ensure_ascii=False))
        return
    for row in rows if not (args.stop or args.set_aside) else ():
        figures = f"{row.refused} of {row.total} readers refused as unknown, {row.stopped} stopped"
        say(f"{row.domain}  {row.mailing.key}: {figures}; {row.get_state_display()}")
    if not rows:
        say("No domain has refused an unusual share of its readers as unknown.")


def do_senders(args: argparse.Namespace, say: Say) -> None:
    from barograph.delivery import installation
    from barograph.delivery.enums import Hold
    from barograph.delivery.models import Sender

    mine = installation.here().digest
    rows = [
        {
            "sender": row.digest[: installation.NAMED],
            "here": row.digest == mine,
            "may_send": row.admitted_at is not None,
            "hold": row.hold,
            "asked_at": row.asked_at.isoformat(timespec="seconds"),
        }
        for row in Sender.objects.order_by("pk")
    ]
    if args.json:
        say(json.dumps({"senders": rows}, ensure_ascii=False))
        return
    for row in rows:
        where = " (this machine)" if row["here"] else ""
        words = "may send" if row["may_send"] else f"waits for your word: {Hold(row['hold']).label}"
        say(f"{row['sender']}{where}, asked {row['asked_at']}: {words}")
    if not rows:
        say("No machine has asked to send yet.")


def do_admit(args: argparse.Namespace, say: Say) -> None:
    from barograph.delivery import installation, services

    asked = [row for row in installation.waiting() if row.digest.startswith(args.sender)]
    if not asked:
        raise Refused("No such machine waits. See: barograph mailings senders")
    if len(asked) > 1:
        raise Refused("Several machines wait: name one. See: barograph mailings senders")
    name = asked[0].digest[: installation.NAMED]
    _agreed(args, f"{name} will send from this database, beside those that may already. Is it no forgotten copy?")
    if not installation.admit_one(asked[0].digest):
        raise Refused("It was let in meanwhile.")
    services.let_go_on()
    _note("admit", f"sender:{name}")
    say(f"{name} may send.")


VERBS = {
    "domains": do_domains,
    "senders": do_senders,
    "admit": do_admit,
    "report": do_report,
    "list": do_list,
    "resume": do_resume,
    "pause": do_pause,
    "stop": do_stop,
}


def _do(args: argparse.Namespace, *, setup: Callable[..., None], say: Say) -> int:
    setup("read" if args.verb in {"list", "report"} else "write")
    VERBS[args.verb](args, say)
    return 0


def add(command: Callable[..., argparse.ArgumentParser], *, setup: Callable[..., None], say: Say) -> None:
    """Put these commands on the command line."""
    about = "How mailings go, and your word to those that wait for it."
    example = "mailings resume issue:2020-08-03:en --yes"
    verbs = command("mailings", partial(_do, setup=setup, say=say), about, example).add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    listed = verbs.add_parser("list", help="the newest mailings, and why one waits")
    listed.add_argument("--limit", type=int, default=20, metavar="N")
    listed.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    report = verbs.add_parser("report", help="what became of a mailing")
    report.add_argument("key", metavar="KEY")
    report.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    domains = verbs.add_parser("domains", help="domains that refuse an unusual share of their readers as unknown")
    word = domains.add_mutually_exclusive_group()
    word.add_argument("--stop", metavar="DOMAIN", help="they are gone: mail them no more")
    word.add_argument("--set-aside", metavar="DOMAIN", help="the domain was in error: these refusals count for nothing")
    domains.add_argument("--yes", action="store_true", help="don't ask")
    domains.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    senders = verbs.add_parser("senders", help="the machines that may send, and those that wait for your word")
    senders.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    let_in = verbs.add_parser("admit", help="let a further machine send from a shared database")
    let_in.add_argument("sender", nargs="?", default="", metavar="SENDER", help="as `mailings senders` names it")
    let_in.add_argument("--yes", action="store_true", help="don't ask")
    for verb, about in (("resume", "go on, also where it asks first"), ("pause", "for now"), ("stop", "for good")):
        sub = verbs.add_parser(verb, help=about)
        sub.add_argument("key", metavar="KEY", help="as the list shows it, for example issue:2020-08-03:en")
        if verb != "pause":
            sub.add_argument("--yes", action="store_true", help="don't ask")
