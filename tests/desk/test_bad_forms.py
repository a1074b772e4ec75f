"""Every form of the desk, fed with nonsense: never an error of the server, and never a word lost without being told."""

import random
import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.desk.test_every_address import addresses, filled, world  # noqa: F401

#: What people paste, mistype and attack with.
NONSENSE = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "x" * 70_000,
    "-1",
    "0",
    "99999999999999999999999",
    "1e400",
    "NaN",
    "2020-02-30",
    "0000-00-00",
    "99999-01-01 25:61",
    "9999-12-31",
    "0001-01-01",
    "null",
    "[]",
    '{"blocks": 1}',
    '{"blocks": [{"text": 5}], "entityMap": []}',
    '[{"type": "x"}]',
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%s%n{0}{{x}}",
    "\u202e\ud7ff\ufffe",
    "👩‍👩‍👧‍👦 ў’«—»",
    "../../etc/passwd",
    "javascript:alert(1)",
    "on",
)
TRIES = 4


def forms(client: Client, url: str):
    """(address, fields) of each form that a page sends by POST."""
    answer = client.get(url)
    if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
        return
    for form in BeautifulSoup(answer.content, "html.parser").find_all("form"):
        if form.get("method", "get").lower() != "post" or "logout" in form.get("action", ""):
            continue
        names = {tag["name"]: tag for tag in form.find_all(["input", "select", "textarea"]) if tag.get("name")}
        names.pop("csrfmiddlewaretoken", None)
        if names:
            yield form.get("action") or url, names


def value_of(tag) -> str:
    """What the browser would send for a field left alone."""
    if tag.name == "textarea":
        return tag.get_text()
    if tag.name == "select":
        chosen = tag.find("option", selected=True) or tag.find("option")
        return chosen.get("value", "") if chosen else ""
    return tag.get("value", "")


def bad(chance: random.Random, names: dict, number: int) -> dict:
    """A form with one field, some fields or all of them nonsense, or with fields missing or given twice."""
    sent: dict = {name: value_of(tag) for name, tag in names.items()}
    spoiled = list(names) if number == 0 else chance.sample(list(names), max(1, len(names) // (number + 1)))
    for name in spoiled:
        file = names[name].get("type") == "file"
        text = chance.choice(NONSENSE)
        sent[name] = SimpleUploadedFile("x.png", text.encode("utf-8", "replace") or b"?") if file else text
    if number == 1:
        for name in spoiled:
            sent.pop(name)
    if number == 2 and not any(tag.get("type") == "file" for tag in names.values()):
        sent[spoiled[0]] = [chance.choice(NONSENSE), chance.choice(NONSENSE)]
    return {name: value for name, value in sent.items() if value is not None}


PLACES = sorted(
    {
        name
        for name, _path in addresses()
        if re.search(
            r"^desk_|^publishing_|:(add|edit|delete|create|unpublish|revisions_revert)$|account|^publication", name
        )
        and not name.startswith(("wagtailadmin_pages", "wagtailadmin_collections", "wagtailadmin_workflows"))
        and name != "wagtailadmin_account"
    }
    | {"wagtailadmin_home", "wagtailadmin_account", "wagtailadmin_login", "wagtailadmin_password_reset"}
)


# Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("role", ["editor", "analyst", "translator", None])
def test_nonsense_is_refused_and_never_breaks_the_server(role, cast, world):  # noqa: F811
    client, chance, tried = Client(raise_request_exception=False), random.Random(f"desk {role}"), 0
    if role:
        client.force_login(cast[role])
    paths, broken, seen = dict(addresses()), [], set()
    for place in PLACES:
        for action, names in forms(client, filled(place, paths[place], world)):
            kind = (re.sub(r"\d+", "0", action), frozenset(names))
            if kind in seen:
                continue
            seen.add(kind)
            for number in range(TRIES):
                sent, cookies = bad(chance, names, number), client.cookies.copy()
                with transaction.atomic():
                    status = client.post(action, sent).status_code
                    transaction.set_rollback(True)
                client.cookies = cookies
                ContentType.objects.clear_cache()
                tried += 1
                if status >= 500:
                    broken.append((action, {name: str(value)[:60] for name, value in sent.items()}))
    assert broken == []
    assert tried >= (100 if role == "editor" else 4), f"only {tried} forms were sent"
