"""Every command, and every verb that publishes or works outside the web process, in a process of its own.

Each runs against a database that was migrated and filled by processes before it. The tests' own process has loaded all
of the desk, and a process that migrates loads it too: what only works once the desk is loaded fails here alone.
"""

import argparse
import os
import shutil
import subprocess
import sys

import pytest

from barograph import cli
from tests import prepared

pytestmark = pytest.mark.own_data

PUBLICATION = """
name: {be: "Ціск", en: "Pressure"}
languages: [be, en]
lists: [{key: en, label: EN, languages: [en]}]
"""
TOPICS = '- {key: a, names: {be: "А", en: "A"}}\n- {key: b, names: {be: "Б", en: "B"}}\n'
PEOPLE = '- {slug: ala, names: {be: "Ала", en: "Ala"}}\n'
TEXTS = {
    "a.be": '---\nverdict: unchanged\nheadline: "Першы"\nbyline: [ala]\nsource_language: be\n---\n\nТэкст.\n',
    "a.en": '---\nverdict: unchanged\nheadline: "First"\nsource_language: be\n---\n\nText.\n',
    "b.be": '---\nverdict: worsened\nheadline: "Другі"\nsource_language: be\n---\n\nТэкст.\n',
}
MAIL = (
    "From: MAILER-DAEMON@example.org\nTo: b@example.org\nSubject: Undelivered\nMIME-Version: 1.0\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n--x\n\nIt failed.\n--x\n'
    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; example.org\n\n"
    "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n\n--x--\n"
)


