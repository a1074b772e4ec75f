"""The whole story in one go: a reader, a subscriber, and a week played by five roles in three languages.

The visitor reads in Belarusian without JavaScript. An analyst writes in Russian
and hands on; two of the panel rate; an editor approves and decides; a
translator translates; a publisher looks and publishes; the mail arrives; a
mistake is corrected; an operator finds all of it on record.
"""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.accessibility import accessible

pytestmark = [pytest.mark.journey]

READER = "reader@example.org"
SCENARIOS = (
    ("Переговоры начинаются", ["устали обе стороны"], ["нет посредника"], "0.5"),
    ("Всё остаётся как есть", ["власти этого довольно"], ["кончаются деньги"], "0.3"),
    ("Новая волна протеста", ["есть повод"], ["страх"], "0.1"),
)
HEADLINES = {
    "ru": "Неделя, которую написала проверка",
    "be": "Тыдзень, які напісала праверка",
    "en": "The week that the check wrote",
}


@pytest.fixture(scope="module")
def demo(new_demo):
    """A demo of its own: what is published here, no other test expects."""
    with new_demo() as base:
        yield base


def read(page: Page) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/be/$"))
    expect(page.locator("h1")).to_have_text("21 – 27 верасня 2020")
    expect(page.locator("section.row")).to_have_count(6)
    page.get_by_role("link", name="English").first.click()
    expect(page).to_have_url(re.compile(r"/en/$"))
    expect(page.locator("h1")).to_contain_text("September")
    page.locator("section.row h3 a").first.click()
    expect(page.locator(".verdict")).to_have_text(re.compile("The situation has worsened"))
    topic = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.locator("a[rel=prev]").first.click()
    expect(page).to_have_url(re.compile(rf"/en/2020-09-14/{topic}/$"))
    page.go_back()
    page.get_by_role("link", name="Беларуская").first.click()
    expect(page).to_have_url(re.compile(rf"/be/2020-09-21/{topic}/$"))


def open_mail(page: Page, subject: str, to: str = READER):
    """The newest mail with such a subject, opened; its HTML part's frame."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        page.goto(f"/mailbox/?to={to}")
        found = page.locator(".mails a").filter(has_text=re.compile(subject))
        if found.count():
            found.first.click()
            return page.frame_locator("iframe.letter")
        time.sleep(0.5)
    raise AssertionError(f"no mail with {subject!r} has arrived")


def subscribe(page: Page) -> None:
    page.goto("/be/")
    page.get_by_label("Адрас электроннай пошты").fill(READER)
    page.get_by_label("BE/RU").check()
    page.get_by_role("button", name="Падпісацца").click()
    expect(page).to_have_url(re.compile(r"/be/subscribe/sent/$"))
    letter = open_mail(page, "")
    link = letter.locator("a[href*='/subscribe/confirm/']").first.get_attribute("href")
    page.request.get(link)  # a link scanner comes first, and confirms nothing
    page.goto(link)
    page.get_by_role("button", name="Пацвердзіць").click()
    expect(page.locator("h1")).to_have_text("Вы паспяхова падпісаліся")
    page.get_by_role("link", name="Налады падпіскі").click()
    page.get_by_label("Якую тэму ставіць першай").select_option(label="Беларусь і Расія")
    page.get_by_role("button", name="Захаваць").click()
    expect(page.get_by_role("status")).to_have_text("Налады захаваны.")


def sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/desk/login/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    expect(page.locator(".desk-rows")).to_be_visible()


def topic_row(page: Page):
    return page.locator("article.desk-row").filter(
        has_text=re.compile("Belarus–Russia|Беларусь и Россия|Беларусь і Расія")
    )


def desk(browser, base: str, name: str, password: str) -> Page:
    """Someone's own browser, signed in."""
    page = browser.new_context(base_url=base, locale="en-GB", viewport={"width": 1280, "height": 900}).new_page()
    sign_in(page, name, password)
    return page


