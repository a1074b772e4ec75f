"""The whole story in one go: a reader, a subscriber, an editor, a week.

The visitor reads in Belarusian without JavaScript; the editor writes in
Russian, translates, previews and publishes; the mail arrives.
"""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.accessibility import accessible

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]

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


def read(page: Page) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/be/$"))
    expect(page.locator("h1")).to_have_text("21 – 27 верасня 2020".replace(" 2", "\u00a02").replace(" –", "\u00a0–"))
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
    for _attempt in range(60):
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
    page.get_by_label("Першая ў маім лісце").select_option(label="Беларусь і Расія")
    page.get_by_role("button", name="Захаваць").click()
    expect(page.get_by_role("status")).to_have_text("Налады захаваныя.")


def sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/desk/login/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    expect(page.locator(".desk-rows")).to_be_visible()


def topic_row(page: Page):
    return page.locator("article.desk-row").filter(has_text="Belarus–Russia")


def write(page: Page) -> None:
    row = topic_row(page)
    row.locator("select[name=language]").select_option("ru")
    row.get_by_role("button", name="Write", exact=True).click()
    page.wait_for_url(re.compile(r"/desk/commentaries/edit/\d+/"))
    page.locator("#id_headline").fill(HEADLINES["ru"])
    page.locator("#id_lede").fill("Короткий лид о неделе.")
    page.locator(".public-DraftEditor-content").first.click()
    page.keyboard.type("Текст, который написан в редакции.")
    page.get_by_role("tab", name="Scenarios").click()
    for place, (title, pros, cons, odds) in enumerate(SCENARIOS):
        page.locator("#tab-scenarios button.c-sf-add-button[title='Insert a block']").last.click()
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


def preview(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#id_headline")).to_have_value(HEADLINES["ru"])


def sign_off(page: Page) -> None:
    page.locator("footer [data-w-dropdown-target=toggle], footer .w-dropdown__toggle").last.click()
    page.locator("button[name=action-publish]").click()
    page.wait_for_url(re.compile(r"/desk/(\?|$)"))
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
        page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_text("Signed off: it goes out with the issue.")).to_be_visible()
    page.goto("/desk/")
    expect(topic_row(page).locator(".desk-cell-ready").filter(has_text=name)).to_be_visible()


def publish(page: Page) -> None:
    page.get_by_role("link", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish in every language").click()
    page.wait_for_url(re.compile(r"/progress/"))
    expect(page.get_by_text("Published in every language.")).to_be_visible(timeout=60_000)


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

    editor = browser.new_context(base_url=demo, locale="en-GB", viewport={"width": 1280, "height": 900}).new_page()
    sign_in(editor, "editor", "barograph-editor")
    write(editor)
    preview(editor)
    sign_off(editor)
    decide(editor)
    translate(editor, "be", "Беларуская")
    translate(editor, "en", "English")
    publish(editor)

    see_it(reader)
    leave(reader)
    assert reader.context.cookies() == []
