"""Promise 1: nothing half-published. A crash at any step goes on from there; repeating changes nothing."""

import datetime
import json
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from barograph.base import processes
from barograph.editions.models import Edition
from barograph.issues import services as issues
from barograph.publishing import services, steps
from barograph.publishing.enums import ReleaseState, StepState
from barograph.publishing.models import Release, Step
from tests.factories import CommentaryFactory, UserFactory, translated
from tests.publishing.cast import signed_in

NAMES = [step.name for step in steps.STEPS]


@pytest.fixture
def issue(db):
    issues.publication()
    source = CommentaryFactory(language="ru", headline="Зялёны дзень")
    translated(source, "en", headline="A green day")
    issues.decide_verdict(issue=source.issue, topic=source.topic, value="improved")
    return source.issue


def site(folder):
    root = folder / "site" / "current"
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_a_release_shows_the_issue_in_every_language(issue, data_folder):
    release = services.run(services.request(issue=issue).pk)
    assert release.state == ReleaseState.DONE
    assert [(s.name, s.state, s.tries) for s in release.steps.all()] == [(n, StepState.DONE, 1) for n in NAMES]
    pages = site(data_folder)
    address = f"{issue.key}/{issue.commentaries.first().topic.key}/index.html"
    assert "A green day" in pages[f"en/{address}"].decode()
    assert "Зялёны дзень" in pages[f"ru/{address}"].decode()
    issue.refresh_from_db()
    assert issue.state == "released"


@pytest.mark.parametrize("broken", NAMES)
def test_a_crash_at_any_step_goes_on_from_there(issue, data_folder, monkeypatch, broken):
    real = steps.BY_NAME[broken]
    after = []

    def crash(release, progress):
        if not after:
            after.append(real.do(release, progress))  # the work is done, but the crash comes before it is noted
            raise OSError("the lights went out")
        return real.do(release, progress)

    monkeypatch.setitem(steps.BY_NAME, broken, steps.StepKind(real.name, real.title, crash))
    release = services.request(issue=issue)
    with pytest.raises(services.StepFailed, match="the lights went out"):
        services.run(release.pk)
    release.refresh_from_db()
    assert release.state == ReleaseState.FAILED
    assert "the lights went out" in release.steps.get(name=broken).error
    release = services.run(release.pk)
    assert release.state == ReleaseState.DONE
    tries = {s.name: s.tries for s in release.steps.all()}
    assert tries == {name: 2 if name == broken else 1 for name in NAMES}
    assert Edition.objects.filter(issue=issue).count() == 3


@pytest.mark.parametrize("name", NAMES)
def test_each_step_twice_changes_nothing(issue, data_folder, name):
    release = services.run(services.request(issue=issue).pk)
    before, editions = site(data_folder), list(Edition.objects.values_list("digest", flat=True))
    steps.BY_NAME[name].do(release, lambda done, total: None)
    assert site(data_folder) == before
    assert list(Edition.objects.values_list("digest", flat=True)) == editions


def test_an_issue_has_one_release_under_way(issue):
    services.request(issue=issue)
    with pytest.raises(ValidationError):
        services.request(issue=issue)


def test_a_set_hour_is_waited_for_and_can_be_called_off(issue):
    hour = timezone.now() + datetime.timedelta(hours=3)
    release = services.request(issue=issue, run_at=hour)
    assert services.run(release.pk).state == ReleaseState.WAITING
    assert services.unfinished() == []
    assert services.cancel(release=release)
    assert services.run(release.pk).state == ReleaseState.CANCELLED


def test_a_living_worker_keeps_its_release_and_a_dead_ones_is_taken_over(issue):
    release = services.request(issue=issue)
    lease = timezone.now() + datetime.timedelta(minutes=10)
    Release.objects.filter(pk=release.pk).update(
        state=ReleaseState.RUNNING, owner=processes.me(), lease_until=lease, published_at=timezone.now()
    )
    assert services.unfinished() == []
    assert services.run(release.pk).state == ReleaseState.RUNNING
    host = processes.me().rsplit("/", 2)[0]
    Release.objects.filter(pk=release.pk).update(owner=f"{host}/4194304/1")
    assert services.unfinished() == [release.pk]
    assert services.run(release.pk).state == ReleaseState.DONE


def test_publishing_a_draft_shows_nothing_of_it(issue, data_folder):
    CommentaryFactory(issue=issue, language="en", live=False, headline="Nobody may read this yet")
    services.run(services.request(issue=issue).pk)
    for name, data in site(data_folder).items():
        if not name.endswith((".br", ".gz", ".woff2")):
            assert b"Nobody may read this yet" not in data, name


