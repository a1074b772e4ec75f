"""The desk speaks its people's languages, in what Wagtail and Django say there too (docs/decisions/0051)."""

import datetime
import importlib.util
import json
import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, override
from wagtail.models import Revision
from wagtail.users.models import UserProfile

from tests.desk.test_every_address import addresses, filled, world  # noqa: F401
from tests.factories import UserFactory

pytestmark = pytest.mark.once

_SPEC = importlib.util.spec_from_file_location(
    "wagtail_words", Path(__file__).resolve().parents[2] / "tools/wagtail_words.py"
)
words = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(words)

ROLES = ("editor", "analyst", "translator", "publisher", "operator", "administrator")
READ_OUT = ("title", "aria-label", "aria-description", "placeholder", "alt")
#: Not for translation: names; and what Wagtail's templates say in English without asking any catalogue.
ENGLISH_IN_EVERY_LANGUAGE = {"English", "URL", "ID"} | {"Actions", "Search"}
#: Pages that no menu leads to (words.SHUT_OFF); Wagtail lets an administrator open them by their address.
SHUT_OFF = (
    "api:",
    "wagtailadmin_reports:",
    "wagtailadmin_collections:",
    "wagtailadmin_workflows:usage",
    "wagtaildocs:",
)


@pytest.mark.parametrize("language", ["be", "ru"])
def test_each_string_that_may_be_met_is_translated_and_keeps_its_placeholders(language):
    assert words.problems((language,)) == []


def test_every_area_left_out_still_exists():
    places = {
        f"{app}: {place}"
        for app in words.APPS
        for domain in words.DOMAINS
        for message in words.theirs(app, "en", domain).values()
        for place, _line in message.locations
    }
    beginnings = [beginning for some in words.SHUT_OFF.values() for beginning in some]
    assert [one for one in beginnings if not any(place.startswith(one) for place in places)] == []


@pytest.mark.parametrize(
    ("english", "be"),
    [
        ("Page %(number)s", "Старонка"),  # lost placeholder
        ("Hello {name}", "Вітаем, {імя}"),
        ("<b>Saved</b>", "Захавана"),
        (("1 page", "%(n)s pages"), ("%(n)s старонка", "%(n)s старонкі")),  # two forms
        ("September", "верасьня"),
    ],
)
def test_a_faulty_translation_is_found(english, be):
    assert list(words.faults(words.Message(english, flags=["python-format"]), "be", be))


def test_a_number_may_stand_where_english_says_one():
    message = words.Message(("1 page", "%(n)s pages"), flags=["python-format"])
    assert list(words.faults(message, "be", ("%(n)s старонка", "%(n)s старонкі", "%(n)s старонак"))) == []


def test_a_string_the_packages_say_badly_is_said_by_our_catalogue():
    with override("be"):
        assert gettext("None") == "Няма"
        assert gettext("Yes, unpublish it") == "Так, зняць з публікацыі"
        years = [ngettext("%(num)d year", "%(num)d years", n) % {"num": n} for n in (1, 2, 5, 11, 21, 22)]
        assert years == ["1 год", "2 гады", "5 гадоў", "11 гадоў", "21 год", "22 гады"]


def test_the_scripts_get_their_words(cast, sign_in):
    UserProfile.objects.update_or_create(user=cast["editor"], defaults={"preferred_language": "be"})
    page = sign_in(cast["editor"]).get(reverse("wagtailadmin_javascript_catalog")).content.decode()
    assert json.dumps("Рэдагаваць") in page
    assert json.dumps("Пішыце або націсніце «/», каб уставіць блок") in page
    assert re.search(r'"%\(num\)s error": \[\s*"[^"]+",\s*"[^"]+",\s*"[^"]+"\s*\]', page)


def test_a_new_link_asks_for_an_address_and_offers_no_pages(cast, sign_in, source):
    client = sign_in(cast["analyst"])
    editor = unescape(
        client.get(reverse("wagtailsnippets_commentaries_commentary:edit", args=[source.pk])).content.decode()
    )
    assert re.search(r'"pageChooser": "/desk/choose-external-link/"', editor)
    html = client.get("/desk/choose-external-link/?allow_email_link=true").json()["html"]
    assert "Internal link" not in html
    assert "/desk/choose-email-link/" in html


@cache
def english() -> tuple[frozenset[str], re.Pattern]:
    """Every English string of the packages: as it stands, and those with placeholders as one pattern."""
    plain, patterns = set(), set()
    for domain in words.DOMAINS:
        for app in words.APPS:
            for message in words.theirs(app, "en", domain).values():
                for text in (message.id,) if isinstance(message.id, str) else message.id:
                    text = " ".join(text.split())
                    said = words.PLACEHOLDER.sub("", text)
                    if said == text:
                        plain.add(text)
                    elif re.search(r"[A-Za-z]{3}", re.sub("<.*?>", "", said)):
                        patterns.add(".+?".join(map(re.escape, words.PLACEHOLDER.split(text))))
    return frozenset(plain - ENGLISH_IN_EVERY_LANGUAGE), re.compile("|".join(sorted(patterns)))


