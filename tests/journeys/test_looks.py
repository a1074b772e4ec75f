"""The main pages look as they were approved. `make looks` approves on purpose what has changed."""

import re
import time
import urllib.request
from datetime import date
from io import BytesIO
from itertools import product

import pytest
from PIL import Image

from tests.journeys.looks import FOLDER, Kept, Look, compared, kept, settled, taken

pytestmark = [pytest.mark.journey]

LOOKS = [
    Look("home", "en", "", 360, "light"),
    Look("home", "be", "", 1280, "dark"),
    Look("home", "ru", "", 820, "light"),
    Look("issue", "be", "2020-09-07/", 360, "dark"),
    Look("issue", "ru", "2020-09-07/", 1280, "light"),
    Look("commentary", "be", "2020-09-14/belarus-russia/", 1280, "light"),
    Look("commentary", "ru", "2020-09-14/belarus-russia/", 360, "dark"),
    Look("commentary", "en", "2020-09-07/economy/", 1280, "dark"),
    Look("topic", "en", "topics/economy/", 1280, "light"),
    Look("topic", "be", "topics/belarus-west/", 360, "dark"),
    Look("topic", "ru", "topics/security/", 820, "dark"),
    Look("topics", "ru", "topics/", 1280, "dark"),
    Look("topics", "en", "topics/", 360, "light"),
    Look("archive", "be", "archive/", 1280, "light"),
    Look("archive", "ru", "archive/", 360, "dark"),
    Look("year", "en", "archive/2020/", 820, "light"),
    Look("person", "en", "people/jan-tuman/", 1280, "dark"),
    Look("person", "be", "people/jan-tuman/", 360, "light"),
    Look("about", "be", "about/", 360, "light"),
    Look("method", "ru", "method/", 1280, "light"),
    Look("privacy", "en", "privacy/", 360, "dark"),
    Look("subscribe", "be", "subscribe/", 1280, "dark"),
    Look("subscribe", "ru", "subscribe/", 360, "light"),
    Look("search", "ru", "search/?q=деньги", 360, "light"),
    Look("search", "en", "search/?q=money", 1280, "dark"),
    Look("missing", "be", "no-such-page/", 360, "light"),
    Look("missing", "ru", "no-such-page/", 1280, "dark"),
    Look("widget", "be", "widget/", 360, "light"),
    Look("widget", "en", "widget/dark/", 360, "light"),
    Look("lite", "ru", "lite/", 360, "light"),
]
HOME = LOOKS[0]
OLDEST = "2020-08-03/"


@pytest.fixture(scope="module")
def finished(demo):
    """The demo with its printed forms: they are listed, with their sizes, once they are made, the oldest last.

    The year's archive, which grows with each of them, then has its size.
    """
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if all(".epub" in read(f"{demo}/{language}/{OLDEST}") for language in ("be", "ru", "en")):
            return demo
        time.sleep(0.5)
    raise AssertionError("the printed forms were not made in time")


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read().decode()


@pytest.fixture(scope="module")
def easel(finished, browser):
    """(width, theme) → an open page; each kind once."""
    made = {}

    def of(width, theme):
        if (width, theme) not in made:
            size = {"width": width, "height": 700}
            context = browser.new_context(base_url=finished, color_scheme=theme, viewport=size, bypass_csp=True)
            made[width, theme] = context.new_page()
        return made[width, theme]

    yield of
    for page in made.values():
        page.context.close()


def opened(easel, look: Look):
    page = easel(look.width, look.theme)
    settled(page, f"/{look.language}/{look.path}")
    return page


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_a_page_looks_as_it_was_approved(easel, look, request, tmp_path_factory):
    actual = taken(opened(easel, look))
    if request.config.getoption("approve_looks"):
        if not look.file.exists() or compared(Kept(look.file.read_bytes()), actual)[0]:
            look.file.write_bytes(actual)
        return
    assert look.file.exists(), f"{look.name} was never approved: look at the page, then `make looks`"
    approved = Kept(look.file.read_bytes())
    told, where = compared(approved, actual)
    if told:
        folder = tmp_path_factory.mktemp("looks", numbered=True)
        actual.picture.save(folder / f"{look.name}-actual.png")
        approved.picture.save(folder / f"{look.name}-approved.png")
        where.save(folder / f"{look.name}-difference.png")
        pytest.fail(f"{look.name}: {told}. See {folder}; where it is meant: `make looks`")


