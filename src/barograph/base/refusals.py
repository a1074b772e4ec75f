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
        words = _("Nothing was saved. Go back in your browser: what you wrote is most likely still there.")
        return Refusal(413, _("That is too much data"), (words, _("Shorten it or send it in parts.")))
    if isinstance(error, DisallowedHost):
        words = _("Your browser asked for a host name that is not valid. Open the main address: %(address)s")
        return Refusal(400, _("This address is not valid"), (words % {"address": settings.BASE_URL},))
    words = _("The data from your browser arrived incomplete or damaged. Nothing was saved.")
    again = _("Go back in your browser (what you wrote is most likely still there) and send it again.")
    return Refusal(400, _("The data was damaged in transit"), (words, again))


def incomplete() -> Refusal:
    """A form without what every browser sends with it."""
    return Refusal(
        400, _("The data was damaged in transit"), (_("The form arrived incomplete. Go back and send it again."),)
    )


def foreign() -> Refusal:
    """A form whose page this browser did not get in this sign-in."""
    where = _("If that doesn’t help, allow cookies for this site and open it at its main address: %(address)s")
    return Refusal(
        403,
        _("Please send that again"),
        (
            _("We only accept a form opened in this browser during the current session. Nothing was saved."),
            _(
                "Go back in your browser and copy what you wrote. Reload the page, sign in if needed, "
                "and send it again."
            ),
            where % {"address": settings.BASE_URL},
        ),
    )


def failed() -> Refusal:
    """An error of ours."""
    return Refusal(
        500,
        _("Something went wrong on our side"),
        (
            _("It isn’t your fault. The error has been logged for the site’s operators."),
            _("Go back in your browser (what you wrote is most likely still there) and try again in a little while."),
        ),
    )