def strings(script: str) -> set[str]:
    """The strings in a script or in data for one; keys and names in code are none."""
    found = set()
    for quoted, key in re.findall(r'("(?:[^"\\\n]|\\.)*")(\s*:)?', script):
        if key:
            continue
        try:
            found.add(unescape(json.loads(quoted)))
        except ValueError:
            continue
    return {text for text in found if not re.fullmatch("[a-z_]+", text)}


def shown(html: str) -> set[str]:
    """What a page says: its text, what is read out, and the strings in what its scripts get."""
    soup = BeautifulSoup(html, "lxml")
    found: set[str] = set()
    for script in soup.find_all("script"):
        found |= strings(script.get_text())
        script.extract()
    for counter in soup.select(".w-side-panel-toggle__counter[hidden]"):
        counter.extract()  # "None", in Python
    for tag in soup.find_all(True):
        found |= {value for name, value in tag.attrs.items() if name in READ_OUT}
        for name, value in tag.attrs.items():
            if name.startswith("data-") and value[:1] in "[{":
                found |= strings(value)
        if tag.name == "input" and tag.get("type") in ("submit", "button"):
            found.add(tag.get("value", ""))
    found.update(soup.find_all(string=True))
    return {" ".join(text.split()) for text in found}


def said_by(answer) -> set[str]:
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code != 200 or answer.streaming or not kind.startswith(("text/html", "application/json")):
        return set()
    text = answer.content.decode()
    if kind.startswith("text/html"):
        return shown(text)
    found = strings(text)
    return found.union(*(shown(one) for one in found if "<" in one))


@cache
def is_english(text: str) -> bool:
    plain, pattern = english()
    return bool(re.search("[A-Za-z]", text)) and (text in plain or bool(pattern.fullmatch(text)))


def in_english(texts: set[str]) -> set[str]:
    return {text for text in texts if is_english(text)}


def crawl(user, language: str, world) -> dict[str, set[str]]:  # noqa: F811
    """{what is in English: where}"""
    visitor = Client(headers={"accept-language": language})
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    left: dict[str, set[str]] = {}
    for name, path in addresses():
        if name.startswith(SHUT_OFF):
            continue
        who = visitor if name.startswith(("wagtailadmin_login", "wagtailadmin_password_reset")) else client
        cookies = who.cookies.copy()
        with transaction.atomic():  # an address may sign out
            said = said_by(who.get(filled(name, path, world)))
            transaction.set_rollback(True)
        who.cookies = cookies
        for text in in_english(said):
            left.setdefault(text, set()).add(name)
    return left


@pytest.fixture
def people(cast, world):  # noqa: F811
    Revision.objects.update(user=cast["editor"])  # or pages name "None" as who wrote
    return cast | {"administrator": UserFactory(is_superuser=True)}


# Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("language", ["be", "ru"])
@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_the_desk_says_anything_in_english(people, world, role, language):  # noqa: F811
    UserProfile.objects.update_or_create(user=people[role], defaults={"preferred_language": language})
    assert crawl(people[role], language, world) == {}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_crawl_would_find_it(people, world):  # noqa: F811
    UserProfile.objects.update_or_create(user=people["editor"], defaults={"preferred_language": "en"})
    found = crawl(people["editor"], "en", world)
    for text, name in {
        "Save draft": "wagtailsnippets_commentaries_commentary:edit",
        "Toggle status": "wagtailsnippets_commentaries_commentary:edit",
        "Bulleted list": "wagtailsnippets_commentaries_commentary:edit",
        "Choose an image": "wagtailimages_chooser:choose",
        "Forgotten password?": "wagtailadmin_login",
    }.items():
        assert name in found.get(text, set()), (text, found.get(text))


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("be", "5 кастрычніка 2020, 10:00", "05.10.2020 10:00"),
        ("ru", "5 октября 2020, 10:00", "05.10.2020 10:00"),
        ("en", "October 5, 2020, 10:00", "10/05/2020 10:00"),
    ],
)
def test_a_moment_has_one_form_in_each_language(language, long, short):
    moment = datetime.datetime(2020, 10, 5, 10)
    with override(language):
        shown = [date_format(moment, name) for name in ("DATETIME_FORMAT", "SHORT_DATETIME_FORMAT", "TIME_FORMAT")]
    assert shown == [long, short, "10:00"]
