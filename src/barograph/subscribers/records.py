"""The record of acts on addresses: who took some out or in, looked one up, or changed the key. Holds no address."""

from __future__ import annotations

import getpass
from typing import Any

from django.utils import timezone

from barograph.subscribers.models import Export


def account() -> str:
    """The system account at a terminal; '' where it has no name."""
    try:
        return getpass.getuser()[:100]
    except (OSError, KeyError):
        return ""


def keep(*, act: str, number: int, by: Any = None) -> Export:
    """Enter an act, by somebody who is signed in or, without `by`, at a terminal."""
    return Export.objects.create(act=act, at=timezone.now(), by=by, account="" if by else account(), number=number)
