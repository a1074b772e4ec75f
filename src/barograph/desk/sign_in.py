"""Signing in: Wagtail's form, with wrong tries counted per name and network and in all."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms.auth import LoginForm

from barograph.base import rate_limits
from barograph.desk import devices
from barograph.issues.services import publication
from barograph.people import audit
from barograph.people.models import User

#: Wrong tries in an hour. The first is per name and network, so that a stranger can't shut somebody out.
PER_NAME_AND_NETWORK, PER_NETWORK, PER_NAME = 10, 60, 200
NOTED = 300  # refusals an hour that stand in the audit log, of all names together


class SignInForm(LoginForm):
    """A try is counted before the password is looked at, and given back where it was right (rate_limits.spend).

    A browser that signed in with this name before has a count of its own: strangers who try a name from many networks
    lock it for themselves, not for its owner (desk/devices.py).
    """

    def clean(self) -> dict:
        name = str(self.cleaned_data.get("username", "")).casefold()[:150]
        tallies = self._tallies(name)
        spent = []
        for purpose, what, most in tallies:
            spent.append((purpose, what))
            if not rate_limits.spend(purpose, what, most):
                for tally in spent[:-1]:
                    rate_limits.give_back(*tally)
                raise ValidationError(_("Too many wrong attempts. Wait an hour, then try again."), code="throttled")
        try:
            cleaned = super().clean()
        except ValidationError:
            self._note_refusal()
            raise
        for tally in spent:
            rate_limits.give_back(*tally)
        audit.note("sign_in", about=self.user_cache, by=self.user_cache)
        devices.remember(self.request, name)
        return cleaned

    def _tallies(self, name: str) -> tuple[tuple[str, str, int], ...]:
        """(what is counted, of whom, how many an hour)."""
        if device := devices.known(self.request, name):
            return (("sign-in device", device, PER_NAME_AND_NETWORK),)
        network = rate_limits.network_of(self.request)
        return (
            ("sign-in both", f"{name} {network}", PER_NAME_AND_NETWORK),
            ("sign-in network", network, PER_NETWORK),
            ("sign-in name", name, PER_NAME),
        )

    def _note_refusal(self) -> None:
        """About the account that was tried. A name that nobody has is not kept: it may be a password typed there."""
        if not rate_limits.spend("refusals noted", "all", NOTED):
            return  # so that nobody fills the log
        tried = User.objects.filter(username=self.cleaned_data.get("username", "")).first()
        audit.note("sign_in_refused", about=tried or publication(), name="" if tried else "–")
