"""What a Word file says stays what it says: nothing changes its meaning on the way, and nothing is lost unsaid."""

import io
import subprocess
import sys
import time
import zipfile

import hypothesis.strategies as st
import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given

from barograph.commentaries.word_files import take
from tests.commentaries import docx
from tests.commentaries.docx import document, paragraph, run, word_file

SUP, SUB = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
STYLES = f"""<w:styles {docx.NAMES}>
<w:style w:type="paragraph" w:default="1" w:styleId="n"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="a1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="own"><w:name w:val="Our head"/><w:basedOn w:val="a1"/></w:style>
<w:style w:type="character" w:styleId="secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="character" w:styleId="power"><w:name w:val="Power"/><w:rPr>{SUP}</w:rPr></w:style>
</w:styles>"""


def field(instruction, *result, end=True):
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    text = f'<w:r><w:instrText xml:space="preserve">{instruction}</w:instrText></w:r>'
    return mark.format("begin") + text + mark.format("separate") + "".join(result) + (mark.format("end") if end else "")


def cell(*blocks, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(blocks)}</w:tc>"


def row(*cells, properties=""):
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows):
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def words(*texts):
    return [cell(paragraph(run(text))) for text in texts]


def taken(*blocks, **kwargs):
    with translation.override("en"):
        return take(word_file(*blocks, **kwargs))


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        ([run("10"), run("6", SUP)], "10⁶"),
        ([run("10"), run("−6", SUP)], "10⁻⁶"),
        ([run("м"), run("2", SUP), run(" і CO"), run("2", SUB)], "м² і CO₂"),
        ([run("x"), run("n+1", SUP)], "xⁿ⁺¹"),
        ([run("the 5"), run("th", SUP)], "the 5th"),
        ([run("20"), run("o", SUP), run("C")], "20°C"),
        ([run("5"), run("2", '<w:position w:val="6"/>')], "5²"),
        ([run("10"), run("6", '<w:rStyle w:val="power"/>')], "10⁶"),
        ([run("10"), run("6", SUP + "<w:b/>")], "10<b>⁶</b>"),
    ],
)
def test_raised_and_lowered_letters_say_the_same(pieces, body):
    found = taken(paragraph(*pieces), more={"word/styles.xml": STYLES})
    assert found.body == f"<p>{body}</p>"
    assert found.left_out == ()


def test_what_can_not_be_raised_in_plain_text_is_said():
    found = taken(paragraph(run("x"), run("абв", SUP)))
    assert found.body == "<p>xабв</p>"
    assert found.left_out == ("Superscript or subscript in 1 place became plain text. Please check it.",)


@pytest.mark.parametrize("property", ["<w:strike/>", '<w:dstrike w:val="true"/>'])
def test_struck_out_words_are_left_out_and_said(property):
    found = taken(paragraph(run("Цана вырасла "), run("на 40 %", property), run(" на 4 %")))
    assert found.body == "<p>Цана вырасла на 4 %</p>"
    assert found.left_out == ("Struck-out text in 1 place was left out.",)


@pytest.mark.parametrize("property", ["<w:vanish/>", '<w:rStyle w:val="secret"/>'])
def test_hidden_words_are_left_out_and_said(property):
    found = taken(
        paragraph(run("Крыніца "), run("(Іван К., ", property), run("029 111)", property), run(" пацвердзіла")),
        more={"word/styles.xml": STYLES},
    )
    assert found.body == "<p>Крыніца пацвердзіла</p>"
    assert found.left_out == ("Hidden text in 1 place was left out.",)