def write_folder(target, **changed):
    (target / "2026-11-02").mkdir(parents=True, exist_ok=True)
    for name, text in {"publication": PUBLICATION, "topics": TOPICS, "people": PEOPLE}.items():
        (target / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, text in (TEXTS | changed).items():
        (target / "2026-11-02" / f"{name}.md").write_text(text, encoding="utf-8")
    return target


def run(data, *arguments, said="", expect=0):
    """One command line in a process of its own → its output."""
    environment = prepared.environment(data, PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, input=said, capture_output=True, text=True, timeout=280
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "should not have" not in done.stderr, done.stderr
    assert done.returncode in ((0, 1) if expect is None else (expect,)), done.stderr + done.stdout
    return done.stdout


def barograph(data, *arguments, expect=0):
    return run(data, "-m", "barograph.cli", *map(str, arguments), expect=expect)


@pytest.fixture(scope="module")
def published(tmp_path_factory, installation):
    """A data folder with a small publication, published, and a folder that changes one of its texts."""
    root = tmp_path_factory.mktemp("fresh")
    data = installation(root / "data")
    barograph(data, "import", write_folder(root / "content"), "--publish")
    write_folder(root / "changed", **{"a.be": TEXTS["a.be"].replace("Тэкст", "Тэкст інакшы")})
    (root / "mail.eml").write_text(MAIL)
    (root / "readers.csv").write_text(
        "address,list,language,status,confirmed_at\na@example.org,en,en,confirmed,2020-01-01\n"
    )
    return root


@pytest.fixture
def place(published, tmp_path):
    """The same for one test alone, which may change it."""
    shutil.copytree(published, tmp_path / "own", symlinks=True)
    return tmp_path / "own"


#: Command → its arguments in a useful use, and the exit status it should have there (None: done or refused).
COMMANDS = {
    "worker": (["--once"], 0),
    "import": (["{place}/changed"], 0),
    "export": (["{place}/out"], 0),
    "publish": (["2026-11-02", "--no-mail"], 0),
    "bake": (["--all", "--relative", "{place}/copy"], 0),
    "search": (["тэкст", "--language", "be"], 0),
    "subscribers import": (["{place}/readers.csv"], 0),
    "subscribers export": (["{place}/out.csv"], 0),
    "subscribers count": ([], 0),
    "subscribers look-up": (["a@example.org"], None),
    "subscribers rotate-key": ([], 0),
    "subscribers replace-lost-key": ([], 1),
    "subscribers forget": (["a@example.org"], None),
    "subscribers lift": (["a@example.org", "--json"], None),
    "bounce explain": (["{place}/mail.eml"], 0),
    "mailings list": ([], 0),
    "mailings domains": ([], 0),
    "mailings report": (["none"], 1),
    "mailings resume": (["none", "--yes"], 1),
    "mailings pause": (["none"], 1),
    "mailings stop": (["none", "--yes"], 1),
    "mailings senders": ([], 0),
    "mailings admit": (["none", "--yes"], 1),
    "sign-ins": (["reset-factor", "nobody"], 1),
    "audit": (["export"], 0),
    "backup": (["{place}/backup.tar.gz"], 0),
    "restore": (["{place}/no-such-backup.tar.gz", "--yes"], 1),
    "make-data": (["--issues", "1", "--topics", "1"], 1),
}
#: Commands with a test that starts them as a process elsewhere, or whose exit status depends on the machine.
ELSEWHERE = {
    "demo": "tests/journeys",
    "serve": "tests/website/test_crew.py",
    "doctor": "below",
    "bench": "tests/test_benchmarks.py",
}


def names(parser: argparse.ArgumentParser, before: str = "") -> list[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return [name for word, sub in action.choices.items() for name in names(sub, f"{before} {word}".strip())]
    return [before]


def test_every_command_is_run_in_a_process_of_its_own():
    every = {name for name in names(cli.parser()) if name.split()[0] not in ELSEWHERE}
    assert every == COMMANDS.keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs_in_a_fresh_process(place, command):
    arguments, status = COMMANDS[command]
    barograph(place / "data", *command.split(), *(a.format(place=place) for a in arguments), expect=status)


def test_doctor_answers_in_a_fresh_process(place):
    said = run(place / "data", "-c", "import sys; from barograph.cli import main; main(['doctor']); sys.exit(0)")
    assert "database" in said


@pytest.mark.parametrize(
    ("what", "options"),
    [
        *(("text", options) for options in ([], ["--draft"], ["--dry-run"], ["--publish"])),
        *((what, []) for what in ("translation", "byline", "verdict", "new", "source")),
    ],
)
def test_an_import_takes_what_changed_in_a_folder(place, what, options):
    changed = {
        "text": {"a.be": TEXTS["a.be"].replace("Тэкст", "Тэкст інакшы")},
        "translation": {"a.en": TEXTS["a.en"].replace("Text", "Another text")},
        "byline": {"b.be": TEXTS["b.be"].replace("source_l", "byline: [ala]\nsource_l")},
        "verdict": {"b.be": TEXTS["b.be"].replace("worsened", "improved")},
        "new": {"b.en": TEXTS["a.en"].replace("unchanged", "worsened")},
        "source": {name: TEXTS[name].replace("source_language: be", "source_language: en") for name in ("a.be", "a.en")}
        | {"a.en": TEXTS["a.en"].replace("source_language: be", "source_language: en\nbyline: [ala]")},
    }[what]
    said = barograph(place / "data", "import", write_folder(place / "content", **changed), *options)
    created, updated = (
        int(said.split(f" {word}")[0].split()[-1])
        for word in (("would be created", "would be updated") if "--dry-run" in options else ("created", "updated"))
    )
    assert created + updated >= 1, said


def test_a_release_is_taken_back_in_a_fresh_process(place):
    data = place / "data"
    barograph(data, "import", write_folder(place / "next"), "--publish")
    write_folder(place / "more")
    (place / "more" / "2026-11-02").rename(place / "more" / "2026-11-09")
    barograph(data, "import", place / "more")
    barograph(data, "publish", "2026-11-09")
    barograph(data, "publish", "2026-11-09", "--take-back", "--yes")


BEGIN = """
import django
django.setup()
from django.utils import timezone
from barograph.commentaries.models import Commentary
source = Commentary.objects.get(topic__key="a", language="be")
other = Commentary.objects.get(topic__key="a", language="en")
"""
VERBS = {
    "sign off": "from barograph.commentaries import services\nservices.sign_off(commentary=source)",
    "sign off a translation": "from barograph.commentaries import services\nservices.sign_off(commentary=other)",
    "save a translation": (
        "from barograph.commentaries import services\n"
        "services.save_translation(translation=other, texts={'headline': 'x'})"
    ),
    "start a translation": (
        "from barograph.commentaries import services\n"
        "services.start_translation(Commentary.objects.get(topic__key='b'), 'en')"
    ),
    "replace a body": (
        "from barograph.commentaries import services\n"
        "services.replace_body(commentary=source, body='<p>x</p>', seen=source.latest_revision_id)"
    ),
    "keep beside": (
        "from barograph.commentaries import services\n"
        "services.keep_beside(draft=services.working_copy(source), by=None)"
    ),
    "take back a sign-off": "source.unpublish(log_action=True)",
    "publish a revision": "source.save_revision(log_action=True).publish(log_action=True, skip_permission_checks=True)",
    "publish on a date": (
        "from django.core.management import call_command\nsource.go_live_at = timezone.now()\n"
        "source.save_revision(approved_go_live_at=timezone.now())\ncall_command('publish_scheduled')"
    ),
    "take in a PO file": (
        "from barograph.commentaries import po\n"
        "po.take_in(other, po.export(other).replace(b'\"First\"', b'\"Another\"'))"
    ),
    "take in an XLIFF file": (
        "from barograph.commentaries import xliff\n"
        "xliff.take_in(other, xliff.export(other).replace(b'>First<', b'>Another<'))"
    ),
    "release": (
        "from barograph.publishing import services\n"
        "assert services.run(services.request(issue=source.issue, mail=False).pk).state == 'done'"
    ),
    "the calendar": "from barograph import working\nworking.look_at_calendar()\nworking.recover()",
    "the rights of an object": (
        "from wagtail.permissions import policy_registry\n"
        "from barograph.commentaries.permissions import CommentaryPolicy\n"
        "assert isinstance(policy_registry.get_by_type(Commentary), CommentaryPolicy)"
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_works_before_the_desk_is_loaded_and_the_desk_loads_after_it(place, verb):
    after = "\nfrom django.urls import reverse\nreverse('wagtailadmin_home')\n"
    run(place / "data", "-c", BEGIN + VERBS[verb] + after)
