"""PO files go out and come in whole; a broken one changes nothing and says where."""

import polib
import pytest

from barograph.commentaries import po, services
from barograph.commentaries.exchange import FileProblems
from barograph.commentaries.models import Commentary
from tests.commentaries.conftest import FULL, change


def fresh(commentary):
    return Commentary.objects.get(pk=commentary.pk)


def texts(commentary):
    return services.source_texts(services.working_copy(fresh(commentary)))


def test_out_and_in_is_the_same(source, ready):
    before = texts(ready)
    po.take_in(ready, po.export(ready))
    assert texts(ready) == before
    assert not services.is_stale(fresh(ready))


def test_an_empty_translation_is_filled(source, translator, ready):
    file = polib.pofile(po.export(ready).decode())
    other = services.start_translation(source, "en", by=translator)
    file.metadata["Language"] = "en"
    assert po.take_in(other, str(file).encode(), by=translator) == len(file)
    assert texts(other) == texts(ready)


def test_a_part_may_come_in_first(source, translator):
    translation = services.start_translation(source, "be", by=translator)
    file = polib.pofile(po.export(translation).decode())
    next(e for e in file if e.msgctxt == "body.2").msgstr = "Другі <b>абзац</b>."
    po.take_in(translation, str(file).encode())
    assert texts(translation) == {"body.2": "Другі <b>абзац</b>."}


def test_what_changed_goes_out_fuzzy_and_comes_in_finished(source, ready):
    change(source, headline="Another", body="<p>Put in first.</p>" + source.body)
    file = polib.pofile(po.export(fresh(ready)).decode())
    assert [e.msgctxt for e in file.fuzzy_entries()] == ["headline"]
    assert file.find("Another").previous_msgid == "Headline in ru"
    new = next(e for e in file if e.msgctxt == "body.0")
    assert new.msgstr == ""
    new.msgstr = "Новы."
    file.find("Another").flags.clear()
    po.take_in(fresh(ready), str(file).encode())
    services.sign_off(commentary=fresh(ready))
    row = fresh(ready)
    assert not services.is_stale(row)
    assert row.body == "<p>Новы.</p><p>Першы.</p><h2>Загаловак</h2><p>Другі.</p>"


def test_a_fuzzy_text_is_kept_but_wants_another_look(source, translator, ready):
    file = polib.pofile(po.export(ready).decode())
    entry = file.find("A lede.")
    entry.msgstr, entry.flags = "Можа, так.", ["fuzzy"]
    po.take_in(ready, str(file).encode())
    draft = services.working_copy(fresh(ready))
    assert (draft.lede, services.is_stale(draft)) == ("Можа, так.", True)
    again = polib.pofile(po.export(fresh(ready)).decode())
    assert [e.msgctxt for e in again.fuzzy_entries()] == ["lede"]


def test_words_for_paragraphs_that_are_gone_are_kept(source, ready):
    data = po.export(ready)
    change(source, body="<p>Second <b>paragraph</b>.</p>")
    po.take_in(fresh(ready), data)
    draft = services.working_copy(fresh(ready))
    assert draft.body == "<p>Другі.</p>"
    assert "Першы." in draft.leftover_texts.values()
    assert "Першы." in po.export(fresh(ready)).decode()  # as an obsolete entry


def test_an_empty_paragraph_in_the_source_shifts_nothing(source, ready):
    change(source, body="<p>First paragraph.</p><p></p><h2>A heading</h2><p></p><p>Second <b>paragraph</b>.</p>")
    services.sign_off(commentary=fresh(ready))
    file = polib.pofile(po.export(fresh(ready)).decode())
    assert {e.msgctxt: e.msgstr for e in file if e.msgctxt.startswith("body.")} == {
        "body.0": "Першы.",
        "body.2": "Загаловак",
        "body.4": "Другі.",
    }
    po.take_in(fresh(ready), str(file).encode())
    draft = services.working_copy(fresh(ready))
    assert draft.body == FULL["body"]
    assert not services.is_stale(draft)


def of(path):
    return lambda text: text.replace('msgctxt "lede"', f'msgctxt "{path}"')


@pytest.mark.parametrize(
    ("spoil", "line", "message"),
    [
        (lambda text: text.replace("msgid", "msgiid", 3), 4, "damaged"),
        (lambda text: "/etc/hostname", 1, "damaged|another"),
        (lambda text: text.replace("Commentary: 2", "Commentary: 1"), 1, "another commentary"),
        (lambda text: text.replace("Language: be", "Language: en"), 1, "another language"),
        (of("nonsense"), None, "no text named"),
        (of("headline"), None, "twice"),
        (lambda text: text.replace("Першы.", "Першы <script>1</script>"), None, "not allowed"),
        (lambda text: text.replace("Першы.", "<b>Першы"), None, "not closed"),
        (lambda text: text.replace("Першы.", "<a href='javascript:1'>х</a>"), None, "Links can only"),
        (lambda text: text.replace(FULL["headline"], "ж" * 301, 1), None, "too long"),
    ],
)
def test_a_file_that_is_broken_or_foreign_changes_nothing(ready, spoil, line, message):
    before, revisions = texts(ready), ready.revisions.count()
    with pytest.raises(FileProblems, match=message) as caught:
        po.take_in(ready, spoil(po.export(ready).decode()).encode())
    assert all(problem.line >= 1 for problem in caught.value.problems)
    if line is None:
        assert caught.value.problems[0].line > 10
    assert (texts(ready), ready.revisions.count()) == (before, revisions)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"", b"\x00" * 50, b"x" * 1_000_001, b'msgid "a\n', b"hello\n"])
def test_what_is_no_po_file_is_refused_in_words(ready, data):
    with pytest.raises(FileProblems):
        po.take_in(ready, data)


@pytest.mark.parametrize("language", ["be_BY", "be-BY", "BE", "be_BY.UTF-8", "be@latin", ""])
def test_a_tools_own_way_to_write_a_language_and_a_dropped_header_are_understood(ready, language):
    file = polib.pofile(po.export(ready).decode())
    file.metadata["Language"] = language
    del file.metadata[po.NAME]
    before = texts(ready)
    po.take_in(ready, str(file).encode())
    assert texts(ready) == before


def test_a_file_without_headers_of_another_text_is_refused(ready):
    file = polib.pofile(po.export(ready).decode())
    del file.metadata[po.NAME]
    for entry in file:
        entry.msgid = f"Another text {entry.msgctxt}"
    with pytest.raises(FileProblems, match="another commentary"):
        po.take_in(ready, str(file).encode())


def test_the_layout_of_a_file_is_not_taken_for_words(ready):
    file = polib.pofile(po.export(ready).decode())
    for entry in file:
        if entry.msgctxt in {"headline", "body.0"}:
            entry.msgstr, entry.msgid = f"\n      Рубель\n   і рэзервы {entry.msgctxt}\n    ", f"\n   {entry.msgid}\n "
    po.take_in(ready, str(file).encode())
    found = texts(ready)
    assert found["headline"] == "Рубель і рэзервы headline"
    assert found["body.0"] == "Рубель і рэзервы body.0"
    assert not services.is_stale(fresh(ready))
