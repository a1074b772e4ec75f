"""Every kind of public page: accessible, small, self-contained, in three languages, light and dark."""

import time
import urllib.request
from urllib.parse import quote

import brotli
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.accessibility import accessible, misbuilt, misread, mistabbed, shifted, violations, wider_than

pytestmark = [pytest.mark.journey]

COMMENTARY = "2020-09-14/belarus-russia/"
MAIN = ("", "2020-09-07/", COMMENTARY, "topics/", "topics/security/", "archive/", "subscribe/", "search/?q=2020")
PAGES = (
    *MAIN, "2020-09-07/economy/", "2020-09-21/", "2020-09-21/economy/", "people/jan-tuman/", "people/jan-tuman/2020/",
    "people/north-wind/", "about/", "method/", "privacy/", "search/", "embed/", "archive/2020/",
    "topics/security/2020/", "subscribe/sent/", "no-such-page/", "away.html",
)  # fmt: skip
BARE = ("widget/", "widget/light/", "widget/dark/", "lite/", "lite/belarus-russia/")
ELSEWHERE = {"be": ("/",), "ru": (), "en": ("/data/", "/nothing/", "/404.html")}  # in no language, or in one alone
# found only under another spelling; found nowhere
SEARCHES = {"be": ("Лукашенкко", "ёўбцх"), "ru": ("Лукашенкко", "ёъбцх"), "en": ("Lukashenkoo", "qxzzk")}


@pytest.fixture
def phone(demo, browser):
    """A page of 360 pixels; what it asked for and what its console said are kept with it."""
    context = browser.new_context(base_url=demo, locale="be-BY", viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))  # a breach of the policy is told there
    yield page
    context.close()


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_every_page_is_accessible_and_needs_nobody(demo, phone, language):
    found, looked_for = {}, [f"search/?q={quote(words)}" for words in SEARCHES[language]]
    paths = [f"/{language}/{path}" for path in (*PAGES, *BARE, *looked_for)]
    for path in (*paths, *ELSEWHERE[language]):
        answer = phone.goto(path)
        assert answer.status in {200, 404}, path
        assert phone.locator("script:not([type='application/ld+json'])").count() == 0, path
        found[path] = accessible(phone, language, wide=path.removeprefix(f"/{language}/") in MAIN)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert [text for text in phone.said if "404" not in text] == []
    assert [url for url in phone.asked if not url.startswith((demo, "data:"))] == []
    assert phone.context.cookies() == []


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_every_answer_on_the_way_in_and_out_is_accessible(demo, phone, language):
    reader, found, button = f"access-{language}@example.org", {}, "main form button"

    def look(name):
        if wrong := accessible(phone, language):
            found[name] = wrong

    phone.goto(f"/{language}/subscribe/")
    phone.fill("input[name=address]", "no address")
    phone.click(button)
    assert phone.locator("[role=alert]").count() == 1
    look("a wrong address")
    phone.fill("input[name=address]", reader)
    phone.click(button)
    look("asked")
    confirm = link_in_mail(phone, reader, "/subscribe/confirm/")
    phone.goto(confirm[:-3] + "/")
    look("a broken link")
    phone.goto(confirm)
    look("confirm")
    phone.click(button)
    look("confirmed")
    settings = phone.locator("main a[href*='/subscription/']").get_attribute("href")
    phone.goto(confirm)
    look("confirmed before")
    phone.goto(settings)
    look("settings")
    phone.uncheck("input[name=lists] >> nth=0")
    for box in phone.locator("input[name=lists]:checked").all():
        box.uncheck()
    phone.click("button[value=save]")
    assert phone.locator("[role=alert]").count() == 1
    look("settings with a mistake")
    phone.check("input[name=lists] >> nth=0")
    phone.click("button[value=save]")
    assert phone.locator("[role=status]").count() == 1
    look("settings saved")
    phone.click("button[value=leave]")
    look("left")
    phone.goto(settings)
    look("not subscribed")
    assert found == {}


def link_in_mail(page, reader, part):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        page.goto(f"/mailbox/?to={reader}")
        if page.locator(".mails a").count():
            page.locator(".mails a").first.click()
            return page.frame_locator("iframe.letter").locator(f"a[href*='{part}']").first.get_attribute("href")
        time.sleep(0.3)
    raise AssertionError("no letter came")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tab_key_goes_as_the_eye_does_and_is_always_seen(demo, browser, width, theme):
    language = "ru" if theme == "dark" else "be"
    context = browser.new_context(
        base_url=demo, color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page, found = context.new_page(), {}
    for path in (*MAIN, "people/jan-tuman/", "about/", "embed/", "widget/", "lite/", "archive/2020/", "no-such-page/"):
        page.goto(f"/{language}/{path}")
        if wrong := mistabbed(page):
            found[path] = wrong
    assert found == {}
    context.close()


def test_the_first_press_of_tab_skips_to_the_text(demo, phone):
    for path in ("", COMMENTARY, "search/?q=2020"):
        phone.goto(f"/en/{path}")
        phone.keyboard.press("Tab")
        link = phone.locator(":focus")
        assert link.inner_text() == "Skip to content"
        assert link.bounding_box()["x"] >= 0
        phone.keyboard.press("Enter")
        phone.keyboard.press("Tab")
        assert phone.evaluate("document.querySelector('main').contains(document.activeElement)")


BAD = """<!doctype html><html lang=en><title>Bad</title><style>
  a, button { outline: none } main { display: flex; flex-direction: row-reverse; width: 900px }
  .late { order: 1 } .pale { color: #aaa } b { display: inline-block; width: 12px; height: 12px; overflow: hidden }
</style><nav><a href="#gone">Here</a></nav><nav></nav><main>
<h2>Second</h2><h4>Fourth</h4><p class="pale">Pale</p><svg width=9 height=9><path d="M0 0h9"/></svg>
<a href="#a"><b>a</b></a><a href="#b"><b>b</b></a></main>"""


def test_these_questions_find_what_is_wrong(phone):
    phone.set_content(BAD)
    assert len(misbuilt(phone, "be")) >= 8
    assert {"color-contrast", "link-name", "html-has-lang"} & {name for name, _html in violations(phone)}
    assert wider_than(phone, 320)
    phone.set_viewport_size({"width": 1000, "height": 500})
    assert misread(phone)
    wrong = " ".join(mistabbed(phone))
    assert "no ring" in wrong
    assert "comes after" in wrong
    phone.evaluate("document.body.insertAdjacentHTML('afterbegin', '<p style=height:300px>Late</p>')")
    assert shifted(phone)


@pytest.mark.parametrize("path", [COMMENTARY, ""])
@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_text_and_style_fit_in_one_round_trip(demo, language, path):
    request = urllib.request.Request(f"{demo}/{language}/{path}", headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.headers["content-encoding"] == "br"
        body = answer.read()
        assert "set-cookie" not in answer.headers
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert len(body) <= 14 * 1024
    page = brotli.decompress(body).decode()
    assert "<style>" in page
    assert 'rel="stylesheet"' not in page


@pytest.mark.parametrize("name", ["editor", "analyst-one", "translator"])
def test_the_desks_own_screens_are_accessible(demo, browser, name):
    password = {"editor": "barograph-editor", "analyst-one": "barograph-one", "translator": "barograph-translator"}
    context = browser.new_context(base_url=demo, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/desk/login/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password[name])
    page.click("main button[type=submit]")
    page.locator(".desk-rows").wait_for()
    own = {"include": [["main .desk-head", "main .desk-rows"]]}
    violations = Axe().run(page, context=own["include"]).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in violations] == []
    context.close()
