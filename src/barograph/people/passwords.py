"""What a password must be, and the line in the audit log when one is set, by whatever way."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import MinimumLengthValidator
from wagtail.log_actions import get_active_log_context

from barograph.people import audit


class LongEnough(MinimumLengthValidator):
    def password_changed(self, password: str, user: Any) -> None:
        """Called by Django once a new password is saved: by its owner, an administrator, or a reset by mail."""
        audit.note("password_set", about=user, by=get_active_log_context().user)
