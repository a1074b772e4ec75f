"""Whoever keeps the accounts gives roles; they make no administrator, and can do nothing to one."""

import pytest
from django.urls import reverse

from barograph.people.models import User
from tests.factories import UserFactory


@pytest.fixture
def administrator(db):
    return UserFactory(username="administrator", is_superuser=True)


def form(user, **changes):
    fields = {
        "username": user.username,
        "email": "x@example.org",
        "first_name": "A",
        "last_name": "B",
        "is_active": "on",
    }
    return fields | changes


def test_an_operator_keeps_accounts_but_makes_no_administrator(cast, sign_in):
    client, analyst = sign_in(cast["operator"]), cast["analyst"]
    edit = reverse("wagtailusers_users:edit", args=[analyst.pk])
    assert client.get(edit).status_code == 200
    client.post(edit, form(analyst, is_superuser="on", email="new@example.org"))
    analyst.refresh_from_db()
    assert (analyst.email, analyst.is_superuser) == ("new@example.org", False)
    word = "a long new word"
    added = form(User(username="more"), is_superuser="on", password1=word, password2=word)
    client.post(reverse("wagtailusers_users:add"), added)
    assert not User.objects.get(username="more").is_superuser


def test_an_administrators_account_is_out_of_an_operators_reach(cast, sign_in, administrator):
    client = sign_in(cast["operator"])
    for view in ("edit", "delete"):
        place = reverse(f"wagtailusers_users:{view}", args=[administrator.pk])
        for answer in (client.get(place), client.post(place, form(administrator, email="mine@example.org"))):
            assert answer.status_code in {302, 403}
            assert "edit" not in answer.headers.get("Location", "")
    for act, fields in (
        ("set_active_state", {"mark_as_active": "False"}),
        ("delete", {}),
        ("assign_role", {"role": "1"}),
    ):
        bulk = reverse("wagtail_bulk_action", args=["people", "user", act])
        client.post(f"{bulk}?id={administrator.pk}", fields)
    administrator.refresh_from_db()
    assert (administrator.is_active, administrator.is_superuser, administrator.email == "mine@example.org") == (
        True,
        True,
        False,
    )
    assert not administrator.groups.exists()


def test_an_administrator_makes_another(sign_in, administrator, cast):
    edit = reverse("wagtailusers_users:edit", args=[cast["analyst"].pk])
    sign_in(administrator).post(edit, form(cast["analyst"], is_superuser="on"))
    assert User.objects.get(pk=cast["analyst"].pk).is_superuser