def test_a_property_that_is_switched_off_hides_nothing():
    found = taken(paragraph(run("a", '<w:vanish w:val="0"/>'), run("b", '<w:strike w:val="false"/>')))
    assert (found.body, found.left_out) == ("<p>ab</p>", ())


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        ([run("Курс на "), f'<w:fldSimple w:instr=" DATE ">{run("3 лістапада")}</w:fldSimple>', run(" вырас")],
         "Курс на 3 лістапада вырас"),
        ([run("a "), field(" PAGE ", run("7")), run(" b")], "a 7 b"),
        ([run("a "), field(' IF 1 = 1 ', field(" QUOTE ", run("in"))), run(" b")], "a in b"),
        ([f"<w:smartTag>{run('Minsk')}</w:smartTag>", f"<w:customXml>{run(' city')}</w:customXml>"], "Minsk city"),
        ([f"<w:sdt><w:sdtPr/><w:sdtContent>{run('filled in')}</w:sdtContent></w:sdt>"], "filled in"),
        ([f"<w:dir>{run('a')}</w:dir><w:bdo>{run('b')}</w:bdo><w:new>{run('c')}</w:new>"], "abc"),
        ([f"<w:moveTo>{run('here')}</w:moveTo>"], "here"),
        (["<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:softHyphen/><w:t>c</w:t></w:r>"], "a‑bc"),
        (["<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>"], "a b"),
        (["<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>"], "a<br/>b<br/>c"),
        (['<w:r><w:t>a</w:t><w:sym w:font="Wingdings" w:char="F0E0"/><w:t>b</w:t></w:r>'], "a→b"),
        (['<w:r><w:t>2</w:t><w:sym w:font="Symbol" w:char="F0B4"/><w:t>2</w:t></w:r>'], "2×2"),
        ([run("\uf0b4", '<w:rFonts w:ascii="Symbol"/>')], "×"),
    ],
)  # fmt: skip
def test_fields_tags_controls_and_signs_keep_their_words(pieces, body):
    found = taken(paragraph(*pieces))
    assert (found.body, found.left_out) == (f"<p>{body}</p>", ())


def test_a_link_field_whose_end_was_deleted_ends_with_its_paragraph():
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    found = taken(
        paragraph(
            field('HYPERLINK "https://example.org/"', run("спасылка"), end=False),
            f"<w:del>{mark.format('end')}</w:del>",
            run(" after"),
        ),
        paragraph(run("Next")),
        paragraph(field('HYPERLINK "https://example.org/x"', run("open"), end=False)),
        paragraph(run("Last")),
    )
    assert found.body == (
        '<p><a href="https://example.org/">спасылка</a> after</p><p>Next</p>'
        '<p><a href="https://example.org/x">open</a></p><p>Last</p>'
    )


def test_a_link_field_may_name_a_place_in_the_page():
    said = field('HYPERLINK "https://example.org/a" \\l "part" \\o "tip"', run("one"))
    assert taken(paragraph(said)).body == '<p><a href="https://example.org/a#part">one</a></p>'


def test_links_in_simple_fields_and_cells_stay():
    found = taken(
        paragraph(f"<w:fldSimple w:instr='HYPERLINK \"https://example.org/a\"'>{run('one')}</w:fldSimple>"),
        table(row(cell(paragraph(docx.link("l1", "two"))), *words("x"))),
        links={"l1": "https://example.org/b"},
    )
    assert found.body == (
        '<p><a href="https://example.org/a">one</a></p><p><a href="https://example.org/b">two</a> · x</p>'
    )


@pytest.mark.parametrize(
    ("block", "body"),
    [
        (table(row(*words("a", "b")), row(*words("c", "d"))), "<p>a · b</p><p>c · d</p>"),
        (table(row(cell(paragraph(run("x")), table(row(*words("in", "ner"))), paragraph()), *words("y"))),
         "<p>x in · ner · y</p>"),
        (table(row(cell(table(row(*words("in", "ner"))), paragraph()))), "<p>in · ner</p>"),
        (table(row(cell(paragraph(run("Б", "<w:b/>"), run("еларусь")), ), *words("1"))),
         "<p><b>Б</b>еларусь · 1</p>"),
        (table(row(cell(paragraph(run("One.")), paragraph(run("Two."))))), "<p>One.</p><p>Two.</p>"),
        (table(row(*words("a", "", "c"))), "<p>a · – · c</p>"),
        (table(row(cell(paragraph(run("Land")), properties='<w:vMerge w:val="restart"/>'), *words("1")),
               row(cell(paragraph(), properties="<w:vMerge/>"), *words("2"))), "<p>Land · 1</p><p>Land · 2</p>"),
        (table(row(cell(paragraph(run("wide")), properties='<w:gridSpan w:val="2"/>')), row(*words("a", "b"))),
         "<p>wide</p><p>a · b</p>"),
        (table(row(cell(paragraph(run("10"), run("6", SUP))), *words("x"))), "<p>10⁶ · x</p>"),
        (f"<w:sdt><w:sdtContent>{paragraph(run('in'))}</w:sdtContent></w:sdt>", "<p>in</p>"),
    ],
)  # fmt: skip
def test_tables_keep_every_word_once(block, body):
    assert taken(block).body == body


