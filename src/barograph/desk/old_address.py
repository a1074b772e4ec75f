"""Who changes the e-mail address of an account is told of at the old one: its owner may not be who changed it."""

from __future__ import annotations

import logging

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from barograph.delivery import services as delivery
from barograph.delivery.transports import Unreachable
from barograph.desk import reminders
from barograph.issues.services import publication
from barograph.people.models import User
from barograph.subscribers import addresses

log = logging.getLogger("barograph.desk")

_BOUND_TO = "old address of an account"


def note_change(*, user: User, before: str) -> None:
    """Have the worker write to `before`, where the account's address is another now."""
    now = User.objects.filter(pk=user.pk).values_list("email", flat=True).first()
    if before and now is not None and now.casefold() != before.casefold():
        tell.enqueue(user.pk, addresses.seal(before, bound_to=_BOUND_TO).hex())


@task(queue_name="mail")
def tell(user_id: int, sealed: str) -> bool:
    """Write to the old address. Neither address stands in the mail."""
    user, house, now = User.objects.filter(pk=user_id).first(), publication(), timezone.now()
    if user is None:
        return False
    with translation.override(reminders.language_of(user, house)):
        letter = reminders.letter_to(
            user=user,
            house=house,
            key=f"old-address:{now:%Y-%m-%d-%H-%M-%S}",
            subject=_("The e-mail address of your account was changed"),
            text="\n\n".join(
                [
                    _("Your desk account now has a different e-mail address. Messages no longer come to this one."),
                    _("If this wasn’t you, tell the editors or the operator right away: they can close the account."),
                    "",
                ]
            ),
            at=now,
        )
    try:
        address = addresses.unseal(bytes.fromhex(sealed), bound_to=_BOUND_TO)
        answer = delivery.send_system_mail(letter=letter, address=address, recipient=f"user:{user.pk}")
    except Unreachable as trouble:
        log.warning("the mail to an account’s old address is not sent: %s", trouble)
        return False
    return answer.is_accepted
