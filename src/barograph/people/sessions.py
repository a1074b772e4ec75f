"""Sessions in the database, each with the sign-in it belongs to. Knows no page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from barograph.people.models import HASHED, Session

BROWSER, BEGUN = "browser", "begun"


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: Any) -> bool:
        """What a browser may send: never what stands in the database, which a copy of it would tell."""
        return bool(super()._validate_session_key(key)) and not str(key).startswith(HASHED)

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        row.user_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        row.browser = data.get(BROWSER, "")
        row.begun_at = datetime.fromisoformat(data[BEGUN]) if data.get(BEGUN) else None
        return row