def test_every_language_width_and_theme_is_pictured_and_nothing_else_is_kept(request):
    pictured = {(look.language, look.width, look.theme) for look in LOOKS}
    assert pictured >= set(product(("be", "ru", "en"), (360, 1280), ("light", "dark")))
    names = {file.stem for file in FOLDER.glob("*.webp")}
    if request.config.getoption("approve_looks"):
        for name in names - {look.name for look in LOOKS}:
            (FOLDER / f"{name}.webp").unlink()
    else:
        assert names == {look.name for look in LOOKS}
        assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 1_500_000


def test_no_pictured_page_knows_what_day_it_is(finished):
    today = date.today()
    for look in LOOKS:
        if look.page in {"missing", "search"}:
            continue
        text = re.sub(r"\s+", " ", read(f"{finished}/{look.language}/{look.path}"))
        assert str(today.year) not in text, look.name


# What the comparison sees and what it overlooks, tried on a page that readers get.

STYLES = {
    "a verdict in another verdict's colour": "#ruling-elite.worsened * { color: var(--better) }",
    "one glyph in another colour": "#ruling-elite .v { color: var(--better) }",
    "one glyph gone": "#ruling-elite .v { visibility: hidden }",
    "one barogram gone": "#economy .inst { visibility: hidden }",
    "a missing section": "#economy { display: none }",
    "the sign-up gone, its room left": ".sign { visibility: hidden }",
    "a broken grid": ".row { display: block !important }",
    "text beside its margin": "main { translate: 12px }",
    "another paper": ":root { --paper: #f0ece0 }",
    "pale ink": ":root { --ink: #6f7478 }",
    "another accent": ":root { --accent: #7a2f8f }",
}


@pytest.mark.parametrize("look", [HOME, LOOKS[1]], ids=["narrow", "wide"])
def test_the_comparison_sees(easel, look):
    page, unseen = opened(easel, look), []
    as_it_is = taken(page)
    for name, style in STYLES.items():
        added = page.add_style_tag(content=style)
        if not compared(as_it_is, taken(page))[0]:
            unseen.append(name)
        added.evaluate("style => style.remove()")
    assert unseen == []
    assert compared(as_it_is, taken(page))[0] == ""


@pytest.mark.parametrize("moved", [(0.5, 0.5), (0, 0.9), (-0.7, 0)])
def test_the_comparison_overlooks_a_shift_below_a_pixel(easel, moved):
    page = opened(easel, HOME)
    shot = Image.open(BytesIO(page.screenshot(full_page=True, scale="css"))).convert("RGB")
    across, down = moved
    shifted = shot.transform(
        shot.size, Image.AFFINE, (1, 0, across, 0, 1, down), Image.BICUBIC, fillcolor=shot.getpixel((0, 0))
    )
    assert compared(kept(shot), kept(shifted))[0] == ""


@pytest.mark.parametrize("look", [HOME, LOOKS[6]], ids=lambda look: look.name)
def test_the_comparison_overlooks_how_letters_are_drawn(finished, browser, easel, look):
    """The same page drawn at twice the size: other edges of every letter, other hairlines."""
    size = {"width": look.width, "height": 700}
    context = browser.new_context(
        base_url=finished, color_scheme=look.theme, viewport=size, bypass_csp=True, device_scale_factor=2
    )
    page = context.new_page()
    settled(page, f"/{look.language}/{look.path}")
    twice = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB").reduce(2)
    context.close()
    assert compared(taken(opened(easel, look)), kept(twice))[0] == ""