def test_no_public_file_leads_from_a_byline_to_a_sign_in(issue, data_folder):
    from barograph.people.models import Pen

    user = UserFactory(username="secret-sign-in", email="secret-sign-in@example.org")
    Pen.objects.create(user=user, person=issue.commentaries.sources().get().bylines.first().person)
    services.run(services.request(issue=issue, by=user).pk)
    for name, data in site(data_folder).items():
        if not name.endswith((".br", ".gz", ".woff2")):
            assert b"secret-sign-in" not in data, name


def test_no_page_links_to_a_page_that_is_not_there(issue, data_folder):
    import re

    services.run(services.request(issue=issue).pk)
    pages = site(data_folder)
    dynamic = re.compile(r"^/([a-z]+)/(search|subscribe|subscription|unsubscribe)/|^/desk/|^/mailbox/")
    for name, data in pages.items():
        if not name.endswith(".html"):
            continue
        for address in re.findall(r'(?:href|src|action)="(/[^"#?]*)', data.decode()):
            path = address.lstrip("/")
            found = path in pages or f"{path.rstrip('/')}/index.html".lstrip("/") in pages
            assert found or dynamic.match(address), f"{name} links to {address}"


def test_published_editions_are_open_data(issue, data_folder):
    services.run(services.request(issue=issue).pk)
    pages = site(data_folder)
    edition = json.loads(pages[f"data/editions/{issue.key}.en.json"])
    assert edition["topics"][0]["verdict"] == "improved"
    assert f"{issue.key},".encode() in pages["data/verdicts.csv"]


@pytest.mark.parametrize(
    ("language", "words"), [("be", "1 каментарый"), ("ru", "1 комментарий"), ("en", "1 commentary")]
)
def test_a_finished_release_tells_what_readers_have_now(issue, language, words):
    client = signed_in("Publishers", language=language)
    services.run(services.request(issue=issue, mail=False).pk)
    page = client.get(f"/desk/release/{issue.pk}/progress/").content.decode()
    lines = dict(re.findall(r'<a href="/(\w+)/[\d-]+/" lang="\w+">(.*?)</li>', page, re.S))
    assert words in lines["ru"]
    assert words in lines["en"]
    assert words not in lines["be"], "it has no text"
    assert "None" not in page


@pytest.mark.parametrize("words", ["{{settings-link}}", "{{unsubscribe-link}}", "<!--section:x-->", "<!--/section-->"])
def test_words_that_look_like_a_letter_s_marks_stop_no_release(issue, data_folder, outbox, words):
    issue.commentaries.update(headline=words, lede=words, body=f"<p>{words.replace('<', '&lt;')}</p>")
    for row in issue.commentaries.all():
        row.refresh_from_db()
        row.save_revision().publish()
    assert services.run(services.request(issue=issue).pk).state == ReleaseState.DONE


def test_a_letter_that_cannot_be_made_stops_the_release_before_readers_see_it(issue, data_folder, monkeypatch):
    from barograph.newsletter import mails

    monkeypatch.setattr(mails, "sender", lambda *_given: '"Name" <no address>')
    release = services.request(issue=issue)
    with pytest.raises(services.StepFailed, match="address"):
        services.run(release.pk)
    assert not (data_folder / "site" / "current").exists()
    assert {step.name: step.state for step in release.steps.all()}["bake"] == StepState.FAILED
    monkeypatch.undo()
    assert services.run(release.pk).state == ReleaseState.DONE


def test_a_step_of_an_earlier_version_has_its_name_on_the_page(issue, data_folder):
    release = services.run(services.request(issue=issue, mail=False).pk)
    release.steps.filter(name="downloads").update(name="printed-long-ago")
    page = signed_in("Publishers").get(f"/desk/release/{issue.pk}/progress/").content.decode()
    assert "printed-long-ago" in page


#: Names that rows had before their steps were renamed; for the rest, names that no version ever had.
FORMER = {"switch": "swap", "downloads": "forms", "websub": "hub"}


def renamed(release, names):
    """Give the rows of a release the names of another version."""
    for step in release.steps.all():
        if step.name in names:
            Step.objects.filter(pk=step.pk).update(name=names[step.name])


