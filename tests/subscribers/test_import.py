"""An import: every cell is checked, the file comes in as a whole, and nobody waits for it or is overruled by it."""

import contextlib
import csv
import io
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barograph.base import cells
from barograph.delivery import services as delivery
from barograph.delivery.models import Delivery
from barograph.subscribers import rows, runs, services, standing, taking_in, tokens, transfer
from barograph.subscribers.enums import Refusal, SubscriberState
from barograph.subscribers.models import ImportRun, Subscriber, Subscription, Suppression
from barograph.subscribers.rows import Offer
from tests.delivery.mailings import mailing

pytestmark = pytest.mark.django_db

OFFER = Offer(
    ("be", "ru", "en"),
    {"en": ("en",), "be-ru": ("be", "ru")},
    frozenset({"economy", "security", "belarus-russia"}),
)
HEADER = "address,list,language,status,confirmed_at,source,topics\n"


def taken(tmp_path, *lines, header=HEADER):
    path = tmp_path / "in.csv"
    path.write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")
    return transfer.import_csv(path, offer=OFFER)


def confirmed_by_hand(address, list_key="en"):
    subscriber = services.sign_up(address=address, list_key=list_key, language="en").subscriber
    token = tokens.confirmation(subscriber.pk, [list_key], now=timezone.now())
    return services.confirm(confirmation=tokens.read_confirmation(token, now=timezone.now()))


@pytest.mark.parametrize(
    ("code", "language"),
    [("en", "en"), ("EN", "en"), ("en-GB", "en"), ("en_US", "en"), ("BE", "be"), ("be-tarask", "be"), ("", "be")],
)
def test_languages_become_the_publications_own_codes(tmp_path, code, language):
    assert taken(tmp_path, f"a@example.org,be-ru,{code},confirmed,2020-01-01,,").problems == []
    assert Subscriber.objects.get().language == language


@pytest.mark.parametrize(("code", "words"), [("de", "be, ru, en"), ("by", "Did you mean be?"), ("English", "be, ru")])
def test_a_language_that_the_publication_has_not_is_refused(tmp_path, code, words):
    (problem,) = taken(tmp_path, f"a@example.org,be-ru,{code},confirmed,2020-01-01,,").problems
    assert words in problem["message"]
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("topics", ["economy;security", '"economy,security"', "Economy SECURITY", "economy  security"])
def test_topics_may_be_written_in_several_ways(tmp_path, topics):
    assert taken(tmp_path, f"a@example.org,en,en,confirmed,2020-01-01,,{topics}").problems == []
    assert Subscription.objects.get().topics == ["economy", "security"]


def test_unknown_topics_are_named_and_refused(tmp_path):
    (problem,) = taken(tmp_path, "a@example.org,en,en,confirmed,2020-01-01,,ekonomy security").problems
    assert "“ekonomy”" in problem["message"]
    assert "economy" in problem["message"]


@pytest.mark.parametrize("when", ["0024-05-01", "1899-12-30", "2999-01-01", "9999-12-31T23:59:59-14:00", "0001-01-01"])
def test_a_year_that_cannot_be_is_refused(tmp_path, when):
    assert len(taken(tmp_path, f"a@example.org,en,en,confirmed,{when},,").problems) == 1


@pytest.mark.parametrize("when", ["31.12.2020", "31.12.2020 10:30", "2020-12-31 10:30", "20201231T103000Z"])
def test_dates_as_spreadsheets_write_them_are_read(tmp_path, when):
    assert taken(tmp_path, f"a@example.org,en,en,confirmed,{when},,").problems == []
    assert Subscription.objects.get().confirmed_at.date() == date(2020, 12, 31)


@given(st.text(max_size=40))
def test_any_text_as_a_time_is_a_time_or_refused(text):
    with contextlib.suppress(ValueError, OverflowError):
        rows.moment_of(text)


def test_today_is_not_the_future(tmp_path):
    assert taken(tmp_path, f"a@example.org,en,en,confirmed,{timezone.now():%Y-%m-%d}T23:59:59Z,,").problems == []
    assert Subscription.objects.get().confirmed_at <= timezone.now()


