"""The second factor of a sign-in: a code from an app (TOTP, RFC 6238), or a recovery code that works once.

Verbs only; knows no page and no session. django-otp holds the secrets, counts
wrong tries and refuses a code that was used already.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from barograph.people.models import RecoveryCode, User

#: Who holds one of these publishes, or decides who does.
PUBLISHING = (
    "publishing.add_release",
    "people.add_pen",
    "people.add_user",
    "people.change_user",
    "commentaries.publish_commentary",
)
CODES = 10
APP = "app"
#: Letters that are not mistaken for one another, by eye or ear.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def device_of(user: User) -> TOTPDevice | None:
    """The confirmed device of a sign-in."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk").first()


def is_required(user: User) -> bool:
    """Whether this sign-in may not work without a second factor (BAROGRAPH_SECOND_FACTOR)."""
    if settings.SECOND_FACTOR == "everyone":
        return True
    if settings.SECOND_FACTOR == "off":
        return False
    return user.is_superuser or any(user.has_perm(permission) for permission in PUBLISHING)


def begin(*, user: User, session: str = "") -> TOTPDevice:
    """The device that waits for its first code in one session; the same one until it is confirmed or a day has gone.

    Each session has a secret of its own: who opened the page before the owner did never learns the owner's.
    """
    waiting = TOTPDevice.objects.filter(user=user, confirmed=False)
    waiting.filter(created_at__lt=timezone.now() - timedelta(days=1)).delete()
    own = waiting.filter(name=_waiting(session))
    return own.first() or TOTPDevice.objects.create(user=user, confirmed=False, name=_waiting(session))


def _waiting(session: str) -> str:
    """What a device is called until its first code; of the session, which only the session itself knows."""
    return f"app {salted_hmac('barograph.people.waiting', session, algorithm='sha256').hexdigest()[:32]}"


@transaction.atomic
def confirm(*, user: User, code: str, session: str = "") -> list[str] | None:
    """Take the session's waiting device into use with its first code; the others' go.

    Returns new recovery codes, or None: a wrong code.
    """
    waiting = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False)
    device = waiting.filter(name=_waiting(session)).first()
    if device is None or not device.verify_token(_figures(code)):
        return None
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True, name=APP)
    return renew_codes(user=user)


@transaction.atomic
def renew_codes(*, user: User) -> list[str]:
    """New recovery codes in place of all earlier ones, to be shown once."""
    codes = ["-".join(_word() for _part in range(3)) for _code in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    return codes


@transaction.atomic
def verify(*, user: User, code: str) -> TOTPDevice | None:
    """The device, where the code is its present one or an unused recovery code. Wrong tries make the next ones wait."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None or not device.verify_is_allowed()[0]:
        return None
    if len(_figures(code)) == device.digits and _figures(code) == code.replace(" ", ""):
        return device if device.verify_token(_figures(code)) else None
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at=None)
    if unused.update(used_at=timezone.now()):
        device.throttle_reset()
        return device
    device.throttle_increment()
    return None


def is_waiting(user: User) -> bool:
    """Whether too many wrong codes came lately."""
    device = device_of(user)
    return device is not None and not device.verify_is_allowed()[0]


def unused_codes(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


@transaction.atomic
def remove(*, user: User) -> bool:
    """Take factor and passkeys away: by their owner with a code, or by the operator for somebody who lost all."""
    RecoveryCode.objects.filter(user=user).delete()
    WebAuthnCredential.objects.filter(user=user).delete()
    return bool(TOTPDevice.objects.filter(user=user).delete()[0])


def _word() -> str:
    return "".join(secrets.choice(LETTERS) for _letter in range(4))


def _figures(code: str) -> str:
    return "".join(letter for letter in code if letter in "0123456789")


def _digest(user: User, code: str) -> str:
    plain_code = "".join(letter for letter in code.lower() if letter.isalnum())
    return salted_hmac(f"barograph.people.recovery {user.pk}", plain_code, algorithm="sha256").hexdigest()
