"""The look: small fonts with every letter, a style that a strict policy can name."""

import base64
import hashlib
import re

import pytest
from fontTools.ttLib import TTFont

from barograph.base import pages, style

FONTS = sorted((pages.PACKAGE / "base/fonts").glob("*.woff2"))


def test_fonts_are_small_and_have_every_letter_of_the_three_languages():
    letters = "".join(map(chr, range(0x410, 0x450))) + "ЁёЎўІі’ʼ«»„“”—–…№§ABCZabczČčŠšŽžŬŭŁłŃńĆć0123456789%"
    letters = letters.replace("ʼ", "")
    known = set()
    for path in FONTS:
        font = TTFont(path)
        known |= set(font.getBestCmap())
        assert (font["fvar"].axes[0].minValue, font["fvar"].axes[0].maxValue) == (400, 700)
    assert [letter for letter in letters if ord(letter) not in known] == []
    assert sum(path.stat().st_size for path in FONTS) <= 60 * 1024
    assert (pages.PACKAGE / "base/fonts/OFL.txt").read_text().count("SIL OPEN FONT LICENSE") >= 1


def test_a_policy_names_the_style_that_a_page_holds():
    wanted = base64.b64encode(hashlib.sha256(style.css().encode()).digest()).decode()
    assert f"style-src 'sha256-{wanted}';" in style.policy(style.css())


def test_of_a_style_stays_what_is_said_of_the_names_given():
    source = "a,.b a{c:d}.e>p{f:g}@media (min-width:9em){.b,.e{h:i}.e:has(li:nth-child(13)) p{j:k}}@page{l:m}"
    assert style.needed(source, {"a", "b"}) == "a,.b a{c:d}@media (min-width:9em){.b{h:i}}@page{l:m}"
    assert style.needed(source, {"e", "p"}) == ".e>p{f:g}@media (min-width:9em){.e{h:i}}@page{l:m}"
    assert style.needed(source, {"a", "b", "e", "p", "li"}) == source
    assert style.needed("html[dir=rtl] [type=text]::before{a:b}", {"html"}) == "html[dir=rtl] [type=text]::before{a:b}"


def test_a_page_carries_what_it_needs_of_the_style_and_nothing_else():
    head = f'<meta content="style-src {style.source_of("")}"><style></style>'
    text = f'<p class="small fine">{style.source_of("")} &lt;h1></p>\n<svg a="b" class="v"></svg>'
    page = pages.dressed(f"<html>{head}{text}")
    css = re.search("<style>(.*)</style>", page)[1]
    held = {"html", "p", "svg", "v", "small", "fine", "style", "meta"}
    assert css == style.needed(style.css(), held)
    assert ".small" in css
    assert "h1" not in css
    assert "input" not in css
    assert page.startswith(f'<html><meta content="style-src {style.source_of(css)}"><style>')
    assert page.endswith(text), "texts stay as they are"


def test_every_name_the_style_speaks_of_is_known():
    whole = style.css()
    assert style.needed(whole, style.names()) == whole
    assert {"html", "worsened", "input", "strip"} <= style.names()


def test_every_file_the_style_names_is_served():
    assert set(re.findall(r"url\(([^)]+)\)", style.css())) <= set(style.assets())
    with pytest.raises(KeyError):
        style.address("nothing.woff2")


def test_minifying_keeps_what_matters():
    source = "/* a */ .x > a:hover , .y :focus { color: red ; margin: calc(1px + 2px) }\n"
    source += "@media (min-width: 9em) { a { b: c } }"
    wanted = ".x>a:hover,.y *:focus{color:red;margin:calc(1px + 2px)}@media (min-width:9em){a{b:c}}"
    assert style.minified(source) == wanted


def test_templates_hold_no_style_attributes_and_no_script():
    for path in pages.PACKAGE.glob("*/jinja2/**/*.html"):
        if "mail" in path.parts:
            continue
        text = path.read_text()
        assert not re.search(r'\sstyle="|<script|\son\w+="', text), path
