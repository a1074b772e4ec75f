"""The command line. Thin: each command sets up Django, calls one verb and prints what it did.

Exit status 0 done, 1 refused or failed with one clear sentence on stderr, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from barograph import __version__, accounts, mailings, readers, searching
from barograph.benchmarks import measuring


class Refused(Exception):
    """A command can't be done. The message is one sentence for the operator."""


def _say(text: str = "") -> None:
    print(text, flush=True)


class Progress:
    """A line of progress on a terminal, once the work has taken two seconds; nothing elsewhere."""

    def __init__(self, what: str):
        self.what, self.begun, self.shown = what, time.monotonic(), False

    def __call__(self, done: int, total: int) -> None:
        if not sys.stderr.isatty() or time.monotonic() - self.begun < 2:
            return
        self.shown = True
        sys.stderr.write(f"\r{self.what}: {done} of {total}\033[K")
        sys.stderr.flush()

    def end(self) -> None:
        if self.shown:
            sys.stderr.write("\n")


def configure(*, data: str | None = None, demo: bool = False, **environment: str) -> None:
    """Put what was asked for into the environment, for this process and its children."""
    if data:
        os.environ["BAROGRAPH_DATA"] = data
    if demo:
        os.environ["BAROGRAPH_DEMO"] = "1"
    os.environ.update({f"BAROGRAPH_{name.upper()}": value for name, value in environment.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = "barograph.settings"


def setup(
    access: str = "write", *, needs_key: bool = True, data: str | None = None, demo: bool = False, **environment: str
) -> None:
    """Django, and an installation that is found right: `access` is a value of startup.Access."""
    configure(data=data, demo=demo, **environment)
    import django

    gc.disable()  # what is imported stays: looking for rubbish among it takes a tenth of the time
    django.setup()
    gc.enable()
    from barograph import startup

    startup.prepare(startup.Access(access), needs_key=needs_key)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2020-08-03") from error


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    return int(text)


def do_demo(args: argparse.Namespace) -> NoReturn:
    from barograph import operation

    operation.demo(
        port=args.port,
        data=args.data,
        fresh=args.fresh,
        browser=not args.no_browser,
        configure=configure,
        setup=setup,
        say=_say,
    )


def do_serve(args: argparse.Namespace) -> NoReturn:
    from barograph import operation

    setup("begin", **operation.address_of(args.host, args.port))
    operation.serve(host=args.host, port=args.port, workers=args.workers, worker=not args.no_worker)


def do_worker(args: argparse.Namespace) -> int:
    setup("migrate")
    from barograph.working import work

    work(once=args.once)
    return 0


def do_import(args: argparse.Namespace) -> int:
    setup("begin")
    from barograph.interchange.importing import import_folder
    from barograph.issues.models import Issue
    from barograph.publishing.archive import release_archive
    from barograph.publishing.tasks import ask_for_missing_forms

    progress, unprinted = Progress("Importing"), 0
    report = import_folder(args.folder, dry_run=args.dry_run, draft=args.draft, progress=progress)
    progress.end()
    counts = report.as_dict()
    if args.json:
        _say(json.dumps(counts, ensure_ascii=False))
    for problem in [] if args.json else report.problems:
        sys.stderr.write(f"{problem['file']}:{problem['line']}: {problem['message']}\n")
    if report.problems:
        number = len(report.problems)
        sys.stderr.write(f"{number} problem{'s' * (number != 1)}; nothing was written.\n")
        return 1
    if not args.dry_run and (report.created or report.updated):
        accounts.note("content_imported", file=Path(args.folder).name)
    if args.publish and not args.dry_run:
        baking = Progress("Baking")
        release_archive(Issue.objects.filter(first__in=report.issue_days).order_by("first"), progress=baking)
        baking.end()
        unprinted = ask_for_missing_forms()
    if not args.json:
        would = "would be " if args.dry_run else ""
        _say(
            f"{counts['issues']} issues, {counts['topics']} topics, {counts['people']} people, "
            f"{counts['commentaries']} commentaries, {counts['translations']} translations: "
            f"{counts['created']} {would}created, {counts['updated']} {would}updated, {counts['unchanged']} unchanged."
        )
    if unprinted and not args.json:
        _say(
            f"PDF, EPUB and cards of {unprinted} issue{'s' * (unprinted != 1)} follow in the background, the latest "
            "first, while `barograph serve` or `barograph worker` runs; `barograph bake --takeaways` makes them now."
        )
    return 0


def do_export(args: argparse.Namespace) -> int:
    setup(needs_key=False)
    from barograph.interchange.exporting import export_folder

    progress = Progress("Exporting")
    report = export_folder(args.folder, progress=progress)
    progress.end()
    accounts.note("content_exported", file=Path(args.folder).name)
    _emit(args, report, f"Written to {args.folder}.")
    return 0


def do_publish(args: argparse.Namespace) -> int:
    setup()
    from barograph.issues.models import Issue
    from barograph.publishing import reports, services

    issue = Issue.objects.filter(first=args.issue).first()
    if issue is None:
        raise Refused(f"There is no issue that begins on {args.issue}.")
    from barograph.machines import site

    site.require()
    begun = time.monotonic()
    if args.take_back:
        return _take_back(args, issue)
    release = issue.releases.first()
    if release is None or not services.resume(release=release):  # one that stopped goes on from its step
        release = services.request(issue=issue, mail=not args.no_mail)
    release = services.run(release.pk)
    steps = [{"name": s.name, "state": s.state, "seconds": s.seconds} for s in release.steps.all()]
    results = reports.results_by_step(release)
    result = {
        "issue": issue.key,
        "editions": results["freeze"].get("editions", 0),
        "pages_written": results["bake"].get("written", 0),
        "steps": steps,
        "seconds": round(time.monotonic() - begun, 3),
    }
    _emit(args, result, f"{issue.key} is public: {result['pages_written']} pages written in {result['seconds']} s.")
    return 0


def _take_back(args: argparse.Namespace, issue: Any) -> int:
    from barograph.publishing import services, withdrawal

    if not args.yes:
        raise Refused(f"{issue.key} will leave the site, and nobody gets its newsletter. Say --yes to do it.")
    try:
        release = services.run(withdrawal.request(issue=issue).pk)
    except withdrawal.WithdrawalRefused as refused:
        raise Refused(str(refused)) from refused
    steps = [{"name": s.name, "state": s.state, "seconds": s.seconds} for s in release.steps.all()]
    message = f"{issue.key} has been taken back." if release.state == "done" else "A worker will finish it in a moment."
    _emit(args, {"issue": issue.key, "state": release.state, "steps": steps}, message)
    return 0


def do_bake(args: argparse.Namespace) -> int:
    setup(needs_key=False)
    from barograph.website import bake

    if args.why:
        reason = bake.why(args.why)
        if reason is None:
            raise Refused(f"The site has no file at {args.why}.")
        _emit(args, reason, f"Written in version {reason['version']}: {reason['reason']}.")
        return 0
    if args.here:
        from barograph.machines import site

        site.claim()
    if args.undo:
        number = bake.undo()
        _emit(args, {"version": number}, f"The site is version {number} again. The next bake goes on from the newest.")
        return 0
    if args.takeaways:
        from barograph.editions.models import Edition
        from barograph.takeaway import making

        making_progress = Progress("Making PDF, EPUB and cards")
        making.make(Edition.objects.current().order_by("-first"), progress=making_progress)
        making_progress.end()
    progress = Progress("Baking")
    report = bake.bake(everything=args.all, progress=progress)
    progress.end()
    result = {name: getattr(report, name) for name in ("pages", "written", "unchanged", "removed", "seconds")}
    if args.relative:
        from django.conf import settings

        from barograph.website.copies import copy_site

        copy = copy_site(source=report.path, target=Path(args.relative).absolute(), main=settings.BASE_URL)
        result["copied"] = copy.files
    _emit(args, result, f"{report.pages} pages: {report.written} written, {report.unchanged} as they were.")
    return 0


def do_backup(args: argparse.Namespace) -> int:
    from barograph import backups

    setup("backup", needs_key=False)
    from django.conf import settings

    written = backups.backup(args.file)
    where = (
        "Keep it as safe as the server: the keys are in it."
        if settings.ADDRESS_KEY_IS_KEPT
        else "The address key is NOT in it: keep BAROGRAPH_ADDRESS_KEY somewhere else."
    )
    accounts.note_backup(file=Path(args.file).name)
    _say(f"Written: {written}. {where}")
    return 0


def do_restore(args: argparse.Namespace) -> int:
    from barograph import backups

    if not args.yes:
        if not sys.stdin.isatty():
            raise Refused("A restore replaces the data folder. Say --yes to do it.")
        answer = input("This replaces everything in the data folder. Type yes to go on: ")
        if answer.strip() != "yes":
            raise Refused("Nothing was changed.")
    former = backups.restore(args.file).former
    _say(f"Restored. What was there before is kept in {former}." if former else "Restored.")
    return 0


def do_doctor(args: argparse.Namespace) -> int:
    setup("read", needs_key=False)
    from barograph import operation

    checks = operation.examine()
    if args.json:
        _say(json.dumps({"checks": checks}, ensure_ascii=False))
    else:
        words = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}
        for check in checks:
            _say(f"{words[check['level']]}  {check['name']}: {check['message']}")
    return 1 if any(check["level"] == "error" for check in checks) else 0


def _emit(args: argparse.Namespace, result: dict[str, Any], text: str) -> None:
    _say(json.dumps(result, ensure_ascii=False) if args.json else text)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="barograph", description="Weekly situation reports in every language.")
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, do: Callable, about: str, example: str, *, as_json: bool = False) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about, epilog=f"Example: barograph {example}")
        sub.set_defaults(do=do)
        if as_json:
            sub.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        return sub

    demo = command("demo", do_demo, "The whole product on one machine, with demo content.", "demo --port 8123")
    demo.add_argument("--port", type=_port, default=8000)
    demo.add_argument("--data", metavar="DIR", help="the data folder (default: $BAROGRAPH_DATA or ./data)")
    demo.add_argument("--no-browser", action="store_true", help="don't open the site in a browser")
    demo.add_argument("--fresh", action="store_true", help="begin anew: the demo's data are deleted")

    serve = command("serve", do_serve, "The product for real: site, desk and worker.", "serve --host 0.0.0.0")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8000)
    serve.add_argument("--workers", type=_number, default=1, metavar="N", help="web processes")
    serve.add_argument("--no-worker", action="store_true", help="leave background work to other machines")

    worker = command("worker", do_worker, "Background work only.", "worker --once")
    worker.add_argument("--once", action="store_true", help="do what is due, then end")

    imports = command("import", do_import, "Take in a content folder.", "import content --publish", as_json=True)
    imports.add_argument("folder", metavar="DIR")
    imports.add_argument("--dry-run", action="store_true", help="check only, write nothing")
    state = imports.add_mutually_exclusive_group()
    state.add_argument("--draft", action="store_true", help="commentaries come in as drafts")
    state.add_argument("--publish", action="store_true", help="publish them, too (never mailed)")

    export = command("export", do_export, "Write the content folder.", "export content", as_json=True)
    export.add_argument("folder", metavar="DIR")

    publish = command("publish", do_publish, "Release an issue here and now.", "publish 2020-08-03", as_json=True)
    publish.add_argument("issue", type=_date, metavar="YYYY-MM-DD", help="the issue's first day")
    publish.add_argument("--no-mail", action="store_true", help="no newsletters")
    publish.add_argument("--take-back", action="store_true", help="undo it, while no mail of the issue has left")
    publish.add_argument("--yes", action="store_true", help="with --take-back: don't ask")

    bake = command("bake", do_bake, "Write the static site.", "bake --all", as_json=True)
    how = bake.add_mutually_exclusive_group()
    how.add_argument("--all", action="store_true", help="every page anew, not only what changed")
    how.add_argument("--takeaways", action="store_true", help="make missing PDFs, EPUBs, cards and year archives first")
    how.add_argument("--undo", action="store_true", help="show the version before the present one")
    how.add_argument("--why", metavar="PATH", help="say why a page was last written, and in which version")
    bake.add_argument(
        "--here", action="store_true", help="of several machines, this one has the site from now on (PostgreSQL)"
    )
    bake.add_argument("--relative", metavar="DIR", help="also a copy that works on any static host and by file://")

    searching.add(command, setup=setup, say=_say)
    readers.add(command, setup=setup, say=_say)
    mailings.add(command, setup=setup, say=_say)

    accounts.add(command, setup=setup, say=_say)

    backup = command("backup", do_backup, "Everything needed to rebuild this machine.", "backup monday.tar.gz")
    backup.add_argument("file", metavar="FILE")
    restore = command("restore", do_restore, "Bring a backup back.", "restore monday.tar.gz --yes")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--yes", action="store_true", help="don't ask")
    measuring.add(command, setup=setup, say=_say, progress=Progress)
    command("doctor", do_doctor, "Check this installation and say what to do.", "doctor", as_json=True)
    return top


def _clear(error: Exception) -> str | None:
    """One sentence for an expected kind of failure; None for a defect of ours."""
    from django.core.exceptions import ValidationError
    from django.db import DatabaseError

    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, DatabaseError):
        return f"The database refused: {str(error).splitlines()[0]}."
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
    if type(error).__module__.startswith("barograph."):
        return str(error)
    return None


def main(arguments: list[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    try:
        return args.do(args)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return 1
    except BrokenPipeError:
        return 1
    except Exception as error:
        sentence = _clear(error)
        if sentence is None:
            if os.environ.get("PYTHONDEVMODE"):
                raise
            sentence = f"Something went wrong that should not have ({type(error).__name__}: {error})."
        sys.stderr.write(sentence.strip() + "\n")
        return 1
    finally:
        gc.freeze()  # the process ends: to look for rubbish once more takes half a second


if __name__ == "__main__":
    sys.exit(main())
