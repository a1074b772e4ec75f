"""The worked example of docs/extending.md: a new column in open data is one entry in one list."""

import csv
import importlib.util
import io
import json
import re
from pathlib import Path
from textwrap import dedent, indent

import pytest

from barograph.feeds import files, opendata, sitemap
from barograph.website import plans
from tests.feeds.test_files import BASE, imprint, issues  # noqa: F401 fixtures

GUIDE = Path(__file__).parents[2] / "docs" / "extending.md"
SECTION = re.compile(r"^## A new column in open data\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
END_OF_LIST = '    Column("revised", '


@pytest.fixture
def extended(monkeypatch):
    """The module with the guide's entry at the end of its list, in place of the real one."""
    section = SECTION.search(GUIDE.read_text())
    block = re.search(r"^ *```python\n(.*?)^ *```", section[1], re.MULTILINE | re.DOTALL)
    entry = indent(dedent(block[1]).rstrip(), "    ") + ",\n"
    source = Path(opendata.__file__).read_text()
    line = next(line for line in source.splitlines(keepends=True) if line.startswith(END_OF_LIST))
    spec = importlib.util.spec_from_loader("barograph.feeds.extended_opendata", loader=None)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, spec.name, module)
    exec(compile(source.replace(line, line + entry), "extended_opendata.py", "exec"), module.__dict__)  # noqa: S102
    for place in (files, plans):
        monkeypatch.setattr(place, "opendata", module)
    return module


def test_the_new_column_is_in_every_file(extended, imprint, issues):  # noqa: F811
    written = dict(files.data(imprint, sitemap.by_year(issues), BASE))
    rows = list(csv.DictReader(io.StringIO(written["data/verdicts.csv"].decode(), newline="")))
    assert [*rows[0]][-1] == "written"
    assert {row["written"] for row in rows} <= {"yes", "no"}
    assert [row["written"] for row in json.loads(written["data/verdicts.json"])] == [row["written"] for row in rows]
    fields = json.loads(written["data/datapackage.json"])["resources"][0]["schema"]["fields"]
    assert (fields[-1]["name"], fields[-1]["constraints"]) == ("written", {"required": True, "enum": ["yes", "no"]})
    assert [field["name"] for field in fields] == [*rows[0]]


def test_the_new_column_is_on_the_page_of_data(extended, imprint, issues):  # noqa: F811
    page = next(plan for plan in plans.plans(imprint, issues) if plan.path == "data/index.html")
    assert page.make()["columns"][-1]["name"] == "written"
    assert "written" in json.dumps(page.inputs)


def test_years_written_with_other_columns_are_written_anew(extended, imprint, issues):  # noqa: F811
    """What the bake remembers of a year hangs on the columns, too."""
    asked = []

    def remember(name, made_from, make):
        asked.append(json.dumps(made_from))
        return make()

    list(files.data(imprint, sitemap.by_year(issues), BASE, remember))
    assert asked
    assert all('"written"' in text for text in asked)


def test_the_guide_names_every_file_and_few_of_them():
    section = SECTION.search(GUIDE.read_text())[1]
    steps = re.findall(r"^\d\. `([^`]+)`", section, re.MULTILINE)
    assert 1 <= len(steps) <= 4
    assert all((GUIDE.parents[1] / step).exists() for step in steps)
