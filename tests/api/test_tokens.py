"""Tokens: shown once, kept as hashes, listed by day, and ended as sessions are."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from wagtail.models import ModelLogEntry

from barograph.api import gateway
from barograph.api.models import ApiToken, Scope
from barograph.api.tokens import find_token, make_token

PAGE = "/desk/tokens/"
FORM = {"name": "My editor", "scopes": ["drafts:read"], "days": "30"}


@pytest.fixture
def secret(cast):
    return make_token(user=cast["analyst"], name="t", scopes=Scope.values, days=7)[1]


def test_a_token_is_made_at_the_desk_shown_once_and_ended(cast, sign_in, call):
    client = sign_in(cast["analyst"])
    shown = client.post(PAGE, FORM).content.decode()
    secret = re.search(r">(barograph_[\w-]+)<", shown)[1]
    token = ApiToken.objects.get()
    assert secret not in repr(vars(token))
    assert "barograph_" not in client.get(PAGE).content.decode()
    assert call(secret, "get", "drafts").status_code == 200
    token.refresh_from_db()
    assert type(token.last_used_on) is date
    assert sign_in(cast["editor"]).post(reverse("desk_token_end", args=[token.pk])).status_code == 302
    assert call(secret, "get", "drafts").status_code == 200, "nobody ends another's token"
    client.post(reverse("desk_token_end", args=[token.pk]))
    assert call(secret, "get", "drafts").status_code == 401
    actions = set(ModelLogEntry.objects.values_list("action", flat=True))
    assert {"barograph.token_made", "barograph.token_ended"} <= actions


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scopes": ["all"]}, {"scopes": []}, {"days": "9999"}])
def test_a_form_that_is_not_right_makes_no_token(cast, sign_in, wrong):
    assert sign_in(cast["analyst"]).post(PAGE, {**FORM, **wrong}).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_token_ends_with_password_role_factor_account_and_day(cast, secret):
    user = cast["analyst"]

    def changes():
        user.set_password("another-long-one")
        user.save()
        yield "password"
        user.groups.add(Group.objects.get(name="Translators"))
        yield "role"
        TOTPDevice.objects.create(user=user, confirmed=True, name="app")
        yield "factor"
        user.is_active = False
        user.save()
        yield "account"

    for what in changes():
        assert find_token(secret) is None, what
        ApiToken.objects.all().delete()
        if what != "account":
            secret = make_token(user=user, name="t", scopes=Scope.values, days=7)[1]
            assert find_token(secret), what
    user.is_active = True
    user.save()
    token, secret = make_token(user=user, name="t", scopes=Scope.values, days=7)
    ApiToken.objects.update(expires_on=token.made_on - timedelta(days=1))
    assert find_token(secret) is None


def test_a_token_never_stands_for_somebody_who_owes_the_second_factor(cast, settings):
    secret = make_token(user=cast["editor"], name="t", scopes=Scope.values, days=7)[1]
    assert find_token(secret)
    settings.SECOND_FACTOR = "publishers"
    assert find_token(secret) is None


def test_no_page_of_tokens_before_the_second_factor(cast, sign_in):
    TOTPDevice.objects.create(user=cast["editor"], confirmed=True, name="app")
    client = sign_in(cast["editor"])
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE, FORM).status_code == 403
    assert client.get("/desk/api/v1/openapi.json").status_code == 302


def test_wrong_tokens_and_busy_tokens_are_held_back(secret, call, monkeypatch):
    monkeypatch.setattr(gateway, "WRONG_TOKENS", 2)
    monkeypatch.setattr(gateway, "PER_TOKEN", 3)
    answers = [call(secret, "get", "issues") for _time in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert [call("barograph_guess", "get", "issues").status_code for _time in range(3)] == [401, 401, 429]


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_the_page_speaks_the_languages_of_the_desk(cast, sign_in, language):
    page = sign_in(cast["analyst"]).get(PAGE, headers={"Accept-Language": language}).content.decode()
    assert f'lang="{language}"' in page
    assert page.count("<h1") == 1
    assert {"be": "30 дзён", "ru": "30 дней", "en": "30 days"}[language] in page
    for name in re.findall(r'<(?:input|select|textarea)[^>]* id="(id_\w+)"', page):
        assert f'for="{name}"' in page
