"""Who may learn which account wrote, translated or changed a text: the one place that decides it.

A text's byline may be a pseudonym. Whoever sees the name of an account beside a topic, a text or its history can put
the two together with the byline readers see; so the name is given to those alone who may see who writes as whom
(`people.view_pen`). Everybody else reads "You" for what they did themselves and "Somebody" for the rest.

Barograph's own screens ask `account_name`. Wagtail's screens ask `User.get_full_name`, which asks `hides` about the
person for whom the present request is answered. The pages of accounts (users, roles, invitations, the audit log's
lines about accounts) are about accounts and show their names; no text, topic or byline may stand on them.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.utils.translation import gettext as _

MAY_SEE_PENS = "people.view_pen"

#: For whom the present answer is made; None outside the desk, and on the pages of accounts.
_reader: ContextVar[Any] = ContextVar("barograph.people.reader", default=None)


def may_see_pens(user: Any) -> bool:
    """Whether somebody may know which account stands behind a byline."""
    return bool(user.has_perm(MAY_SEE_PENS))


def answer_for(user: Any | None) -> None:
    """From now on, within this request, names of accounts are shown as `user` may see them; None: as they are."""
    _reader.set(user)


def hides(account: Any) -> bool:
    """Whether the name of this account is kept from the person for whom the present answer is made."""
    reader = _reader.get()
    return reader is not None and reader.pk != account.pk and not may_see_pens(reader)


def account_name(account: Any | None, *, reader: Any) -> str:
    """What `reader` may read in place of an account: its name, "You", or "Somebody"; "" where there is none."""
    if account is None:
        return ""
    if may_see_pens(reader):
        return account.real_name()
    return _("You") if account.pk == reader.pk else _("Someone")
