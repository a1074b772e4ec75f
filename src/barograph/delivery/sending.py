"""Sending a mailing: claim a batch, keep every connection busy, write down each outcome before the next mail.

The unit of doubt is what is on the connections: everything that was answered is
recorded, everything that was not handed over is still waiting (docs/decisions/0025).
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min
from django.utils import timezone

from barograph.delivery import consequences, holding, reports, transports
from barograph.delivery.batches import Claims
from barograph.delivery.bounces.blame import blame_of
from barograph.delivery.enums import ENDED, OPEN, UNFINISHED, DeliveryState, Hold, MailingState
from barograph.delivery.feed import Feed, domain_of
from barograph.delivery.filling import fill
from barograph.delivery.models import Mailing
from barograph.delivery.pacing import JITTER, Breaker, Domains, Fate
from barograph.delivery.recording import Note, Record, recount
from barograph.delivery.transports import Answer, Carrier, Outcome, Parcel, Transport, Unreachable
from barograph.delivery.tuning import tuned
from barograph.subscribers import key_check

log = logging.getLogger(__name__)

#: Pauses after a "later" of the recipient's side, then the delivery has failed: two days in all, and up to a
#: quarter more, so that what was put off together does not come back together.
PAUSES = tuple(timedelta(minutes=m) for m in (5, 15, 30, 60, 120, 240, 480, 720, 1440))
#: Pauses after trouble with the relay itself; the last one is repeated for ever.
TROUBLE_PAUSES = tuple(timedelta(seconds=s) for s in (15, 60, 120, 300, 900))
#: Between two runs of a mailing that waits for something.
SHORTEST_PAUSE = TROUBLE_PAUSES[0]
#: A mail on which the connection broke so often is the trouble itself.
MOST_DROPS = 12
#: After so many pauses of a mailing that the relay refuses, a person has to say that it goes on.
BREAKER_PAUSES = tuple(timedelta(minutes=m) for m in (30, 120, 480))
HEARTBEAT = 30.0
LONGEST_NAP = 5.0


@dataclass(frozen=True)
class Report:
    """How a run ended: finished, or when to come back (never by itself, where a person has to decide)."""

    accepted: int
    is_finished: bool
    come_back_at: datetime | None = None


def send(
    mailing_id: int,
    *,
    transport: Transport | Carrier | None = None,
    progress: Callable[[int, int], None] | None = None,
    when_under_way: Callable[[int], None] | None = None,
) -> Report:
    """Send what is due of a mailing. Safe to run twice, at the same time, and after any crash.

    `when_under_way` is called once, after the relay has accepted a mail, with the number of open deliveries.
    """
    mailing = Mailing.objects.filter(pk=mailing_id).first()
    if mailing is None or mailing.is_finished:
        return Report(accepted=0, is_finished=True)
    if mailing.state not in UNFINISHED:
        return Report(accepted=0, is_finished=False)
    try:
        key_check.check()
    except key_check.KeyProblem as problem:  # nobody's address is to blame: another machine may send, or this one later
        log.error("mailing %s waits: %s", mailing.key, problem)
        Mailing.objects.filter(pk=mailing_id).update(trouble=str(problem)[:300])
        return Report(accepted=0, is_finished=False, come_back_at=timezone.now() + TROUBLE_PAUSES[-1])
    word = holding.asked(mailing)
    if not word.may_send:
        return Report(accepted=0, is_finished=False, come_back_at=word.wait_until)
    fill(mailing)
    Mailing.objects.filter(pk=mailing_id, started_at__isnull=True).update(started_at=timezone.now())
    Mailing.objects.filter(pk=mailing_id, state=MailingState.QUEUED).update(state=MailingState.SENDING)
    with tuned():
        run = _Run(mailing, transports.carrier(transport or transports.opened()), progress, when_under_way)
        try:
            return run.drain()
        finally:
            run.close()


class _Run:
    def __init__(
        self,
        mailing: Mailing,
        carrier: Carrier,
        progress: Callable | None,
        when_under_way: Callable[[int], None] | None = None,
    ) -> None:
        self.mailing, self.carrier, self.progress = mailing, carrier, progress
        self.when_under_way = when_under_way
        self.claims = Claims(mailing)
        self.record = Record(mailing, self.claims.claim)
        self.domains, self.breaker = Domains(carrier.width), Breaker()
        self.feed = Feed(mailing, self.claims, self.record, carrier.width, self.domains)
        carrier.announce(self._following)
        self.is_in_background = self.record.statement is not None and carrier.watch(self.record.statement.file)
        self.came: list[Outcome] = []  # not written down yet
        self.accepted = 0
        self.words = ""  # of the last refusal
        self.troubles = 0  # one after another, without an answer between
        self.trouble: Unreachable | None = None
        self.is_refused = False
        self.closed: str = ""  # a domain that was left alone, in words

    def drain(self) -> Report:
        while True:
            if self.record.is_settled and self.came:
                self.note(self.came)
                self.came = []
            while (
                self.trouble is None
                and not self.is_refused
                and self.carrier.room > len(self.came) + self.record.pending
                and (parcel := self._next()) is not None
            ):
                self.carrier.give(parcel)
            if self.came and not self.record.pending:
                continue
            self._tell_that_it_goes()
            if self.carrier.carrying:
                if self.trouble is None and not self.is_refused:
                    self.feed.prepare()
                self.came += self.carrier.wait(HEARTBEAT)
            elif self.record.pending:
                self.record.settle()
            elif not self._is_waiting():
                break
            if self.claims.are_old:
                self.record.settle()
                self.claims.renew()
            if self.progress:
                self.progress(self.mailing.done, self.mailing.total)
        self.claims.release()
        self.record.count()
        if self.is_refused:
            return self.trip()
        return self.pause(self.trouble) if self.trouble is not None else self.end()

    def _tell_that_it_goes(self) -> None:
        """Once the relay has accepted something, others may help: before, they would only wait with us."""
        if self.accepted and self.when_under_way is not None and self.trouble is None and not self.is_refused:
            self.record.settle()
            tell, self.when_under_way = self.when_under_way, None
            tell(self.mailing.total - self.mailing.done)

    def _next(self) -> Parcel | None:
        """The next mail: one that was announced, if its reader still wants it, or else any."""
        while (parcel := self.carrier.announced()) is not None:
            if self.feed.is_due(parcel):
                return parcel
            self.carrier.withdraw(parcel)
        return self.feed.next()

    def _following(self) -> Parcel | None:
        """What may be announced while a mail is on its way."""
        return None if self.trouble is not None or self.is_refused else self.feed.following()

    def _is_waiting(self) -> bool:
        """Whether all that is left waits for slow domains; then a moment of it has passed."""
        if not self.domains.parked or self.trouble is not None or self.is_refused:
            return False
        time.sleep(min(max(self.domains.soonest(time.monotonic()), 0.02), LONGEST_NAP))
        self.record.count()
        return self.mailing.state in UNFINISHED

    def note(self, outcomes: list[Outcome]) -> None:
        """Write down what has come back, all of it together."""
        self.record.begin([self._note(outcome.parcel, outcome.result) for outcome in outcomes])
        if not self.is_in_background:
            self.record.settle()
        if self.domains.reopened:
            self.record.take_back(self.domains.reopened, until=timezone.now())
            self.domains.reopened = []

    def _note(self, parcel: Parcel, result: Answer | Unreachable) -> Note:
        number = parcel.number
        tries, drops = self.feed.known.pop(number)
        if isinstance(result, Unreachable):
            self.domains.dropped(domain_of(parcel))
            return self._dropped(number, result, drops)
        self.troubles = 0
        if result.is_accepted:
            self.accepted += 1
            self.breaker.note(number, Fate.ACCEPTED)
            if not self.domains.are_calm:
                self.domains.note(domain_of(parcel), number, Fate.ACCEPTED, "", time.monotonic())
            return Note(number, DeliveryState.SENT, result, is_a_try=True)
        blame = self._learn(parcel, result)
        if result.is_for_later and tries < len(PAUSES):
            pause = PAUSES[tries] * random.uniform(1, 1 + JITTER)  # noqa: S311 - no secret
            later = timezone.now() + pause
            return Note(number, DeliveryState.QUEUED, result, next_try_at=later, is_a_try=True, blame=blame)
        return Note(number, DeliveryState.FAILED, result, is_a_try=True, blame=blame)

    def _learn(self, parcel: Parcel, answer: Answer) -> str:
        """What a refusal tells about its domain and the relay → what it is about."""
        blame = blame_of(code=answer.code, text=answer.text)
        fate = Fate.PUT_OFF if answer.is_for_later else Fate.REFUSED
        domain = domain_of(parcel)
        if (back := self.domains.note(domain, parcel.number, fate, blame, time.monotonic())) is not None:
            self.domains.reopened += back
            self.closed = f"{domain} refuses most mails ({answer.code} {answer.status}): left alone for a while"
            log.warning("mailing %s: %s", self.mailing.key, self.closed)
            self.breaker.forget(back)
        else:
            self.breaker.note(parcel.number, fate)
        if self.breaker.trips():
            self.is_refused = True
        elif self.breaker.puts_off_all() and self.trouble is None:
            self.trouble = Unreachable(f"the relay puts off nearly everything: {answer.code} {answer.text}")
        self.words = f"{answer.code} {answer.text}"
        return blame

    def trip(self) -> Report:
        """The relay refuses too much: pause the mailing, charge nobody for the last refusals, tell the operator."""
        self.record.take_back(self.breaker.refused, until=timezone.now())
        self.record.count()
        trips = self.mailing.trips
        back_at = timezone.now() + BREAKER_PAUSES[trips] if trips < len(BREAKER_PAUSES) else None
        words = transports.without_addresses(self.words)
        Mailing.objects.filter(pk=self.mailing.pk).unfinished().update(
            state=MailingState.PAUSED, hold=Hold.REFUSED, trouble=words, trips=F("trips") + 1, due_at=back_at
        )
        log.error(
            "mailing %s is paused: the relay refuses %s of the last %s mails (%s)",
            self.mailing.key,
            len(self.breaker.refused),
            len(self.breaker.last),
            words,
        )
        return Report(self.accepted, is_finished=False)

    def _dropped(self, number: int, trouble: Unreachable, drops: int) -> Note:
        """The connection failed. The mail waits again; the whole mailing does where all connections fail."""
        self.troubles += 1
        if self.troubles >= self.carrier.width:
            self.trouble = trouble
        words = Answer(0, transports.without_addresses(str(trouble)))
        if not trouble.in_doubt:
            return Note(number, DeliveryState.QUEUED)
        if drops + 1 >= MOST_DROPS:
            return Note(number, DeliveryState.FAILED, words, is_a_drop=True)
        wait = TROUBLE_PAUSES[min(drops, len(TROUBLE_PAUSES) - 1)]
        return Note(number, DeliveryState.QUEUED, words, next_try_at=timezone.now() + wait, is_a_drop=True)

    def pause(self, trouble: Unreachable) -> Report:
        """The relay cannot be used: come back later, with nothing charged to anybody's address."""
        wait = TROUBLE_PAUSES[min(self.mailing.troubles, len(TROUBLE_PAUSES) - 1)]
        if self.accepted:
            wait = TROUBLE_PAUSES[0]
        Mailing.objects.filter(pk=self.mailing.pk).update(
            trouble=transports.without_addresses(str(trouble)),
            troubles=1 if self.accepted else F("troubles") + 1,
        )
        log.warning("mailing %s: %s; trying again in %s s", self.mailing.key, trouble, wait.seconds)
        return Report(self.accepted, is_finished=False, come_back_at=self._back_at(timezone.now() + wait))

    def end(self) -> Report:
        mine = Mailing.objects.filter(pk=self.mailing.pk)
        well = {"trouble": self.closed[:300], "troubles": 0, "failures": 0}
        mine.exclude(**well).update(**well)
        if self.mailing.state not in UNFINISHED:
            return Report(self.accepted, is_finished=self.mailing.state in ENDED)
        waiting = self.mailing.deliveries.filter(state__in=OPEN)
        soonest = waiting.aggregate(queued=Min("next_try_at"), claimed=Min("lease_until"))
        if soonest["queued"] is None:
            reports.keep_domains(self.mailing)
            consequences.draw(self.mailing)
            recount(self.mailing)
            Mailing.objects.filter(pk=self.mailing.pk).unfinished().update(
                state=MailingState.FINISHED, finished_at=timezone.now()
            )
            log.info("mailing %s: finished, %s accepted now", self.mailing.key, self.accepted)
            return Report(self.accepted, is_finished=True)
        now = timezone.now()
        opening = self.feed.allowance.opens_at() or now
        times = [moment for moment in soonest.values() if moment]
        # what becomes due one after another is sent together, and a run that could send nothing is not repeated at once
        back_at = max(min(times), now + SHORTEST_PAUSE, opening)
        log.info("mailing %s: %s accepted now, the rest waits until %s", self.mailing.key, self.accepted, back_at)
        return Report(self.accepted, is_finished=False, come_back_at=self._back_at(back_at))

    def _back_at(self, moment: datetime) -> datetime:
        """Keep when the mailing is to go on: by that hour it is told whether it is overdue."""
        Mailing.objects.filter(pk=self.mailing.pk).update(due_at=moment)
        return moment

    def close(self) -> None:
        self.carrier.close()
        self.record.close()
        self.claims.release()