def test_what_came_of_the_rows_is_counted_apart(tmp_path):
    taken(tmp_path, "gone@example.org,en,en,confirmed,2020-01-01,,", "old@example.org,en,en,confirmed,2020-01-01,,")
    report = taken(
        tmp_path,
        "gone@example.org,,,unsubscribed,,,",
        "gone@example.org,en,en,confirmed,2020-01-01,,",
        "away@example.org,,,unsubscribed,,,",
        "new@example.org,en,en,confirmed,2020-01-01,,",
        "new@example.org,en,en,confirmed,2020-01-01,,",
        "old@example.org,be-ru,en,confirmed,2020-01-01,,",
        "old@example.org,en,en,confirmed,2020-01-01,,",
    )
    assert report.problems == []
    assert (report.created, report.updated, report.noes, report.ended) == (1, 1, 2, 1)
    assert (report.refused, report.unchanged) == (1, 3)


def test_a_no_to_one_list_ends_that_list_alone(tmp_path):
    taken(tmp_path, *(f"a@example.org,{key},en,confirmed,2020-01-01,," for key in ("en", "be-ru")))
    taken(tmp_path, "b@example.org,en,en,confirmed,2020-01-01,,")
    taken(tmp_path, "a@example.org,en,,unsubscribed,,,", "b@example.org,en,,unsubscribed,,,")
    assert list(Subscription.objects.values_list("list_key", flat=True)) == ["be-ru"]
    assert Subscriber.all_rows.count() == 1


def test_an_own_export_changes_nothing_for_a_stopped_reader(tmp_path):
    """Their address stays sealed for the weeks in which the stop can be undone, and nothing is mailed."""
    person = confirmed_by_hand("stopped@example.org")
    standing.stop(subscriber_id=person.pk, reason=Refusal.BOUNCED)
    transfer.export_csv(tmp_path / "out.csv")
    assert "bounced" in (tmp_path / "out.csv").read_text()
    before = services.counts()
    assert transfer.import_csv(tmp_path / "out.csv", offer=OFFER).problems == []
    assert services.counts() == before
    assert standing.lift(address="stopped@example.org").is_subscribed
    assert services.counts()["confirmed"] == 1


def test_an_export_is_taken_in_as_it_was(tmp_path):
    for number, name in enumerate(("+375291112233", "-ann-", "=eve", "'+x", "'plain", "пошта")):
        person = confirmed_by_hand(f"{name}@example.org")
        topics = [[], ["economy"], ["", "economy", "security"], ["economy", "*"], ["", "security"], []][number]
        pace = ["issue", "month", "both", "changes", "issue", "issue"][number]
        Subscription.objects.filter(subscriber=person).update(
            topics=topics, pace=pace, source=["=1+1", "'=1", "''@", "x\ny", "", '"; ,'][number]
        )
        services.pause(subscriber_id=person.pk, until=date(2099, 1, 1) if number == 3 else None)

    def everything():
        wanted = Subscription.objects.select_related("subscriber")
        return sorted(
            (one.subscriber.address(), one.list_key, one.topics, one.pace, one.source, str(one.confirmed_at),
             str(one.subscriber.paused_until)) for one in wanted
        )  # fmt: skip

    before = everything()
    transfer.export_csv(tmp_path / "out.csv")
    written = (tmp_path / "out.csv").read_bytes().decode()
    Subscriber.objects.all().delete()
    assert transfer.import_csv(tmp_path / "out.csv", offer=OFFER).problems == []
    assert everything() == before
    assert not any(cell[:1] in "=+-@" for row in csv.reader(io.StringIO(written)) for cell in row if cell)


@given(st.text())
def test_the_guard_against_formulas_can_be_taken_off_again(text):
    assert cells.plain(cells.harmless(text)) == text
    assert cells.harmless(text)[:1] not in {*"=+-@\t\r\n"}


LINES = [f"r{number}@example.org,en,en,confirmed,2020-01-01,,economy" for number in range(150)]


