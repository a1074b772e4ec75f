"""Taking a mailing back and claiming from it at the same time: one of the two is too late, and knows it."""

import threading

import pytest
from django.db import connection

from barograph.delivery import services
from barograph.delivery.batches import Claims
from barograph.delivery.models import Mailing
from tests.delivery.mailings import mailing, readers
from tests.website.test_two_bakes import committed_rows  # noqa: F401

ROUNDS = 12


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time")
def test_a_claim_and_an_undo_at_once(committed_rows):  # noqa: F811
    readers(3)
    for number in range(ROUNDS):
        made = mailing(key=f"issue:2020-08-{number + 1:02}:en")
        Mailing.objects.filter(pk=made.pk).update(state="sending")
        gate, found = threading.Barrier(2), {}

        def claim(made=made, gate=gate, found=found):
            gate.wait()
            found["claimed"] = len(Claims(made).take() or [])
            connection.close()

        def undo(made=made, gate=gate, found=found):
            gate.wait()
            try:
                found["back"] = services.take_back(mailings=[made])
            except services.TooLate:
                found["back"] = 0
            connection.close()

        threads = [threading.Thread(target=work) for work in (claim, undo)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(map(bool, found.values())) == [False, True], found
