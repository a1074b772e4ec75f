"""For the race test: makes mailings, and for each lets one thread claim from it and another take it back."""

import sys
import threading

import django

django.setup()

from django.db import connection  # noqa: E402

from barograph.delivery import services  # noqa: E402
from barograph.delivery.batches import Claims  # noqa: E402
from barograph.delivery.models import Mailing  # noqa: E402
from tests.delivery.kill_worker_tables import prepare  # noqa: E402
from tests.delivery.mailings import mailing  # noqa: E402


def race(number: int) -> str:
    made = mailing(key=f"issue:2020-08-{number:02}:en")
    Mailing.objects.filter(pk=made.pk).update(state="sending")
    gate, won = threading.Barrier(2), []

    def claim():
        gate.wait()
        won.extend(["claim"] * bool(Claims(made).take()))
        connection.close()

    def back():
        gate.wait()
        try:
            services.take_back(mailings=[made])
            won.append("back")
        except services.TooLate:
            pass
        connection.close()

    threads = [threading.Thread(target=work) for work in (claim, back)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return "+".join(won)


prepare(3)
sys.stdout.write(" ".join(race(number) for number in range(4, 24)))
