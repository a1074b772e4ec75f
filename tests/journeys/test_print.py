"""A page on paper: a clean A4 bulletin in black and white, whole, with addresses instead of links."""

import re
import subprocess
from io import BytesIO

import pytest
from PIL import Image, ImageChops

pytestmark = [pytest.mark.journey]

ISSUE, COMMENTARY = "/be/2020-09-07/", "/ru/2020-09-14/belarus-russia/"
A4 = (595, 842)  # points
MARGIN = 18 / 25.4 * 72 - 2
CITE = """() => document.querySelector(".body p, .by")
  .insertAdjacentHTML("beforeend", ' <a href="https://example.org/source">the source</a>')"""
SHOWN = """() => [...document.querySelectorAll("main :is(h1,h2,h3,h4,p,li)")]
  .filter(e => e.checkVisibility() && !e.closest(".sr")).map(e => {
    e.querySelectorAll(".sr").forEach(words => words.remove())
    return e.innerText
  }).join(" ")"""


@pytest.fixture(scope="module")
def printed(demo, browser):
    """address, theme → (what stands on the page for print, the PDF)."""
    made = {}

    def of(address, theme="light"):
        if (address, theme) not in made:
            context = browser.new_context(base_url=demo, color_scheme=theme)
            page = context.new_page()
            page.goto(address)
            source = ' <a href="https://example.org/source">the source</a>'
            page.evaluate(
                "html => document.querySelector('.body p, .by').insertAdjacentHTML('beforeend', html)", source
            )
            page.emulate_media(media="print")
            hidden = page.locator("nav:visible, form:visible, .skip:visible, .take:visible").count()
            made[address, theme] = (page.evaluate(SHOWN), hidden, page.pdf(prefer_css_page_size=True))
            context.close()
        return made[address, theme]

    return of


def told(program: str, pdf: bytes, *options: str) -> bytes:
    return subprocess.run([program, *options], input=pdf, capture_output=True, check=True).stdout


def text_of(pdf: bytes) -> str:
    """With the hyphens at lines' ends, which belong to addresses here."""
    return told("pdftotext", pdf, "-raw", "-", "-").decode()


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@pytest.mark.parametrize("address", [ISSUE, COMMENTARY])
def test_nothing_is_cut_and_nothing_leads_elsewhere(printed, address):
    shown, navigation, pdf = printed(address)
    assert navigation == 0
    text = text_of(pdf)
    assert set(words(shown)) - set(words(text)) == set()
    boxes = told("pdftotext", pdf, "-bbox", "-", "-").decode()
    pages = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', boxes, re.DOTALL)
    assert len(pages) == 2
    for width, height, inside in pages:
        assert (round(float(width)), round(float(height))) == A4
        places = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"', inside)
        assert len(places) > 30  # no page for a few words that were left over
        for left, top, right, bottom in (map(float, place) for place in places):
            assert left > MARGIN
            assert top > MARGIN
            assert right < A4[0] - MARGIN
            assert bottom < A4[1] - MARGIN


@pytest.mark.parametrize(("address", "verdict"), [(ISSUE, "Горш"), (COMMENTARY, "Ситуация не изменилась")])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_black_on_white_and_the_verdict_is_told_in_words(printed, address, verdict, theme):
    _shown, _navigation, pdf = printed(address, theme)
    assert verdict in text_of(pdf)
    for number in ("1", "2"):
        page = Image.open(BytesIO(told("pdftoppm", pdf, "-r", "50", "-f", number, "-l", number, "-"))).convert("RGB")
        red, green, blue = page.split()
        assert ImageChops.difference(red, green).getextrema()[1] <= 2
        assert ImageChops.difference(green, blue).getextrema()[1] <= 2
        histogram = page.convert("L").histogram()
        assert sum(histogram[250:]) > 0.8 * sum(histogram)


def test_a_link_to_elsewhere_shows_its_address(printed):
    text = " ".join(text_of(printed(COMMENTARY)[2]).split())
    assert "the source (https://example.org/source)" in text


@pytest.mark.parametrize("address", [ISSUE, COMMENTARY])
def test_the_paper_says_where_it_comes_from_once(printed, demo, address):
    text = re.sub(r"[\s\u00ad]", "", text_of(printed(address)[2]))
    assert text.count(f"{demo}{address}") == 1
