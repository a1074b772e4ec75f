"""The examples of docs/api.md are sent as they stand there."""

import re
import shlex
from pathlib import Path

from django.test import Client

from barograph.api.models import Scope
from barograph.api.tokens import make_token
from barograph.commentaries.services import working_copy
from barograph.people.models import Pen
from tests.factories import PersonFactory

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
CALLS = [
    line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.replace("\\\n", "").splitlines()
]


def send(call, values):
    """A line of curl, read as a shell reads it, sent to the application."""
    for name, value in values.items():
        call = call.replace(f"${name}", value.replace('"', '\\"'))
    words = shlex.split(call)
    assert words[0] == "curl"
    verb, data, headers = "GET", None, {}
    options = iter(words[1:-1])
    for word in options:
        if word == "-X":
            verb = next(options)
        elif word == "-H":
            name, _colon, value = next(options).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = next(options)
        else:
            assert word in {"-sS", "-i"}, word
    kind = headers.pop("Content-Type", "application/octet-stream")
    return verb, Client().generic(verb, words[-1], data or "", content_type=kind, headers=headers)


def test_every_example_does_what_it_says(cast, source):
    Pen.objects.create(user=cast["editor"], person=PersonFactory())
    secret = make_token(user=cast["editor"], name="t", scopes=Scope.values, days=7)[1]
    values = {"TOKEN": secret, "BASE": "", "DRAFT": str(source.pk), "ETAG": ""}
    expected = {"GET": 200, "POST": 201, "PUT": 204, "PATCH": 204}
    assert len(CALLS) == 9
    for call in CALLS:
        verb, answer = send(call, values)
        assert answer.status_code == expected[verb], (call, answer.content)
        values["ETAG"] = answer.headers.get("ETag", "")
    source.refresh_from_db()
    assert working_copy(source).headline == "Prices rise faster"
    assert working_copy(source.translations.get()).headline == "Загаловак"
    assert source.issue.ratings.get().value == "worsened"
