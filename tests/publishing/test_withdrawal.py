"""An issue is taken back while nobody has got a mail of it: then its publication is as if it had not been."""

import datetime
import json
from dataclasses import replace

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from barograph import cli
from barograph.base import processes
from barograph.delivery import services as delivery
from barograph.delivery.batches import Claims
from barograph.delivery.models import Delivery, Mailing
from barograph.editions import summaries
from barograph.editions.models import Edition, Summary
from barograph.issues import services as issues
from barograph.issues.models import Issue
from barograph.machines.site import claim
from barograph.publishing import services, steps, withdrawal
from barograph.publishing.enums import ReleaseState
from barograph.publishing.models import Release, Step
from barograph.search import services as search
from barograph.search.models import Document, Facet, Form
from barograph.takeaway import making
from barograph.website import bake
from tests.factories import CommentaryFactory, IssueFactory, translated
from tests.publishing.cast import signed_in
from tests.publishing.test_mailing_views import released
from tests.publishing.test_release import site

pytestmark = pytest.mark.django_db
BACK = [step.name for step in steps.WITHDRAWAL]


@pytest.fixture(autouse=True)
def grace(settings):
    settings.MAIL_RULES = replace(settings.MAIL_RULES, grace=datetime.timedelta(minutes=5))


@pytest.fixture(autouse=True)
def forms(monkeypatch):
    """Printed forms that take no time: what becomes of them is the matter here."""

    def made(edition, imprint):
        return {name: f"{edition} {name}".encode() for name in ("bulletin.pdf", "bulletin.epub", "card.png")}

    monkeypatch.setattr(making, "_make_files", made)


def written(headline, **place):
    source = CommentaryFactory(language="ru", headline=headline, **place)
    translated(source, "en", headline=f"{headline} in English")
    issues.decide_verdict(issue=source.issue, topic=source.topic, value="improved")
    return source


@pytest.fixture
def earlier(db, data_folder):
    """The issue before, public without a newsletter."""
    issues.publication()
    source = written("Прежний день")
    services.run(services.request(issue=source.issue, mail=False).pk)
    return source


@pytest.fixture
def issue(earlier):
    source = written("Зелёный день", topic=earlier.topic, issue=IssueFactory(number=earlier.issue.number + 1))
    written("Небывальщина", issue=source.issue)
    return source.issue


@pytest.fixture
def desk():
    return signed_in("Publishers")


def press(client, issue):
    return client.post(f"/desk/release/{issue.pk}/take-back/", follow=True)


def take_back(issue):
    return services.run(withdrawal.request(issue=issue).pk)


def baked_whole(settings, data_folder):
    """The same editions baked whole, elsewhere, with the same forms at hand."""
    aside = data_folder / "aside"
    aside.mkdir()
    (aside / "takeaways").symlink_to(data_folder / "takeaways")
    settings.DATA = aside
    claim()  # the site is to be baked there
    bake.bake(everything=True)
    found = site(aside)
    settings.DATA = data_folder
    claim()  # the site is to be baked there
    return found


def indexed():
    return (
        set(Document.objects.values_list("url", flat=True)),
        set(Facet.objects.values_list("language", "kind", "value", "name", "newest")),
        set(Form.objects.values_list("language", "form")),
    )


