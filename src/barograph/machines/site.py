"""Which data folder has the site of this publication: releases and bakes run only where it lies.

On PostgreSQL several machines may work on one publication. A site that is baked into the folder of a machine that no
reader reaches is not public, so every bake asks here first. The folder that has the site holds a secret in
`installation/site`; the database knows a digest of it and of the number (inode) of that file. A copy of the folder gets
another number, so it does not take itself for the site; machines that share one disk see the same file. On SQLite the
database itself lies on one machine, and whoever opens it has the site.
"""

from __future__ import annotations

import hashlib
import secrets
import socket
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from barograph.base import atomic_files
from barograph.machines.models import Installation


class SiteElsewhere(Exception):
    """The site of this publication lies on another machine. The message says which, and what to do."""


def is_here() -> bool:
    """Whether this data folder has the site, or nobody has it yet. Changes nothing."""
    if connection.vendor == "sqlite":
        return True
    known = Installation.objects.filter(pk=1).values_list("site", flat=True).first()
    return not known or known == _digest()


def require() -> None:
    """The site is to be written here: claim it where nobody has it yet. Raises SiteElsewhere."""
    if connection.vendor == "sqlite":
        return
    row, _new = Installation.objects.get_or_create(pk=1)
    if not row.site:
        own = _made_digest()
        Installation.objects.filter(pk=1, site="").update(site=own, site_machine=socket.gethostname()[:80])
        row.refresh_from_db()
    if row.site != _digest():
        raise SiteElsewhere(
            _(
                "This publication’s site is on another machine (%(machine)s): bake and publish there. If "
                "that machine is gone, run `barograph bake --here` on this one."
            )
            % {"machine": row.site_machine or "?"}
        )


def claim() -> None:
    """From now on this data folder has the site, whoever had it before."""
    Installation.objects.update_or_create(
        pk=1, defaults={"site": _made_digest(), "site_machine": socket.gethostname()[:80]}
    )


def _file() -> Path:
    return Path(settings.DATA) / "installation" / "site"


def _digest() -> str:
    """What this folder shows; "" where it has nothing to show."""
    try:
        text = _file().read_text(encoding="ascii").strip()
        return hashlib.sha256(f"barograph site\n{text}\n{_file().stat().st_ino}".encode()).hexdigest()
    except OSError:
        return ""


def _made_digest() -> str:
    if not _file().exists():
        _file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        atomic_files.create(_file(), f"{secrets.token_hex(16)}\n")
    return _digest()
