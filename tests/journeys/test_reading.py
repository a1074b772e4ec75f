"""What readers have in their hands: a bad line, a keyboard, a narrow screen, and weeks that nobody designed for."""

import time

import pytest

from barograph.website.plans import plans
from tests.journeys.accessibility import wider_than
from tests.website import contents

pytestmark = [pytest.mark.journey]

COMMENTARY = "/be/2020-09-14/belarus-russia/"
SITE = "http://site.example/"
WORD = "Непараўнальнасць" * 5  # 80 letters


def test_a_commentary_is_read_within_three_seconds_on_a_bad_line(demo, browser):
    """The best of several visits: what else this machine does can only add to it."""
    visits = (on_a_bad_line(demo, browser) for _visit in range(4))
    assert any(seconds < 3 for seconds in visits)


def on_a_bad_line(demo, browser) -> float:
    """Seconds until a commentary is there; it is small, and nothing moves."""
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
    assert sum(sizes.values()) <= 100 * 1024
    moved = """() => new Promise(done => {
      const watch = new PerformanceObserver(list => done(list.getEntries().reduce((sum, one) => sum + one.value, 0)))
      watch.observe({type: "layout-shift", buffered: true})
      setTimeout(() => done(0), 300)
    })"""
    assert page.evaluate(moved) == 0
    context.close()
    return seconds


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
    yield "did not return a translation", contents.imprint(), [contents.issue(0, languages=("ru",))]


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


def test_no_bad_day_makes_a_page_wider_than_its_screen(browser, monkeypatch):
    context = browser.new_context()
    page, wide = context.new_page(), []
    days = [*bad_days()]
    for name, imprint, issues in days:
        wide += too_wide(page, name, imprint, issues)
    for make in (right_to_left, sixty):
        wide += too_wide(page, *make(monkeypatch))
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


def too_wide(page, name, imprint, issues):
    """Pages whose content sticks out; of 60 topics a few are enough."""
    found = []
    seen = [plan for plan in plans(imprint, issues) if plan.path.endswith("index.html")]
    for plan in seen if len(seen) < 60 else seen[:: len(seen) // 24]:
        show(page, plan.render())
        found += [(name, plan.path, width) for width in (320, 1280) if wider_than(page, width)]
    return found
