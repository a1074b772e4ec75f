"""The command line keeps its contract: statuses, one clear sentence, --json and nothing else."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.own_data
CONTENT = Path(__file__).resolve().parents[1] / "src" / "barograph" / "demo" / "content"


#: Has imported all that a command needs; each line on its stdin is one, run in a process forked for it alone.
WARM = """
import gc, json, os, sys
from barograph import cli
cli.setup()
from django.db import connections
connections.close_all()
gc.freeze()
for line in sys.stdin:
    arguments, *places = json.loads(line)
    child = os.fork()
    if not child:
        for number, place in enumerate((os.devnull, *places)):
            os.dup2(os.open(place, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
        try:
            code = cli.main(arguments)
        except SystemExit as stop:
            code = stop.code
        sys.stdout.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def barograph(tmp_path_factory, installation):
    """barograph(*arguments): runs a command on a publication that all these tests share."""
    folder = installation(tmp_path_factory.mktemp("data"))
    places = [tmp_path_factory.mktemp("said") / name for name in ("stdout", "stderr")]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BAROGRAPH_")}
    command = [sys.executable, "-m", "barograph.cli"]

    def checked(code, stdout, stderr, expect):
        assert code == expect, stderr + stdout
        assert "Traceback" not in stderr
        return subprocess.CompletedProcess(command, code, stdout, stderr)

    def alone(*arguments, expect=0, **environment):
        done = subprocess.run(
            [*command, *arguments],
            env={**clean, "BAROGRAPH_DATA": str(folder), **environment},
            capture_output=True,
            text=True,
            timeout=280,
        )
        return checked(done.returncode, done.stdout, done.stderr, expect)

    imported = alone("import", str(CONTENT), "--publish").stdout
    warm = [sys.executable, "-c", WARM]
    environment = {**clean, "BAROGRAPH_DATA": str(folder)}
    with subprocess.Popen(warm, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as ready:

        def run(*arguments, expect=0, **environment):
            """In a process of its own, with its own settings where any are given."""
            if environment:
                return alone(*arguments, expect=expect, **environment)
            ready.stdin.write(json.dumps([arguments, *map(str, places)]) + "\n")
            ready.stdin.flush()
            code = int(ready.stdout.readline())
            return checked(code, *(place.read_text(encoding="utf-8") for place in places), expect)

        run.folder, run.imported = folder, imported
        yield run


def test_an_import_says_what_follows_in_the_background_and_what_makes_it_now(barograph):
    assert "PDF, EPUB and cards of 7 issues follow in the background" in barograph.imported
    assert "`barograph bake --takeaways` makes them now" in barograph.imported


def test_importing_the_same_folder_twice_changes_nothing(barograph):
    counts = json.loads(barograph("import", str(CONTENT), "--json").stdout)
    assert (counts["created"], counts["updated"], counts["problems"]) == (0, 0, [])
    assert counts["issues"] == 8
    assert counts["topics"] == 6
    assert counts["commentaries"] >= 40
    assert counts["translations"] >= 75


def test_a_bad_folder_is_refused_whole(barograph, tmp_path):
    (tmp_path / "2020-08-03").mkdir()
    (tmp_path / "2020-08-03" / "economy.en.md").write_text("---\nverdikt: worsened\n---\n<b>x</b>\n")
    done = barograph("import", str(tmp_path), "--json", expect=1)
    problems = json.loads(done.stdout)["problems"]
    assert len(problems) >= 2
    assert all(set(p) == {"file", "line", "message"} for p in problems)


def test_publishing_again_gives_the_documented_json(barograph):
    answer = json.loads(barograph("publish", "2020-09-21", "--no-mail", "--json").stdout)
    assert answer["issue"] == "2020-09-21"
    assert answer["editions"] == 3
    assert answer["pages_written"] == 0
    assert [s["state"] for s in answer["steps"]] == ["done"] * len(answer["steps"])


def test_baking_again_writes_nothing(barograph):
    answer = json.loads(barograph("bake", "--json").stdout)
    assert answer["written"] == 0
    assert answer["pages"] == answer["unchanged"] > 200


@pytest.mark.parametrize(("query", "language"), [("Сочы", "be"), ("Сочи", "ru"), ("Sochi", "en")])
def test_search_answers_from_the_editions(barograph, query, language):
    answer = json.loads(barograph("search", query, "--language", language, "--json").stdout)
    assert answer["hits"]
    assert set(answer["hits"][0]) >= {"url", "issue", "topic", "headline", "score"}


def test_export_and_import_elsewhere_give_the_same_publication(barograph, tmp_path, installation):
    barograph("export", str(tmp_path / "one"))
    other = {"BAROGRAPH_DATA": str(installation(tmp_path / "other"))}
    barograph("import", str(tmp_path / "one"), **other)
    barograph("export", str(tmp_path / "two"), **other)

    def files(root):
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}

    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_backup_comes_back(barograph, tmp_path):
    barograph("backup", str(tmp_path / "backup.tar.gz"))
    assert (tmp_path / "backup.tar.gz").stat().st_mode & 0o077 == 0
    other = {"BAROGRAPH_DATA": str(tmp_path / "restored")}
    barograph("restore", str(tmp_path / "backup.tar.gz"), expect=1, **other)
    barograph("restore", str(tmp_path / "backup.tar.gz"), "--yes", **other)
    marks = {path.name for path in (tmp_path / "restored" / "installation").iterdir()}
    assert marks == {"restored"}  # the mark of who may send is not in a backup: mailings ask first
    counts = json.loads(barograph("import", str(CONTENT), "--json", **other).stdout)
    assert counts["created"] == counts["updated"] == 0


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["publish", "yesterday"], 2),
        (["publish", "1999-01-04"], 1),
        (["nonsense"], 2),
        (["import", "/does/not/exist"], 1),
        (["search", "--language", "be"], 1),
        (["restore", "/does/not/exist", "--yes"], 1),
        (["subscribers", "import", "/does/not/exist.csv"], 1),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(barograph, arguments, status):
    done = barograph(*arguments, expect=status)
    assert done.stderr.strip()


def test_an_unknown_setting_is_refused(barograph):
    done = barograph("bake", expect=1, BAROGRAPH_BASEURL="x")
    assert "BAROGRAPH_BASE_URL" in done.stderr


def test_serving_refuses_an_unsafe_address(barograph):
    done = barograph("serve", expect=1, BAROGRAPH_BASE_URL="http://example.org")
    assert "https://" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "serve",
        "worker",
        "import",
        "export",
        "publish",
        "bake",
        "search",
        "subscribers",
        "mailings",
        "audit",
        "backup",
        "restore",
        "doctor",
    ],
)
def test_every_command_shows_an_example(barograph, command):
    assert "Example: barograph" in barograph(command, "--help").stdout