def test_an_issue_taken_back_is_gone_from_everything_readers_see(issue, earlier, data_folder, desk, outbox, settings):
    words = indexed()
    released(issue)
    year = issue.first.year
    assert f"en/{issue.key}/bulletin.pdf" in site(data_folder)
    assert f"en/archive/{year}.zip" in site(data_folder)
    assert "Withdraw the issue" in desk.get(f"/desk/release/{issue.pk}/progress/").content.decode()
    assert "Withdraw the issue" in desk.get(f"/desk/release/{issue.pk}/letters/").content.decode()
    press(desk, issue)
    assert services.run(issue.releases.first().pk).state == ReleaseState.DONE
    pages = site(data_folder)
    assert not [name for name in pages if issue.key in name]
    for name, content in pages.items():
        if not name.endswith((".br", ".gz", ".woff2", ".pdf", ".png")):
            assert issue.key.encode() not in content, name
            assert "Зелёный день".encode() not in content, name
    assert pages == baked_whole(settings, data_folder)
    assert indexed() == words
    assert indexed() == (search.index_all() and indexed())
    assert [next(iter(lines.values()))["issue"]["first"] for lines in summaries.current()] == [earlier.issue.key]
    told = desk.get(f"/desk/release/{issue.pk}/progress/").content.decode()
    assert "has been withdrawn" in told
    assert 'value="stop"' not in told
    for mailing in Mailing.objects.all():
        delivery.send(mailing.pk)
    delivery.recover()
    assert outbox == []


def test_the_desk_has_everything_as_before_and_editions_stay(issue):
    verdicts = list(issue.verdicts.values("topic", "value"))
    texts = list(issue.commentaries.order_by("pk").values("headline", "body", "live"))
    released(issue)
    frozen = list(Edition.objects.filter(issue=issue).order_by("pk").values("pk", "version", "digest"))
    take_back(issue)
    issue.refresh_from_db()
    assert (issue.state, issue.released_at) == ("open", None)
    assert list(issue.verdicts.values("topic", "value")) == verdicts
    assert list(issue.commentaries.order_by("pk").values("headline", "body", "live")) == texts
    assert list(Edition.objects.filter(issue=issue).order_by("pk").values("pk", "version", "digest")) == frozen
    assert not Edition.objects.filter(issue=issue).current().exists()
    Summary.objects.all().delete()
    assert summaries.write_missing()
    assert not Summary.objects.filter(edition__issue=issue, current=True).exists()
    assert ModelLogEntry.objects.filter(action="barograph.taken_back", object_id=str(issue.pk)).count() == 1


def test_released_again_it_is_no_correction_and_everybody_gets_one_mail(issue, data_folder, outbox, settings):
    _release, first = released(issue)
    correction = {"ru": "Исправлено до срока"}
    today = issues.publication().today()
    issues.record_correction(issue=issue, topic=None, when=today, kind="fact", notes=correction)
    services.run(services.request(issue=issue, mail=False).pk)
    take_back(issue)
    source = issue.commentaries.filter(source=None).first()
    source.headline = "Синий день"
    source.save()
    services.run(services.request(issue=issue).pk)
    edition = Edition.objects.filter(issue=issue).current().get(language="ru")
    assert edition.version == edition.content["version"] == 3
    assert (edition.content["revised"], edition.content["corrections"]) == (None, [])
    page = site(data_folder)[f"ru/{issue.key}/index.html"].decode()
    assert "Синий день" in page
    assert "Исправлен" not in page
    assert site(data_folder) == baked_whole(settings, data_folder)
    again = Mailing.objects.get(key=f"issue:{issue.key}:be-ru")
    assert again.pk != first.pk
    Mailing.objects.update(due_at=timezone.now())
    for mailing in Mailing.objects.all():
        delivery.send(mailing.pk)
    assert len(outbox) == 1
    assert "Синий день" in again.html
    take_too_late(issue)


def take_too_late(issue):
    before = list(Mailing.objects.order_by("pk").values("pk", "key", "state"))
    with pytest.raises(withdrawal.WithdrawalRefused):
        withdrawal.request(issue=issue)
    assert list(Mailing.objects.order_by("pk").values("pk", "key", "state")) == before
    assert Edition.objects.filter(issue=issue).current().exists()
    issue.refresh_from_db()
    assert issue.state == "released"


