"""A worker of its own for the kill test: with a number it first makes the tables and a mailing."""

import sys

import django

django.setup()

from barograph.delivery import services  # noqa: E402
from barograph.delivery.models import Mailing  # noqa: E402
from tests.delivery.kill_worker_tables import prepare  # noqa: E402

if len(sys.argv) > 1:
    prepare(int(sys.argv[1]))
report = services.send(Mailing.objects.get().pk)
counts = Mailing.objects.values_list("sent", "failed", "skipped").get()
sys.stdout.write(f"{report.is_finished} {counts[0]} {counts[1]} {counts[2]}")
