"""Writing in a real browser: what is typed is kept, also when the connection goes, two write, or one pastes."""

import json
import re
import time

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect

from tests.commentaries import clipboard
from tests.journeys.accessibility import axe
from tests.journeys.test_desk_screens import violations
from tests.journeys.test_week import sign_in

pytestmark = [pytest.mark.journey]

PASTE = """html => {
  const box = document.querySelector('.public-DraftEditor-content'), data = new DataTransfer();
  data.setData('text/html', html);
  data.setData('text/plain', 'plain');
  box.focus();
  box.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""
#: Everything that a page has put into the browser's storages.
KEPT = "() => JSON.stringify([{...localStorage}, {...sessionStorage}])"
#: Wagtail begins to look for changes, and so to save, a while after the editor is there.
AWAKE = "addEventListener('w-unsaved:watch-edits', () => document.documentElement.setAttribute('data-awake', ''))"
#: Wagtail's box beside the buttons, while it says that saving is paused.
PAUSED = "[data-controller=w-messages]:not(.footer__container--hidden) .footer__save-warning"


@pytest.fixture(scope="module")
def begun(demo, browser):
    """The browser in which one analyst has begun a commentary, and the address of it."""
    context = browser.new_context(base_url=demo, locale="en-GB", viewport={"width": 1280, "height": 900})
    context.add_init_script(AWAKE)
    page = context.new_page()
    sign_in(page, "analyst-one", "barograph-one")
    page.locator(".desk-write").first.get_by_role("button").click()
    page.wait_for_url(re.compile(r"/desk/commentaries/edit/\d+/"))
    address = page.url
    page.close()
    yield context, address
    context.close()


@pytest.fixture
def written(begun):
    """Her page, opened anew, and its address. What other tests have left in the text is still there."""
    context, address = begun
    page = context.new_page()
    open_editor(page, address)
    yield page, address
    page.close()


def open_editor(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".public-DraftEditor-content")
    page.wait_for_selector("html[data-awake]")


def there(page: Page, address: str) -> dict:
    """What the server has: the form as another visit gets it."""
    form = BeautifulSoup(page.request.get(address).text(), "html.parser")
    fields = {name: form.select_one(f"[name={name}]") for name in ("headline", "lede", "body")}
    return {name: field.get("value", field.get_text()).strip() for name, field in fields.items()}


def until(page: Page, address: str, kept) -> dict:
    """What the server has once `kept` is true of it: a text is saved by itself, a moment later."""
    deadline = time.monotonic() + 60
    while not kept(found := there(page, address)) and time.monotonic() < deadline:
        page.wait_for_timeout(300)
    assert kept(found), found
    return found


def test_words_are_kept_as_they_are_typed_and_the_checklist_follows(written):
    page, address = written
    page.locator("[data-side-panel-toggle=checklist]").click()
    side = page.locator("[data-side-panel=checklist]")
    page.locator("#id_headline").fill("")
    expect(side).to_contain_text("Нет заголовка.")  # she has the desk in Russian
    page.locator("#id_headline").fill("Typed, never saved by hand")
    expect(side).to_contain_text("Заголовок: 26 знаков, не больше 300.")
    until(page, address, lambda text: text["headline"] == "Typed, never saved by hand")


def test_the_checklist_and_the_page_for_a_word_file_have_no_violation(written):
    page, address = written
    other = page.context.new_page()
    pk = re.search(r"edit/(\d+)/", address)[1]
    assert violations(other, f"/desk/commentaries/{pk}/word/") == []
    other.close()
    page.evaluate(axe())
    found = page.evaluate("() => axe.run(document.querySelector('.desk-checklist'))")
    assert [(wrong["id"], wrong["nodes"][0]["html"]) for wrong in found["violations"]] == []


def test_nothing_of_a_text_stays_in_the_browser(written):
    page, address = written
    page.locator("#id_headline").fill("Typed, and nowhere else")
    until(page, address, lambda text: text["headline"] == "Typed, and nowhere else")
    assert "nowhere else" not in page.evaluate(KEPT)


@pytest.mark.parametrize("html", [clipboard.WORD, clipboard.GOOGLE])
def test_what_is_pasted_from_a_word_processor_is_clean(written, html):
    page, address = written
    page.evaluate(PASTE, html)
    body = json.loads(until(page, address, lambda text: "link" in text["body"])["body"])
    text = "\n".join(block["text"] for block in body["blocks"])
    assert "link" in text
    for rubbish in ("mso", "alert", "<", "\u200b", "docs-internal", "StartFragment", "font-family"):
        assert rubbish not in text, text
    assert {block["type"] for block in body["blocks"]} <= {
        "unstyled",
        "header-two",
        "unordered-list-item",
        "blockquote",
    }
    bold = {block["text"] for block in body["blocks"] if block["inlineStyleRanges"]}
    assert bold <= {"Head", "One bold"}, bold
    links = [entity["data"]["url"] for entity in body["entityMap"].values()]
    assert links
    assert all(url.startswith("https://example.org/") for url in links), links


def test_a_paste_says_what_it_said_and_what_was_lost(written):
    page, address = written
    page.evaluate(PASTE, clipboard.MEANING)
    body = json.loads(until(page, address, lambda text: "Note." in text["body"])["body"])
    text = "\n".join(block["text"] for block in body["blocks"])
    assert "10⁶ м² link [^1] desk" in text
    assert "[^1]: Note." in text
    assert "cell t · two" in text
    for lost in ("struck", "gone", "hidden"):
        assert lost not in text
    assert not [url for entity in body["entityMap"].values() if "desk" in (url := entity["data"].get("url", ""))]
    expect(page.locator(".desk-pasted li")).to_have_count(4)


def test_words_typed_while_the_connection_is_away_come_in_when_it_is_back(written):
    page, address = written
    page.context.set_offline(True)
    page.locator("#id_lede").fill("Typed in a tunnel.")
    expect(page.locator(PAUSED)).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(PAUSED)).not_to_be_visible()
    until(page, address, lambda text: text["lede"] == "Typed in a tunnel.")


def test_the_second_of_two_is_told_and_both_texts_are_kept(written, demo, browser):
    page, address = written
    editor = browser.new_context(base_url=demo, locale="en-GB", viewport={"width": 1280, "height": 900}).new_page()
    editor.context.add_init_script(AWAKE)
    sign_in(editor, "editor", "barograph-editor")
    open_editor(editor, address)
    page.locator("#id_headline").fill("The analyst’s words")
    until(page, address, lambda text: text["headline"] == "The analyst’s words")
    editor.locator("#id_headline").fill("The editor’s words")
    expect(editor.locator(".footer__save-warning")).to_contain_text("newer version")
    editor.get_by_role("button", name="Save draft").click()
    if (dialog := editor.locator("#w-save-confirmation-dialog")).is_visible():
        dialog.locator("[data-w-dialog-target=confirm]").click()
    expect(editor.get_by_text("saved this text after you opened it")).to_be_visible()
    expect(editor.locator("#id_headline")).to_have_value("The analyst’s words")
    editor.get_by_role("link", name="Compare them").click()
    expect(editor.locator("main")).to_contain_text(re.compile("The editoranalyst’s words"))  # word by word
    editor.context.close()


def test_words_sent_after_the_sign_in_ended_come_back_and_are_sent_again(written):
    page, address = written
    page.context.clear_cookies()
    page.locator("#id_lede").fill("Typed after the sign-in had ended.")
    page.locator("footer button[type=submit]").first.click()
    expect(page.locator("h1")).to_have_text("Your text is safe")  # signed out: the browser's language
    other = page.context.new_page()
    sign_in(other, "analyst-one", "barograph-one")
    other.close()
    button = page.locator("main form button")
    button.click()
    page.wait_for_load_state()
    if not page.locator("#id_lede").count():  # once more, where the page's token was that of the earlier sign-in
        button.click()
    page.wait_for_selector("#id_lede")
    assert there(page, address)["lede"] == "Typed after the sign-in had ended."


def leave(page: Page) -> list[str]:
    """What the browser asks when one follows the menu's first link; the answer is to stay."""
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.locator("a[href='/desk/']:visible").first.click(no_wait_after=True)
    page.wait_for_timeout(500)
    return asked


