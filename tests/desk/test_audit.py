"""Who did what is on record, shown to whom it concerns, and can be taken out as a file."""

import csv
import datetime
import io
import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from barograph.desk import sign_in as signing
from barograph.issues.services import publication
from barograph.people import acts, audit, factors
from barograph.people.models import Pen
from barograph.publishing import hold_rule, services
from barograph.publishing.enums import ReleaseState
from barograph.publishing.models import Release
from tests.factories import PersonFactory, UserFactory

PAGE, EXPORT = "/desk/audit/", "/desk/audit/export/"


@pytest.fixture
def operator(roles):
    return UserFactory(username="operator", is_superuser=True)


def acts_on(**about):
    return list(ModelLogEntry.objects.filter(**about).order_by("pk").values_list("action", flat=True))


def only(action):
    return ModelLogEntry.objects.get(action=f"barograph.{action}")


def body(answer):
    return b"".join(answer.streaming_content).decode()


def test_signing_in_and_refusals_are_on_record_without_what_was_typed(cast):
    user = UserFactory(username="vera")
    client = Client()
    for name, word in (("vera", "wrong-one"), ("my-secret-password", "x"), ("vera", "barograph-test")):
        client.post("/desk/login/", {"username": name, "password": word})
    refused, unknown, passed = ModelLogEntry.objects.filter(action__startswith="barograph.sign_in").order_by("pk")
    assert (refused.action, refused.label, refused.user) == ("barograph.sign_in_refused", "vera", None)
    assert (unknown.action, unknown.label, unknown.data) == ("barograph.sign_in_refused", "–", {})
    assert (passed.action, passed.user) == ("barograph.sign_in", user)
    everything = json.dumps(list(ModelLogEntry.objects.values("label", "data")))
    assert "secret" not in everything
    assert "127.0.0.1" not in everything


def test_nobody_fills_the_log_by_guessing(cast, monkeypatch):
    monkeypatch.setattr(signing, "NOTED", 3)
    for number in range(6):
        Client().post("/desk/login/", {"username": f"guess-{number}", "password": "x"})
    assert ModelLogEntry.objects.filter(action="barograph.sign_in_refused").count() == 3


def user_form(user, **changes):
    return {
        "username": user.username,
        "email": user.email,
        "first_name": "Vera",
        "last_name": "V",
        "is_active": "on",
        "password1": "",
        "password2": "",
        "groups": [],
        **changes,
    }


def test_what_changed_in_an_account_is_on_record(cast, operator, sign_in):
    client, user, analysts = sign_in(operator), cast["other"], Group.objects.get(name="Analysts")
    editors = Group.objects.get(name="Editors")
    edit = reverse("wagtailusers_users:edit", args=[user.pk])
    client.post(edit, user_form(user, groups=[editors.pk], is_superuser="on"))
    assert only("roles_changed").data == {"added": ["Editors"], "removed": ["Analysts"]}
    assert only("administrator_made").user == operator
    form = user_form(user, groups=[editors.pk], password1="a new long word", password2="a new long word")
    form.pop("is_active")
    client.post(edit, form)
    assert (only("administrator_ended").label, only("account_ended").label) == (user.username, user.username)
    assert only("password_set").user == operator
    client.post(edit, user_form(user, groups=[editors.pk]))
    assert only("account_reopened").user == operator
    client.post(
        reverse("wagtailusers_users:add"),
        user_form(user, username="new", password1="a new long word", password2="a new long word", groups=[analysts.pk]),
    )
    assert acts_on(label="new") == ["barograph.password_set", "wagtail.create", "barograph.roles_changed"]


def test_what_is_done_to_several_accounts_at_once_is_on_record(cast, operator, sign_in):
    client, user = sign_in(operator), cast["nobody"]
    address = "/desk/bulk/people/user/{}/?id=" + str(user.pk)
    editors = Group.objects.get(name="Editors")
    assert client.post(address.format("assign_role"), {"role": editors.pk}).status_code == 302
    assert client.post(address.format("set_active_state"), {"mark_as_active": "False"}).status_code == 302
    assert client.post(address.format("delete")).status_code == 302
    wanted = ["roles_changed", "account_ended", "account_deleted"]
    assert acts_on(label=user.username) == [f"barograph.{name}" for name in wanted]
    assert set(ModelLogEntry.objects.values_list("user", flat=True)) == {operator.pk}


