"""Every kind of public page: accessible, small, self-contained, in three languages, light and dark."""

import urllib.request

import brotli
import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]

COMMENTARY = "2020-09-14/belarus-russia/"
PAGES = (
    "", "2020-09-07/", COMMENTARY, "2020-09-07/economy/", "topics/", "topics/security/", "archive/",
    "people/jan-tuman/", "about/", "method/", "privacy/", "subscribe/", "search/", "widget/",
    "widget/light/", "widget/dark/", "embed/", "archive/2020/", "topics/security/2020/", "subscribe/sent/",
    "search/?q=2020", "no-such-page/",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_every_page_is_accessible_and_needs_nobody(demo, browser, language, scheme):
    context = browser.new_context(base_url=demo, color_scheme=scheme, viewport={"width": 360, "height": 800})
    page, asked, said, found = context.new_page(), [], [], {}
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))  # a breach of the policy is told there
    for path in PAGES:
        answer = page.goto(f"/{language}/{path}")
        assert answer.status in {200, 404}, path
        assert page.locator("script:not([type='application/ld+json'])").count() == 0, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{path} is wider than a phone"
        violations = Axe().run(page).response["violations"]
        if violations:
            found[path] = [(v["id"], v["nodes"][0]["html"][:200]) for v in violations]
    assert found == {}
    assert [text for text in said if "404" not in text] == []
    assert [url for url in asked if not url.startswith((demo, "data:"))] == []
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("path", [COMMENTARY, ""])
@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_text_and_style_fit_in_one_round_trip(demo, language, path):
    request = urllib.request.Request(f"{demo}/{language}/{path}", headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request, timeout=10) as answer:
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
