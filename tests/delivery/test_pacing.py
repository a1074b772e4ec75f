"""Domains that say "later" are slowed down and trusted again; who refuses most is left alone."""

import pytest

from barograph.delivery.enums import Blame
from barograph.delivery.pacing import DOMAIN_FEWEST, DOMAIN_PAUSES, LONGEST_GAP, RELAY_FEWEST, Breaker, Domains, Fate


def test_a_domain_that_accepts_everything_costs_nothing():
    domains = Domains(10)
    for number in range(100):
        domains.note("example.org", number, Fate.ACCEPTED, "", 0.0)
    assert domains.are_calm
    assert domains.ask("example.org", 0.0) == 0


@pytest.mark.parametrize("blame", [Blame.ADDRESS, Blame.MAILBOX])
def test_an_address_that_does_not_exist_says_nothing_about_its_domain(blame):
    domains = Domains(10)
    for number in range(100):
        assert domains.note("example.org", number, Fate.REFUSED, blame, 0.0) is None
    assert domains.are_calm


def test_a_domain_that_says_later_is_slowed_down_and_trusted_again_bit_by_bit():
    domains, now = Domains(8), 100.0
    for number in range(3):
        domains.note("slow.example", number, Fate.PUT_OFF, Blame.POLICY, now)
    assert domains.ask("slow.example", now) > 0
    assert domains.ask("other.example", now) == 0
    gaps, in_hand = [], 0
    for number in range(60):
        now += LONGEST_GAP
        if domains.ask("slow.example", now) == 0:
            in_hand += 1
        if domains.are_calm:
            break
        gaps.append(domains.known["slow.example"].gap)
        domains.note("slow.example", number, Fate.ACCEPTED, "", now)
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] == 0
    assert in_hand == len(gaps) + 1
    assert domains.are_calm  # it has taken thirty in a row: nobody need ask for it any more


def test_no_more_mails_at_a_time_than_a_slow_domain_bears():
    domains = Domains(8)
    domains.note("slow.example", 1, Fate.PUT_OFF, Blame.POLICY, 0.0)
    domains.note("slow.example", 2, Fate.PUT_OFF, Blame.POLICY, 0.0)
    given = 0
    for moment in range(100, 1100, 100):
        given += domains.ask("slow.example", float(moment)) == 0
    assert given == 2  # of 8: halved twice


def test_a_domain_that_refuses_most_is_left_alone_and_its_refusals_are_named():
    domains, closed = Domains(8), None
    for number in range(DOMAIN_FEWEST):
        closed = domains.note("stern.example", number, Fate.REFUSED, Blame.POLICY, 5.0)
    assert closed == list(range(DOMAIN_FEWEST))
    assert domains.ask("stern.example", 5.0) == DOMAIN_PAUSES[0]
    assert domains.is_closed("stern.example", 5.0)
    assert domains.ask("stern.example", 6.0 + DOMAIN_PAUSES[0]) == 0


def test_parked_mails_come_back_when_their_domain_is_ready():
    domains = Domains(8)
    domains.note("slow.example", 1, Fate.PUT_OFF, Blame.POLICY, 0.0)
    domains.park("slow.example", (7, None, 0, 0))
    assert domains.ready(0.0) == []
    assert 0 < domains.soonest(0.0) < 1
    assert domains.ready(10.0) == [(7, None, 0, 0)]
    assert domains.parked == 0


def test_the_relay_trips_the_breaker_when_it_refuses_half_and_not_before():
    breaker = Breaker()
    for number in range(200):
        breaker.note(number, Fate.REFUSED if number % 3 == 0 else Fate.ACCEPTED)
        assert not breaker.trips()
    numbers = iter(range(1000, 2000))
    while not breaker.trips():
        breaker.note(next(numbers), Fate.REFUSED)
    assert next(numbers) < 1000 + 30
    few = Breaker()
    for number in range(RELAY_FEWEST - 1):
        few.note(number, Fate.REFUSED)
    assert not few.trips()


def test_later_from_everybody_is_trouble_and_no_refusal():
    breaker = Breaker()
    for number in range(RELAY_FEWEST):
        breaker.note(number, Fate.PUT_OFF)
    assert breaker.puts_off_all()
    assert not breaker.trips()
