"""Someone new comes in by a mail: its link works once, for a week, and gives no more than it was meant to."""

import datetime
import email
import email.policy
import logging
import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import signing
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from barograph.delivery.transports import Answer
from barograph.delivery.transports.memory import MemoryTransport
from barograph.desk import invitations as pages
from barograph.people import invitations
from barograph.people.models import Invitation, User
from tests.factories import UserFactory

PAGE, GONE = "/desk/invitations/", "/desk/invitation/"
ADDRESS = "new-person@example.org"


@pytest.fixture
def operator(roles):
    return UserFactory(username="operator", is_superuser=True)


@pytest.fixture
def client(operator, sign_in, outbox):
    return sign_in(operator)


def role(name):
    return Group.objects.get(name=name)


def form(**changes):
    roles = changes.pop("roles", ["Analysts"])
    fields = {"email": ADDRESS, "name": "Vera", "language": "be", "roles": [role(name).pk for name in roles]}
    return fields | changes


def invite(client, **changes):
    return client.post(PAGE, form(**changes), follow=True)


def text_of(mail) -> str:
    return email.message_from_bytes(mail[2], policy=email.policy.default).get_body(("plain",)).get_content()


def link_in(mail) -> str:
    return re.search(r"http\S+?(/desk/invitation/\S+/)", text_of(mail))[1]


def link() -> str:
    return reverse("desk_invitation", args=[invitations.token_of(Invitation.objects.get())])


def answers(**changes):
    word = "a long new word"
    return {"username": "vera", "first_name": "Vera", "password1": word, "password2": word} | changes


def is_gone(answer) -> bool:
    return answer.status_code == 302 and answer["Location"] == GONE


def test_from_the_mail_to_the_desk(client, outbox, settings):
    page = invite(client, roles=["Editors", "Analysts"], language="ru")
    settings.SECOND_FACTOR = "publishers"
    assert "has been sent to" in page.content.decode()
    ((_sender, recipient, mail),) = outbox
    assert recipient == ADDRESS
    guest = Client()
    place = link_in(outbox[0])
    page = guest.get(place).content.decode()
    assert "Добро пожаловать в редакцию" in page
    answer = guest.post(place, answers())
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    user = User.objects.get(username="vera")
    assert (user.email, user.first_name, user.is_superuser, user.check_password("a long new word")) == (
        ADDRESS, "Vera", False, True,
    )  # fmt: skip
    assert set(user.groups.values_list("name", flat=True)) == {"Editors", "Analysts"}
    assert UserProfile.objects.get(user=user).preferred_language == "ru"
    # who may publish meets the gate first
    assert guest.get("/desk/")["Location"].startswith("/desk/safety/set-up/")
    assert Invitation.objects.get().email == ""
    assert is_gone(Client().get(place))
    assert is_gone(Client().post(place, answers(username="second")))
    assert not User.objects.filter(username="second").exists()


def test_opening_a_link_changes_nothing(client):
    invite(client)
    for _time in range(3):
        for verb in ("get", "head", "options"):
            getattr(Client(), verb)(link())
    assert Invitation.objects.open().count() == 1
    assert not User.objects.filter(username="vera").exists()


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_the_mail_speaks_the_language_of_whom_it_is_for(client, outbox, language):
    invite(client, language=language)
    words = {"be": "запрашае ў рэдакцыю", "ru": "приглашает в редакцию", "en": "invites you to the desk"}
    text = text_of(outbox[0])
    assert words[language] in text
    assert "Vera" in text
    assert link() in text


