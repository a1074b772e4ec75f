"""A Word file becomes clean text; a bad one ends in one sentence."""

import random
import time
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from barograph.commentaries import word_files
from barograph.commentaries.word_files import clean, take
from tests.commentaries import clipboard
from tests.commentaries.docx import document, item, link, paragraph, run, word_file

PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:docPr descr="x"/><a:graphic><a:graphicData><pic:pic><pic:blipFill>'
    '<a:blip r:link="out"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
)


def body(*blocks, **kwargs):
    return take(word_file(*blocks, **kwargs)).body


def test_a_text_keeps_its_structure_and_nothing_else():
    style = '<w:pStyle w:val="{}"/>'
    loud = '<w:rFonts w:ascii="Comic Sans MS"/><w:color w:val="FF0000"/><w:sz w:val="72"/><w:u w:val="single"/>'
    found = body(
        paragraph(run("The head", "<w:b/>"), properties=style.format("a1")),
        paragraph(run("Plain "), run("bold", "<w:b/>"), run(" "), run("italic", "<w:i/>"), run(" loud", loud)),
        paragraph(),
        item("one", 1),
        item("two", 1),
        item("first", 2),
        paragraph(run("A lower head"), properties=style.format("a2")),
        paragraph(run("Said."), properties=style.format("q")),
        paragraph(link("l1", "here"), run(" & <there>".replace("&", "&amp;").replace("<", "&lt;"))),
        links={"l1": "https://example.org/a?b=1&amp;c=2"},
    )
    assert found == (
        "<h2>The head</h2><p>Plain <b>bold</b> <i>italic</i> loud</p><ul><li>one</li><li>two</li></ul>"
        "<ol><li>first</li></ol><h3>A lower head</h3><blockquote>Said.</blockquote>"
        '<p><a href="https://example.org/a?b=1&amp;c=2">here</a> &amp; &lt;there&gt;</p>'
    )


def test_tracked_changes_are_taken_and_comments_and_smart_tags_leave_no_trace():
    found = body(
        paragraph(
            run("Stays"),
            f'<w:del w:id="1" w:author="Secret Name"><w:r><w:delText>Gone</w:delText></w:r></w:del>'
            f'<w:ins w:id="2" w:author="Secret Name">{run(" came")}</w:ins>'
            f'<w:commentRangeStart w:id="0"/>{run(" and")}<w:commentRangeEnd w:id="0"/>'
            '<w:r><w:commentReference w:id="0"/></w:r>'
            f'<w:smartTag w:uri="urn:x" w:element="place">{run(" Minsk")}</w:smartTag>'
            '<w:bookmarkStart w:id="3" w:name="_GoBack"/><w:bookmarkEnd w:id="3"/>',
        )
    )
    assert found == "<p>Stays came and Minsk</p>"


def test_footnotes_become_the_bodys_own():
    found = body(
        paragraph(run("A claim"), '<w:r><w:footnoteReference w:id="2"/></w:r>', run(".")),
    )
    assert found == "<p>A claim[^1].</p><p>[^1]: The source.</p>"


def test_what_has_no_place_is_told():
    table = "".join(f"<w:tc>{paragraph(run(text))}</w:tc>" for text in ("Rouble", "3.1"))
    with translation.override("en"):
        found = take(
            word_file(
                paragraph(run("Text"), PICTURE, link("l1", "a file")),
                f"<w:tbl><w:tr>{table}</w:tr></w:tbl>",
                links={"l1": "file:///C:/secret.docx", "out": "http://127.0.0.1:9/x.png"},
            )
        )
    assert found.body == "<p>Texta file</p><p>Rouble · 3.1</p>"
    assert found.left_out == (
        "1 table: its rows are now paragraphs.",
        "1 link that readers can’t open was removed; its text was kept.",
        "1 picture: add it with the editor’s image button.",
    )


BOMB = word_file(xml=document(paragraph(run("a"))), more={"word/media/x.xml": b"\0" * (word_files.LARGEST_XML + 1)})
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + document(paragraph(run("&b;"))).split("?>", 1)[1]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "This is not a Word file"),
        (b"Just text", "This is not a Word file"),
        (b"%PDF-1.7", "This is not a Word file"),
        (b"{\\rtf1 x}", "This is not a Word file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Word file"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (word_file(paragraph(run("x")))[:-40], "damaged"),
        (word_file(xml="<w:document"), "damaged"),
        (word_file(xml="<x/>"), "damaged|no text"),
        (word_file(xml=LAUGHS), "damaged"),
        (word_file(paragraph()), "no text"),
        (word_file(paragraph(PICTURE), links={"out": "http://127.0.0.1:9/x.png"}), "no text"),
        (BOMB, "too large"),
        (b"PK" + b"\0" * word_files.LARGEST, "too large"),
        (word_file(xml=document("<w:p/>" * 400_000)), "too large|no text"),
        (word_file(xml=document(paragraph(run("слова " * 60_000)))), "too large"),
        (word_file(xml="<a>" * 100_000 + "</a>" * 100_000), "damaged"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(data, said):
    began = time.monotonic()
    with translation.override("en"), pytest.raises(ValidationError, match=said) as caught:
        take(data)
    assert len(caught.value.messages) == 1
    assert time.monotonic() - began < 30


def test_a_file_with_any_byte_changed_is_read_or_refused():
    whole, chance = bytearray(word_file(paragraph(run("A text")))), random.Random(7)
    for _try in range(150):
        spoilt = bytearray(whole)
        for _byte in range(3):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        with suppress(ValidationError):
            take(bytes(spoilt))


@pytest.mark.parametrize("html", [clipboard.WORD + "<script>alert(1)</script>", clipboard.GOOGLE])
def test_clipboard_html_leaves_no_rubbish(html):
    found = clean(html).body
    for rubbish in ("style", "class", "mso", "span", "o:p", "script", "alert", "<!--", "guid", "dir=", "st1", "id="):
        assert rubbish not in found, found
    assert 'href="https://example.org/' in found
    assert "gone" not in found