def write(page: Page) -> None:
    """The analyst, whose desk speaks Russian."""
    row = topic_row(page)
    row.locator("select[name=language]").select_option("ru")
    row.get_by_role("button", name="Писать", exact=True).click()
    page.wait_for_url(re.compile(r"/desk/commentaries/edit/\d+/"))
    page.locator("#id_headline").fill(HEADLINES["ru"])
    page.locator("#id_lede").fill("Короткий лид о неделе.")
    page.locator(".public-DraftEditor-content").first.click()
    page.keyboard.type("Текст, который написан в редакции.")
    page.get_by_role("tab", name="Сценарии").click()
    for place, (title, pros, cons, odds) in enumerate(SCENARIOS):
        page.locator("[data-contentpath=scenarios] button.c-sf-add-button").last.click()
        block = f"scenarios-{place}-value"
        page.locator(f"[name={block}-title]").fill(title)
        page.locator(f"[name={block}-probability]").fill(odds)
        for name, texts in (("pros", pros), ("cons", cons)):
            for number, text in enumerate(texts):
                field = page.locator(f"[name={block}-{name}-{number}-value]")
                if not field.count():
                    block_list = page.locator(f"[data-contentpath={name}]").nth(place)
                    block_list.locator("button.c-sf-add-button").last.click()
                field.fill(text)


def hand_on(page: Page) -> None:
    footer_button(page, "action-submit").click()
    page.wait_for_url(re.compile(r"/desk/(\?|$)"))
    expect(topic_row(page).locator(".desk-state-review")).to_be_visible()


def footer_button(page: Page, name: str):
    """One of the editor's buttons, with the menu opened where it lies in there."""
    return _shown(page, page.locator(f"button[name={name}]").first)


def _shown(page: Page, found):
    if not found.is_visible():
        page.locator("footer [data-w-dropdown-target=toggle], footer .w-dropdown__toggle").last.click()
    return found


def rate(page: Page, words: str, value: str) -> None:
    """The demo's week lies back, so that its hour of reveal has passed (tests/desk/test_ratings.py rates blind)."""
    page.goto("/desk/")
    page.locator(".desk-actions a[href*='/ratings/']").click()
    section = page.locator("section.desk-rating").filter(has_text=re.compile("Беларусь и Россия|Беларусь і Расія"))
    section.locator(f"input[name=value][value={value}]").check()
    section.locator("input[name=reason]").fill(words)
    section.locator("form[action*='/rating/'] button[type=submit]").click()
    expect(section.locator(".desk-opinions")).to_contain_text(words)


def approve(page: Page) -> None:
    """The editor reads what was handed on, and it is ready: there is one button for that."""
    page.goto("/desk/")
    topic_row(page).locator(".desk-headline a").click()
    page.wait_for_url(re.compile(r"/desk/commentaries/edit/\d+/"))
    expect(page.locator("#id_headline")).to_have_value(HEADLINES["ru"])
    found = page.locator("footer button").filter(has_text="Sign off (ready)")
    expect(found).to_have_count(1)
    with page.expect_navigation():
        _shown(page, found).click()
    page.goto("/desk/")
    expect(topic_row(page).locator(".desk-state-ready")).to_be_visible()


def decide(page: Page) -> None:
    row = topic_row(page)
    row.locator("summary", has_text="Decide").click()
    row.locator("input[name=value][value=improved]").check()
    row.locator("input[name=outlook][value=opportunity]").check()
    row.locator("textarea[name=reason]").fill("Because the check says so.")
    row.get_by_role("button", name="Save verdict").click()
    expect(topic_row(page).locator(".desk-value-improved")).to_be_visible()


def translate(page: Page, language: str, name: str) -> None:
    """The translator, whose desk speaks Belarusian."""
    page.goto("/desk/")
    topic_row(page).get_by_role("link", name=name).click()
    page.wait_for_url(re.compile(rf"/translate/\d+/{language}/"))
    for field in page.locator("[name^='t-']").all():
        key = field.get_attribute("name")
        if key == "t-headline":
            field.fill(HEADLINES[language])
        elif key != "t-body":
            field.fill(f"{key} {language}")
    page.locator(".public-DraftEditor-content").first.click()
    page.keyboard.type(f"Body in {language}.")
    expect(page.locator("[name=t-body]")).to_have_value(re.compile(f"Body in {language}"))
    with page.expect_navigation():
        page.locator("button[name=sign-off]").click()
    page.goto("/desk/")
    expect(topic_row(page).locator(".desk-cell-ready").filter(has_text=name)).to_be_visible()


def publish(page: Page) -> None:
    """The publisher looks at what readers will see, and presses the button."""
    page.locator("a[href*='/desk/release/']").first.click()
    page.locator(".desk-actions a[href$='/preview/']").click()
    seen = page.frame_locator("iframe[name=seen]")
    expect(seen.locator("body")).to_contain_text(HEADLINES["be"])
    seen.get_by_role("link", name=HEADLINES["be"]).first.click()
    expect(seen.locator("h1")).to_have_text(HEADLINES["be"])
    page.goto("/desk/")
    page.locator("a[href*='/desk/release/']").first.click()
    page.locator("form.desk-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/progress/"))
    expect(page.get_by_text("Опубликовано на всех языках.")).to_be_visible()


