"""Writing a commentary: the checklist beside the editor and again when it is handed on."""

import pytest
from django.utils import translation
from wagtail.models import ModelLogEntry, TaskState
from wagtail.users.models import UserProfile

from barograph.commentaries import review
from barograph.commentaries.models import Commentary, Term
from barograph.desk.glossary import strays
from barograph.issues.enums import IssueState
from barograph.issues.models import Issue
from tests.desk.forms import address, form_of
from tests.factories import CommentaryFactory

TOO_MUCH = [{"title": "Calm", "probability": "0.7"}, {"title": "Storm", "probability": "0.6"}]


def newest(commentary) -> Commentary:
    return Commentary.objects.get(pk=commentary.pk).get_latest_revision_as_object()


@pytest.fixture
def draft(source):
    source.save_revision(clean=False)
    return source


def test_the_checklist_stands_beside_the_editor(cast, sign_in, draft):
    page = sign_in(cast["analyst"]).get(address(draft)).content.decode()
    assert "Before you submit it for review" in page
    assert "Text: 2 words, about 1 minute to read." in page
    assert "The topic has no verdict yet" in page
    assert "data-content-word-count" not in page


def test_a_draft_is_saved_whatever_is_missing(cast, sign_in, draft):
    typed = form_of(draft, headline="", body="<p></p>", scenarios=TOO_MUCH, lede="")
    answer = sign_in(cast["analyst"]).post(address(draft), typed)
    assert answer.status_code == 302
    assert [block.value["probability"] for block in newest(draft).scenarios] == [0.7, 0.6]


def test_an_autosave_brings_the_list_up_to_date(cast, sign_in, draft):
    client = sign_in(cast["analyst"])
    typed = form_of(draft, body="<p>one two three</p>", scenarios=TOO_MUCH)
    answer = client.post(address(draft), typed, headers={"accept": "application/json"}).json()
    assert answer["success"]
    assert "data-side-panel='checklist'" in answer["html"].replace("&#x27;", "'")
    assert "Text: 3 words" in answer["html"]
    assert "The probabilities add up to 130%" in answer["html"]


@pytest.mark.parametrize("role", ["analyst", "editor"])
def test_what_is_needed_holds_a_text_back_and_keeps_what_was_typed(cast, sign_in, draft, role):
    action = {"analyst": "submit", "editor": "publish"}[role]
    body = '<p>Typed just now, <a href="example.org">here</a>.</p>'
    typed = form_of(draft, body=body, **{f"action-{action}": "1"})
    answer = sign_in(cast[role]).post(address(draft), typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Not submitted for review; your text is saved:" in page
    assert "example.org is not an address." in page
    assert "Typed just now" in page
    row = Commentary.objects.get(pk=draft.pk)
    assert not row.live
    assert not row.workflow_in_progress


def test_more_than_a_whole_is_never_handed_on(cast, sign_in, draft):
    answer = sign_in(cast["analyst"]).post(address(draft), form_of(draft, scenarios=TOO_MUCH, **{"action-submit": "1"}))
    assert answer.status_code == 200
    assert not Commentary.objects.get(pk=draft.pk).workflow_in_progress


def test_advice_is_said_and_holds_nothing_back(cast, sign_in, draft):
    typed = form_of(draft, lede="", **{"action-submit": "1"})
    answer = sign_in(cast["analyst"]).post(address(draft), typed, follow=True)
    assert "Worth checking: The lede is missing" in answer.content.decode()
    assert Commentary.objects.get(pk=draft.pk).workflow_in_progress


def test_approving_from_elsewhere_asks_the_same(cast, sign_in, draft):
    sign_in(cast["analyst"]).post(address(draft), form_of(draft, **{"action-submit": "1"}))
    row = Commentary.objects.get(pk=draft.pk)
    row.body = ""
    row.save_revision(clean=False)
    state = TaskState.objects.get()
    editor = sign_in(cast["editor"])
    answer = editor.post(address(draft, "workflow_action", "approve", state.pk), follow=True)
    assert "Not submitted for review" in answer.content.decode()
    assert not Commentary.objects.get(pk=draft.pk).live


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_an_editor_sends_back_what_lacks_something_and_cannot_approve_it(cast, sign_in, draft, action):
    sign_in(cast["analyst"]).post(address(draft), form_of(draft, **{"action-submit": "1"}))
    draft.refresh_from_db()
    typed = form_of(draft, body="<p></p>", **{"action-workflow-action": "1", "workflow-action-name": action})
    answer = sign_in(cast["editor"]).post(address(draft), typed)
    row = Commentary.objects.get(pk=draft.pk)
    assert not row.live
    assert (row.workflow_in_progress, answer.status_code) == ((True, 200) if action == "approve" else (False, 302))


def test_a_half_done_draft_can_be_previewed(cast, sign_in, draft):
    sign_in(cast["editor"]).post(address(draft), form_of(draft, headline="", body="<p></p>", scenarios=TOO_MUCH))
    answer = newest(draft).make_preview_request()
    assert answer.status_code == 200
    assert "Storm" in answer.content.decode()


@pytest.mark.parametrize(
    ("where", "there"),
    [
        ("/ru/2020-08-03/economy/", True),
        ("/ru/2020-08-03/", True),
        ("/en/2020-08-03/economy/", False),  # nobody has translated it
        ("/ru/2020-08-03/nothing/", False),
        ("/ru/2020-08-04/", False),
        ("/xx/2020-08-03/", False),
        ("/ru/2020-99-99/", False),
        ("/ru/topics/economy/", True),  # can't be told from here
        ("https://example.org/ru/2020-08-04/", True),
        ("mailto:desk@example.org", True),
    ],
)
def test_a_link_to_an_issue_of_ours_leads_somewhere(draft, settings, where, there):
    assert review.leads_somewhere(where) is there
    if where.startswith("/"):
        assert review.leads_somewhere(settings.BASE_URL + where) is there


TERMS = (
    {"be": "Лукашэнка", "ru": "Лукашенко", "en": "Lukashenka"},
    {"be": "Расія", "ru": "Россия", "en": "Russia"},
    {"be": "Мінск", "ru": "Минск", "en": "Minsk"},
    {"be": "Польшча", "ru": "Польша"},
    {"be": "Еўразійскі саюз", "ru": "Евразийский союз"},
    {"be": "парламент", "ru": "Парламент"},
)


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("be", "Учора Лукашенко сказаў, а Россия маўчала.", ["Лукашенко", "Россия"]),
        ("be", "Стаўленне да России змянілася.", ["Россия"]),
        ("be", "Лукашэнка і Расія, пра Лукашэнку ў Расіі.", []),
        ("be", 'Газета «Россия сегодня» і агенцтва "Россия" пішуць.', []),
        ("be", "Россыпы солі і польшчы.", []),
        ("be", "Парламент і парламента.", []),
        ("ru", "Лукашэнка в Мінску.", ["Лукашэнка", "Мінск"]),
        ("ru", "Лукашенко о Польше, в Россию и из Минска.", []),
        ("en", "Lukashenka in Minsk.", []),
    ],
)
def test_a_name_in_another_languages_spelling_is_told_and_nothing_else(language, text, found):
    terms = [Term(words=words) for words in TERMS]
    assert [word for word, _wanted in strays(text, language, terms)] == found


