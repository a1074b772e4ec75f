"""The words of Wagtail that its own catalogues leave in English, or say badly: kept in FOLDER, beside Barograph's.

What has to be there is reckoned from the installed packages: each string of their English catalogues that their own
catalogue of the language lacks, unless every place it stands in is one that the desk has shut off (SHUT_OFF;
docs/decisions/0051-words-of-wagtail.md). An entry for a string that the packages do translate takes its place.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parent.parent / "src" / "barograph" / "desk" / "wagtail_locale"
DOMAINS = ("django", "djangojs")
#: Folders with a `locale`, in the order of settings.INSTALLED_APPS: the first that knows a string says it.
APPS = (
    "wagtail/snippets",
    "wagtail/users",
    "wagtail/images",
    "wagtail/documents",
    "wagtail/search",
    "wagtail/admin",
    "wagtail",
    "taggit",
    "django/contrib/auth",
    "django/contrib/contenttypes",
    "django/contrib/sessions",
    "django/conf",
)
#: Where nobody can come in the desk: why -> the beginnings of places (app: file of the app).
SHUT_OFF = {
    "the page tree: Barograph has no pages": (
        "wagtail: models/pages.py",
        "wagtail: models/view_restrictions.py",
        "wagtail: templates/wagtailcore/",
        "wagtail/admin: forms/pages.py",
        "wagtail/admin: templates/wagtailadmin/page_privacy/",
        "wagtail/admin: templates/wagtailadmin/pages/",
        "wagtail/admin: templates/wagtailadmin/shared/dialog/confirm_site_name.html",
        "wagtail/admin: templates/wagtailadmin/shared/page_status_tag_new.html",
        "wagtail/admin: templates/wagtailadmin/shared/side_panels/includes/status/privacy.html",
        "wagtail/admin: views/page_privacy.py",
        "wagtail/admin: views/pages/",
    ),
    "reports are about pages; the audit log takes their place": (
        "wagtail/admin: templates/wagtailadmin/reports/",
        "wagtail/admin: views/reports/",
    ),
    "Wagtail's home: the week takes its place": (
        "wagtail/admin: templates/wagtailadmin/home/",
        "wagtail/documents: templates/wagtaildocs/homepage/",
        "wagtail/images: templates/wagtailimages/homepage/",
    ),
    "collections: all pictures lie in one": (
        "wagtail/admin: forms/collections.py",
        "wagtail/admin: templates/wagtailadmin/collection_privacy/",
        "wagtail/admin: templates/wagtailadmin/collections/",
        "wagtail/admin: views/collections.py",
    ),
    "documents: no menu and no editor offers them": (
        "wagtail/documents: templates/wagtaildocs/bulk_actions/",
        "wagtail/documents: templates/wagtaildocs/chooser/",
        "wagtail/documents: templates/wagtaildocs/documents/",
        "wagtail/documents: templates/wagtaildocs/multiple/",
        "wagtail/documents: views/",
        "wagtail/documents: fields.py",
    ),
    "sites, locales and Wagtail's API are not installed or switched off": (
        "wagtail: api/",
        "wagtail: contrib/",
        "wagtail: models/api.py",
        "wagtail: models/i18n.py",
        "wagtail: models/sites.py",
        "wagtail/admin: templates/wagtailadmin/shared/side_panels/includes/status/locale.html",
        "wagtail/users: templates/wagtailusers/api_tokens/",
        "wagtail/users: views/api_tokens.py",
    ),
    "Django for its developers: names of languages, generic views, pages of DEBUG": (
        "django/conf: conf/global_settings.py",
        "django/conf: views/",
    ),
}
_SHUT_OFF = tuple(place for places in SHUT_OFF.values() for place in places)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")
#: Spellings of the classical norm, which the packages' Belarusian has here and there.
CLASSICAL = re.compile(r"(?<!пі)[зс]ь[вмнлдц]|ньн|ґ|\b(?:ня|бяз|зь) |кляс|сэс[іь]|сэанс|плян|заблякав", re.IGNORECASE)
MARKUP = re.compile(r"</?\w+|\b(?:class|href|target|data-[\w-]+)=\"[^\"]*\"")


def key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def texts(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)


def folder(app: str) -> Path:
    package, _, rest = app.partition("/")
    return Path(find_spec(package).submodule_search_locations[0]) / rest


def read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def path(language: str, domain: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


def theirs(app: str, language: str, domain: str) -> dict:
    """What a package says in a language; in English: what it wants said."""
    catalog = read(folder(app) / "locale" / language / "LC_MESSAGES" / f"{domain}.po", language)
    found = {key(message): message for message in catalog if message.id}
    if language == "en":
        return found
    return {one: message for one, message in found.items() if all(texts(message)) and not message.fuzzy}


def is_met(app: str, message: Message) -> bool:
    places = [f"{app}: {place}" for place, _line in message.locations]
    return not places or not all(place.startswith(_SHUT_OFF) for place in places)


def wanted(domain: str) -> Iterator[tuple[str, Message]]:
    """Each string that somebody at the desk may meet, with the app it stands in."""
    for app in APPS:
        for message in theirs(app, "en", domain).values():
            if is_met(app, message):
                yield app, message


def said(language: str, domain: str) -> dict:
    """What all packages together say in a language."""
    found: dict = {}
    for app in APPS:
        found = theirs(app, language, domain) | found
    return found


def missing(language: str, domain: str) -> dict:
    """What the packages leave in English."""
    known = said(language, domain)
    return {key(message): message for _app, message in wanted(domain) if key(message) not in known}


def faults(english: Message, language: str, string: str | tuple[str, ...]) -> Iterator[str]:
    """Placeholders and tags are those of the English, plural forms three. A “1” in English may be a number here."""
    forms = (english.id,) if isinstance(english.id, str) else tuple(english.id)
    every, first = (set(PLACEHOLDER.findall(forms[at])) for at in (-1, 0))
    tags = [sorted(MARKUP.findall(form)) for form in forms]
    for text in (string,) if isinstance(string, str) else string:
        if not first & every <= set(PLACEHOLDER.findall(text)) <= first | every:
            yield f"other placeholders in {text!r}"
        if sorted(MARKUP.findall(text)) not in tags:
            yield f"other tags in {text!r}"
        if language == "be" and CLASSICAL.search(text):
            yield f"not in the official spelling: {text!r}"
    message = Message(forms[0] if len(forms) == 1 else (forms[-1], forms[-1]), string, flags=english.flags - {"fuzzy"})
    yield from map(str, message.check(Catalog(locale=language)))


def problems(languages: tuple[str, ...]) -> list[str]:
    found = []
    for language in languages:
        for domain in DOMAINS:
            catalog = read(path(language, domain), language)
            ours = {key(message): message for message in catalog if message.id}
            known = said(language, domain)
            english = {one: message for app in APPS for one, message in theirs(app, "en", domain).items()}
            met = {key(message) for _app, message in wanted(domain)}
            faulty = [(one, "no longer used") for one in ours.keys() - english.keys()]
            for one in english.keys() & (met | ours.keys()):
                message = ours.get(one) or known.get(one)
                if message is None:
                    faulty.append((one, "missing"))
                elif not all(texts(message)) or message.fuzzy:
                    faulty.append((one, "not translated"))
                else:
                    three = message.string if isinstance(message.string, str) else tuple(message.string)[:3]
                    faulty += [(one, fault) for fault in faults(english[one], language, three)]
            found += [f"{language}, Wagtail's {domain}: {fault}: {one[1]!r}" for one, fault in faulty]
    return sorted(found)


def updated(language: str, domain: str) -> Catalog:
    """Our catalogue with what is missing taken up, empty, and what is no longer used left out."""
    old = read(path(language, domain), language)
    new = Catalog(locale=language, project="Wagtail's words in Barograph", charset="utf-8")
    english: dict = {}
    for app in APPS:
        for one, message in theirs(app, "en", domain).items():
            places = english.setdefault(one, (message, []))[1]
            places += [(f"{app}: {place}", None) for place, _line in message.locations]
    needed = missing(language, domain)
    for one, (message, places) in english.items():
        text = old.get(one[1], one[0])
        if one in needed or text:
            flags = set(message.flags) - {"fuzzy"}
            string = text.string if text else ""
            new.add(message.id, string, locations=sorted(set(places)), flags=flags, context=one[0])
    return new
