"""Writing with a token: nothing is lost between two writers, nothing unclean is kept, and words are told in theirs."""

import json

import pytest
from wagtail.models import ModelLogEntry

from barograph.api import gateway
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import sign_off, working_copy


def fresh(row):
    return working_copy(Commentary.objects.get(pk=row.pk))


SCENARIO = {"title": "Calm", "text": "", "pros": ["One"], "cons": [], "probability": 0.4}


def test_a_draft_is_read_changed_and_kept_as_a_version(cast, source, call):
    path = f"drafts/{source.pk}"
    read = call(cast["analyst"], "get", path)
    change = {
        "headline": "A  new\nheadline",
        "body": '<p onclick="x()">Good <script>bad()</script></p>',
        "scenarios": [SCENARIO],
    }
    kept = call(cast["analyst"], "patch", path, change, If_Match=read["ETag"])
    assert (kept.status_code, kept.content) == (204, b"")
    again = call(cast["analyst"], "get", path)
    assert again["ETag"] == kept["ETag"] != read["ETag"]
    told = again.json()
    assert told["headline"] == "A new headline"
    assert "script" not in told["body"]
    assert "onclick" not in told["body"]
    assert told["scenarios"] == [{"key": "calm", **SCENARIO}]
    assert told["lede"] == "A lede."
    entry = ModelLogEntry.objects.get(action="barograph.api_write")
    assert entry.data["what"] == "change draft"
    assert "headline" not in json.dumps(entry.data)


def test_of_two_writers_the_second_is_told_and_nothing_is_lost(cast, source, call):
    path = f"drafts/{source.pk}"
    etag = call(cast["analyst"], "get", path)["ETag"]
    assert call(cast["editor"], "patch", path, {"lede": "The editor’s"}, If_Match=etag).status_code == 204
    late = call(cast["analyst"], "patch", path, {"lede": "The analyst’s"}, If_Match=etag)
    assert (late.status_code, late["Content-Type"]) == (412, "application/problem+json")
    assert fresh(source).lede == "The editor’s"
    assert call(cast["analyst"], "patch", path, {"lede": "x"}).status_code == 428


def test_what_is_saved_at_the_desk_meanwhile_counts_too(cast, source, call):
    etag = call(cast["analyst"], "get", f"drafts/{source.pk}")["ETag"]
    sign_off(commentary=source, by=cast["editor"])
    assert call(cast["analyst"], "patch", f"drafts/{source.pk}", {"lede": "x"}, If_Match=etag).status_code == 412


def test_a_locked_text_stays_and_a_signed_off_one_is_not_changed_for_readers(cast, source, call):
    sign_off(commentary=source, by=cast["editor"])
    path = f"drafts/{source.pk}"
    assert call(cast["analyst"], "patch", path, {"lede": "Newer"}, If_Match="*").status_code == 204
    row = Commentary.objects.get(pk=source.pk)
    assert (row.live, row.lede, row.has_unpublished_changes) == (True, "A lede.", True)
    Commentary.objects.update(locked=True, locked_by=cast["editor"])
    assert call(cast["analyst"], "patch", path, {"lede": "x"}, If_Match="*").status_code == 423


def test_a_translation_is_begun_kept_and_guarded(cast, source, call):
    path = f"translations/{source.pk}/be"
    read = call(cast["translator"], "get", path)
    assert read.json()["state"] == "missing"
    assert not source.translations.exists(), "looking changes nothing"
    change = {"texts": {"headline": "Загаловак", "body": "<p>Тэкст</p>"}}
    assert call(cast["translator"], "patch", path, change, If_Match=read["ETag"]).status_code == 204
    assert call(cast["translator"], "patch", path, change, If_Match=read["ETag"]).status_code == 412
    told = call(cast["translator"], "get", path).json()
    assert (told["state"], told["texts"]["headline"]) == ("in-work", "Загаловак")
    assert "Тэкст" in told["texts"]["body"]
    wrong = call(cast["translator"], "patch", path, {"texts": {"scenarios.x.probability": "1"}}, If_Match="*")
    assert wrong.status_code == 400


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"headline": 7}, "/headline"),
        ({"headline": "x" * 301}, "/headline"),
        ({"live": True}, "/live"),
        ({"topic": "other"}, "/topic"),
        ({"scenarios": [{"title": "A", "probability": 2}]}, "/scenarios/0/probability"),
        ({"scenarios": [{"title": "A", "probability": 0.6}, {"title": "B", "probability": 0.6}]}, ""),
        ({"lede": "a\x00b"}, "/lede"),
        ([], ""),
    ],
)
def test_what_is_not_valid_is_told_by_place_and_nothing_is_kept(cast, source, call, change, pointer):
    before = source.revisions.count()
    answer = call(cast["analyst"], "patch", f"drafts/{source.pk}", change, If_Match="*")
    assert answer.status_code == 400, answer.content
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert source.revisions.count() == before


@pytest.mark.parametrize("body", ["{", '{"lede": NaN}', "[" * 100_000, b"\xff"])
def test_what_is_no_json_is_refused(cast, source, call, body):
    assert call(cast["analyst"], "patch", f"drafts/{source.pk}", body, If_Match="*").status_code == 400


def test_a_body_has_a_size(cast, source, call, monkeypatch):
    monkeypatch.setattr(gateway, "LARGEST", 100)
    answer = call(cast["analyst"], "patch", f"drafts/{source.pk}", {"lede": "x" * 200}, If_Match="*")
    assert answer.status_code == 413


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_problems_are_told_in_the_language_asked_for(cast, source, call, language):
    told = call(cast["other"], "get", f"drafts/{source.pk}", Accept_Language=language).json()
    assert told["status"] == 404
    assert told["title"]
    if language == "en":
        assert "nothing" in told["detail"]
    else:
        assert not told["detail"].isascii()