def test_used_up_run_out_withdrawn_replaced_and_forged_links_end_on_one_calm_page(client):
    invite(client)
    row = Invitation.objects.get()
    old = link()
    client.post(reverse("desk_invitation_steer", args=[row.pk]), {"act": "again"})
    assert link() != old
    other = signing.Signer(salt="other").sign_object([row.pk, row.secret])
    forged = [old, link()[:-6] + "aaaa/", f"{GONE}x/", f"{GONE}{other}/", f"{GONE}{'x' * 3000}/"]
    forged.append(reverse("desk_invitation", args=[signing.Signer(salt=invitations._SALT).sign_object("x")]))
    for wrong in forged:
        assert is_gone(Client().get(wrong)), wrong
        assert is_gone(Client().post(wrong, answers())), wrong
    Invitation.objects.update(expires_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    assert is_gone(Client().post(link(), answers()))
    client.post(reverse("desk_invitation_steer", args=[row.pk]), {"act": "again"})
    assert Client().get(link()).status_code == 200
    client.post(reverse("desk_invitation_steer", args=[row.pk]), {"act": "withdraw"})
    assert is_gone(Client().post(link(), answers()))
    assert Invitation.objects.get().email == ""
    page = Client().get(GONE, headers={"Accept-Language": "be"})
    assert page.status_code == 404
    assert "Гэтае запрашэнне больш не дзейнічае" in page.content.decode()
    assert "/desk/login/" in page.content.decode()
    assert not User.objects.filter(username="vera").exists()


def test_it_ends_with_the_rights_of_whoever_invited(client, operator):
    invite(client)
    User.objects.filter(pk=operator.pk).update(is_superuser=False)
    assert is_gone(Client().post(link(), answers()))
    User.objects.filter(pk=operator.pk).update(is_superuser=True, is_active=False)
    assert is_gone(Client().post(link(), answers()))
    operator.delete()
    assert is_gone(Client().post(link(), answers()))


def test_nobody_gives_a_role_that_has_more_rights_than_they(cast, sign_in, outbox):
    clerk = cast["translator"]
    clerk.user_permissions.add(Permission.objects.get(codename="add_user"))
    client = sign_in(clerk)
    assert "Editors" not in client.get(PAGE).content.decode()
    assert invite(client, roles=["Editors"]).status_code == 422
    assert invite(client, roles=[]).status_code == 422
    assert invite(client, roles=["Translators"]).status_code == 200
    assert Invitation.objects.count() == len(outbox) == 1
    clerk.user_permissions.add(Permission.objects.get(codename="change_user"))
    clerk = User.objects.get(pk=clerk.pk)
    assert {group.name for group in invitations.roles_of(clerk)} >= {"Analysts", "Editors", "Translators"}
    with pytest.raises(Exception, match="role"):
        invitations.invite(by=cast["analyst"], email="x@example.org", name="X", language="en", roles=[role("Editors")])


def test_an_operator_invites_into_every_role_and_the_page_names_them_in_ones_language(cast, sign_in, outbox):
    UserProfile.objects.update_or_create(user=cast["operator"], defaults={"preferred_language": "be"})
    client = sign_in(cast["operator"])
    assert invite(client, roles=["Editors", "Publishers"]).status_code == 200
    page = client.get(PAGE).content.decode()
    assert "Рэдактары" in page
    assert "Editors" not in page
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("who", ["editor", "analyst", "translator", "publisher", "nobody"])
def test_only_who_may_make_accounts_invites(cast, sign_in, outbox, who):
    assert invite(sign_in(cast[who])).redirect_chain
    assert not Invitation.objects.exists()
    assert outbox == []


def test_accounts_and_invitations_that_exist_get_a_clear_word(client, outbox):
    user = UserFactory(username="here", email="Here@Example.org")
    page = invite(client, email="here@example.org")
    assert "“here” already has this address" in page.content.decode()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert "Reopen it under Users" in invite(client, email="here@example.org").content.decode()
    invite(client)
    page = invite(client, email=ADDRESS.upper())
    assert "already been invited" in page.content.decode()
    assert len(outbox) == 1
    # somebody made the account by hand meanwhile
    UserFactory(email=ADDRESS)
    assert is_gone(Client().get(link()))
    row = Invitation.objects.get()
    page = client.post(reverse("desk_invitation_steer", args=[row.pk]), {"act": "again"}, follow=True)
    assert "already has this address" in page.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nobody"},
        {"email": "x@example.org\nBcc: y@example.org"},
        {"name": ""},
        {"name": "x" * 200},
        {"language": "xx"},
        {"roles": []},
        {"roles": ["Editors"], "email": ""},
    ],
)
def test_bad_input_is_told_and_nothing_is_lost(client, outbox, wrong):
    page = invite(client, **wrong)
    assert page.status_code == 422
    assert not Invitation.objects.exists()
    assert outbox == []
    if "name" not in wrong:
        assert "Vera" in page.content.decode()


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"username": "OPERATOR"}, "занята"),
        ({"username": "a b"}, "username"),
        ({"username": ""}, "username"),
        ({"password2": "another long word"}, "password2"),
        ({"password1": "short", "password2": "short"}, "password2"),
        ({"password1": "password12345", "password2": "password12345"}, "password2"),
    ],
)
def test_a_wrong_name_or_password_uses_nothing_up_and_no_log_keeps_the_link(client, caplog, wrong, word):
    invite(client)
    with caplog.at_level(logging.DEBUG):
        answer = Client().post(link(), answers(**wrong))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert word in answer.content.decode()
    assert Invitation.objects.open().count() == 1
    assert ADDRESS not in caplog.text
    assert invitations.token_of(Invitation.objects.get()) not in caplog.text
    assert Client().post(link(), answers()).status_code == 302