@pytest.mark.parametrize("how", ["claimed", "sent", "in doubt"])
def test_too_late_changes_nothing_and_says_so(issue, desk, how):
    _release, mailing = released(issue)
    changes = {"claimed": {"state": "claimed"}, "sent": {"state": "sent"}, "in doubt": {"drops": 1}}
    mailing.deliveries.update(**changes[how])
    Mailing.objects.filter(pk=mailing.pk).update(started_at=timezone.now())
    take_too_late(issue)
    assert "Too late" in press(desk, issue).content.decode()


def test_held_or_paused_without_a_mail_gone_it_can_still_be_taken_back(issue, outbox):
    _release, mailing = released(issue)
    Mailing.objects.update(state="paused", due_at=timezone.now() - datetime.timedelta(hours=2))
    issue.refresh_from_db()
    assert withdrawal.is_possible(issue)
    take_back(issue)
    delivery.resume(mailing_id=mailing.pk)
    delivery.send(mailing.pk)
    assert outbox == []


def test_what_has_no_newsletter_waiting_is_corrected_instead(issue, earlier, desk):
    for wanted, words in ((earlier.issue, "Publish a correction instead"), (issue, "not public")):
        assert not withdrawal.is_possible(wanted)
        assert words in press(desk, wanted).content.decode()
    released(issue)
    Mailing.objects.update(state="stopped")
    assert "Publish a correction instead" in press(desk, issue).content.decode()
    Issue.objects.filter(pk=issue.pk).update(released_at=timezone.now() - datetime.timedelta(days=90))
    Mailing.objects.update(state="queued")
    assert "Publish a correction instead" in press(desk, issue).content.decode()
    assert Edition.objects.filter(issue=issue).current().count() == 3


def test_pressed_twice_it_is_taken_back_once(issue, desk):
    released(issue)
    press(desk, issue)
    assert "already been withdrawn" in press(desk, issue).content.decode()
    services.run(issue.releases.first().pk)
    assert "already been withdrawn" in press(desk, issue).content.decode()
    assert issue.releases.filter(kind="take-back").count() == 1
    assert desk.post(f"/desk/release/{issue.pk}/call-off/").status_code == 302
    assert issue.releases.first().state == ReleaseState.DONE


def test_once_begun_it_cannot_be_called_off(issue):
    released(issue)
    asked = withdrawal.request(issue=issue)
    assert not services.cancel(release=asked)
    assert services.run(asked.pk).state == ReleaseState.DONE


@pytest.mark.parametrize("broken", BACK)
def test_a_crash_at_any_step_goes_on_from_there(issue, data_folder, monkeypatch, broken):
    real, after = steps.BY_NAME[broken], []

    def crash(release, progress):
        result = real.do(release, progress)
        if not after:
            after.append(result)
            raise OSError("the lights went out")
        return result

    released(issue)
    monkeypatch.setitem(steps.BY_NAME, broken, steps.StepKind(real.name, real.title, crash))
    asked = withdrawal.request(issue=issue)
    with pytest.raises(services.StepFailed):
        services.run(asked.pk)
    assert services.run(asked.pk).state == ReleaseState.DONE
    assert not [name for name in site(data_folder) if issue.key in name]


def test_a_dead_worker_s_undo_is_taken_up_again(issue, data_folder):
    released(issue)
    asked = withdrawal.request(issue=issue)
    assert services.unfinished() == [asked.pk]
    host = processes.me().rsplit("/", 2)[0]
    Release.objects.filter(pk=asked.pk).update(
        state="running", owner=f"{host}/4194304/1", lease_until=timezone.now() + datetime.timedelta(minutes=10)
    )
    Step.objects.filter(release=asked, name="index_withdrawal").update(state="running")
    assert services.unfinished() == [asked.pk]
    assert services.run(asked.pk).state == ReleaseState.DONE
    assert not [name for name in site(data_folder) if issue.key in name]


