"""Signing in: Wagtail's form, with wrong tries counted per name and network and in all."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms.auth import LoginForm

from barograph.newsletter import limits

#: Wrong tries in an hour. The first is per name and network, so that a stranger can't shut somebody out.
PER_NAME_AND_NETWORK, PER_NETWORK, PER_NAME = 10, 60, 200


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
            return super().clean()
        except ValidationError:
            for purpose, what, _most in tallies:
                limits.count(purpose, what)
            raise