def test_a_password_one_changes_oneself_and_rights_of_a_role_are_on_record(cast, operator, sign_in):
    user = UserFactory(username="own", is_superuser=True)
    UserProfile.get_for_user(user)
    form = {
        "name_email-first_name": "Vera",
        "name_email-last_name": "V",
        "name_email-email": "vera@example.org",
        "locale-preferred_language": "en",
        "locale-current_time_zone": "UTC",
        "theme-theme": "system",
        "theme-contrast": "system",
        "theme-density": "default",
        "theme-keyboard_shortcuts": "on",
        "password-old_password": "barograph-test",
        "password-new_password1": "a new long word",
        "password-new_password2": "a new long word",
    }
    sign_in(user).post("/desk/account/", form)
    assert acts_on(user=user) == ["barograph.password_set", "wagtail.edit"]
    group = Group.objects.get(name="Translators")
    seen = Permission.objects.get(codename="view_modellogentry")
    form = {"name": "Translators", "permissions": [seen.pk]}
    for prefix in ("page_permissions", "collection_permissions", "image_permissions", "document_permissions"):
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    sign_in(operator).post(reverse("wagtailusers_groups:edit", args=[group.pk]), form)
    assert "wagtailcore.view_modellogentry" in only("rights_changed").data["added"]


def test_releases_corrections_and_holds_are_on_record(cast, issue, sign_in):
    editor = cast["editor"]
    later = datetime.datetime(2050, 1, 1, tzinfo=datetime.UTC)
    release = services.request(issue=issue, run_at=later, by=editor)
    services.cancel(release=release, by=editor)
    assert not services.cancel(release=release, by=editor)
    house = publication()
    house.release_rule, house.release_missing = "ask", 1
    house.save()
    release = services.request(issue=issue, by=editor)
    Release.objects.filter(pk=release.pk).update(by_rule=True)
    assert hold_rule.hold_if_needed(release_id=release.pk)
    assert hold_rule.publish_ready(release=release, by=editor)
    Release.objects.filter(pk=release.pk).update(state=ReleaseState.FAILED)
    assert services.resume(release=Release.objects.get(pk=release.pk), by=editor)
    names = ["set", "called_off", "asked", "held", "let_go", "went_on"]
    assert acts_on(label=issue.key) == [f"barograph.release_{name}" for name in names]
    assert only("release_held").user is None
    assert "2050-01-01" in only("release_set").data["at"]


def test_editors_see_their_work_and_operators_everything(cast, operator, issue, sign_in):
    audit.note("sign_in", about=cast["analyst"], by=cast["analyst"])
    audit.note("release_asked", about=issue, name=issue.key, by=cast["editor"])
    page = sign_in(cast["editor"]).get(PAGE).content.decode()
    assert "Publication started" in page
    assert "Signed in with a password" not in page
    assert "Signed in with a password" in sign_in(operator).get(PAGE).content.decode()
    assert sign_in(cast["analyst"]).get(PAGE).status_code == 302


def test_who_may_not_see_pens_sees_no_line_that_tells_one(cast, source, sign_in):
    somebody = cast["nobody"]
    for name in ("wagtailadmin.access_admin", "wagtailcore.view_modellogentry", "commentaries.view_commentary"):
        app, code = name.split(".")
        somebody.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=code))
    somebody.user_permissions.add(Permission.objects.get(codename="change_issue"))
    audit.note("api_write", about=source, by=cast["analyst"], what="change draft")
    audit.note("api_write", about=source.issue, by=cast["analyst"], what="rate")
    audit.note("release_asked", about=source.issue, name="2020-08-03", by=cast["editor"])
    client = sign_in(somebody)
    for text in (client.get(PAGE).content.decode(), body(client.post(EXPORT))):
        assert cast["editor"].username in text
        assert cast["analyst"].username not in text
    assert cast["analyst"].username in sign_in(cast["editor"]).get(PAGE).content.decode()


def test_who_keeps_accounts_sees_what_concerns_them_and_no_text(cast, source, sign_in):
    keeper, group = cast["nobody"], Group.objects.get(name="Editors")
    for code in ("access_admin", "view_modellogentry", "change_user"):
        keeper.user_permissions.add(Permission.objects.get(codename=code))
    audit.note("sign_in", about=cast["other"], by=cast["other"])
    audit.note("rights_changed", about=group, by=cast["editor"])
    audit.note("backup", about=publication(), name="–", file="monday.tar.gz")
    audit.note("api_write", about=source, by=cast["analyst"], what="change draft")
    audit.note("release_asked", about=source.issue, name="2020-08-03", by=cast["editor"])
    seen = sign_in(keeper).get(PAGE).context["object_list"]
    assert [line.action.partition(".")[2] for line in seen] == ["backup", "rights_changed", "sign_in"]


