"""Every address × role × verb, with the scope and without it: the expected answers, written down."""

import itertools

import pytest
from django.test import Client

from barograph.api.models import Scope
from barograph.api.routes import VIEWS
from barograph.people.models import Pen
from tests.api.conftest import BASE
from tests.factories import PersonFactory

ROLES = ("editor", "analyst", "other", "translator", "nobody")
RATINGS, RATE, TEXTS = "ratings/2020-08-03", {"value": "improved"}, {"texts": {"lede": "L"}}
NEW = {"issue": "2020-08-03", "topic": "security", "language": "ru"}
#: (view, verb): path, body, scope, then the answer by role. `nobody` has no way to the desk, hence no valid token.
TABLE = {  # the answers: editor, analyst, another analyst, translator, nobody
    ("issues", "get"): ("issues", None, "", (200, 200, 200, 200, 401)),
    ("drafts", "get"): ("drafts", None, "drafts:read", (200, 200, 200, 200, 401)),
    ("drafts", "post"): ("drafts", NEW, "drafts:write", (201, 403, 403, 403, 401)),
    ("draft", "get"): ("drafts/{pk}", None, "drafts:read", (200, 200, 404, 404, 401)),
    ("draft", "patch"): ("drafts/{pk}", {"lede": "New"}, "drafts:write", (204, 204, 404, 404, 401)),
    ("ratings", "get"): ("ratings/2020-08-03", None, "ratings:read", (200, 200, 403, 403, 401)),
    ("rating", "put"): (f"{RATINGS}/economy", RATE, "ratings:write", (403, 204, 403, 403, 401)),
    ("translations", "get"): ("translations", None, "translations:read", (200, 403, 403, 200, 401)),
    ("translation", "get"): ("translations/{pk}/be", None, "translations:read", (200, 403, 403, 200, 401)),
    ("translation", "patch"): ("translations/{pk}/be", TEXTS, "translations:write", (204, 403, 403, 204, 401)),
    ("openapi", "get"): ("openapi.json", None, "", (200, 200, 200, 200, 401)),
}  # fmt: skip
VERBS = ("get", "post", "put", "patch", "delete")


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_may_do_with_the_scope_and_with_every_other(cast, source, call, role):
    for (view, verb), (path, body, scope, expected) in TABLE.items():
        path, wanted = path.format(pk=source.pk), expected[ROLES.index(role)]
        others = [other for other in Scope.values if other != scope]
        without = wanted if scope == "" else 401 if role == "nobody" else 403
        answer = call(cast[role], verb, path, body, scopes=others, If_Match="*")
        assert answer.status_code == without, (view, verb, "without its scope")
        answer = call(cast[role], verb, path, body, scopes=[scope or "drafts:read"], If_Match="*")
        assert answer.status_code == wanted, (view, verb)
        cast[role].tool_tokens.all().delete()


def test_every_other_verb_is_refused_and_every_view_stands_in_the_table(cast, source, call):
    assert {view for view, _verb in TABLE} == set(VIEWS) - {"nowhere"}
    paths = {view: row[0].format(pk=source.pk) for (view, _verb), row in TABLE.items()}
    for view, verb in itertools.product(paths, VERBS):
        if (view, verb) not in TABLE:
            secret = cast["editor"]
            assert call(secret, verb, paths[view], {} if verb != "get" else None).status_code in {403, 405}, (
                view,
                verb,
            )
            cast["editor"].tool_tokens.all().delete()


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic eDp4"])
def test_a_session_or_a_wrong_token_opens_nothing(cast, source, sign_in, header):
    client = sign_in(cast["editor"])
    headers = {"Authorization": header} if header else {}
    for (_view, verb), (path, body, *_rest) in TABLE.items():
        if path == "openapi.json":
            continue
        kwargs = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = getattr(client, verb)(BASE + path.format(pk=source.pk), headers=headers, **kwargs)
        assert answer.status_code == 401, (path, verb)
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer["Content-Type"] == "application/problem+json"


def test_the_document_opens_to_a_session_of_the_desk_and_to_nobody_else(cast, sign_in):
    assert sign_in(cast["analyst"]).get(BASE + "openapi.json").status_code == 200
    assert sign_in(cast["nobody"]).get(BASE + "openapi.json").status_code == 401
    assert Client().get(BASE + "openapi.json").status_code == 401


def test_a_right_that_is_lost_is_lost_by_the_token_at_once(cast, source, issue, call):
    from barograph.api.tokens import make_token

    _token, secret = make_token(user=cast["analyst"], name="t", scopes=Scope.values, days=7)
    assert call(secret, "get", f"drafts/{source.pk}").status_code == 200
    issue.slots.update(writer=None)
    Pen.objects.all().delete()
    assert call(secret, "get", f"drafts/{source.pk}").status_code == 404
    assert call(secret, "get", "ratings/2020-08-03").status_code == 403


def test_blind_ratings_never_leak(cast, issue, call, settings):
    from datetime import UTC, datetime, timedelta

    from barograph.issues import services as issues
    from barograph.panel import services as panel

    topic = issue.slots.first().topic
    far = issues.open_issue(first=(datetime.now(UTC) + timedelta(days=3)).date())
    Pen.objects.create(user=cast["other"], person=PersonFactory(slug="second-pen"))
    panel.rate(
        issue=far, topic=topic, by=Pen.objects.get(user=cast["other"]).person, value="worsened", reason="secret-word"
    )
    answer = call(cast["analyst"], "get", f"ratings/{far.key}")
    told = answer.json()[0]
    assert (told["own"], told["given"], told["revealed"], told["ratings"]) == (None, 1, False, [])
    assert b"secret-word" not in answer.content
    assert b"Second-Pen" not in answer.content
    assert call(cast["analyst"], "put", f"ratings/{far.key}/{topic.key}", {"value": "improved"}).content == b""
    shown = call(cast["analyst"], "get", f"ratings/{far.key}").json()[0]
    assert {one["value"] for one in shown["ratings"]} == {"worsened", "improved"}
    assert call(cast["editor"], "get", f"ratings/{far.key}").json()[0]["revealed"] is True
