"""Passkeys (WebAuthn level 3) as a second factor beside the app: added with a present code, used in place of one.

Verbs only; knows no page and no session: who calls keeps `state` between asking and answering, and uses it once.
django-otp-webauthn and py_webauthn check challenge, origin, domain and signature.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import IntegrityError, transaction
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnCredential
from webauthn.helpers.exceptions import WebAuthnException

from barograph.people import factors
from barograph.people.models import User

MOST, LONGEST, LONGEST_NAME = 10, 20_000, 64
#: What an answer that is not one ends in, from the parser to the signature.
WRONG = (WebAuthnException, OTPWebAuthnApiError, ValueError, KeyError, TypeError, AttributeError, IntegrityError)


def of(user: User) -> list[WebAuthnCredential]:
    """Somebody's passkeys, oldest first."""
    return list(WebAuthnCredential.objects.filter(user=user, confirmed=True).order_by("pk"))


def ask_to_make(*, user: User) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is told, and the state to keep."""
    return WebAuthnHelper(request=None).register_begin(user=user)


@transaction.atomic
def make(*, user: User, state: dict[str, Any], answer: str, name: str) -> WebAuthnCredential | None:
    """A new passkey from the browser's answer. None where the answer is not right, or there is no app beside it."""
    User.objects.select_for_update().get(pk=user.pk)
    if factors.device_of(user) is None or len(of(user)) >= MOST or len(answer) > LONGEST:
        return None
    try:
        with transaction.atomic():
            credential = WebAuthnHelper(request=None).register_complete(user=user, state=state, data=json.loads(answer))
    except WRONG:
        return None
    credential.name = " ".join(name.split())[:LONGEST_NAME]
    credential.save(update_fields=["name"])
    return credential


def ask_to_use(*, user: User) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is told, and the state to keep."""
    return WebAuthnHelper(request=None).authenticate_begin(user=user, require_user_verification=False)


@transaction.atomic
def use(*, user: User, state: dict[str, Any], answer: str) -> WebAuthnCredential | None:
    """The passkey that answered rightly, of this sign-in alone; None otherwise."""
    if len(answer) > LONGEST:
        return None
    try:
        with transaction.atomic():
            credential = WebAuthnHelper(request=None).authenticate_complete(
                user=user, state=state, data=json.loads(answer)
            )
    except WRONG:
        return None
    return credential if credential.confirmed else None


def remove(*, user: User, pk: str) -> bool:
    """Take one away. False where there is none."""
    return pk.isdigit() and bool(WebAuthnCredential.objects.filter(user=user, pk=int(pk[:18])).delete()[0])
