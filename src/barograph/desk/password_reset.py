"""A forgotten password: the request keeps an encrypted note, the worker looks whose address it is and writes.

Django's own form writes the mail within the request, which then takes longer
for an address of the team: its time would tell who belongs to it.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django_tasks import task
from wagtail.admin.forms.auth import PasswordResetForm

from barograph.base import rate_limits
from barograph.delivery.backend import Refused
from barograph.delivery.transports import Unreachable
from barograph.newsletter.signups import PAUSES
from barograph.subscribers import addresses

log = logging.getLogger(__name__)

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
    network = rate_limits.network_of(request) if request is not None else "loopback"
    per_network = rate_limits.PER_LOOPBACK if network == "loopback" else PER_NETWORK
    return (
        rate_limits.spend("password reset network", network, per_network)
        and rate_limits.spend("password reset address", folded, PER_ADDRESS)
        and rate_limits.spend("password reset all", "all", IN_ALL)
    )


class _WorkersForm(PasswordResetForm):
    """Django's own logs that a mail could not leave and goes on; here it is tried again."""

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        """Raises Unreachable or Refused."""
        subject = " ".join(render_to_string(subject_template_name, context).split())
        EmailMultiAlternatives(subject, render_to_string(email_template_name, context), from_email, [to_email]).send()


@task(queue_name="mail")
def write(sealed: str, subject_template: str, body_template: str, language: str, tries: int = 0) -> None:
    """Write to the people with this address, if there are any. The link leads to our own site, whatever was asked.

    Where the mail server can't be used it is tried again, a few times within the link's lifetime.
    """
    form = _WorkersForm({"email": addresses.unseal(bytes.fromhex(sealed), bound_to=_BOUND_TO)})
    if not form.is_valid():
        return
    scheme, _, host = settings.WAGTAILADMIN_BASE_URL.partition("://")
    with translation.override(language):
        try:
            form.save(
                domain_override=host,
                use_https=scheme == "https",
                subject_template_name=subject_template,
                email_template_name=body_template,
            )
        except (Unreachable, Refused) as trouble:
            log.warning("a mail about a forgotten password: %s", trouble)
            if isinstance(trouble, Unreachable) and tries < len(PAUSES):
                again = write.using(run_after=timezone.now() + PAUSES[tries])
                again.enqueue(sealed, subject_template, body_template, language, tries + 1)
