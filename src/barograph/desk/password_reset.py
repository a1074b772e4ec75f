"""A forgotten password: the request keeps an encrypted note, the worker looks whose address it is and writes.

Django's own form writes the mail within the request, which then takes longer
for an address of the team: its time would tell who belongs to it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django_tasks import task
from wagtail.admin.forms.auth import PasswordResetForm

from barograph.subscribers import addresses

_BOUND_TO = "password reset"


class DeferredPasswordResetForm(PasswordResetForm):
    """The same work and the same answer for every address."""

    def save(self, **options: Any) -> None:
        sealed = addresses.seal(self.cleaned_data["email"], bound_to=_BOUND_TO)
        templates = [options["subject_template_name"], options["email_template_name"]]
        write.enqueue(sealed.hex(), *templates, translation.get_language() or settings.LANGUAGE_CODE)


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
