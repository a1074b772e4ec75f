"""Inviting somebody to the desk: an invitation, its link, and the sign-in that comes of it. Sends nothing.

A link is signed, works once, ends after a week, and when it is sent again or withdrawn. It gives no more than whoever
invited may still give at the moment it is used.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from wagtail.users.models import UserProfile

from barograph.people import audit
from barograph.people.models import Invitation, User

MAY_INVITE = "people.add_user"
AGE = timedelta(days=7)
#: Invitations that ran out are forgotten after this time.
FORGOTTEN_AFTER = timedelta(days=30)
_SALT = "barograph.people.invitation"


class Gone(Exception):
    """The link opens nothing: used, run out, withdrawn, sent again since, or never ours."""


def roles_of(by: User) -> list[Group]:
    """The roles somebody may give: all, where they may change accounts; else those whose rights they have themselves.

    Never an administrator's rights: those are given under Users, by an administrator.
    """
    groups = list(Group.objects.order_by("name").prefetch_related("permissions__content_type"))
    if by.has_perm(audit.KEEPS_ACCOUNTS):
        return groups
    return [
        group
        for group in groups
        if all(by.has_perm(f"{right.content_type.app_label}.{right.codename}") for right in group.permissions.all())
    ]


@transaction.atomic
def invite(*, by: User, email: str, name: str, language: str, roles: Iterable[Group]) -> Invitation:
    """An invitation, still to be sent. Raises ValidationError."""
    email, name, roles = email.strip(), " ".join(name.split()), list(roles)
    _check_address(email)
    if language not in dict(settings.LANGUAGES):
        raise ValidationError(_("Choose one of the desk’s languages."))
    if not roles or not set(roles) <= set(roles_of(by)):
        raise ValidationError(_("Choose at least one role that you are allowed to give."))
    now = timezone.now()
    Invitation.objects.open().filter(expires_at__lt=now - FORGOTTEN_AFTER).delete()
    if (other := Invitation.objects.open().filter(email__iexact=email).first()) is not None:
        email = other.email  # in the same letters, so that the database refuses it as well
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                email=email, name=name, language=language, by=by, secret=_secret(), expires_at=now + AGE
            )
    except IntegrityError as error:
        raise ValidationError(_("This address has already been invited. Resend that invitation below.")) from error
    invitation.groups.set(roles)
    audit.note("invitation_made", about=invitation, by=by, roles=[role.name for role in roles])
    return invitation


def _check_address(email: str) -> None:
    """Raises ValidationError where somebody signs in with it, or did."""
    known = User.objects.filter(email__iexact=email).order_by("-is_active").first()
    if known is None:
        return
    names = {"name": known.get_username()}
    if known.is_active:
        raise ValidationError(_("“%(name)s” already has this address. Change their roles under Users.") % names)
    raise ValidationError(_("“%(name)s” had this address, and the account was closed. Reopen it under Users.") % names)


@transaction.atomic
def renew(*, invitation: Invitation, by: User) -> Invitation:
    """A new week and a new link, still to be sent; earlier links open nothing. Raises Gone, ValidationError."""
    row = Invitation.objects.open().select_for_update().filter(pk=invitation.pk).first()
    if row is None:
        raise Gone
    _check_address(row.email)
    if not set(row.groups.all()) <= set(roles_of(by)):
        raise ValidationError(_("Choose at least one role that you are allowed to give."))
    row.secret, row.expires_at, row.sent_at, row.by = _secret(), timezone.now() + AGE, None, by
    row.save(update_fields=["secret", "expires_at", "sent_at", "by"])
    audit.note("invitation_renewed", about=row, by=by)
    return row


def mark_sent(*, invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk, secret=invitation.secret).update(sent_at=timezone.now())


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User) -> bool:
    """End it. False where it was used or withdrawn already."""
    done = Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=timezone.now(), email="")
    if done:
        audit.note("invitation_withdrawn", about=invitation, by=by)
    return bool(done)


def token_of(invitation: Invitation) -> str:
    """What stands in the link."""
    return signing.Signer(salt=_SALT).sign_object([invitation.pk, invitation.secret])


def find(token: str) -> Invitation:
    """The invitation a link opens. Reads only. Raises Gone."""
    try:
        pk, secret = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Gone from error
    invitation = Invitation.objects.open().select_related("by").filter(pk=pk, expires_at__gt=timezone.now()).first()
    if invitation is None or not constant_time_compare(invitation.secret, secret):
        raise Gone
    if invitation.by is None or not invitation.by.is_active or not invitation.by.has_perm(MAY_INVITE):
        raise Gone
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise Gone
    return invitation


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> User:
    """Make the sign-in `user` (name and password are set, nothing is saved). Raises Gone, ValidationError.

    The invitation is claimed by a conditional update: of two that come at once, one goes away empty.
    """
    now = timezone.now()
    open_still = Invitation.objects.open().filter(Q(pk=invitation.pk, secret=invitation.secret, expires_at__gt=now))
    if invitation.by is None or not open_still.update(used_at=now, email=""):
        raise Gone
    given = set(roles_of(invitation.by))
    roles = [role for role in invitation.groups.all() if role in given]
    if not roles:
        raise Gone
    user.email = invitation.email
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise ValidationError({"username": _("This user name is taken. Choose another one.")}) from error
    user.groups.set(roles)
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = invitation.language
    profile.save(update_fields=["preferred_language"])
    audit.note("invitation_used", about=user, by=user, roles=[role.name for role in roles])
    return user


def _secret() -> str:
    return secrets.token_urlsafe(16)
