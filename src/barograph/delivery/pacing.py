"""How fast mail goes to each domain, and when to leave one or the relay alone.

A domain costs nothing until it refuses something. One that says "later" gets
fewer mails at a time with gaps between, and more again with each it accepts. One
that refuses most is left for a while. Pure: no database, no transport, and the
clock is given.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from barograph.delivery.enums import Blame

#: Seconds between two mails to a slow domain: at first, and at most.
FIRST_GAP, LONGEST_GAP, NO_GAP = 0.5, 60.0, 0.05
#: A domain is left alone where so large a share of at least so many mails was refused …
DOMAIN_SHARE, DOMAIN_FEWEST, DOMAIN_WINDOW = 0.7, 10, 30
#: … for so many seconds, longer each time.
DOMAIN_PAUSES = (1800.0, 7200.0, 28800.0)
#: The relay: half of the last mails refused for good, or nearly all put off.
RELAY_SHARE, RELAY_PUT_OFF, RELAY_FEWEST, RELAY_WINDOW = 0.5, 0.9, 20, 50
#: What is put off together comes back spread over up to so much more of the pause.
JITTER = 0.25
#: Mails that may wait in memory for slow domains.
MOST_PARKED = 100


class Fate(Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PUT_OFF = "put off"


class Breaker:
    """What became of the last mails on the relay. `refused` are the numbers of those refused among them."""

    def __init__(self) -> None:
        self.last: deque[tuple[int, Fate]] = deque(maxlen=RELAY_WINDOW)
        self.bad = 0  # among the last

    def note(self, number: int, fate: Fate) -> None:
        if len(self.last) == RELAY_WINDOW and self.last[0][1] is not Fate.ACCEPTED:
            self.bad -= 1
        if fate is not Fate.ACCEPTED:
            self.bad += 1
        self.last.append((number, fate))

    def forget(self, numbers: list[int]) -> None:
        """These refusals were one domain's own: they say nothing about the relay."""
        theirs = set(numbers)
        self.last = deque((entry for entry in self.last if entry[0] not in theirs), maxlen=RELAY_WINDOW)
        self.bad = sum(fate is not Fate.ACCEPTED for _number, fate in self.last)

    def trips(self) -> bool:
        """Whether the relay refuses so much that to go on would do harm."""
        if len(self.last) < RELAY_FEWEST or self.bad < RELAY_SHARE * len(self.last):
            return False
        return len(self.refused) >= RELAY_SHARE * len(self.last)

    def puts_off_all(self) -> bool:
        """Whether the relay says "later" to nearly everything."""
        if len(self.last) < RELAY_FEWEST or self.bad < RELAY_PUT_OFF * len(self.last):
            return False
        return sum(fate is Fate.PUT_OFF for _n, fate in self.last) >= RELAY_PUT_OFF * len(self.last)

    @property
    def refused(self) -> list[int]:
        return [number for number, fate in self.last if fate is Fate.REFUSED]


@dataclass
class _Domain:
    width: float
    gap: float = 0.0
    not_before: float = 0.0
    in_flight: int = 0
    closed_until: float = 0.0
    closings: int = 0
    last: deque[tuple[int, bool]] = field(default_factory=lambda: deque(maxlen=DOMAIN_WINDOW))
    parked: deque[tuple] = field(default_factory=deque)

    def is_well(self, width: int) -> bool:
        """Whether it takes mails as if it had never refused any: then nobody need ask for it any more."""
        calm = self.gap == 0.0 and self.width >= width and not self.closings
        return calm and not self.parked and not any(is_bad for _number, is_bad in self.last)


class Domains:
    """The domains that have refused something in this run. `width`: connections in all."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.known: dict[str, _Domain] = {}
        self.parked = 0
        self.reopened: list[int] = []  # refused by a domain that is left alone since: to be put back

    @property
    def are_calm(self) -> bool:
        """Nothing is known against any domain: nobody need be asked."""
        return not self.known

    def ask(self, name: str, now: float) -> float:
        """Seconds to wait before the next mail to a domain may go; 0 for at once, and then it counts as given."""
        domain = self.known.get(name)
        if domain is None:
            return 0.0
        if domain.closed_until > now:
            return domain.closed_until - now
        if domain.in_flight >= max(1, int(domain.width)):
            return max(domain.gap, NO_GAP)
        if domain.not_before > now:
            return domain.not_before - now
        domain.in_flight += 1
        domain.not_before = now + domain.gap
        return 0.0

    def is_closed(self, name: str, now: float) -> bool:
        domain = self.known.get(name)
        return domain is not None and domain.closed_until > now

    def park(self, name: str, row: tuple) -> None:
        """Keep a mail in mind until its domain is ready."""
        self.known[name].parked.append(row)
        self.parked += 1

    def ready(self, now: float) -> list[tuple]:
        """Parked mails whose domains are ready: as many as may go, or all of a closed one (to be put off)."""
        ready_domains = []
        for domain in self.known.values():
            if not domain.parked:
                continue
            if domain.closed_until > now:
                number = len(domain.parked)
            elif domain.not_before <= now and domain.in_flight < max(1, int(domain.width)):
                number = 1
            else:
                continue
            ready_domains += [domain.parked.popleft() for _ in range(number)]
        self.parked -= len(ready_domains)
        return ready_domains

    def soonest(self, now: float) -> float:
        """Seconds until a parked mail may go."""
        waits = [max(0.0, d.not_before - now) for d in self.known.values() if d.parked]
        return min(waits, default=0.0)

    def note(self, name: str, number: int, fate: Fate, blame: str, now: float) -> list[int] | None:
        """What became of a mail to a domain. Where the domain is closed by it: the numbers it refused lately."""
        domain = self.known.get(name)
        if domain is None:
            if fate is Fate.ACCEPTED or blame in {Blame.ADDRESS, Blame.MAILBOX}:
                return None
            domain = self.known[name] = _Domain(width=float(self.width), in_flight=1)
        domain.in_flight = max(0, domain.in_flight - 1)
        if blame in {Blame.ADDRESS, Blame.MAILBOX}:
            return None
        if domain.closed_until > now:  # it was on its way when the domain was left alone
            return [number] if fate is Fate.REFUSED else None
        domain.last.append((number, fate is not Fate.ACCEPTED))
        if fate is Fate.ACCEPTED:
            domain.width = min(self.width, domain.width + 1 / max(1.0, domain.width))
            domain.gap = domain.gap * 0.7 if domain.gap > NO_GAP else 0.0
            if domain.is_well(self.width):
                del self.known[name]
            return None
        if fate is Fate.PUT_OFF:
            domain.width = max(1.0, domain.width / 2)
            domain.gap = min(LONGEST_GAP, max(FIRST_GAP, domain.gap * 2))
            domain.not_before = now + domain.gap
        return self._closed(domain, now)

    def _closed(self, domain: _Domain, now: float) -> list[int] | None:
        bad = [number for number, is_bad in domain.last if is_bad]
        if len(domain.last) < DOMAIN_FEWEST or len(bad) < DOMAIN_SHARE * len(domain.last):
            return None
        pause = DOMAIN_PAUSES[min(domain.closings, len(DOMAIN_PAUSES) - 1)]
        domain.closed_until = now + pause
        domain.closings += 1
        domain.last.clear()
        return bad

    def dropped(self, name: str) -> None:
        """The line broke: nothing is said about the domain."""
        if domain := self.known.get(name):
            domain.in_flight = max(0, domain.in_flight - 1)
