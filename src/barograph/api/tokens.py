"""Making, finding and ending tokens. Verbs only; knows no page and no request.

A token lives as a session does: a change of the person's password, role or factor ends it, and so does the end of
their account. It never stands for a person whose second factor is owed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from barograph.api.models import ApiToken, Scope
from barograph.people import factors
from barograph.people.models import User

#: Days a token may live.
SPANS = (7, 30, 90, 365)
MOST = 20  # tokens a person
PREFIX = "barograph_"  # so that scanners of leaked secrets can know it
LONGEST_NAME = 80


def digest(secret: str) -> str:
    return salted_hmac("barograph.api.token", secret, algorithm="sha256").hexdigest()


def _today() -> date:
    return timezone.now().date()


@transaction.atomic
def make_token(*, user: User, name: str, scopes: Iterable[str], days: int) -> tuple[ApiToken, str]:
    """A token and its secret, which is told this once. Raises ValidationError."""
    User.objects.select_for_update().get(pk=user.pk)
    name, granted = " ".join(name.split()), [scope for scope in Scope.values if scope in set(scopes)]
    if not name or len(name) > LONGEST_NAME:
        raise ValidationError(_("Give the token a name of up to 80 characters."))
    if not granted:
        raise ValidationError(_("Choose what the token is allowed to do."))
    if days not in SPANS:
        raise ValidationError(_("Choose how long the token is valid."))
    if len(valid_tokens(user)) >= MOST:
        raise ValidationError(_("You have too many tokens. Revoke one you no longer need, then create the new one."))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        scopes=granted,
        digest=digest(secret),
        binding=user.get_session_auth_hash(),
        made_on=_today(),
        expires_on=_today() + timedelta(days=days),
    )
    return token, secret


def valid_tokens(user: User) -> list[ApiToken]:
    """The tokens that still open something."""
    return [token for token in user.tool_tokens.select_related("user") if is_valid(token)]


def is_valid(token: ApiToken) -> bool:
    user = token.user
    if not user.is_active or token.expires_on < _today():
        return False
    if not constant_time_compare(token.binding, user.get_session_auth_hash()):
        return False
    if factors.is_required(user) and factors.device_of(user) is None:
        return False
    return user.has_perm("wagtailadmin.access_admin")


def find_token(secret: str) -> ApiToken | None:
    """The valid token with this secret; its day of last use is noted. No more than the day is ever kept."""
    token = ApiToken.objects.select_related("user").filter(digest=digest(secret)).first()
    if token is None or not is_valid(token):
        return None
    if token.last_used_on != _today():
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=_today())
    return token


def end_token(*, user: User, pk: int) -> str | None:
    """End one of one's own. Returns its name, or None: there is no such token."""
    token = user.tool_tokens.filter(pk=pk).first()
    if token is None:
        return None
    token.delete()
    return token.name