def test_a_line_about_a_pen_names_neither_side(cast, sign_in):
    person = PersonFactory(slug="ghost")
    sign_in(cast["editor"]).post(reverse("pens:add"), {"user": cast["other"].pk, "person": person.pk})
    pen = Pen.objects.get(person=person)
    line = ModelLogEntry.objects.get(content_type__model="pen", object_id=pen.pk)
    told = json.dumps([line.label, line.data])
    assert cast["other"].username not in told
    assert "ghost" not in told.lower()


def test_it_is_filtered_by_person_kind_and_period_and_paged(cast, operator, sign_in):
    client = sign_in(operator)
    for _time in range(60):
        audit.note("sign_in", about=cast["analyst"], by=cast["analyst"])
    audit.note("token_made", about=cast["other"], by=cast["other"], token="script")
    first = client.get(PAGE)
    assert len(first.context["object_list"]) == 50
    assert len(client.get(f"{PAGE}?p=2").context["object_list"]) == 11
    assert len(client.get(f"{PAGE}?p=99").context["object_list"]) == 11
    found = client.get(f"{PAGE}?person={cast['other'].pk}").context["object_list"]
    assert [line.details for line in found] == ["token: script"]
    assert len(client.get(f"{PAGE}?kind=tokens").context["object_list"]) == 1
    assert len(client.get(f"{PAGE}?kind=texts").context["object_list"]) == 0
    assert len(client.get(f"{PAGE}?timestamp_to=2020-01-01").context["object_list"]) == 0
    for wrong in ("person=x", "kind=nothing", "timestamp_from=yesterday", "p=x", "person=99999"):
        assert client.get(f"{PAGE}?{wrong}").status_code == 200
        assert client.get(f"{PAGE}results/?{wrong}").status_code == 200


def test_queries_do_not_grow_with_the_lines(cast, operator, sign_in, django_assert_max_num_queries):
    client = sign_in(operator)
    for user in [*cast.values(), UserFactory()]:
        for _time in range(8):
            audit.note("sign_in", about=user, by=user)
    client.get(PAGE)
    with django_assert_max_num_queries(25):
        client.get(PAGE)


def test_the_export_is_what_the_filter_shows_and_leaves_a_line(cast, operator, sign_in):
    client = sign_in(operator)
    user = UserFactory(username="=cmd")
    audit.note("token_made", about=user, by=user, token="=1+1")
    audit.note("sign_in", about=user, by=user)
    answer = client.post(f"{EXPORT}?kind=tokens", {"format": "csv"})
    assert "audit-" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(body(answer))))
    assert [(row["by"], row["action"], row["kind"]) for row in rows] == [("'=cmd", "barograph.token_made", "tokens")]
    lines = [json.loads(line) for line in body(client.post(EXPORT, {"format": "jsonl"})).splitlines()]
    assert [line["action"].partition(".")[2] for line in lines] == ["token_made", "sign_in", "audit_exported"]
    assert lines[0]["data"] == {"token": "=1+1"}
    assert ModelLogEntry.objects.filter(action="barograph.audit_exported", user=operator).count() == 2
    assert client.get(EXPORT).status_code == 405
    assert client.post(f"{EXPORT}?timestamp_from=x").status_code == 400
    assert client.post(EXPORT, {"format": "xml"}).status_code == 400


@pytest.mark.parametrize(("language", "title"), [("be", "Журнал дзеянняў"), ("ru", "Журнал действий")])
def test_it_speaks_the_languages_of_the_desk(cast, operator, sign_in, language, title):
    UserProfile.objects.update_or_create(user=operator, defaults={"preferred_language": language})
    audit.note("release_held", about=publication(), name="–")
    page = sign_in(operator).get(PAGE).content.decode()
    assert title in page
    assert "held" not in page


def test_every_act_has_its_words_and_one_kind(cast, operator):
    for action in acts.ACTS:
        line = audit.note(action.removeprefix("barograph."), about=operator)
        kinds = [kind for kind in acts.Kind.values if audit.lines(operator).filter(acts.lines_of(kind), pk=line.pk)]
        assert kinds == [acts.kind_of(action, ("people", "user"))], action
    assert factors.remove(user=operator) is False
