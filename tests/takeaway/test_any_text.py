"""Whatever characters and blocks a text has, each form shows it whole; what can't be set never takes a file away."""

import io
import re
import subprocess
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barograph.base import glyphs, richtext
from barograph.commentaries.checklist import Draft, advice, remarks
from barograph.editions.models import Edition
from barograph.feeds.entries import entry
from barograph.newsletter import bodies
from barograph.takeaway import epub, making, printing, typesetting
from barograph.website import bake, ready
from tests.takeaway.test_forms import WINDOWS, pages_of
from tests.website import contents

PAGE = "https://situation.example/be/2020-08-03/economy/"
STRANGE = "🔥 ✅ 🇧🇾 👩\u200d💻 习 한 ไทย Ａ ⸺ \uf0b7 \uf0e0 \ue123 \x07 \u2028 ⰰ \U0001f9ff ﷽ e\u0301\u0323 א ا"
#: Every element a body can have, within one another.
EVERYTHING = (
    "<h2>Загаловак</h2><p>Абзац <b>тлусты <i>і курсіў</i></b><br>другі радок[^1].</p>"
    "<ul><li>Першы пункт<ul><li>падпункт альфа<ol><li>глыбей</li></ol></li><li>падпункт бэта</li></ul>пасля</li>"
    '<li><p>Другі <a href="/be/archive/">пункт</a></p><blockquote>у цытаце</blockquote></li></ul>'
    '<blockquote>Сказана: <b>тлуста</b> і <i>курсівам</i>, <a href="https://example.org/x">спасылка</a>.'
    "<ul><li>спіс у цытаце</li></ul></blockquote>"
    '<figure><img src="/images/none.png" alt="Мапа"></figure><h3>Меншы</h3>'
    '<p><a href="mailto:a@example.org">Ліст</a> <a href="http://[x">нідзе</a> <a href="../topics/a b/">побач</a></p>'
    "<p>[^1]: Зноска.</p>"
)


def content(language="be", key="economy", **changes):
    made = contents.issue()[language]
    topic = contents.topic("economy", "worsened", commentary=contents.commentary(language, **changes))
    return {**made, "topics": [{**topic, "key": key}]}


def chapter(made: bytes, number=1) -> str:
    return zipfile.ZipFile(io.BytesIO(made)).read(f"EPUB/chapter-{number}.xhtml").decode()


def checked(made: bytes, folder) -> None:
    (folder / "book.epub").write_bytes(made)
    done = subprocess.run(
        ["java", "-jar", "/usr/bin/epubcheck", "--failonwarnings", str(folder / "book.epub")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr + done.stdout


def test_a_pdf_has_a_letter_or_a_mark_for_every_character():
    strange = content(headline=f"Цэны {STRANGE}", lede=STRANGE, body=f"<p>{STRANGE}</p>", question=STRANGE)
    strange["topics"][0]["commentary"]["byline"][0]["name"] = STRANGE
    text = pages_of(printing.pdf(strange, contents.imprint(), WINDOWS))
    assert "□" in text
    assert "习" not in text
    for sign in ("🔥", "✅", "•", "→"):
        assert sign in text


def test_the_list_of_characters_is_true_of_the_typefaces():
    """Every one of them can be set; run tools/print_coverage.py after a change of Typst or the fonts."""
    some = sorted(glyphs.covered())
    body = "".join(
        f"<p>{richtext.escape('x'.join(map(chr, some[at : at + 60])))}x</p>" for at in range(0, len(some), 60)
    )
    assert printing.pdf(content(body=body), contents.imprint(), WINDOWS).startswith(b"%PDF")


@settings(max_examples=15)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200))
def test_any_text_can_be_set_and_any_character_stands_for_itself_or_a_mark(text):
    shown = glyphs.printable(text)
    assert all(ord(sign) in glyphs.covered() or sign in "\n\t\r" for sign in shown)
    assert glyphs.printable(shown) == shown
    assert bool(glyphs.lacking([text])) == (glyphs.REPLACEMENT in shown and glyphs.REPLACEMENT not in text)
    made = content(headline="x" + text[:200], body=f"<p>{richtext.escape(text)}</p>")
    assert printing.pdf(made, contents.imprint(), WINDOWS).startswith(b"%PDF")
    assert printing.commentary_card(made["topics"][0], made, contents.imprint(), WINDOWS)


def test_words_private_signs_become_what_they_mean():
    assert glyphs.without_private("\uf0b7 a \uf0e0 b \uf0a7 \uf0fc \uf0b3 \uf061") == "• a → b ▪ ✓ ≥ α"
    assert all(ord(sign) in glyphs.covered() for sign in glyphs._OF_WORD.values())


def test_a_writer_is_told_before_the_release():
    draft = Draft(headline="Цэны 习", body="<p>Тэкст 🔥 \uf0b7 \ue123 习.</p>", byline=1)
    told = " ".join(remark.text for remark in advice(remarks(draft)))
    assert "习 (U+4E60)" in told
    assert "U+E123" in told
    assert "🔥" not in told
    assert "U+F0B7" not in told


def test_a_pdf_keeps_lists_within_lists_and_a_quotation_in_one_piece():
    made = printing.pdf(content(body=EVERYTHING), contents.imprint(), WINDOWS)
    text = " ".join(pages_of(made).split())
    for piece in (
        "• Першы пункт ",
        "падпункт альфа",
        "1. глыбей",
        "падпункт бэта",
        "Сказана: тлуста і курсівам, спасылка.",
        "спіс у цытаце",
        "у цытаце",
        "Мапа",
        "Зноска.",
    ):
        assert piece in text, piece
    assert "пунктпадпункт" not in text
    links = subprocess.run(["pdfinfo", "-url", "-"], input=made, capture_output=True, check=True).stdout.decode()
    for address in ("testserver/be/archive/", "https://example.org/x", "mailto:a@example.org", "/topics/a%20b/"):
        assert address in links or address.replace("testserver", "") in links, address