def test_deleted_rows_and_moved_words_are_left_out_and_said():
    found = taken(
        table(row(*words("a", "b")), row(*words("gone", "too"), properties="<w:del/>")),
        paragraph(f"<w:moveFrom>{run('there')}</w:moveFrom>", run("here")),
    )
    assert found.body == "<p>a · b</p><p>here</p>"
    assert "Struck-out text in 1 place was left out." in found.left_out


def choice(*, drawing, fallback):
    return (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps">{drawing}</mc:Choice><mc:Fallback>{fallback}</mc:Fallback>'
        "</mc:AlternateContent></w:r>"
    )


def test_a_text_box_is_taken_once_and_said():
    box = f"<w:txbxContent>{paragraph(run('In the box'))}</w:txbxContent>"
    found = taken(
        paragraph(
            run("Text"),
            choice(drawing=f"<w:drawing>{box}</w:drawing>", fallback=f"<w:pict>{box}</w:pict>"),
        )
    )
    assert found.body == "<p>Text</p><p>In the box</p>"
    assert found.left_out == ("1 text box: its text now follows the paragraph it was attached to.",)


def test_equations_and_what_no_body_holds_are_said():
    math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'

    def piece(text):
        return f"<m:r><m:t>{text}</m:t></m:r>"

    found = taken(
        paragraph(
            run("E = "),
            f"<m:oMath {math}><m:sSup><m:e>{piece('mc')}</m:e><m:sup>{piece('2')}</m:sup></m:sSup>"
            f"<m:f><m:num>{piece('a+b')}</m:num><m:den>{piece('c')}</m:den></m:f></m:oMath>",
        ),
        paragraph(field(" FORMCHECKBOX "), run("x"), '<w:r><w:sym w:font="Wingdings" w:char="F0FF0"/></w:r>'),
        '<w:altChunk r:id="x"/>',
        more={"word/header9.xml": f"<w:hdr {docx.NAMES}>{paragraph(run('Secret draft'))}</w:hdr>"},
        relations=docx.relation("h", "header", "header9.xml"),
    )
    assert found.body == "<p>E = mc²(a+b)/c</p><p>x</p>"
    assert [sentence.split(" ")[0:2] for sentence in found.left_out] == [
        ["1", "symbol"],
        ["1", "field"],
        ["1", "equation"],
        ["1", "embedded"],
        ["Page", "headers"],
    ]


def test_numbers_that_a_list_here_would_count_otherwise_are_said():
    numbering = docx.NUMBERING.replace(
        '<w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/>',
        '<w:lvl w:ilvl="0"><w:start w:val="5"/><w:numFmt w:val="decimal"/>',
    )
    assert taken(docx.item("a", 2), docx.item("b", 2)).left_out == ()
    said = ("The numbers of 2 paragraphs may differ: lists here are numbered 1, 2, 3.",)
    assert taken(docx.item("a", 2), docx.item("b", 2), more={"word/numbering.xml": numbering}).left_out == said
    again = taken(docx.item("a", 2), paragraph(run("between")), docx.item("b", 2))
    assert again.left_out == ("The number of 1 paragraph may differ: lists here are numbered 1, 2, 3.",)


def test_a_style_made_from_a_heading_is_a_heading():
    found = taken(paragraph(run("Head"), properties='<w:pStyle w:val="own"/>'), more={"word/styles.xml": STYLES})
    assert found.body == "<h2>Head</h2>"