def test_of_two_at_once_one_goes_away_empty(client):
    invite(client)
    found = invitations.find(invitations.token_of(Invitation.objects.get()))
    for name in ("first", "second"):
        user = User(username=name)
        user.set_password("a long new word")
        if name == "first":
            invitations.accept(invitation=found, user=user)
        else:
            with pytest.raises(invitations.Gone):
                invitations.accept(invitation=found, user=user)
    assert not User.objects.filter(username="second").exists()


def test_a_mail_that_does_not_leave_is_told_and_can_be_sent_again(client, outbox, caplog):
    MemoryTransport.answers.append(Answer(550, f"no {ADDRESS} here"))
    with caplog.at_level(logging.DEBUG):
        page = invite(client).content.decode()
    assert "rejected this address" in page
    assert "The e-mail was not sent" in page
    assert ADDRESS not in caplog.text
    page = client.post(
        reverse("desk_invitation_steer", args=[Invitation.objects.get().pk]), {"act": "again"}, follow=True
    )
    assert "has been sent to" in page.content.decode()
    assert len({mail[2] for mail in outbox}) == len(outbox)


def test_mails_and_tries_are_counted(client, outbox, monkeypatch):
    monkeypatch.setattr(pages, "MAILS", 1)
    invite(client)
    assert invite(client, email="other@example.org").status_code == 422
    row = Invitation.objects.get()
    client.post(reverse("desk_invitation_steer", args=[row.pk]), {"act": "again"})
    assert len(outbox) == 1
    monkeypatch.setattr(pages, "TRIES", 3)
    for _time in range(3):
        assert is_gone(Client().get(f"{GONE}guess/"))
    answer = Client().get(link(), follow=True)
    assert answer.status_code == 429


def test_all_of_it_is_on_record_without_the_address(client, operator):
    invite(client)
    row = Invitation.objects.get()
    client.post(reverse("desk_invitation_steer", args=[row.pk]), {"act": "again"})
    Client().post(link(), answers())
    invite(client, email="x@example.org")
    row = Invitation.objects.open().get()
    client.post(reverse("desk_invitation_steer", args=[row.pk]), {"act": "withdraw"})
    client.post(reverse("desk_invitation_steer", args=[row.pk]), {"act": "nothing"})
    found = ModelLogEntry.objects.filter(action__contains="invitation").order_by("pk")
    acts = [line.action.partition("invitation_")[2] for line in found]
    assert acts == ["made", "renewed", "used", "made", "withdrawn"]
    assert found[2].user == User.objects.get(username="vera")
    assert found[0].data == {"roles": ["Analysts"]}
    assert not [line for line in ModelLogEntry.objects.all() if "@example.org" in f"{line.label} {line.data}"]
