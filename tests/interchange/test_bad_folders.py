"""Every problem of a folder is said in one go, by file and line; bad bytes do no harm."""

import os

import pytest

from barograph.interchange.content import Known
from barograph.interchange.reading import read_folder
from tests.interchange.folders import PUBLICATION, commentary, good, write

EN = "2020-08-03/economy.en.md"
BE = "2020-08-03/economy.be.md"
ISSUE = "2020-08-03/issue.yaml"
SCENARIOS = """
  - {key: a, title: A, probability: 0.5}
  - {key: b, title: B, probability: 0.4}"""


def one(path: str, text: str | bytes) -> dict[str, str | bytes]:
    """The good folder with one file changed."""
    return good() | {path: text}


def alone(**changes: str | None) -> dict[str, str | bytes]:
    """The good folder with one commentary in one language."""
    files = good() | {EN: commentary(**changes)}
    files.pop(BE)
    return files


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (alone(headline=None), [(EN, 1, "“headline” is missing")]),
        (alone(headline='""'), [(EN, 3, "empty")]),
        (alone(headline="[a, b]"), [(EN, 3, "must be text")]),
        (alone(headline="2020"), [(EN, 3, "quotation marks")]),
        (alone(headline=f'"{"x" * 301}"'), [(EN, 3, "301 characters")]),
        (alone(verdict="better"), [(EN, 2, "choose one of: worsened, unchanged, improved")]),
        (alone(verdickt="worsened"), [(EN, 6, "Did you mean “verdict”?")]),
        (alone(byline="[jan-tumen]"), [(EN, 4, "Did you mean “jan-tuman”?")]),
        (alone(byline="jan-tuman"), [(EN, 4, "a list")]),
        (alone(outlook="[risk, hope]"), [(EN, 6, "Unknown value “hope”")]),
        (alone(source_language="de"), [(EN, 5, "Unknown value “de”")]),
        (alone(source_language="ru"), [(EN, 5, "economy.ru.md is missing")]),
        (alone(resolves_by="2020-02-30"), [(EN, 6, "a valid date")]),
        (alone(resolves_by="soon"), [(EN, 6, "a valid date")]),
        (alone(scenarios="\n  - {key: a, title: A, probability: 1.2}"), [(EN, 7, "from 0 to 1")]),
        (alone(scenarios="\n  - {key: a, title: A, probability: .nan}"), [(EN, 7, "from 0 to 1")]),
        (alone(scenarios='\n  - {key: a, title: A, probability: "0.2"}'), [(EN, 7, "from 0 to 1")]),
        (alone(scenarios=SCENARIOS.replace("0.4", "0.6")), [(EN, 6, "add up to 1.1")]),
        (alone(scenarios=SCENARIOS.replace("key: b", "key: a")), [(EN, 8, "twice")]),
        (alone(scenarios="\n  - {key: a}"), [(EN, 7, "“title” is missing")]),
        (alone(body="One.\n\n# Two\n\n<b>x</b>\n"), [(EN, 10, "headings"), (EN, 12, "HTML")]),
        (alone(body="![x](gone.png)\n"), [(EN, 8, "no such file")]),
        (alone(body="![x](../../secret.png)\n"), [(EN, 8, "outside the content folder")]),
        (one(BE, commentary("be", verdict="improved")), [(BE, 2, "here “improved”, there “worsened”")]),
        (one(BE, commentary("be", verdict=None)), [(BE, 1, "“verdict” differs")]),
        (one(BE, commentary("be", outlook="[risk]")), [(BE, 6, "“outlook” differs")]),
        (one(BE, commentary("be", byline="[north-wind]")), [(BE, 4, "“byline” differs")]),
        (one(BE, commentary("be", source_language="be")), [(EN, 5, "“source_language” differs")]),
        (
            good() | {EN: commentary(scenarios=SCENARIOS), BE: commentary(scenarios=SCENARIOS.replace("0.4", "0.3"))},
            [(BE, 6, "0.5, 0.3")],
        ),
        (
            good()
            | {EN: commentary(scenarios=SCENARIOS), BE: commentary(scenarios=SCENARIOS.replace("key: b", "key: c"))},
            [(BE, 6, "a, c")],
        ),
        (
            one("2020-08-03/economics.en.md", commentary()),
            [("2020-08-03/economics.en.md", 1, "Did you mean “economy”?")],
        ),
        (
            one("2020-08-03/economy.de.md", commentary()),
            [("2020-08-03/economy.de.md", 1, "not one of the publication’s languages")],
        ),
        (one("2020-08-03/notes.txt", "x"), [("2020-08-03/notes.txt", 1, "Unknown file")]),
        (one("2020-8-10/issue.yaml", ""), [("2020-8-10", 1, "first day")]),
        (one("drafts/issue.yaml", ""), [("drafts", 1, "first day")]),
        (one("topic.yaml", "x"), [("topic.yaml", 1, "Did you mean “topics.yaml”?")]),
        (one("imprint.en.md", "x"), [("imprint.en.md", 1, "about, method, privacy")]),
        (one(EN, ""), [(EN, 1, "empty"), (BE, 5, "economy.en.md is missing")]),
        (one("people.yaml", ""), [("people.yaml", 1, "empty"), (BE, 4, "no person"), (EN, 4, "no person")]),
        (one(EN, "No front matter\n"), [(EN, 1, "Start the file"), (BE, 5, "is missing")]),
        (one(ISSUE, "nummer: 1\n"), [(ISSUE, 1, "Did you mean “number”?")]),
        (one(ISSUE, "number: 0\n"), [(ISSUE, 1, "whole number")]),
        (one(ISSUE, "number: true\n"), [(ISSUE, 1, "whole number")]),
        (one(ISSUE, "last: 2020-08-02\n"), [(ISSUE, 1, "before the first")]),
        (one(ISSUE, "verdicts:\n  economy: improved\n"), [(ISSUE, 2, "a different value in its commentary")]),
        (one(ISSUE, "verdicts:\n  securty: improved\n"), [(ISSUE, 2, "Did you mean “security”?")]),
        (one(ISSUE, "verdicts: [a]\n"), [(ISSUE, 1, "lines")]),
        (one(ISSUE, "verdicts:\n  security: good\n"), [(ISSUE, 2, "Unknown value “good”")]),
        (one(ISSUE, "number: 1\nnumber: 2\n"), [(ISSUE, 2, "twice")]),
        (one(ISSUE, "number: [1\n"), [(ISSUE, 2, "not valid YAML")]),
        (one(ISSUE, "a: &x 1\nnumber: *x\n"), [(ISSUE, 1, "Unknown field “a”"), (ISSUE, 1, "aliases")]),
        (one(ISSUE, "number: !!python/name:os.system x\n"), [(ISSUE, 1, "Tags"), (ISSUE, 1, "whole number")]),
        (
            one(ISSUE, "ratings:\n  - {topic: economy, by: nobody, verdict: worsened, confidence: 2}\n"),
            [(ISSUE, 2, "no person"), (ISSUE, 2, "from 0 to 1")],
        ),
        (
            one(ISSUE, "corrections:\n  - {topic: economy, date: 2020-08-10, kind: typos, notes: {xx: a}}\n"),
            [
                (ISSUE, 2, "Unknown value “typos”"),
                (ISSUE, 2, "not one of the publication’s languages"),
                (ISSUE, 2, "one language"),
            ],
        ),
        (
            one("2020-08-05/issue.yaml", "{}"),
            [("2020-08-05/issue.yaml", 1, "overlaps the issue 2020-08-03")],
        ),
        (
            good() | {ISSUE: "number: 3\n", "2020-08-10/issue.yaml": "\nnumber: 3\n"},
            [("2020-08-10/issue.yaml", 2, "already has the number 3")],
        ),
        (one("publication.yaml", "languages: [be, en]\n"), [("publication.yaml", 1, "“name” is missing")]),
        (one("publication.yaml", PUBLICATION + "timezone2: x\n"), [("publication.yaml", 8, "“timezone”")]),
        (one("publication.yaml", PUBLICATION.replace("Minsk", "Mensk")), [("publication.yaml", 4, "time zone")]),
        (one("publication.yaml", PUBLICATION.replace("week", "day")), [("publication.yaml", 3, "week, month")]),
        (one("publication.yaml", PUBLICATION.replace("[en]", "[fr]")), [("publication.yaml", 6, "“fr”")]),
        (one("topics.yaml", "key: economy\n"), [("topics.yaml", 1, "list"), (BE, 1, "topic"), (EN, 1, "topic")]),
        (one(EN, b"---\nheadline: \xff\n---\n"), [(EN, 2, "UTF-8"), (BE, 5, "missing")]),
        (one(EN, commentary().replace("Text", "Te\x00xt")), [(EN, 8, "control"), (BE, 5, "missing")]),
        (one(EN, commentary(headline='"a\\u0000"')), [(EN, 3, "control")]),
        (one(EN, "x" * 300_000), [(EN, 1, "larger"), (BE, 5, "missing")]),
        (one(ISSUE, "[" * 20_000), [(ISSUE, 1, "too deep")]),
        (one(ISSUE, "- " * 20_000), [(ISSUE, 1, "not valid YAML")]),
    ],
)
def test_a_problem_is_said_by_file_and_line(tmp_path, files, expected):
    _content, problems = read_folder(write(tmp_path / "folder", files))
    assert sorted((p.file, p.line) for p in problems) == sorted((f, n) for f, n, _text in expected)
    for file, line, text in expected:
        assert any(p.file == file and p.line == line and text in p.message for p in problems), (text, problems)