def test_the_glossarys_names_stand_in_the_list(cast, sign_in, issue):
    Term.objects.create(words=TERMS[0])
    draft = CommentaryFactory(
        issue=issue, topic=issue.slots.first().topic, language="be", live=False, body="<p>Лукашенко</p>"
    )
    draft.save_revision(clean=False)
    page = sign_in(cast["editor"]).get(address(draft)).content.decode()
    assert "The glossary has “Лукашэнка” for “Лукашенко”." in page


@pytest.mark.parametrize(
    ("language", "said"), [("be", "не закрывайце"), ("ru", "не закрывайте"), ("en", "keep this page open")]
)
def test_what_to_do_while_nothing_is_saved_is_said_in_the_desks_language(cast, sign_in, draft, language, said):
    UserProfile.objects.update_or_create(user=cast["analyst"], defaults={"preferred_language": language})
    assert said in sign_in(cast["analyst"]).get(address(draft)).content.decode()


def told(client, response) -> str:
    return client.get(response.url).content.decode()


@pytest.mark.parametrize("language", ["en", "be", "ru"])
def test_signing_off_says_ready_and_never_published(cast, sign_in, draft, language):
    """A signed-off text reaches readers with its issue: neither the screen nor the log calls it published."""
    UserProfile.objects.update_or_create(user=cast["editor"], defaults={"preferred_language": language})
    client = sign_in(cast["editor"])
    page = told(client, client.post(address(draft), form_of(draft, **{"action-publish": "1"})))
    ready = {
        "en": "is ready. It will be published with the issue.",
        "be": "гатовы. Ён выйдзе з выпускам.",
        "ru": "готов. Он выйдет с выпуском.",
    }[language]
    assert ready in page
    for word in ("published", "апублікава", "опубликова"):
        assert f"{draft.headline} {word}" not in page
    with translation.override("en"):
        assert ModelLogEntry.objects.filter(action="wagtail.publish").get().message == "Signed off"


def test_signing_off_in_a_published_issue_says_how_readers_get_it(cast, sign_in, draft):
    Issue.objects.filter(pk=draft.issue_id).update(state=IssueState.RELEASED)
    client = sign_in(cast["editor"])
    page = told(client, client.post(address(draft), form_of(draft, **{"action-publish": "1"})))
    assert "is ready. Readers will see it once you publish a correction." in page


def test_sending_to_the_editor_is_said_in_the_desks_words(cast, sign_in, draft):
    client = sign_in(cast["analyst"])
    page = told(client, client.post(address(draft), form_of(draft, **{"action-submit": "1"})))
    assert "was submitted for review." in page
    assert "moderation" not in page
