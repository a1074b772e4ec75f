"""Whether the time of an answer tells if an address is known: each page that takes one, known and unknown in turn.

    .venv/bin/python bench/timing.py --rounds 300

Requests go through the whole stack in this process, so that no network hides a difference. SQLite. What the
worker does afterwards is measured too, though nobody outside sees it end.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

Progress = Callable[[int, int], None]
Act = Callable[[str, str], None]  # an address, and a network that nobody else has
#: Rounds before the measured ones: templates and queries are read for the first time.
WARM = 5


def run(*, progress: Progress, rounds: int) -> dict[str, Any]:
    """For each page: medians of known and unknown addresses, the spread (middle half) of both, and their rank.

    `rank` is the chance that a known address takes longer than an unknown one: 0.5 tells nothing.
    """
    figures: dict[str, Any] = {"rounds": rounds}
    measured = cases(rounds + WARM)
    for place, (name, (known, act)) in enumerate(measured.items()):

        def line(done: int, of: int, at: int = place) -> None:
            progress(at * of + done, len(measured) * of)

        times = interleaved(known, act, progress=line)
        for kind in ("known", "unknown"):
            figures[f"{name}_{kind}_ms"] = round(1000 * statistics.median(times[kind]), 2)
            low, _middle, high = statistics.quantiles(times[kind], n=4)
            figures[f"{name}_{kind}_spread_ms"] = [round(1000 * low, 2), round(1000 * high, 2)]
        figures[f"{name}_rank"] = round(rank(times["known"], times["unknown"]), 3)
    return figures


def rank(one: list[float], other: list[float]) -> float:
    """The chance that a member of `one` is larger than one of `other` (Mann and Whitney's U over all pairs)."""
    return sum((a > b) + (a == b) / 2 for a in one for b in other) / (len(one) * len(other))


def interleaved(known: list[str], act: Act, *, progress: Progress | None = None) -> dict[str, list[float]]:
    """Seconds of `act` for each known address and for as many unknown ones, in a random order by pairs."""
    chance = random.Random(1)
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for number, address in enumerate(known):
        pair = [("known", address), ("unknown", f"stranger-{number}{address[-30:]}")]
        chance.shuffle(pair)
        for place, (kind, one) in enumerate(pair):
            begun = time.perf_counter()
            act(one, f"10.{number // 250}.{number % 250}.{place}")
            if number >= min(WARM, len(known) // 2):
                times[kind].append(time.perf_counter() - begun)
        if progress:
            progress(number + 1, len(known))
    return times


def cases(number: int) -> dict[str, tuple[list[str], Act]]:
    """Each page that takes an address: so many known ones, and what is done with one."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password

    readers = {kind: _readers(kind, number) for kind in ("page", "move", "worker")}
    team = [f"editor-{n:05}@example.com" for n in range(number)]
    users = get_user_model()
    users.objects.bulk_create(users(username=one, email=one, password=make_password(None)) for one in team)
    return {
        "sign_up": (readers["page"], _sign_up),
        "sign_up_worker": (readers["worker"], _answer),
        "address_change": (readers["move"], _mover()),
        "password_reset": (team, _reset),
    }


def _readers(kind: str, number: int) -> list[str]:
    from barograph.subscribers import services, tokens

    rows = []
    for n in range(number):
        rows.append(f"{kind}-{n:05}@example.org")
        asked = services.sign_up(address=rows[-1], list_key="en", language="en")
        token = tokens.confirmation(asked.subscriber.pk, ["en"], now=asked.subscriber.created_at)
        services.confirm(confirmation=tokens.read_confirmation(token, now=asked.subscriber.created_at))
    return rows


def _posted(url: str, network: str, **fields: str) -> None:
    from django.test import Client

    answer = Client(REMOTE_ADDR=network).post(url, fields)
    if answer.status_code not in (200, 302, 303):
        raise RuntimeError(f"{url.split('/')[2]} answered {answer.status_code}")


def _sign_up(address: str, network: str) -> None:
    _posted("/en/subscribe/", network, address=address, list="en")


def _reset(address: str, network: str) -> None:
    _posted("/desk/password_reset/", network, email=address)


def _mover() -> Act:
    from barograph.subscribers import services, tokens

    (address,) = _readers("mover", 1)
    subscriber = services.sign_up(address=address, list_key="en", language="en").subscriber
    page = f"/en/subscription/{tokens.settings(subscriber.pk, links=None)}/"
    return lambda address, network: _posted(page, network, act="move", address=address)


def _answer(address: str, network: str) -> None:
    """What the worker does with a sign-up, the mail handed to a transport in memory."""
    from django.test import override_settings

    from barograph.base.models import RateCount
    from barograph.delivery.transports.memory import MemoryTransport
    from barograph.newsletter import signups
    from barograph.newsletter.models import SignUpRequest
    from barograph.subscribers import addresses

    request = SignUpRequest(list_key="en", language="en", at=_now())
    request.address_cipher = addresses.seal(address, bound_to=request.bound_to)
    request.save()
    RateCount.objects.all().delete()  # more letters than an hour allows
    with override_settings(BAROGRAPH_TRANSPORT=f"{MemoryTransport.__module__}.{MemoryTransport.__qualname__}"):
        signups.answer(request.pk)
    MemoryTransport.outbox.clear()


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


if __name__ == "__main__":
    from empty_folder import measure

    measure(run, __doc__, rounds=300)
