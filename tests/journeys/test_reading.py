"""What readers have in their hands: a bad line, a keyboard, a narrow screen, and weeks that nobody designed for."""

import time

import pytest

from barograph.website.plans import plans
from tests.website import contents

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]

COMMENTARY = "/be/2020-09-14/belarus-russia/"
SITE = "http://site.example/"
WORD = "Непараўнальнасць" * 5  # 80 letters


def test_a_commentary_is_read_within_three_seconds_on_a_bad_line(demo, browser):
    context = browser.new_context(base_url=demo)
    page, sizes = context.new_page(), {}
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda said: sizes.update({said["requestId"]: said["encodedDataLength"]}))
    slow = {"offline": False, "latency": 500, "downloadThroughput": 50_000 / 8, "uploadThroughput": 50_000 / 8}
    line.send("Network.emulateNetworkConditions", slow)
    started = time.monotonic()
    page.goto(COMMENTARY, wait_until="commit")
    page.locator("article .body p").last.wait_for()
    seconds = time.monotonic() - started
    page.wait_for_load_state("networkidle")
    assert seconds < 3
    assert sum(sizes.values()) <= 100 * 1024
    moved = """() => new Promise(done => {
      const watch = new PerformanceObserver(list => done(list.getEntries().reduce((sum, one) => sum + one.value, 0)))
      watch.observe({type: "layout-shift", buffered: true})
      setTimeout(() => done(0), 300)
    })"""
    assert page.evaluate(moved) == 0
    context.close()


def test_the_keyboard_goes_in_the_order_of_reading_and_is_always_seen(demo, browser):
    context = browser.new_context(base_url=demo, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(COMMENTARY)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    places, outlines = [], set()
    for _press in range(12):
        page.keyboard.press("Tab")
        places.append(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
        outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert places == sorted(places)
    assert outlines == {"solid"}
    assert page.locator("h1").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    inside = levels[levels.index(1) :]
    assert all(after - before <= 1 for before, after in zip(inside, inside[1:], strict=False))
    for landmark in ("header.mast", "main", "footer", "nav.main"):
        assert page.locator(landmark).count() == 1
    context.close()


def bad_days():
    """(name, imprint, issues)."""
    long = contents.issue(0)
    for content in long.values():
        content["topics"][0]["name"] = WORD
        content["topics"][0]["commentary"] |= {
            "headline": f"{WORD} і далей " * 3,
            "lede": WORD,
            "body": f"<p>{WORD}</p>",
        }
    year = contents.issue(0)
    for content in year.values():
        content["issue"] |= {"first": "2020-12-28", "last": "2021-01-03"}
    yield "day one", contents.imprint(), []
    yield "long words", contents.imprint(), [long]
    yield "two years", contents.imprint(), [year]
    yield "no translation", contents.imprint(), [contents.issue(0, languages=("ru",))]


def right_to_left(monkeypatch):
    monkeypatch.setattr(contents, "LANGUAGES", ["he", "en"])
    issue = contents.issue(0, languages=("he", "en"))
    issue["he"]["topics"][0]["commentary"] |= {
        "headline": "שיחת טלפון שלא פתרה דבר",
        "body": "<p>הנשיאים שוחחו שוב.</p>",
    }
    return "right to left", contents.imprint(), [issue]


def sixty(monkeypatch):
    monkeypatch.setattr(contents, "TOPICS", {f"topic-{n}": f"A topic of some length, number {n}" for n in range(60)})
    weeks = [contents.issue(week, ("worsened", "unchanged", None) * 20) for week in (2, 1, 0)]
    return "sixty topics", contents.imprint(), weeks


@pytest.mark.parametrize("width", [320, 1280])
def test_no_bad_day_makes_a_page_wider_than_its_screen(browser, width, monkeypatch):
    context = browser.new_context(viewport={"width": width, "height": 800})
    page, wide = context.new_page(), []
    days = [*bad_days()]
    for name, imprint, issues in days:
        wide += too_wide(page, name, imprint, issues, width)
    for make in (right_to_left, sixty):
        wide += too_wide(page, *make(monkeypatch), width)
        monkeypatch.undo()
    assert wide == []
    context.close()


def show(page, text):
    """The page at an address of its own, and nothing else there."""

    def answer(route):
        if route.request.url == SITE:
            route.fulfill(body=text, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404, body="")

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(SITE, wait_until="domcontentloaded")


def too_wide(page, name, imprint, issues, width):
    """Pages whose content sticks out; of 60 topics a few are enough."""
    found = []
    seen = [plan for plan in plans(imprint, issues) if plan.path.endswith("index.html")]
    for plan in seen if len(seen) < 60 else seen[:: len(seen) // 24]:
        show(page, plan.render())
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((name, plan.path))
    return found
