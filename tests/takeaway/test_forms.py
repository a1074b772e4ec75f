"""What readers take with them: valid, tagged, the same bytes from the same edition, whole on bad days."""

import io
import json
import re
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest
from PIL import Image

from barograph.takeaway import epub, printing, typesetting, year
from barograph.website import ready
from tests.website.contents import TOPICS, commentary, imprint, issue, topic

WINDOWS = {key: [("2020-07-27", "improved"), ("2020-08-03", "worsened")] for key in TOPICS}

#: What a long day brings: a headline of 300 letters, a word of 80, every kind of block, markup in the words.
HARD = commentary(
    headline="Слова " * 49 + "канец",
    lede="Б" * 80 + " <script>alert(1)</script> #set text(red) @label $x$ _y_ `z`",
    body=(
        '<h2>Загаловак</h2><p>Тэкст <b>тоўсты</b> <i>курсіў</i> <a href="https://example.org/?a=1&amp;b=2">спасылка'
        "</a>[^1].</p><ul><li>адзін<ul><li>глыбей</li></ul></li></ul><ol><li>раз</li></ol><blockquote><p>Цытата"
        '</p></blockquote><figure><img src="/images/none.png" alt="Мапа"></figure><p>[^1]: Зноска &amp; слова.</p>'
    ),
)


