"""What is written down about this installation: its version, its clock, and which workers live."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from barograph import __version__
from barograph.base import processes
from barograph.machines import site
from barograph.machines.models import Installation, Worker

#: A worker shows itself at least so often while it has nothing to do; after so long without, it is taken for lost.
BEAT_EVERY = timedelta(seconds=15)
LOST_AFTER = timedelta(minutes=3)
#: Rows of workers on other machines that have ended without a word are dropped after this.
FORGOTTEN_AFTER = timedelta(days=2)


def installation() -> Installation:
    """The one row; not saved where there is none yet."""
    return Installation.objects.filter(pk=1).first() or Installation(pk=1)


def note_version() -> None:
    """Write down which version has brought the tables up to date. Quick where that is known already."""
    if Installation.objects.filter(pk=1, version=__version__).exists():
        return
    Installation.objects.update_or_create(pk=1, defaults={"version": __version__, "upgraded_at": timezone.now()})


def beat() -> None:
    """Say that this process, a worker, is alive, and what its clock shows."""
    now = timezone.now()
    Worker.objects.update_or_create(
        owner=processes.me(), defaults={"seen_at": now, "version": __version__, "has_site": site.is_here()}
    )
    Installation.objects.update_or_create(pk=1, defaults={"seen_at": now})
    for row in Worker.objects.exclude(owner=processes.me()):
        if processes.is_gone(row.owner) or row.seen_at < now - FORGOTTEN_AFTER:
            row.delete()


def leave() -> None:
    """This worker ends."""
    Worker.objects.filter(owner=processes.me()).delete()