def test_a_plain_letter_keeps_lists_within_lists_and_a_quotation_in_one_piece():
    text = bodies.as_text(EVERYTHING, PAGE)
    assert "– Першы пункт\n  – падпункт альфа\n    1. глыбей\n  – падпункт бэта\n  пасля\n" in text
    assert "– Другі пункт <https://situation.example/be/archive/>\n  > у цытаце" in text
    assert "> Сказана: тлуста і курсівам, спасылка <https://example.org/x>.\n\n> – спіс у цытаце" in text
    assert "Абзац тлусты і курсіў\nдругі радок[1]." in text
    assert "[Мапа]" in text


def words(text: str) -> list[str]:
    return re.findall(r"[а-яўіё]+", text.lower().replace("побач", ""))


def test_every_form_has_the_same_words_in_the_same_order(tmp_path):
    """Page, feed, mail, letter, book, PDF and the text for search engines."""
    whole = content(body=EVERYTHING)
    topic = whole["topics"][0]
    topic["commentary"] |= {"scenarios": [], "question": ""}
    asked = words(re.sub(r"<[^>]+>", " ", richtext.for_page(EVERYTHING)))
    forms = {
        "letter": bodies.as_text(EVERYTHING, PAGE),
        "mail": re.sub(r"<[^>]+>", " ", bodies.for_mail(EVERYTHING, PAGE)),
        "feed": re.sub(r"<[^>]+>", " ", entry(whole, topic, "https://situation.example").html),
        "book": re.sub(r"<[^>]+>", " ", chapter(epub.epub(whole, contents.imprint(), WINDOWS))),
        "pdf": pages_of(printing.pdf(whole, contents.imprint(), WINDOWS)),
        "plain": richtext.plain(EVERYTHING),
    }
    for name, text in forms.items():
        found = " ".join(words(text.replace("\u00ad", "").replace("-\n", "")))
        expected = [word for word in asked if not (name in ("feed", "plain") and word in ("мапа", "зноска"))]
        place = 0
        for word in expected:
            if name in ("feed", "plain", "book", "pdf", "mail", "letter") and word == "мапа":
                continue
            at = found.find(word, place)
            assert at >= 0, (name, word, found)
            place = at


@pytest.mark.parametrize("key", ["nav", "2020"])
def test_an_epub_has_safe_names_and_full_links_whatever_the_address(tmp_path, key):
    made = epub.epub(content(key=key, body=EVERYTHING + f"<p>{STRANGE}</p>"), contents.imprint(), WINDOWS)
    checked(made, tmp_path)
    links = [link for link in re.findall(r'href="([^"]*)"', chapter(made)) if not link.startswith(("#", "style"))]
    assert links
    assert all(re.match(r"https?://|mailto:", link) for link in links)
    assert len(zipfile.ZipFile(io.BytesIO(made)).namelist()) == 7


@pytest.mark.django_db
def test_a_form_that_cant_be_set_is_never_done_and_never_gone(monkeypatch, data_folder):
    contents.found(contents.imprint())
    row = contents.publish(contents.issue())
    making.make(Edition.objects.current())
    before = (bake.bake().path / "en/2020-08-03/bulletin.pdf").read_bytes()
    contents.publish({"en": contents.issue(verdicts=("improved", None, None))["en"]}, version=2, row=row)
    between = bake.bake().path / "en/2020-08-03/bulletin.pdf"
    assert between.read_bytes() == before

    def not_set(*_args, **_options):
        raise typesetting.NotSet("a picture")

    monkeypatch.setattr(typesetting, "pdf", not_set)
    making.make(Edition.objects.current())
    path = bake.bake().path / "en/2020-08-03"
    assert (path / "bulletin.pdf").read_bytes() == before
    assert "bulletin.epub" in (path / "index.html").read_text()
    assert making.failed(Edition.objects.current()) == ["2020-08-03 en: bulletin.pdf"]
    assert making.lacking(Edition.objects.current()) == {row.first}
    monkeypatch.undo()
    assert making.make(Edition.objects.current()) == 1
    assert making.failed(Edition.objects.current()) == []
    assert (bake.bake().path / "en/2020-08-03/bulletin.pdf").read_bytes() != before


@pytest.mark.django_db
def test_a_corrected_card_has_another_address_and_the_old_one_answers(data_folder):
    contents.found(contents.imprint())
    row = contents.publish(contents.issue())

    def card(path):
        making.make(Edition.objects.current())
        page = (bake.bake().path / path).read_text()
        return re.search(r'<meta property="og:image" content="[^"]*(/card\.png\?v=\w+)"', page)[1]

    places = ("en/2020-08-03/economy/index.html", "en/2020-08-03/security/index.html", "en/2020-08-03/index.html")
    before = [card(place) for place in places]
    contents.publish({"en": contents.issue(verdicts=("improved", "worsened", None))["en"]}, version=2, row=row)
    after = [card(place) for place in places]
    assert [one != other for one, other in zip(before, after, strict=True)] == [True, False, True]
    assert (bake.folder() / "current/en/2020-08-03/economy/card.png").is_file()


def test_a_topic_at_the_address_card_has_a_card_of_its_own():
    assert ready.card_of(ready.card_name("card")) == "card"
    assert ready.card_of(ready.CARD) == ""
    assert ready.card_of("economy.png") == "economy"
    assert ready.card_name("card") != ready.CARD
