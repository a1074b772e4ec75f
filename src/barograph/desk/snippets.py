"""Wagtail's snippets, made ready with the desk's addresses instead of at the start of every process.

To be ready they load every form and hook of the desk and Wagtail's API: half of a start's time and 27 MB. A worker, a
bake, an import or a search needs none of that, and a small server runs several of them at once.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_migrate
from wagtail import hooks
from wagtail.snippets.apps import WagtailSnippetsAppConfig


class SnippetsConfig(WagtailSnippetsAppConfig):
    completed = False

    def ready(self) -> None:
        hooks.register("register_admin_viewset", self.complete, order=-1)  # asked for by the desk's addresses
        pre_migrate.connect(self.complete, sender=self)  # afterwards Wagtail makes their permissions

    def complete(self, **_: Any) -> list[Any]:
        """What Wagtail does at the start. Safe to repeat; no view sets beyond those that register themselves."""
        if not self.completed:
            self.completed = True
            super().ready()
        return []