def test_rows_of_renamed_steps_are_shown_under_the_titles_of_today(issue, data_folder):
    release = services.run(services.request(issue=issue, mail=False).pk)
    release.steps.filter(name="websub").update(result={"feeds": 0, "problem": "hub away"})
    renamed(release, FORMER)
    page = signed_in("Publishers").get(f"/desk/release/{issue.pk}/progress/").content.decode()
    assert all(
        title in page for title in ("Switch to the new site", "Create PDF, EPUB and cards", "Notify the WebSub hub")
    )
    assert "hub away" in page, "the report reads a step's result under its former name, too"
    assert services.run(release.pk).state == ReleaseState.DONE
    assert release.steps.filter(name="swap").exists(), "what is over stays as it is"


@pytest.mark.parametrize("stopped_at", ["freeze", "swap", "mailings", "forms", "hub"])
def test_a_release_under_way_when_its_steps_are_renamed_goes_on(issue, data_folder, stopped_at):
    release = services.request(issue=issue, mail=False)
    now = {former: name for name, former in FORMER.items()}.get(stopped_at, stopped_at)
    for step in release.steps.filter(position__lt=NAMES.index(now)):
        if step.name in {"freeze", "bake", "switch", "index"}:
            Release.objects.filter(pk=release.pk).update(published_at=timezone.now())
            release.refresh_from_db()
            steps.BY_NAME[step.name].do(release, lambda done, total: None)
        Step.objects.filter(pk=step.pk).update(state=StepState.DONE, tries=1)
    release.steps.filter(name=now).update(state=StepState.FAILED, tries=1)
    renamed(release, FORMER)
    Release.objects.filter(pk=release.pk).update(state=ReleaseState.FAILED)
    page = signed_in("Publishers").get(f"/desk/release/{issue.pk}/progress/")
    assert page.status_code == 200
    assert services.run(release.pk).state == ReleaseState.DONE
    assert [(s.name, s.state) for s in release.steps.all()] == [(name, StepState.DONE) for name in NAMES]
    assert release.steps.get(name=now).tries == 2


@pytest.mark.parametrize("state", [StepState.WAITING, StepState.RUNNING, StepState.FAILED, StepState.DONE])
@pytest.mark.parametrize("replaced", ["freeze", "bake", "websub"])
def test_a_release_under_way_with_a_step_nobody_knows_goes_on_by_the_list_of_today(issue, data_folder, replaced, state):
    release = services.request(issue=issue, mail=False)
    release.steps.filter(name=replaced).update(name="of-another-version", state=state)
    assert signed_in("Publishers").get(f"/desk/release/{issue.pk}/progress/").status_code == 200
    assert services.run(release.pk).state == ReleaseState.DONE
    done = release.steps.filter(state=StepState.DONE).exclude(name="of-another-version")
    assert [step.name for step in done] == NAMES
    unknown = release.steps.get(name="of-another-version")
    assert unknown.state == (StepState.DONE if state == StepState.DONE else StepState.SKIPPED)
    assert signed_in("Publishers", "e2@example.org").get(f"/desk/release/{issue.pk}/progress/").status_code == 200


def test_a_release_without_rows_or_with_two_rows_for_one_step_goes_on(issue, data_folder):
    release = services.request(issue=issue, mail=False)
    release.steps.filter(name="websub").delete()
    Step.objects.create(release=release, name="swap", position=2)
    assert services.run(release.pk).state == ReleaseState.DONE
    assert [s.name for s in release.steps.filter(state=StepState.DONE)] == NAMES
    assert release.steps.get(name="swap").state == StepState.SKIPPED


def test_each_step_is_named_as_its_function_and_its_former_names_are_nobody_else_s(db):
    assert len(steps.BY_NAME) == len(steps.STEPS) + len(steps.WITHDRAWAL)
    assert all(getattr(steps, name) is kind for name, kind in steps.BY_NAME.items())
    former = [name for kind in steps.BY_NAME.values() for name in kind.former]
    assert len(former) == len({*former} - {*steps.BY_NAME})
    longest = Step._meta.get_field("name").max_length
    assert all(len(name) <= longest for name in steps.BY_NAME)


def test_what_cannot_be_tidied_fails_no_release(issue, data_folder, monkeypatch, caplog):
    """A folder that root has written into is named in the log; readers have the new site all the same."""

    def refuse(self, *_arguments):
        raise PermissionError(13, "Permission denied", "site/versions/3")

    monkeypatch.setattr("barograph.website.trees.Trees.tidy", refuse)
    assert services.run(services.request(issue=issue, mail=False).pk).state == ReleaseState.DONE
    assert "could not be removed" in caplog.text


def test_another_fault_of_the_database_is_not_called_a_release_under_way(issue):
    with pytest.raises(IntegrityError):
        services.request(issue=issue, mail=None)
