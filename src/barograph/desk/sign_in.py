"""Signing in: Wagtail's form, with wrong tries counted per name and network and in all."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms.auth import LoginForm

from barograph.issues.services import publication
from barograph.newsletter import limits
from barograph.people import audit
from barograph.people.models import User

#: Wrong tries in an hour. The first is per name and network, so that a stranger can't shut somebody out.
PER_NAME_AND_NETWORK, PER_NETWORK, PER_NAME = 10, 60, 200
NOTED = 300  # refusals an hour that stand in the audit log, of all names together


class SignInForm(LoginForm):
    def clean(self) -> dict:
        name = str(self.cleaned_data.get("username", "")).casefold()[:150]
        network = limits.network_of(self.request)
        tallies = (
            ("sign-in both", f"{name} {network}", PER_NAME_AND_NETWORK),
            ("sign-in network", network, PER_NETWORK),
            ("sign-in name", name, PER_NAME),
        )
        if any(limits.reached(purpose, what) >= most for purpose, what, most in tallies):
            raise ValidationError(_("Too many wrong tries. Wait an hour, then try again."), code="throttled")
        try:
            found = super().clean()
        except ValidationError:
            for purpose, what, _most in tallies:
                limits.count(purpose, what)
            self._note_refusal()
            raise
        audit.note("sign_in", about=self.user_cache, by=self.user_cache)
        return found

    def _note_refusal(self) -> None:
        """About the account that was tried. A name that nobody has is not kept: it may be a password typed there."""
        limits.count("refusals noted", "all")
        if limits.reached("refusals noted", "all") > NOTED:
            return  # so that nobody fills the log
        tried = User.objects.filter(username=self.cleaned_data.get("username", "")).first()
        audit.note("sign_in_refused", about=tried or publication(), name="" if tried else "–")