def test_own_marks_of_footnotes_and_two_marks_of_one_note():
    found = taken(
        paragraph(
            run("a"),
            '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="2"/><w:t>*</w:t></w:r>',
            run(" and [^1]"),
        )
    )
    assert found.body == "<p>a[^2] and [^1]</p><p>[^2]: The source.</p>"


# strangers' files


def package(parts, root="word/document.xml"):
    out = io.BytesIO()
    relations = docx.ROOT.replace("word/document.xml", root)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"[Content_Types].xml": docx.TYPES, "_rels/.rels": relations, **parts}.items():
            archive.writestr(name, data)
    return out.getvalue()


LONG = document(paragraph(run("a"))).replace("</w:body>", " " * 40_000_000 + "</w:body>")
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">]>' + document(paragraph(run("&a;"))).split("?>", 1)[1]
PLAIN = document(paragraph(run("Text")))


@pytest.mark.parametrize(
    "parts",
    [
        {"word/evil.dat": LONG, "word/document.xml": PLAIN},
        {"word/evil.dat": LAUGHS, "word/document.xml": PLAIN},
        {"word/evil.dat": LAUGHS.encode("utf-16"), "word/document.xml": PLAIN},
        {"word/evil.dat": document("<w:p/>" * 400_000), "word/document.xml": PLAIN},
        {"word/evil.dat": "<w:t>" * 5_000 + "</w:t>" * 5_000, "word/document.xml": PLAIN},
    ],
)
def test_the_part_that_is_read_is_the_one_that_is_looked_at(parts):
    began = time.monotonic()
    with pytest.raises(ValidationError):
        take(package(parts, root="word/evil.dat"))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("kind", ["styles", "numbering", "footnotes", "endnotes", "header"])
def test_so_is_every_part_that_it_leads_to(kind):
    relations = (
        f'<Relationships xmlns="{docx.PACKAGE}/relationships">{docx.relation("x", kind, "evil.dat")}</Relationships>'
    )
    for evil in (LONG, LAUGHS):
        with pytest.raises(ValidationError):
            take(
                package({"word/document.xml": PLAIN, "word/_rels/document.xml.rels": relations, "word/evil.dat": evil})
            )


def test_a_document_by_another_name_is_read():
    assert take(package({"word/document2.xml": PLAIN}, root="/word/document2.xml")).body == "<p>Text</p>"


def test_the_largest_file_that_is_looked_at_takes_bearable_memory():
    program = (
        "import os, django, resource, sys\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'barograph.settings'\ndjango.setup()\n"
        "from django.core.exceptions import ValidationError\nfrom barograph.commentaries.word_files import take\n"
        "data = sys.stdin.buffer.read()\ntry:\n    take(data)\nexcept ValidationError:\n    pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
    )
    much = "".join(f"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{n}</w:t></w:r></w:p>" for n in range(26_000))
    data = word_file(xml=document(much))
    began = time.monotonic()
    said = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, check=True).stdout
    assert int(said.split()[-1]) < 900
    assert time.monotonic() - began < 60


TAGS = st.sampled_from(["w:r", "w:ins", "w:del", "w:smartTag", "w:sdt", "w:sdtContent", "w:hyperlink", "w:new", "w:p",
                        "w:tbl", "w:tr", "w:tc", "w:fldSimple", "w:txbxContent", "w:drawing"])  # fmt: skip
TREES = st.recursive(
    st.text("абв", min_size=1, max_size=3).map(lambda text: f"<w:r><w:t>{text}</w:t></w:r>"),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=3)).map(lambda t: f"<{t[0]}>{''.join(t[1])}</{t[0]}>"),
    max_leaves=8,
)


@given(st.lists(TREES, max_size=4))
def test_any_tree_is_read_or_refused_in_one_sentence(trees):
    try:
        found = take(word_file(xml=document(paragraph(run("x")), *trees, f"<w:p>{''.join(trees)}</w:p>")))
    except ValidationError:
        return
    assert found.body.startswith("<p>x")
