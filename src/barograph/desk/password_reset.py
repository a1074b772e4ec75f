"""A forgotten password: the request keeps an encrypted note, the worker looks whose address it is and writes.

Django's own form writes the mail within the request, which then takes longer
for an address of the team: its time would tell who belongs to it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django_tasks import task
from wagtail.admin.forms.auth import PasswordResetForm

from barograph.newsletter import limits
from barograph.subscribers import addresses

_BOUND_TO = "password reset"
#: Requests an hour.
PER_ADDRESS, PER_NETWORK, IN_ALL = 3, 20, 100


class DeferredPasswordResetForm(PasswordResetForm):
    """The same work and the same answer for every address."""

    def save(self, **options: Any) -> None:
        if not _may_ask(options.get("request"), self.cleaned_data["email"]):
            return  # with the same answer: it tells neither a limit nor an address
        sealed = addresses.seal(self.cleaned_data["email"], bound_to=_BOUND_TO)
        templates = [options["subject_template_name"], options["email_template_name"]]
        write.enqueue(sealed.hex(), *templates, translation.get_language() or settings.LANGUAGE_CODE)


def _may_ask(request: HttpRequest | None, address: str) -> bool:
    """Within what an hour may see: of an address, of a network, and from everywhere. Counted first."""
    try:
        folded = addresses.fold(address)
    except addresses.InvalidAddress:
        return False
    network = limits.network_of(request) if request is not None else "loopback"
    per_network = limits.PER_LOOPBACK if network == "loopback" else PER_NETWORK
    return (
        limits.spend("password reset network", network, per_network)
        and limits.spend("password reset address", folded, PER_ADDRESS)
        and limits.spend("password reset all", "all", IN_ALL)
    )


@task(queue_name="mail")
def write(sealed: str, subject_template: str, body_template: str, language: str) -> None:
    """Write to the people with this address, if there are any. The link leads to our own site, whatever was asked."""
    form = PasswordResetForm({"email": addresses.unseal(bytes.fromhex(sealed), bound_to=_BOUND_TO)})
    if not form.is_valid():
        return
    scheme, _, host = settings.WAGTAILADMIN_BASE_URL.partition("://")
    with translation.override(language):
        form.save(
            domain_override=host,
            use_https=scheme == "https",
            subject_template_name=subject_template,
            email_template_name=body_template,
        )
