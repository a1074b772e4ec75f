"""Every address, every role, every verb: written down here and held on the server."""

import pytest
from django.contrib.auth.models import Group
from django.urls import get_resolver, reverse
from wagtail.test.utils.form_data import rich_text

from barograph.commentaries import services
from barograph.commentaries.admin import RIGHTS, CommentaryViewSet
from barograph.commentaries.models import BODY_FEATURES, Commentary
from barograph.desk.roles import PERMISSIONS, ensure_roles
from barograph.issues.models import Issue
from barograph.people import factors
from tests.factories import CommentaryFactory, PersonFactory

ROLES = ("editor", "analyst", "other", "translator", "publisher", "operator", "nobody")
OK, NO, AWAY = 200, 403, 302
#: Of a role without rights Wagtail's views lead home; of somebody without a role, to the sign-in.
CLOSED = (NO, AWAY)


def name(view):
    return f"wagtailsnippets_commentaries_commentary:{view}"


#: address → who may GET it (others are refused or led away)
READ = {
    "edit": {"editor", "analyst"},
    "history": {"editor", "analyst"},
    "usage": {"editor", "analyst"},
    "workflow_history": {"editor", "analyst"},
    "delete": {"editor"},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("view", READ)
def test_who_may_open_a_commentary(cast, sign_in, source, role, view):
    answer = sign_in(cast[role]).get(reverse(name(view), args=[source.pk]))
    assert (answer.status_code == OK) == (role in READ[view]), answer.status_code
    if role not in READ[view]:
        assert answer.status_code in CLOSED


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("view", ["unpublish", "lock", "unlock", "delete"])
def test_only_editors_take_back_lock_and_delete(cast, sign_in, source, role, view):
    services.sign_off(commentary=source)
    sign_in(cast[role]).post(reverse(name(view), args=[source.pk]))
    left = Commentary.objects.filter(pk=source.pk).first()
    touched = left is None or not left.live or left.locked
    assert touched == (role == "editor" and view != "unlock")


@pytest.mark.parametrize("role", ROLES)
def test_revisions_are_shown_and_compared_only_to_whom_the_commentary_is(cast, sign_in, source, role):
    first, second = source.save_revision(), source.save_revision()
    client, may = sign_in(cast[role]), role in {"editor", "analyst"}
    compare = reverse(name("revisions_compare"), args=[source.pk, first.pk, second.pk])
    revert = reverse(name("revisions_revert"), args=[source.pk, first.pk])
    for url in (compare, revert):
        assert (client.get(url).status_code == OK) == may
    preview = reverse(name("preview_on_edit"), args=[source.pk])
    assert (client.post(preview, {}).status_code == OK) == may


def test_a_revision_is_found_only_under_its_own_commentary(cast, sign_in, source, issue):
    other = CommentaryFactory(issue=issue)
    foreign = other.save_revision()
    client = sign_in(cast["analyst"])
    for view in ("revisions_view", "revisions_revert"):
        assert client.get(reverse(name(view), args=[source.pk, foreign.pk])).status_code == 404


def form_of(commentary, **fields):
    line = commentary.bylines.get()
    return {
        "headline": "Changed",
        "lede": "",
        "body": rich_text("<p>A text.</p>", features=BODY_FEATURES),
        "question": "",
        "resolves_by": "",
        "resolution": "",
        "scenarios-count": "0",
        "bylines-TOTAL_FORMS": "1",
        "bylines-INITIAL_FORMS": "1",
        "bylines-MIN_NUM_FORMS": "0",
        "bylines-MAX_NUM_FORMS": "1000",
        "bylines-0-id": str(line.pk),
        "bylines-0-person": str(line.person_id),
        "bylines-0-ORDER": "1",
        **fields,
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("publish", [False, True])
def test_who_may_change_and_who_may_sign_off(cast, sign_in, source, role, publish):
    extra = {"action-publish": "1"} if publish else {}
    sign_in(cast[role]).post(reverse(name("edit"), args=[source.pk]), form_of(source, **extra))
    row = Commentary.objects.get(pk=source.pk)
    assert (services.working_copy(row).headline == "Changed") == (role in {"editor", "analyst"})
    assert row.live == (publish and role == "editor")


def test_a_commentary_goes_from_analyst_over_review_to_ready(cast, sign_in, source):
    edit = reverse(name("edit"), args=[source.pk])
    sign_in(cast["analyst"]).post(edit, form_of(source, **{"action-submit": "1"}))
    row = Commentary.objects.get(pk=source.pk)
    assert (row.workflow_in_progress, row.live) == (True, False)
    approve = reverse(name("workflow_action"), args=[row.pk, "approve", row.current_workflow_task_state.pk])
    for role in ("analyst", "other", "translator", "nobody"):
        sign_in(cast[role]).post(approve)
        assert not Commentary.objects.get(pk=source.pk).live
    other = CommentaryFactory(issue=row.issue)
    foreign = reverse(name("workflow_action"), args=[other.pk, "approve", row.current_workflow_task_state.pk])
    assert sign_in(cast["editor"]).post(foreign).status_code == 404
    sign_in(cast["editor"]).post(approve, {"comment": ""})
    row = Commentary.objects.get(pk=source.pk)
    assert (row.live, row.headline) == (True, "Changed")


def test_an_analyst_signs_with_their_own_names_only(cast, sign_in, source):
    stranger = PersonFactory()
    form = form_of(source, **{"bylines-0-person": str(stranger.pk)})
    sign_in(cast["analyst"]).post(reverse(name("edit"), args=[source.pk]), form)
    assert [line.person.slug for line in services.working_copy(source).bylines.all()] == ["pen-name"]


def test_hidden_fields_change_no_place_and_no_verdict(cast, sign_in, source, issue):
    other = CommentaryFactory(issue=issue)
    extra = {"topic": other.topic_id, "language": "en", "source": other.pk, "verdict": "improved", "live": "on"}
    sign_in(cast["analyst"]).post(reverse(name("edit"), args=[source.pk]), form_of(source, **extra))
    draft = services.working_copy(Commentary.objects.get(pk=source.pk))
    assert (draft.topic_id, draft.language, draft.source_id, draft.live) == (source.topic_id, "ru", None, False)
    assert not issue.verdicts.exists()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_translation_is_changed_on_its_own_screen_alone(cast, sign_in, translation, role, verb):
    client = sign_in(cast[role])
    before = translation.revisions.count()
    revision = translation.latest_revision_id
    for view, args in (("edit", []), ("revisions_revert", [revision]), ("preview_on_edit", [])):
        answer = getattr(client, verb)(reverse(name(view), args=[translation.pk, *args]))
        assert answer.status_code in CLOSED
    assert translation.revisions.count() == before


@pytest.mark.parametrize("role", ROLES)
def test_who_may_translate(cast, sign_in, source, role):
    client, may = sign_in(cast[role]), role in {"editor", "translator"}
    screen = reverse("desk_translate", args=[source.pk, "be"])
    assert (client.get(screen).status_code == OK) == may
    assert not source.translations.exists(), "looking changes nothing"
    client.post(screen, {"t-headline": "Загаловак"})
    assert source.translations.exists() == may
    client.post(reverse("desk_translate_po_begin", args=[source.pk, "en"]))
    assert source.translations.filter(language="en").exists() == may
    for address in ("desk_translate_po", "desk_translate_xliff", "desk_translate_preview"):
        if not may:
            assert client.get(reverse(address, args=[source.pk, "be"])).status_code in CLOSED


@pytest.mark.parametrize("language", ["ru", "de"])
def test_there_is_no_screen_for_the_source_or_a_foreign_language(cast, sign_in, source, language):
    screen = reverse("desk_translate", args=[source.pk, language])
    assert sign_in(cast["translator"]).get(screen).status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_who_may_move_the_week(cast, sign_in, issue, role):
    client, editor = sign_in(cast[role]), role == "editor"
    topic = issue.slots.first().topic
    client.post(reverse("desk_verdict", args=[issue.pk, topic.pk]), {"value": "improved"})
    assert issue.verdicts.filter(value="improved").exists() == editor
    client.post(reverse("desk_writer", args=[issue.pk, topic.pk]), {"writer": cast["other"].pk})
    assert issue.slots.filter(writer=cast["other"]).exists() == editor
    client.post(reverse("desk_open_issue"))
    assert (Issue.objects.count() == 2) == editor
    for address in ("desk_verdict", "desk_writer", "desk_write"):
        assert client.get(reverse(address, args=[issue.pk, topic.pk])).status_code in {405, AWAY}


@pytest.mark.parametrize("role", ROLES)
def test_who_may_begin_to_write(cast, sign_in, issue, role):
    topic = issue.slots.first().topic
    answer = sign_in(cast[role]).post(reverse("desk_write", args=[issue.pk, topic.pk]), {"language": "ru"})
    begun = issue.commentaries.first()
    if role in {"editor", "analyst"}:
        assert answer.url == reverse(name("edit"), args=[begun.pk])
        assert (begun.language, begun.topic, begun.live) == ("ru", topic, False)
        assert [line.person.slug for line in begun.bylines.all()] == ["pen-name"]
    else:
        assert begun is None
        assert answer.status_code in CLOSED


@pytest.mark.parametrize("role", ["other", "operator"])
def test_no_chooser_tells_what_others_write(cast, sign_in, source, role):
    for view in ("choose/", "choose/results/", f"chosen/{source.pk}/"):
        answer = sign_in(cast[role]).get(f"/desk/choose/commentaries/{view}", follow=True)
        assert source.headline not in answer.content.decode()
    assert "snippetchoosers" not in " ".join(str(space) for space in get_resolver().namespace_dict)


@pytest.mark.parametrize("role", ["publisher", "operator"])
def test_who_releases_sees_the_week_and_who_keeps_accounts_no_text(cast, sign_in, source, settings, role):
    page = sign_in(cast[role]).get(reverse("wagtailadmin_home")).content.decode()
    assert (reverse("publishing_release", args=[source.issue_id]) in page) == (role == "publisher")
    for view in READ:
        assert sign_in(cast[role]).get(reverse(name(view), args=[source.pk])).status_code in CLOSED
    assert (source.headline in page) == (role == "publisher")
    settings.SECOND_FACTOR = "publishers"
    assert factors.is_required(cast[role])


@pytest.mark.parametrize("role", ["analyst", "other", "translator", "publisher", "operator", "nobody"])
def test_the_publication_is_the_editors(cast, sign_in, issue, role):
    client = sign_in(cast[role])
    places = ("topics:index", "topics:add", "analysts:index", "pens:index", "standing:index", "publication:index")
    for place in (*places, "issues:index", "corrections:index"):
        assert client.get(reverse(place), follow=False).status_code in CLOSED
    client.post(reverse("publication:edit", args=[1]), {"name_0": "Mine"})
    assert sign_in(cast["editor"]).get(reverse("topics:index")).status_code == OK


def test_an_analyst_lists_only_their_own(cast, sign_in, source, translation, issue):
    CommentaryFactory(issue=issue, headline="Of somebody else")
    listed = {
        role: {row.pk for row in sign_in(cast[role]).get(reverse(name("list"))).context["object_list"]}
        for role in ("editor", "analyst", "other", "translator")
    }
    assert listed["analyst"] == {source.pk}
    assert listed["translator"] == {translation.pk}
    assert listed["other"] == set()
    assert len(listed["editor"]) == 3


def test_every_address_of_a_commentary_has_its_right_written_down():
    from wagtail.snippets.models import get_snippet_models

    assert Commentary in get_snippet_models()
    assert {pattern.name for pattern in Commentary.snippet_viewset.get_urlpatterns()} <= set(RIGHTS)
    assert isinstance(Commentary.snippet_viewset, CommentaryViewSet)


def test_roles_are_made_once_and_mended(roles):
    group = Group.objects.get(name="Translators")
    group.permissions.clear()
    ensure_roles()
    for label, wanted in PERMISSIONS.items():
        given = Group.objects.get(name=label).permissions.select_related("content_type")
        assert {f"{p.content_type.app_label}.{p.codename}" for p in given} == wanted
    assert Commentary.get_default_workflow().name == "Рэдакцыя · Редакция · Editors"