def test_all_problems_are_said_in_one_go(tmp_path):
    files = good() | {
        EN: commentary(headline=None, verdict="better"),
        ISSUE: "nummer: 1\n",
        "topic.yaml": "",
        "nonsense/x": "",
    }
    _content, problems = read_folder(write(tmp_path / "folder", files))
    assert {problem.file for problem in problems} == {EN, BE, ISSUE, "topic.yaml", "nonsense"}


def test_a_folder_must_be_there(tmp_path):
    assert read_folder(tmp_path / "none")[1][0].file == "."
    file = tmp_path / "file"
    file.write_text("x")
    assert len(read_folder(file)[1]) == 1


def test_without_a_publication_nothing_comes_in(tmp_path):
    files = good()
    files.pop("publication.yaml")
    root = write(tmp_path / "folder", files)
    assert [problem.file for problem in read_folder(root)[1]] == ["publication.yaml"]
    assert read_folder(root, Known(publication=True, languages=("be", "en")))[1] == []


def test_what_the_database_has_may_be_left_out(tmp_path):
    root = write(tmp_path / "folder", {EN: commentary()})
    known = Known(True, ("be", "en"), "week", frozenset({"economy"}), frozenset({"jan-tuman"}))
    content, problems = read_folder(root, known)
    assert problems == []
    assert content.issues[0].commentaries[0].texts["en"].headline == "Headline en"


