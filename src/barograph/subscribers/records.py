"""The record of acts on addresses: who took some out or in, looked one up, or changed the key. Holds no address."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from barograph.people import audit
from barograph.subscribers.models import Export


@transaction.atomic
def keep(*, act: str, number: int, by: Any = None) -> Export:
    """Enter an act, by somebody who is signed in or, without `by`, at a terminal; here and in the audit log."""
    account = "" if by else audit.account()
    record = Export.objects.create(act=act, at=timezone.now(), by=by, account=account, number=number)
    audit.note(f"data_{act}", about=record, name="–", by=by, at_terminal=True, number=number)
    return record