def test_a_withdrawal_under_way_when_its_steps_are_renamed_goes_on(issue, data_folder):
    """Rows of an earlier version: other names, and one that nothing has any more."""
    released(issue)
    asked = withdrawal.request(issue=issue)
    for kind in steps.WITHDRAWAL[1:]:
        Step.objects.filter(release=asked, name=kind.name).update(name=kind.former[0])
    Step.objects.filter(release=asked, position=0).update(name="of-another-version", state="failed")
    Release.objects.filter(pk=asked.pk).update(state=ReleaseState.FAILED)
    assert services.run(asked.pk).state == ReleaseState.DONE
    assert [s.name for s in asked.steps.filter(state="done")] == BACK
    assert not [name for name in site(data_folder) if issue.key in name]


def test_a_release_still_at_its_later_steps_ends_after_the_one_it_is_at(issue, data_folder, monkeypatch):
    real, asked = steps.BY_NAME["downloads"], []

    def pressed_meanwhile(release, progress):
        asked.append(withdrawal.request(issue=issue))
        assert services.run(asked[0].pk).state == ReleaseState.WAITING, "the other one is still at a step"
        return real.do(release, progress)

    monkeypatch.setitem(steps.BY_NAME, "downloads", steps.StepKind(real.name, real.title, pressed_meanwhile))
    release = services.run(services.request(issue=issue).pk)
    assert release.state == ReleaseState.CANCELLED
    assert release.steps.get(name="websub").state == "waiting"
    assert services.run(release.pk).state == ReleaseState.CANCELLED
    assert services.unfinished() == [asked[0].pk]
    assert services.run(asked[0].pk).state == ReleaseState.DONE
    assert not [name for name in site(data_folder) if issue.key in name]


def test_a_release_at_its_first_steps_is_left_alone(issue, monkeypatch):
    real = steps.BY_NAME["index"]

    def pressed_meanwhile(release, progress):
        with pytest.raises(withdrawal.WithdrawalRefused, match="being published right now"):
            withdrawal.request(issue=issue)
        return real.do(release, progress)

    monkeypatch.setitem(steps.BY_NAME, "index", steps.StepKind(real.name, real.title, pressed_meanwhile))
    assert released(issue)[0].state == ReleaseState.DONE


def test_a_worker_that_read_the_mailing_before_claims_nothing_after(issue, outbox):
    _release, mailing = released(issue)
    claims = Claims(mailing)  # it looked at the state, and was about to take a batch
    withdrawal.request(issue=issue)
    assert claims.take() == []
    assert not Delivery.objects.exclude(state="queued").exists()


def test_between_two_others_and_as_the_only_one_nothing_of_it_is_left(issue, earlier, data_folder, settings):
    released(issue)
    later = written("Поздний день", topic=earlier.topic, issue=IssueFactory(number=issue.number + 1)).issue
    services.run(services.request(issue=later, mail=False).pk)
    make, made = making._make_files, []
    making._make_files = lambda edition, imprint: made.append(edition.first) or make(edition, imprint)
    take_back(issue)
    making._make_files = make
    assert {*made} == {later.first}, "its printed forms show the weeks before it"
    pages = site(data_folder)
    assert pages == baked_whole(settings, data_folder)
    assert issue.key.encode() not in pages[f"en/{later.key}/index.html"]
    assert earlier.issue.key.encode() in pages[f"en/{later.key}/index.html"]


def test_at_the_terminal(data_folder, outbox, capsys, monkeypatch):
    monkeypatch.setattr(cli, "setup", lambda *_access, **_rules: None)  # the tests' database is no file
    issues.publication()
    issue = written("Зелёный день").issue
    released(issue)
    assert cli.main(["publish", issue.key, "--take-back"]) == 1
    assert "--yes" in capsys.readouterr().err
    assert cli.main(["publish", issue.key, "--take-back", "--yes", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["issue"], told["state"], [step["name"] for step in told["steps"]]) == (issue.key, "done", BACK)
    assert not [name for name in site(data_folder) if issue.key in name]
    assert cli.main(["publish", issue.key, "--take-back", "--yes"]) == 1
    assert "already been withdrawn" in capsys.readouterr().err