def pages_of(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def facts_of(pdf: bytes) -> dict[str, str]:
    told = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return dict(re.findall(r"^(.+?):\s+(.*)$", told, flags=re.M))


def hard(language="be") -> dict:
    content = issue()[language]
    return {**content, "topics": [topic("economy", "worsened", language=language, commentary=HARD)]}


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_a_pdf_is_tagged_titled_dated_by_the_edition_and_brings_its_fonts(language):
    content = issue()[language]
    made = printing.pdf(content, imprint(), WINDOWS)
    facts = facts_of(made)
    assert facts["Tagged"] == "yes"
    assert content["publication"]["name"] in facts["Title"]
    assert "2020" in facts["CreationDate"]
    fonts = subprocess.run(["pdffonts", "-"], input=made, capture_output=True, check=True).stdout.decode()
    lines = fonts.splitlines()[2:]
    assert lines
    assert all("yes yes" in line for line in lines)  # embedded, subset
    text = " ".join(pages_of(made).split())
    assert f"Headline in {language}" in text
    assert "One way" in text


def test_the_same_edition_gives_the_same_bytes():
    content, names = hard(), imprint()
    for make in (
        lambda: printing.pdf(content, names, WINDOWS),
        lambda: epub.epub(content, names, WINDOWS),
        lambda: printing.issue_card(content, names),
        lambda: printing.commentary_card(content["topics"][0], content, names, WINDOWS),
        lambda: year.archive(2020, [(content, {})], names),
    ):
        assert make() == make()


def test_no_words_become_markup():
    text = " ".join(pages_of(printing.pdf(hard(), imprint(), WINDOWS)).split())
    for literal in ("<script>alert(1)</script>", "#set text(red)", "@label", "$x$", "_y_", "`z`", "Мапа", "Зноска"):
        assert literal in text


def test_a_picture_of_the_publication_is_set_into_the_pdf(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "images").mkdir()
    Image.new("RGB", (400, 200), "navy").save(tmp_path / "images/map.png")
    body = '<p>Before.</p><figure><img src="/images/map.png" alt="A map"></figure><img src="/images/../x.png" alt="">'
    content = {**issue()["en"], "topics": [topic(commentary=commentary(body=body))]}
    made = printing.pdf(content, imprint(), {})
    listed = subprocess.run(["pdfimages", "-list", "-"], input=made, capture_output=True).stdout.decode()
    assert "400" in listed


@pytest.mark.parametrize("language", ["be", "en"])
def test_a_card_has_its_size_and_is_small(language):
    content = issue()[language]
    for made in (
        printing.issue_card(content, imprint()),
        printing.commentary_card(content["topics"][1], content, imprint(), WINDOWS),
        printing.commentary_card(hard()["topics"][0], hard(), imprint(), WINDOWS),
    ):
        picture = Image.open(io.BytesIO(made))
        assert picture.size == (1200, 630)
        assert not picture.info.keys() - {"transparency", "dpi", "gamma", "srgb"}
        assert len(made) < 60_000


def test_an_epub_passes_epubcheck(tmp_path):
    book = tmp_path / "book.epub"
    content = hard()
    content["topics"] += issue()["be"]["topics"][1:]
    book.write_bytes(epub.epub(content, imprint(), WINDOWS))
    report = tmp_path / "report.json"
    command = ["java", "-jar", "/usr/bin/epubcheck", str(book), "--json", str(report), "--failonwarnings"]
    done = subprocess.run(command, capture_output=True, text=True)
    told = json.loads(report.read_text())["messages"]
    assert (done.returncode, told) == (0, []), told


def test_an_epub_begins_with_its_type_and_has_a_place_for_each_chapter():
    box = zipfile.ZipFile(io.BytesIO(epub.epub(issue()["ru"], imprint(), WINDOWS)))
    first = box.infolist()[0]
    assert (first.filename, first.compress_type, box.read(first)) == (
        "mimetype",
        zipfile.ZIP_STORED,
        b"application/epub+zip",
    )
    for name in box.namelist():
        if name.endswith((".xhtml", ".opf", ".xml")):
            ElementTree.fromstring(box.read(name))
    chapters = [name for name in box.namelist() if name.endswith(".xhtml")]
    assert len(chapters) == 5
    assert "http" not in "".join(re.findall(r'(?:src|href)="([^"]+)"', box.read("EPUB/chapter-1.xhtml").decode()))


def test_a_year_opens_anywhere_and_holds_pages_printed_forms_and_data(tmp_path):
    pdf, book = tmp_path / ready.PDF, tmp_path / ready.EPUB
    pdf.write_bytes(b"%PDF-1.7 whatever")
    book.write_bytes(b"a book")
    contents = [issue(week)["en"] for week in (0, 1)]
    issues = [(contents[0], {}), (contents[1], {ready.PDF: pdf, ready.EPUB: book, ready.CARD: pdf})]
    box = zipfile.ZipFile(io.BytesIO(year.archive(2020, issues, imprint())))
    assert box.testzip() is None
    assert sorted(box.namelist()) == [
        "2020/2020-08-03.html",
        "2020/2020-08-03.json",
        "2020/2020-08-10.epub",
        "2020/2020-08-10.html",
        "2020/2020-08-10.json",
        "2020/2020-08-10.pdf",
        "2020/index.html",
    ]
    assert box.read("2020/2020-08-10.epub") == b"a book"
    assert json.loads(box.read("2020/2020-08-03.json")) == contents[0]
    for name in (n for n in box.namelist() if n.endswith(".html")):
        links = re.findall(r'href="([^"#]+)"', box.read(name).decode())
        assert all(link.startswith("http") or f"2020/{link}" in box.namelist() for link in links), name


@pytest.mark.parametrize("many", [0, 1, 60])
def test_no_topic_and_sixty_topics_are_whole(many):
    base = issue()["en"]
    topics = [{**topic(), "key": f"t{n}", "name": f"Topic {n}"} for n in range(many)]
    content = {**base, "topics": topics}
    assert printing.pdf(content, imprint(), {}).startswith(b"%PDF")
    assert zipfile.ZipFile(io.BytesIO(epub.epub(content, imprint(), {}))).testzip() is None
    assert printing.issue_card(content, imprint())


def test_a_language_written_from_right_to_left_is_set_so():
    names = imprint(languages=["he"])
    words = commentary("he", headline="המצב השתנה", body="<p>שלום עולם.</p>")
    content = {**issue()["en"], "language": "he", "topics": [topic(commentary=words)]}
    assert printing.pdf(content, names, {}).startswith(b"%PDF")
    assert printing.commentary_card(content["topics"][0], content, names, {})
    page = zipfile.ZipFile(io.BytesIO(epub.epub(content, names, {}))).read("EPUB/issue.xhtml").decode()
    assert 'dir="rtl"' in page


def test_the_print_fonts_hold_every_letter_of_the_three_languages():
    from fontTools.ttLib import TTFont

    wanted = "".join(map(chr, range(0x410, 0x450))) + "ЁёЎўІі’‘«»„“”—–№…▸ŁłŬŭŠšČčŽžĆćŃńŚśŹź"
    for path in (typesetting.HERE / "fonts").glob("Literata-*.ttf"):
        known = TTFont(path).getBestCmap()
        assert [letter for letter in wanted.replace("▸", "") if ord(letter) not in known] == [], path.name
