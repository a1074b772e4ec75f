"""Summaries have the shape that this version writes, or are refused with an error; they are never misread."""

import json

import pytest

from barograph.editions import summaries
from barograph.editions.cells import Cell, cells
from barograph.editions.models import Edition, Summary
from tests.publishing.test_release import issue  # noqa: F401 fixture


@pytest.fixture
def frozen(issue):  # noqa: F811
    from django.utils import timezone

    from barograph.editions import services

    services.freeze(issue=issue, published_at=timezone.now())
    return issue


def rewritten(**parts):
    """Change the JSON of all rows, part by part."""
    for row in Summary.objects.all():
        for name, change in parts.items():
            setattr(row, name, json.dumps(change(json.loads(getattr(row, name)))))
        row.save()


def one():
    return next(iter(summaries.current()[0].values()))


def test_a_summary_has_what_its_edition_has_but_for_the_texts(frozen):
    summary = one()
    content = Edition.objects.get(pk=summary["edition"]).content
    assert summary["cells"] == cells(content)
    assert [topic["key"] for topic in summary["topics"]] == [topic["key"] for topic in content["topics"]]
    assert not any(topic["commentary"] and "body" in topic["commentary"] for topic in summary["topics"])


@pytest.mark.parametrize("change", [lambda rows: [row[:-1] for row in rows], lambda rows: [[*row, 1] for row in rows]])
def test_cells_with_other_fields_are_refused(frozen, change):
    rewritten(cells=change)
    summary = one()
    with pytest.raises(TypeError, match=f"Expected {len(Cell._fields)} arguments"):
        cells(summary)


@pytest.mark.parametrize("change", [lambda values: values[:-1], lambda values: [*values, 1]])
def test_a_head_with_other_values_is_refused(frozen, change):
    rewritten(head=change)
    with pytest.raises(ValueError, match="argument"):
        summaries.current()


def test_a_missing_summary_is_read_from_its_edition(frozen):
    summary = one()
    Summary.objects.all().delete()
    assert summary["cells"]
    assert summary["topics"]
    assert summaries.write_missing() == 3
    assert summaries.write_missing() == 0


def test_an_unknown_key_is_an_error(frozen):
    with pytest.raises(KeyError):
        one()["nothing"]