def test_marks_and_line_ends_of_other_systems_are_read(tmp_path):
    files = {name: b"\xef\xbb\xbf" + text.encode().replace(b"\n", b"\r\n") for name, text in good().items()}
    content, problems = read_folder(write(tmp_path / "folder", files))
    assert problems == []
    assert content == read_folder(write(tmp_path / "folder", good()))[0]


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    root = write(tmp_path / "folder", good())
    secret = tmp_path / "secret.md"
    secret.write_text(commentary(headline='"SECRET"'))
    (root / EN).unlink()
    os.symlink(secret, root / EN)
    os.symlink(tmp_path, root / "2020-08-10")
    content, problems = read_folder(root)
    assert [(problem.file, problem.line) for problem in problems] == [(BE, 5), (EN, 1), ("2020-08-10", 1)]
    assert "SECRET" not in repr(content)


def test_numbers_follow_the_dates(tmp_path):
    files = good() | {
        "2020-08-10/issue.yaml": "number: 5\n",
        "2020-08-17/issue.yaml": "",
        "2020-08-24/issue.yaml": "number: 7\n",
        "2020-08-31/issue.yaml": "",
    }
    content, problems = read_folder(write(tmp_path / "folder", files))
    assert problems == []
    assert [issue.number for issue in content.issues] == [1, 5, 6, 7, 8]
