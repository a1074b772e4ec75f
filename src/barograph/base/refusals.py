"""What people are told where a request cannot be taken, or fails: what happened and what to do. Knows no page."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

#: What Django raises where a request cannot be read.
UNREADABLE = (BadRequest, MultiPartParserError, SuspiciousOperation)
_TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@dataclass(frozen=True)
class Refusal:
    status: int
    title: str
    words: tuple[str, ...]


def unreadable(error: Exception) -> Refusal:
    """Why a request could not be read, in the present language."""
    if isinstance(error, _TOO_MUCH):
        words = _("Nothing of it was kept. Go back in your browser: what you wrote is most likely still there.")
        return Refusal(413, _("That is more than we can take"), (words, _("Make it shorter, or send it in parts.")))
    if isinstance(error, DisallowedHost):
        words = _("Your browser asked for a name that no site can have. Open the main address: %(address)s")
        return Refusal(400, _("This address cannot be right"), (words % {"address": settings.BASE_URL},))
    words = _("What your browser sent came cut off or garbled, and nothing of it was kept.")
    again = _("Go back in your browser, where what you wrote is most likely still there, and send it again.")
    return Refusal(400, _("That arrived damaged"), (words, again))


def incomplete() -> Refusal:
    """A form without what every browser sends with it."""
    return Refusal(400, _("That arrived damaged"), (_("The form arrived incomplete. Go back and send it again."),))


def foreign() -> Refusal:
    """A form whose page this browser did not get in this sign-in."""
    where = _("If that changes nothing, allow cookies for this site, and open it by its main address: %(address)s")
    return Refusal(
        403,
        _("Please send that once more"),
        (
            _("A form is taken only from a page that this browser got in the same sign-in. Nothing of it was kept."),
            _("Go back in your browser and copy what you wrote. Load the page anew, sign in, and send it again."),
            where % {"address": settings.BASE_URL},
        ),
    )


def failed() -> Refusal:
    """An error of ours."""
    return Refusal(
        500,
        _("Something went wrong on our side"),
        (
            _("It is not your fault, and it is noted for whoever looks after this site."),
            _("Go back in your browser, where what you wrote is most likely still there, and try again soon."),
        ),
    )
