"""The document is OpenAPI 3.1 and true: whatever is sent, answers are as it says, and none is an error of ours."""

import datetime

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from barograph.api.models import Scope
from barograph.api.tokens import make_token
from barograph.issues import services as issues
from barograph.people.models import Pen
from tests.factories import PersonFactory

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENT = "/desk/api/v1/openapi.json"
#: By turns: what is there, and what was made up.
REAL = {"issue": "2020-08-03", "topic": "economy", "language": "be"}


@pytest.fixture
def one_connection():
    """A bare request keeps the test's connection, as those of Django's test client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def explore(operation, *, source, headers, examples, mode):
    """`examples` requests of an operation, every second one aimed at what is there. Returns the statuses seen."""
    seen = []

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case):
        if len(seen) % 2:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = source.pk if name == "id" else REAL[name]
            if mode == schemathesis.GenerationMode.POSITIVE and isinstance(case.body, dict):
                case.body |= {name: REAL[name] for name in case.body.keys() & REAL.keys()}
                if "texts" in case.body:
                    case.body["texts"] = {"headline": "".join(case.body["texts"])[:300]}
        answer = case.call(headers={**headers, "If-Match": "*"})
        seen.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    one()
    return seen


def test_every_operation_answers_as_the_document_says(cast, source, one_connection):
    issues.open_issue(first=datetime.date(2020, 8, 10))
    Pen.objects.create(user=cast["editor"], person=PersonFactory())
    _token, secret = make_token(user=cast["editor"], name="t", scopes=Scope.values, days=7)
    headers = {"Authorization": f"Bearer {secret}"}
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, WSGIHandler(), headers=headers)
    assert schema.raw_schema["openapi"].startswith("3.1")
    seen = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in schemathesis.GenerationMode:
            name = f"{operation.method} {operation.path} {mode.value}"
            try:
                seen[name] = explore(operation, source=source, headers=headers, examples=12, mode=mode)
            except NotImplementedError:
                continue
    statuses = {status for found in seen.values() for status in found}
    assert {200, 201, 204, 400, 401, 404} <= statuses, statuses
    assert not {status for status in statuses if status >= 500}