def correct(editor: Page) -> None:
    """A mistake is found: the editor mends the text, and readers are told what was wrong."""
    editor.goto("/desk/?issue=2020-09-28")
    topic_row(editor).locator(".desk-headline a").click()
    editor.wait_for_url(re.compile(r"/desk/commentaries/edit/\d+/"))
    editor.locator("#id_lede").fill("Лид, в котором исправлена дата.")
    footer_button(editor, "action-publish").click()
    editor.wait_for_url(re.compile(r"/desk/(\?|$)"))
    editor.goto("/desk/?issue=2020-09-28")
    editor.get_by_role("link", name="Publish a correction").click()
    editor.locator("[name=topic]").select_option("belarus-russia")
    for field in editor.locator("textarea[name^=notes], input[name^=notes]").all():
        if field.is_visible():
            field.fill("The date was wrong.")
    expect(editor.get_by_text("Translations of older text")).to_be_visible()
    editor.get_by_label("Publish with outdated translations").check()
    editor.get_by_role("button", name="Publish the correction").click()
    editor.wait_for_url(re.compile(r"/progress/"))
    expect(editor.get_by_text("Published in all languages.")).to_be_visible()


def look_back(operator: Page) -> None:
    """The operator finds who did what, and no text of anybody's."""
    expect(operator.locator("body")).not_to_contain_text(HEADLINES["ru"])
    operator.goto("/desk/audit/")
    for name in ("editor", "publisher"):
        expect(operator.locator("main")).to_contain_text(name)
    assert operator.goto("/desk/audit/").status == 200
    for closed in ("/desk/commentaries/", "/desk/translations/", "/desk/glossary/"):
        operator.goto(closed)
        expect(operator.locator("body")).not_to_contain_text(HEADLINES["ru"])


def see_it(page: Page) -> None:
    for language, headline in HEADLINES.items():
        page.goto(f"/{language}/")
        expect(page.locator("section.row h3").first).to_have_text(headline)
    page.goto("/ru/2020-09-28/belarus-russia/")
    expect(page.locator(".s")).to_have_count(4)  # three scenarios and the rest
    expect(page.locator(".verdict")).to_contain_text("Ситуация улучшилась")


def leave(page: Page) -> None:
    letter = open_mail(page, "28")
    expect(letter.locator("body")).to_contain_text(HEADLINES["be"])
    link = letter.locator("a[href*='/unsubscribe/']").first.get_attribute("href")
    phone = page.context.browser.new_context(viewport={"width": 360, "height": 800}).new_page()
    for language in ("be", "ru", "en"):
        phone.goto(link.replace("/be/", f"/{language}/"))
        assert accessible(phone, language) == []
    phone.context.close()
    page.goto(link)
    page.get_by_role("button", name="Адпісацца").first.click()
    expect(page.locator("h1")).to_have_text("Вы адпісаліся")


def test_a_week_from_analysts_words_to_readers_mailboxes(demo, browser):
    reader = browser.new_context(base_url=demo, locale="be-BY", java_script_enabled=False).new_page()
    read(reader)
    subscribe(reader)
    assert reader.context.cookies() == []

    analyst = desk(browser, demo, "analyst-one", "barograph-one")
    write(analyst)
    hand_on(analyst)
    rate(analyst, "Слова первого аналитика", "improved")
    other = desk(browser, demo, "analyst-two", "barograph-two")
    rate(other, "Словы другой аналітыкі", "improved")
    expect(other.locator("main")).to_contain_text("Слова первого аналитика")

    editor = desk(browser, demo, "editor", "barograph-editor")
    approve(editor)
    decide(editor)
    translator = desk(browser, demo, "translator", "barograph-translator")
    translate(translator, "be", "Беларуская")
    translate(translator, "en", "English")
    publisher = desk(browser, demo, "publisher", "barograph-publisher")
    publish(publisher)

    see_it(reader)
    correct(editor)
    reader.goto("/ru/2020-09-28/belarus-russia/")
    expect(reader.locator("main")).to_contain_text("Лид, в котором исправлена дата.")
    expect(reader.locator("main")).to_contain_text("The date was wrong.")
    leave(reader)
    assert reader.context.cookies() == []
    look_back(desk(browser, demo, "operator", "barograph-operator"))
