"""How long it takes until readers see one more issue, on a large archive and on one a hundredth of it.

Two publications live in processes of their own; both make their archive
first, then they publish in turn, so that a slow minute of the machine hits
both. What counts is freezing, baking and the switch: what a reader waits for.
Making the large archive takes minutes: `--keep FOLDER` lets it stay there and
be found by the next run, each time with the issues that were measured more.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

#: The steps of a release up to the moment the new pages can be read.
UNTIL_VISIBLE = ("freeze", "bake", "switch")
LANGUAGES = ["be", "ru", "en"]


def run(
    *, progress: Callable[[int, int], None], issues: int, topics: int, rounds: int, keep: str = ""
) -> dict[str, Any]:
    """Medians over `rounds` issues published on each archive."""
    place = Path(keep).resolve() / f"{issues}-issues-{topics}-topics" if keep else settings.DATA / "large"
    archives = {
        "large": _Archive(place, issues, topics, rounds),
        "small": _Archive(settings.DATA / "small", max(1, issues // 100), topics, rounds),
    }
    ready = {name: archive.read_line() for name, archive in archives.items()}
    measured: dict[str, list[dict[str, Any]]] = {name: [] for name in archives}
    for done in range(rounds):
        for name, archive in archives.items():
            measured[name].append(archive.publish())
        progress(done + 1, rounds)
    for archive in archives.values():
        archive.end()
    seconds = {name: statistics.median(one["seconds"] for one in timings) for name, timings in measured.items()}
    steps = {
        name: round(statistics.median(one["steps"][name] for one in measured["large"]), 3) for name in UNTIL_VISIBLE
    }
    return {
        "archive_pages": ready["large"]["pages"],
        "archive_issues": ready["large"]["issues"],
        "seconds": round(seconds["large"], 3),
        "seconds_small_archive": round(seconds["small"], 3),
        "ratio": round(seconds["large"] / seconds["small"], 2),
        "pages_written": measured["large"][-1]["written"],
        "steps": steps,
        "rounds": rounds,
    }


class _Archive:
    """A publication in a process of its own."""

    def __init__(self, folder: Path, issues: int, topics: int, rounds: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        empty = settings.DATA / "barograph.sqlite3"
        if empty.exists() and not (folder / empty.name).exists():  # its tables are there: no need to migrate again
            connection.close()
            shutil.copy(empty, folder)
            if (settings.DATA / "keys").is_dir():  # the database knows which key seals its addresses
                shutil.copytree(settings.DATA / "keys", folder / "keys", dirs_exist_ok=True)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BAROGRAPH_")}
        environment |= {"BAROGRAPH_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "barograph.settings"}
        command = [sys.executable, "-m", "barograph.benchmarks.publish", str(issues), str(topics), str(rounds)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)  # noqa: S603

    def read_line(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("a measured process failed")
        return json.loads(line)

    def publish(self) -> dict[str, Any]:
        assert self.process.stdin
        self.process.stdin.write("publish\n")
        self.process.stdin.flush()
        return self.read_line()

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def _serve(issues: int, topics: int, rounds: int) -> None:
    """Make the archive where it isn't there yet, then publish an issue for every line read."""
    from barograph.benchmarks import synthesis
    from barograph.issues.models import Issue
    from barograph.publishing import services
    from barograph.startup import ensure_database
    from barograph.website import bake

    ensure_database()
    rows, people, _words = synthesis.publication(topics=topics, languages=LANGUAGES, seed=1)
    last = max(Issue.objects.values_list("number", flat=True), default=0)
    words, left = synthesis.TextGenerator(seed=1 + last), max(0, issues - last)
    new_issues = [synthesis.add_issue(last + done + 1, rows, people, LANGUAGES, words) for done in range(left + rounds)]
    more = new_issues[left:]
    waiting = Issue.objects.filter(released_at=None).exclude(pk__in=[issue.pk for issue in more])
    synthesis.release(list(waiting.order_by("first")), index=False)  # with what a run that was stopped left behind
    state = {"pages": bake.prepare().pages, "issues": last + left}
    bake.tidy()
    os.sync()  # an archive of years has reached the disk long ago
    _say(state)
    for issue in more:
        if not sys.stdin.readline():
            return
        release = services.run(services.request(issue=issue, mail=False).pk)
        steps = {step.name: step.seconds for step in release.steps.all()}
        written = release.steps.get(name="bake").result["written"]
        bake.tidy()
        _say({"seconds": sum(steps[name] for name in UNTIL_VISIBLE), "steps": steps, "written": written})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    import django

    django.setup()
    _serve(*map(int, sys.argv[1:4]))
