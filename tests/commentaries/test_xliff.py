"""XLIFF files go out and come in whole, whatever tool had them; a broken or hostile one changes nothing."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barograph.commentaries import exchange, services, xliff
from barograph.commentaries import texts as words
from barograph.commentaries.exchange import FileProblems, Unit
from barograph.commentaries.models import Commentary
from tests.commentaries.conftest import FULL, change
from tests.factories import CommentaryFactory

LINK = '<p>First <a href="https://example.org/1">linked</a> and <i>so <b>on</b></i>.<br/>End &amp; out.</p>'


def fresh(commentary):
    return Commentary.objects.get(pk=commentary.pk)


def texts(commentary):
    return services.source_texts(services.working_copy(fresh(commentary)))


def tree(commentary):
    return ET.fromstring(xliff.export(fresh(commentary)))


def units(root):
    return {unit.get("id"): unit for unit in root.iter(f"{xliff.NAMES}trans-unit")}


def target(unit, text, **state):
    found = unit.find(f"{xliff.NAMES}target")
    if found is None:
        found = ET.SubElement(unit, f"{xliff.NAMES}target")
    found.clear()
    found.attrib.update(state)
    found.text = text
    return found


def test_out_and_in_is_the_same(source, ready):
    before = texts(ready)
    assert xliff.take_in(ready, xliff.export(ready)) == len(before)
    assert texts(ready) == before
    assert not services.is_stale(fresh(ready))


def test_a_file_is_valid_for_tools(source, ready):
    root = tree(ready)
    file = root.find(f"{xliff.NAMES}file")
    assert (root.get("version"), file.get("source-language"), file.get("target-language")) == ("1.2", "ru", "be")
    unit = units(root)["body.2"]
    assert unit.get("approved") == "yes"
    assert unit.find(f"{xliff.NAMES}source/{xliff.NAMES}g").attrib == {"id": "b-1", "ctype": "bold"}
    order = [child.tag.removeprefix(xliff.NAMES) for child in unit]
    assert order == ["source", "target", "note"], "the order the schema asks for"


def test_a_file_like_a_tools_with_segments_and_a_country(translator):
    source = CommentaryFactory(language="ru", body=LINK)
    translation = services.start_translation(source, "be", by=translator)
    data = f"""<?xml version="1.0" encoding="UTF-8"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" xmlns:tool="urn:tool" version="1.2" tool:version="9">
 <file original="{exchange.name(translation)}" source-language="ru-RU" target-language="be-BY" datatype="html">
  <header><skl><internal-file form="x">{json.dumps({"a:1": '<a href="https://example.org/1">'}).replace("<", "&lt;")}
  </internal-file></skl><tool:settings>any</tool:settings></header>
  <body><group id="g1">
   <trans-unit id="headline" tool:status="done"><source>Headline in ru</source>
    <seg-source><mrk mtype="seg" mid="0">Headline in ru</mrk></seg-source>
    <target><mrk mtype="seg" mid="0">Загаловак &lt;з&gt; файла</mrk></target></trans-unit>
   <trans-unit id="body.0" approved="no"><source>First <g id="a:1-1">linked</g> and <g id="i-1">so <g id="b-1">on</g
    ></g>.<x id="br-1"/>End &amp; out.</source>
    <seg-source><mrk mtype="seg" mid="1">First <g id="a:1-1">linked</g>…</mrk></seg-source>
    <target state="translated"><mrk mtype="seg" mid="1"><g id="b-1">Першы</g> <mrk mtype="x-term"
     >са</mrk> <g id="a:1-1">спасылкай</g>.</mrk><mrk mtype="seg" mid="2"><x id="br-1"/>Канец &amp; ўсё.</mrk
    ></target></trans-unit>
  </group></body></file></xliff>"""
    assert xliff.take_in(translation, data.encode(), by=translator) == 2
    draft = services.working_copy(fresh(translation))
    assert draft.headline == "Загаловак <з> файла"
    html = '<b>Першы</b> са <a href="https://example.org/1">спасылкай</a>.<br/>Канец &amp; ўсё.'
    assert draft.body == f"<p>{html}</p>"
    assert not services.is_stale(draft)


def test_what_changed_goes_out_for_review_and_comes_in_finished(source, ready):
    change(source, headline="Another", body="<p>Put in first.</p>" + source.body)
    root = tree(ready)
    headline = units(root)["headline"]
    assert headline.find(f"{xliff.NAMES}target").get("state") == "needs-review-translation"
    assert headline.find(f"{xliff.NAMES}alt-trans/{xliff.NAMES}source").text == "Headline in ru"
    assert units(root)["body.0"].find(f"{xliff.NAMES}target") is None
    assert services.is_stale(fresh(ready))
    xliff.take_in(fresh(ready), ET.tostring(root))
    assert services.changes_since(services.working_copy(fresh(ready)))[0].path == "headline", "still to be looked at"
    target(units(root)["body.0"], "Новы.")
    units(root)["headline"].find(f"{xliff.NAMES}target").set("state", "translated")
    xliff.take_in(fresh(ready), ET.tostring(root))
    assert not services.is_stale(services.working_copy(fresh(ready)))
    assert not fresh(ready).body.startswith("<p>Новы."), "signed off by people only"
    services.sign_off(commentary=fresh(ready))
    assert fresh(ready).body == "<p>Новы.</p><p>Першы.</p><h2>Загаловак</h2><p>Другі.</p>"


def test_a_stale_file_loses_no_words(source, ready):
    data = xliff.export(ready)
    change(source, body="<p>Second <b>paragraph</b>.</p>")
    xliff.take_in(fresh(ready), data)
    draft = services.working_copy(fresh(ready))
    assert draft.body == "<p>Другі.</p>"
    assert "Першы." in draft.leftover_texts.values()
    assert "Першы." in xliff.export(fresh(ready)).decode(), "as a note"


def test_a_file_without_its_skeleton_keeps_plain_marks(source, ready):
    root = tree(ready)
    file = root.find(f"{xliff.NAMES}file")
    file.remove(file.find(f"{xliff.NAMES}header"))
    ET.SubElement(target(units(root)["body.2"], "Другі "), f"{xliff.NAMES}g", {"id": "b-1"}).text = "абзац"
    xliff.take_in(fresh(ready), ET.tostring(root))
    assert texts(ready)["body.2"] == "Другі <b>абзац</b>"


def test_the_glossarys_words_go_along(source, ready):
    data = xliff.export(ready, lambda text: ["спакой → calm"] if text == "Calm" else [])
    assert [note.text for note in units(ET.fromstring(data))["scenarios.calm.title"].iter(f"{xliff.NAMES}note")][
        1:
    ] == ["спакой → calm"]


BOMB = '<!DOCTYPE xliff [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE xliff [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def mark(text):
    return lambda data: data.replace("Першы.", text)


def declared(doctype):
    return lambda data: data.replace("?>", f"?>{doctype}", 1).replace("Першы.", "&a;")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text.replace("</target>", "", 1), "damaged"),
        (lambda text: text[:-30], "damaged"),
        (lambda text: text.replace('original="2', 'original="1'), "another commentary"),
        (lambda text: text.replace('target-language="be"', 'target-language="en"'), "another language"),
        (lambda text: text.replace('target-language="be"', 'target-language="bel"'), "another language"),
        (lambda text: text.replace("document:1.2", "document:2.0"), "version 1.2"),
        (lambda text: text.replace('name="lede"', 'name="nonsense"'), "no text named"),
        (lambda text: text.replace('name="lede"', 'name="body.0.former"'), "no text named"),
        (lambda text: text.replace('name="lede"', 'name="headline"'), "twice"),
        (lambda text: text.replace(FULL["headline"], "ж" * 301, 1), "too long"),
        (mark('<g id="script-1">1</g>'), "not allowed"),
        (mark('<g id="a:7-1">1</g>'), "Download the file again"),
        (mark('<g id="&lt;img&gt;">1</g>'), "Download the file again"),
        (mark('<g id="b-1">' * 100 + "</g>" * 100), "damaged"),
        (mark('<bpt id="1">&lt;b&gt;</bpt>'), "not allowed"),
        (lambda text: text.replace("Лід.", '<g id="b-1">Лід</g>'), "not allowed"),
        (declared(BOMB), "entity"),
        (declared(OUTSIDE), "entity"),
    ],
)
def test_a_file_that_is_broken_or_foreign_changes_nothing(ready, spoil, message):
    before, revisions = texts(ready), ready.revisions.count()
    with pytest.raises(FileProblems, match=message) as caught:
        xliff.take_in(ready, spoil(xliff.export(ready).decode()).encode())
    assert all(problem.line >= 1 for problem in caught.value.problems)
    assert (texts(ready), ready.revisions.count()) == (before, revisions)


def test_a_link_in_the_skeleton_leads_nowhere_else_than_a_link_may(translator):
    source = CommentaryFactory(language="ru", body=LINK)
    translation = services.start_translation(source, "be", by=translator)
    root = tree(translation)
    ET.SubElement(target(units(root)["body.0"], ""), f"{xliff.NAMES}g", {"id": "a:1-1"}).text = "х"
    root.find(f".//{xliff.NAMES}internal-file").text = json.dumps({"a:1": '<a href="javascript:1">'})
    with pytest.raises(FileProblems, match="Links can only"):
        xliff.take_in(translation, ET.tostring(root))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00",
        b"",
        b"\x00" * 50,
        b"x" * 1_000_001,
        b"<xliff",
        b"<a/>",
        b'<?xml version="1.0" encoding="no"?><a/>',
    ],
)
def test_what_is_no_xliff_file_is_refused_in_words(ready, data):
    with pytest.raises(FileProblems):
        xliff.take_in(ready, data)


LETTERS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"' \xa0\t]ўё"), max_size=20)
ELEMENTS = st.sampled_from(["<b>{}</b>", "<i>{}</i>", "<br/>{}", '<a href="https://example.org/?a=1&amp;b=2">{}</a>'])
ESCAPED = LETTERS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
INNER = st.recursive(
    ESCAPED,
    lambda inner: st.builds(
        lambda a, form, b: a + form.format(b.replace("{", "(").replace("}", ")")), ESCAPED, ELEMENTS, inner
    ),
)


@settings(deadline=None)
@given(inner=INNER, plain=LETTERS)
def test_every_text_comes_back_as_it_went(inner, plain):
    """Through marks and XML and back; what XML can't hold is left out, and ours is known again."""
    block = words.blocks(f"<p>{inner}</p>")
    ours = {"body.0": block[0].inner if block else "", "lede": plain}
    marks, root = xliff.Marks(), ET.Element("xliff", {"xmlns": xliff.SPACE})
    for path, text in ours.items():
        xliff._write(root, Unit(path, text, text), marks, signed=False)
    parsed, lines = xliff._parse(ET.tostring(root))
    read = xliff._Reader(marks.starts, lines, [ours])
    found = [read.unit(entry) for entry in parsed]
    assert read.problems == []
    assert {unit.path: unit.target for unit in found} == ours
    assert {unit.path: unit.source for unit in found} == ours


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inner=INNER, plain=LETTERS.filter(str.strip))
def test_every_translation_comes_back_as_it_went(ready, inner, plain):
    services.save_translation(
        translation=ready, texts={"lede": re.sub("\0", "", plain) or "x", "body": f"<p>{inner}</p>".replace("\0", "")}
    )
    before = texts(ready)
    xliff.take_in(fresh(ready), xliff.export(fresh(ready)))
    assert texts(ready) == before
