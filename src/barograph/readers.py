"""The part of the command line that is about readers: their addresses, and mail that came back. Thin."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from functools import partial

Say = Callable[[str], None]


def do_subscribers(args: argparse.Namespace, *, setup: Callable[..., None], say: Say) -> int:
    setup("read" if args.verb == "count" else "write", needs_key=args.verb != "replace-lost-key")
    from barograph.subscribers.addresses import InvalidAddress

    try:
        return _do_subscribers(args, say)
    except InvalidAddress:
        sys.stderr.write("This is not an e-mail address; write it like name@example.org.\n")
        return 1


def _do_subscribers(args: argparse.Namespace, say: Say) -> int:
    from barograph.subscribers import records, services, transfer
    from barograph.subscribers.enums import Act

    if args.verb == "count":
        counts = services.counts()
        text = "\n".join(f"{name}: {number}" for name, number in counts.items())
        say(json.dumps(counts, ensure_ascii=False) if args.json else text)
    elif args.verb == "import":
        return _import(args, say)
    elif args.verb == "export":
        number = transfer.export_csv(args.file)
        say(f"{number} subscribers written. This export is on record.")
    elif args.verb == "rotate-key":
        _rotate(args, say)
    elif args.verb == "replace-lost-key":
        return _replace_lost_key(args, say)
    elif args.verb == "look-up":
        _look_up(args, say)
    elif args.verb == "lift":
        return _lift(args, say)
    else:
        known = services.forget(_address(args))
        if known:
            records.keep(act=Act.FORGET, number=1)
        say("Forgotten." if known else "There is no such subscriber.")
    return 0


def _import(args: argparse.Namespace, say: Say) -> int:
    from barograph.subscribers import transfer

    report = transfer.import_csv(args.file, progress=_progress("Importing"))
    for problem in report.problems:
        sys.stderr.write(f"{args.file}:{problem['line']}: {problem['message']}\n")
    if report.problems:
        sys.stderr.write("Nothing was written.\n")
    else:
        _warn_of_unknown_lists()
    if args.json:
        say(json.dumps(report.__dict__, ensure_ascii=False))
    elif not report.problems:
        say(f"{report.created} created, {report.updated} updated, {report.unchanged - report.refused} unchanged.")
        if report.noes:
            say(f"{report.noes} recorded as unsubscribed or bounced; {report.ended} subscriptions ended by that.")
        if report.refused:
            say(f"{report.refused} left out: the person has unsubscribed, or mail to the address came back.")
    return 1 if report.problems else 0


def _progress(what: str) -> Callable[[int, int], None]:
    """A line on a terminal, once the work has taken two seconds."""
    begun = time.monotonic()

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - begun > 2:
            sys.stderr.write(f"\r{what}: {done} of {total}\033[K" + ("\n" if done == total else ""))

    return show


def _rotate(args: argparse.Namespace, say: Say) -> None:
    from barograph.subscribers import rotation

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\rSealing: {done} of {total}\033[K")

    rotated = rotation.rotate(progress=progress)
    if args.json:
        say(json.dumps(rotated.__dict__))
        return
    went = "gone on with: " if rotated.was_resumed else ""
    say(
        f"{went}{rotated.sealed} addresses are sealed, and they and {rotated.refusals} refusals are looked up, "
        f"with key {rotated.version}. Back up the data folder now."
    )
    if rotated.unreadable:
        say(f"{rotated.unreadable} could not be opened with any key and stay as they are.")


def _replace_lost_key(args: argparse.Namespace, say: Say) -> int:
    from barograph.subscribers import lost_key

    loss = lost_key.measure()
    if not args.yes:
        sys.stderr.write(
            f"Look for the key in every backup first. With --yes, {loss.subscribers} subscribers whose addresses can't "
            f"be read without it are erased for good, and {loss.suppressions} earlier unsubscribes and bounces are no "
            "longer recognized: never import an old list of addresses after that. Nothing was changed.\n"
        )
        return 1
    loss = lost_key.replace()
    say(f"{loss.subscribers} subscribers erased. New addresses are sealed with the present key: back it up now.")
    return 0


def _warn_of_unknown_lists() -> None:
    """A list nobody sends is most likely misspelt; it may also come with the content, later."""
    from django.db.models import Count

    from barograph.editions.services import current_imprint
    from barograph.subscribers.models import Subscription

    known = [entry["key"] for entry in current_imprint()["lists"]]
    stray = Subscription.objects.exclude(list_key__in=known).order_by("list_key").values_list("list_key")
    for key, number in stray.annotate(Count("pk")):
        lists = ", ".join(known)
        sys.stderr.write(f"There is no list {key!r}, so its {number} subscribers get nothing; lists are: {lists}.\n")


def _address(args: argparse.Namespace) -> str:
    """The address comes from the command or, better, from standard input: it then stands in no list of processes."""
    return str(sys.stdin.readline() if args.address == "-" else args.address).strip()


def _lift(args: argparse.Namespace, say: Say) -> int:
    from barograph.subscribers import standing
    from barograph.subscribers.enums import Refusal

    lifted = standing.lift(address=_address(args))
    if args.json:
        say(json.dumps(lifted.as_dict()))
    elif not lifted.reasons and not lifted.failures:
        say("Nothing was held against this address.")
    else:
        reasons = dict(Refusal.choices)
        for reason in lifted.reasons:
            say(f"lifted: {reason} ({reasons[reason]})")
        if lifted.is_subscribed:
            say("The reader gets mail again; what had failed no longer counts.")
        elif not lifted.has_left:
            say("The address is not kept any more. Its owner may sign up again, and an import may bring it back.")
    if lifted.has_left:
        sys.stderr.write("The person has unsubscribed: only they can undo that, by signing up and confirming.\n")
    if not args.json:
        say("This is on record.")
    return 1 if lifted.has_left and not lifted.reasons else 0


def _look_up(args: argparse.Namespace, say: Say) -> None:
    from barograph.delivery import reports
    from barograph.subscribers.enums import Refusal

    record = reports.look_up(address=_address(args))
    if args.json:
        say(json.dumps(record.as_dict(), ensure_ascii=False))
        return
    say(f"{record.state}: {', '.join(record.lists) or 'no list'}" if record.state else "Nobody subscribes with it.")
    reasons = dict(Refusal.choices)
    for reason in record.refusals:
        say(f"not mailed: {reason} ({reasons.get(reason.partition(' ')[0], '')})")
    if record.sealed_until:
        say(f"the sealed address is erased on {record.sealed_until:%Y-%m-%d}; barograph subscribers lift - undoes it")
    for failure in record.failures:
        say(f"counted against it: {failure.date:%Y-%m-%d} {failure.status} {failure.reason}")
    for row in record.deliveries:
        said = f" ({row.last_code} {row.last_text})" if row.last_code else ""
        when = f" {row.settled_at:%Y-%m-%d %H:%M} UTC" if row.settled_at else ""
        say(f"{row.mailing.key}: {row.get_state_display()}{when}{said}")
    say("This look-up is on record.")


def do_bounce(args: argparse.Namespace, *, say: Say) -> int:
    from barograph.delivery.bounces import explain

    mails = []
    for name in args.files:
        with open(name, "rb") as file:
            mails.append({"file": name, "recipients": [judgement.as_dict() for judgement in explain(file.read())]})
    if args.json:
        say(json.dumps(mails, ensure_ascii=False))
        return 0
    for mail in mails:
        say(f"{mail['file']}:" if mail["recipients"] else f"{mail['file']}: no report")
        for who in mail["recipients"]:
            status = f" ({who['status']})" if who["status"] else ""
            counts = "counts" if who["counts"] else "does not count"
            say(f"  {who['address'] or '(no address)'}: {who['kind']}, {who['reason']}{status}; {counts}")
    return 0


def add(command: Callable[..., argparse.ArgumentParser], *, setup: Callable[..., None], say: Say) -> None:
    """Put these commands on the command line."""
    do = partial(do_subscribers, setup=setup, say=say)
    subscribers = command("subscribers", do, "Addresses in and out.", "subscribers count --json", as_json=True)
    verbs = subscribers.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in ("import", "export"):
        verbs.add_parser(verb).add_argument("file", metavar="FILE.csv")
    verbs.choices["import"].add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    verbs.add_parser("count").add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    looked = verbs.add_parser("look-up", help="what became of the mails to an address (- reads it from standard input)")
    looked.add_argument("address", metavar="ADDRESS")
    looked.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    rotated = verbs.add_parser("rotate-key", help="seal every address with a new key; after a stop it goes on")
    rotated.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    replaced = verbs.add_parser("replace-lost-key", help="the address key is lost for good: give up what it sealed")
    replaced.add_argument("--yes", action="store_true", help="erase the subscribers whose addresses can't be read")
    forgotten = verbs.add_parser("forget", help="erase an address by its owner's wish (- reads it from standard input)")
    forgotten.add_argument("address", metavar="ADDRESS")
    lifted = verbs.add_parser(
        "lift", help="mail an address again that failed or complained (- reads it from standard input)"
    )
    lifted.add_argument("address", metavar="ADDRESS")
    lifted.add_argument("--json", action="store_true", default=argparse.SUPPRESS)

    do = partial(do_bounce, say=say)
    bounce = command("bounce", do, "What a mail that came back means.", "bounce explain mail.eml --json")
    explain = bounce.add_subparsers(dest="verb", required=True, metavar="VERB").add_parser("explain")
    explain.add_argument("files", nargs="+", metavar="FILE", help="a raw mail, one a file")
    explain.add_argument("--json", action="store_true", help="print one JSON list and nothing else")