def cut_off(monkeypatch, tmp_path, *lines):
    """An import that is killed just before its end."""

    class Killed(BaseException):
        pass

    def die(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(taking_in, "_finish", die)
        with pytest.raises(Killed):
            taken(tmp_path, *lines)


def test_an_import_that_was_cut_off_shows_nothing_and_a_second_one_brings_all(monkeypatch, tmp_path):
    taken(tmp_path, "stays@example.org,en,en,confirmed,2020-01-01,,", "r0@example.org,en,en,confirmed,2020-01-01,,")
    before = services.counts()
    lines = [*LINES, "no@example.org,,,unsubscribed,,,", "stays@example.org,,,bounced,,,"]
    cut_off(monkeypatch, tmp_path, *lines)
    assert Subscriber.all_rows.count() == 151
    assert services.counts() == before
    assert transfer.export_csv(tmp_path / "out.csv") == 2
    report = taken(tmp_path, *lines)
    assert (report.created, report.updated, report.noes) == (149, 0, 2)
    assert services.counts() | {"suppressed": 0} == {
        "confirmed": 150, "pending": 0, "paused": 0, "stopped": 0, "suppressed": 0, "list en": 150,
    }  # fmt: skip
    assert services.counts()["suppressed"] == 2
    assert not ImportRun.objects.open().exists()


def test_the_worker_erases_what_a_cut_off_import_left(monkeypatch, tmp_path):
    cut_off(monkeypatch, tmp_path, *LINES[:5], "no@example.org,,,unsubscribed,,,")
    runs.tidy_if_free()
    assert not any(model.all_rows.exists() for model in (Subscriber, Subscription, Suppression))
    assert not ImportRun.objects.exists()


def meanwhile(monkeypatch, tmp_path, act, *lines):
    """An import, and something people do just before it ends."""
    finish = taking_in._finish
    monkeypatch.setattr(taking_in, "_finish", lambda *args, **kwargs: (act(), finish(*args, **kwargs)))
    report = taken(tmp_path, *lines)
    assert report.problems == []


def test_who_signs_up_while_an_import_brings_them_is_asked_and_then_brought(monkeypatch, tmp_path):
    asked = []

    def act():
        asked.append(services.sign_up(address="R1@example.org", list_key="be-ru", language="be"))
        assert not asked[0].is_known
        assert asked[0].subscriber.state == SubscriberState.PENDING
        confirmed_by_hand("r2@example.org")

    meanwhile(monkeypatch, tmp_path, act, *LINES[:4])
    assert Subscriber.objects.confirmed().count() == 4
    assert Subscription.objects.count() == 4
    assert Subscription.objects.filter(confirmed_at__year__gt=2020).count() == 1


def test_who_leaves_while_an_import_brings_them_stays_away(monkeypatch, tmp_path):
    person = confirmed_by_hand("r1@example.org", "be-ru")

    def act():
        services.leave(subscriber_id=person.pk)
        services.refuse(keys=services.keys_of("r2@example.org"), list_key="en")

    meanwhile(monkeypatch, tmp_path, act, *LINES[:4])
    assert {one.address() for one in Subscriber.objects.all()} == {"r0@example.org", "r3@example.org"}
    assert Subscription.objects.count() == 2


def test_their_own_yes_is_newer_than_the_files_no(monkeypatch, tmp_path):
    meanwhile(monkeypatch, tmp_path, lambda: confirmed_by_hand("a@example.org"), "a@example.org,,,unsubscribed,,,")
    assert services.counts() == {"confirmed": 1, "pending": 0, "paused": 0, "stopped": 0, "suppressed": 0, "list en": 1}


def test_a_mailing_gets_the_whole_import_or_nothing_of_it(monkeypatch, tmp_path):
    taken(tmp_path, "first@example.org,en,en,confirmed,2020-01-01,,")
    made = []

    def act():
        made.append(delivery.make_mailing(mailing=mailing(key="issue:2026-01-05:en"))[0])

    meanwhile(monkeypatch, tmp_path, act, *LINES[:20])
    assert Delivery.objects.filter(mailing=made[0]).count() == 1
    assert Subscriber.objects.receiving(list_key="en", on=timezone.localdate() + timedelta(1)).count() == 21


def test_a_second_import_waits_for_the_first(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "PATIENCE", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(runs._Lock, "take", lambda _lock: False)  # another process has it
        (problem,) = taken(tmp_path, LINES[0]).problems
    assert "Another import" in problem["message"]
    assert taken(tmp_path, LINES[0]).created == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_problems(tmp_path, data):
    (tmp_path / "in.csv").write_bytes(data)
    assert transfer.import_csv(tmp_path / "in.csv", offer=OFFER).problems


def test_excels_line_that_names_the_separator_is_understood(tmp_path):
    report = taken(
        tmp_path, "a@example.org;en;confirmed;2020-01-01", header="sep=;\nAddress;List;Status;Confirmed at\n"
    )
    assert (report.problems, report.created) == ([], 1)


def test_a_cell_that_never_ends_is_named_as_such(tmp_path):
    (problem,) = taken(tmp_path, 'a@example.org,en,en,confirmed,2020-01-01,"' + "x" * 200_000).problems
    assert "too long" in problem["message"]
