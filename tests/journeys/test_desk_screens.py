"""The desk's own screens in a browser, held to axe-core: narrow and wide, light and dark. The frame is Wagtail's."""

import pytest
from playwright.sync_api import expect

from tests.journeys.accessibility import axe
from tests.journeys.test_week import sign_in

pytestmark = pytest.mark.journey

RUN = """options => axe.run(document.querySelector('.desk'), options)
  .then(found => found.violations.map(v => [v.id, v.nodes[0].html.slice(0, 200)]))"""
OPTIONS = {"rules": {"target-size": {"enabled": True}}}


def test_the_desks_own_screens_have_no_violation(page):
    sign_in(page, "analyst-one", "barograph-one")
    ratings = page.locator(".desk-actions a[href*='/ratings/']").get_attribute("href")
    assert violations(page, "/desk/", ratings, "/desk/safety/", "/desk/tokens/") == []


def test_the_translators_screens_have_no_violation(page):
    sign_in(page, "translator", "barograph-translator")
    assert violations(page, "/desk/translations/?all=1") == []


def test_the_operators_screens_have_no_violation(page):
    page.goto("/desk/invitation/")
    page.evaluate(axe())
    assert page.evaluate(RUN.replace(".desk", "#main"), OPTIONS) == []
    sign_in(page, "operator", "barograph-operator")
    assert violations(page, "/desk/invitations/") == []
    page.goto("/desk/audit/")
    page.evaluate(axe())
    assert page.evaluate(RUN.replace(".desk", "#listing-results"), OPTIONS) == []


def test_the_editors_screens_have_no_violation(page):
    sign_in(page, "editor", "barograph-editor")
    release = page.locator("a[href^='/desk/release/']").first.get_attribute("href")
    below = "/".join(release.split("/")[:4])
    page.locator("select#desk-issue").select_option(index=1)  # a week that has its texts
    page.locator(".desk-switch button").click()
    notes = page.locator("a[href$='/notes/']").first.get_attribute("href")
    screens = (page.url, notes, f"{below}/", f"{below}/preview/", f"{below}/letters/", "/desk/away/")
    assert violations(page, *screens) == []


def test_an_open_week_follows_what_others_do_and_leaves_alone_who_is_at_work(demo, browser):
    pages = {}
    for name, password in (("editor", "barograph-editor"), ("analyst-two", "barograph-two")):
        pages[name] = browser.new_context(base_url=demo).new_page()
        sign_in(pages[name], name, password)
    editor, looking = pages["editor"], pages["analyst-two"]
    row = editor.locator("article.desk-row").last
    part = row.get_attribute("data-part")
    row.locator("summary").last.click()
    row.locator("input[name=value][value=unchanged]").check()
    row.locator("textarea[name=reason]").fill("Said while the other looks on.")
    asked = "document.dispatchEvent(new Event('visibilitychange'))"  # as when one comes back to the page
    editor.evaluate(asked)
    expect(row.locator("textarea[name=reason]")).to_have_value("Said while the other looks on.")
    row.get_by_role("button", name="Save verdict").click()
    looking.evaluate(asked)
    there = looking.locator(f"[data-part={part}]")
    expect(there).to_contain_text("Said while the other looks on.")
    expect(looking.locator(".desk > [role=status]")).to_contain_text("Старонка тыдня абноўлена")
    for page in pages.values():
        page.context.close()


def violations(page, *paths):
    wrong = []
    for path in paths:
        page.goto(path)
        page.evaluate(axe())
        for width, scheme in ((1280, "light"), (360, "light"), (360, "dark")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            wrong += [(path, width, scheme, *violation) for violation in page.evaluate(RUN, OPTIONS)]
    return wrong
