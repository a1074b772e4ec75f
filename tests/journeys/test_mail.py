"""The mails as mail programs draw them: nothing too wide, legible, whole without pictures."""

import base64
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe

from barograph.newsletter import bulletin, digest, mails
from tests.journeys.accessibility import COLOURS, violations
from tests.newsletter.letters import IMPRINT, LANGUAGES, week

pytestmark = [pytest.mark.journey]

#: Landmarks are a page's: a mail is shown within somebody else's, which has its own main region.
OPTIONS = {
    "rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}},
    "resultTypes": ["violations"],
}


def bulletin_html(language, *, pictures):
    editions, history = week(language)
    letter = bulletin.compose(editions, [language], history, IMPRINT, language.upper())
    html = letter.html
    for picture in letter.pictures if pictures else ():
        html = html.replace(
            f"cid:{picture.name}", f"data:image/png;base64,{base64.b64encode(picture.content).decode()}"
        )
    return html


def small_html(name, language):
    link = f"https://bulletin.example.org/{language}/subscribe/confirm/{'a' * 150}/"
    return mails.rendered(
        name,
        {**mails.common(IMPRINT, language), "list": "BE/RU", "link": link, "is_new": True, "data": "{}"},
        language=language,
    )[1]


@cache
def _mails(language):
    return {
        "bulletin": bulletin_html(language, pictures=True),
        "bulletin, pictures off": bulletin_html(language, pictures=False),
        **{name: small_html(name, language) for name in ("confirm", "already", "address", "data")},
        "month": digest.compose([week(language)[0]], [language], IMPRINT, language.upper()).html,
    }


@pytest.mark.parametrize(("scheme", "rules"), [("light", OPTIONS), ("dark", COLOURS)], ids=["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_mails_are_legible_and_no_wider_than_their_screen(browser, language, scheme, rules):
    context, found = browser.new_context(color_scheme=scheme), {}
    page = context.new_page()
    for name, html in _mails(language).items():
        page.set_content(html)
        for width in (320, 600, 1000):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            assert page.locator(".preheader").count() == 0 or not page.locator(".preheader").is_visible()
            if wrong := violations(page, rules):
                found[name, width] = wrong
    context.close()
    assert found == {}


def test_every_verdict_has_its_shape_and_its_words_where_pictures_are_off(browser):
    page = browser.new_page()
    page.set_content(bulletin_html("en", pictures=False))
    seen = page.locator("body").inner_text()
    for shape, words in (("▼", "has worsened"), ("▬", "has not changed"), ("▲", "has improved"), ("·", "Not rated")):
        assert shape in seen
        assert words in seen
    page.close()


def test_the_desks_newsletter_page_is_accessible_and_sends_a_test_mail(demo, browser):
    context = browser.new_context(base_url=demo, locale="en-US", viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.goto("/desk/login/")
    page.fill("input[name=username]", "editor")
    page.fill("input[name=password]", "barograph-editor")
    page.click("main button[type=submit]")
    page.locator(".desk-head a.button", has_text="Publish").first.click()
    page.get_by_role("link", name="Preview the newsletter").click()
    page.frame_locator("iframe.desk-proof").first.locator("h1").wait_for()
    violations = Axe().run(page, context=[["main .desk"]]).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in violations] == []
    page.get_by_role("button", name="Send me a test e-mail").click()
    page.get_by_text("The test e-mail is on its way").first.wait_for()
    context.close()