def test_the_audit_log_comes_out_whole_and_its_export_is_in_it(barograph):
    barograph("publish", "2020-08-03", "--no-mail")
    lines = [json.loads(line) for line in barograph("audit", "export").stdout.splitlines()]
    assert {"wagtail.publish", "barograph.content_imported", "barograph.release_asked"} <= {
        line["action"] for line in lines
    }
    released = [line for line in lines if line["action"] == "barograph.release_asked"][-1]
    assert (released["name"], released["kind"]) == ("2020-08-03", "releases")
    assert released["by"].startswith("(")
    table = barograph("audit", "export", "--since", "2020-01-01", "--format", "csv").stdout.splitlines()
    assert table[0] == "at,by,action,kind,type,id,name,data"
    assert "barograph.audit_exported" in table[-1]
    assert barograph("audit", "export", "--since", "2100-01-01").stdout == ""
    assert "not a date" in barograph("audit", "export", "--since", "x", expect=2).stderr


def test_its_database_refuses_to_change_the_audit_log(barograph):
    with sqlite3.connect(barograph.folder / "barograph.sqlite3") as database:
        for statement in ("DELETE FROM wagtailcore_modellogentry", "UPDATE wagtailcore_modellogentry SET label = ''"):
            with pytest.raises(sqlite3.IntegrityError, match="added to only"):
                database.execute(statement)
    database.close()


def test_made_data_never_overwrite_a_real_publication(barograph):
    done = barograph("make-data", "--issues", "1", "--topics", "1", expect=1)
    assert done.stderr == (
        "This data folder holds a real publication. Give an empty one: BAROGRAPH_DATA=some/folder.\n"
    )
    assert json.loads(barograph("import", str(CONTENT), "--json").stdout)["updated"] == 0


def test_a_search_that_cannot_be_is_one_clear_sentence(barograph, tmp_path):
    refused = barograph("search", "Minsk", "--language", "EN", expect=1).stderr
    assert refused == "Nothing is published in the language 'EN'; these there are: be, ru, en.\n"
    barograph("search", "Minsk", "--language", "en", "--limit", "0", expect=2)
    (tmp_path / "queries").write_bytes(b"\xb2\xff\nMinsk\n")
    assert (
        len(barograph("search", "--file", str(tmp_path / "queries"), "--language", "en", "--json").stdout.splitlines())
        == 2
    )


def test_addresses_of_a_list_that_does_not_exist_are_told(barograph, tmp_path):
    file = tmp_path / "readers.csv"
    file.write_text("address,list,language,status,confirmed_at\nala@example.org,by-ru,be,confirmed,2020-01-01\n")
    told = barograph("subscribers", "import", str(file))
    assert told.stdout.startswith("1 created")
    assert told.stderr == "There is no list 'by-ru', so its 1 subscribers get nothing; lists are: en, be-ru.\n"
    barograph("subscribers", "forget", "ala@example.org")