@pytest.mark.parametrize("pause", [0, 120])
def test_the_last_words_before_the_key_that_saves_are_saved(written, pause):
    page, address = written
    page.locator(".public-DraftEditor-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(f" lastwords{pause}")
    page.wait_for_timeout(pause)
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    assert f"lastwords{pause}" in there(page, address)["body"]


def test_what_is_typed_before_the_page_is_awake_is_saved(begun):
    context, address = begun
    page = context.new_page()
    page.goto(address)
    page.locator("#id_lede").fill("Typed within the first second.")
    until(page, address, lambda text: text["lede"] == "Typed within the first second.")
    page.close()


def test_a_probability_with_a_comma_is_what_it_says_and_a_wrong_one_is_kept(written):
    page, address = written
    page.get_by_role("tab").nth(1).click()
    page.locator("[data-streamfield-stream-container] button").first.click()
    probability = page.locator("[name$='-value-probability']").first
    probability.click()
    page.keyboard.type("0,35")
    assert probability.input_value() == "0,35"


def test_every_other_form_asks_before_it_is_left(demo, browser):
    context = browser.new_context(base_url=demo, locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, "editor", "barograph-editor")
    for place, field in (
        ("/desk/topics/edit/1/", "[name^=about_]"),
        ("/desk/publication/edit/1/", "[name^=strapline_]"),
        ("/desk/away/", "[name=first]"),
        ("/desk/week/special/", "[name=first]"),
        ("/desk/account/", "[name$=first_name]"),
    ):
        page.goto(place)
        assert leave(page) == [], place
        page.goto(place)
        page.locator(field).first.click()
        page.keyboard.type("x")
        assert leave(page) == ["beforeunload"], place
        page.once("dialog", lambda dialog: dialog.accept())
        page.goto("/desk/")
    context.close()


def test_a_translation_saves_itself_and_goes_on_after_another_sign_in(demo, browser, begun):
    pk = re.search(r"edit/(\d+)/", begun[1])[1]
    context = browser.new_context(base_url=demo, locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, "translator", "barograph-translator")
    codes = [code for code in ("be", "en") if page.request.get(f"/desk/translate/{pk}/{code}/").ok]
    address = f"/desk/translate/{pk}/{codes[0]}/"
    page.goto(address)

    def is_there(words: str) -> None:
        deadline = time.monotonic() + 60
        while words not in page.request.get(address).text() and time.monotonic() < deadline:
            page.wait_for_timeout(300)
        assert words in page.request.get(address).text()

    page.locator("[name=t-headline]").fill("Typed by a translator")
    is_there("Typed by a translator")
    context.clear_cookies()
    page.locator("[name=t-headline]").fill("Typed after the end")
    expect(page.locator(".footer__save-warning")).to_contain_text("signed out")
    other = context.new_page()
    sign_in(other, "translator", "barograph-translator")
    is_there("Typed after the end")
    context.close()
