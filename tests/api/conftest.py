"""The desk's cast, each with a token; and a caller that speaks as they would."""

import pytest
from django.test import Client

from barograph.api.models import Scope
from barograph.api.tokens import make_token
from tests.desk.conftest import cast, issue, roles, sign_in, source, translation  # noqa: F401 (fixtures)

BASE = "/desk/api/v1/"


@pytest.fixture
def call():
    """call(user or secret, verb, path, body, scopes=…, **headers) → the answer."""

    def ask(who, verb, path, body=None, *, scopes=tuple(Scope.values), **headers):
        secret = who if isinstance(who, str) else make_token(user=who, name="t", scopes=scopes, days=7)[1]
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        kwargs = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(Client(), verb)(BASE + path, headers={"Authorization": f"Bearer {secret}", **headers}, **kwargs)

    return ask
