"""Wagtail's snippets, made ready with the desk's addresses instead of at the start of every process.

To be ready they load every form and hook of the desk and Wagtail's API: a third of a start's time and 27 MB. A worker,
a bake, an import or a search needs none of that, and a small server runs several of them at once.
"""

from __future__ import annotations

from typing import Any

from wagtail import hooks
from wagtail.snippets.apps import WagtailSnippetsAppConfig


class SnippetsConfig(WagtailSnippetsAppConfig):
    completed = False

    def ready(self) -> None:
        hooks.register("register_admin_viewset", self.complete, order=-1)  # asked for by the desk's addresses

    def complete(self) -> list[Any]:
        """What Wagtail does at the start. Safe to repeat; no view sets beyond those that register themselves."""
        if not self.completed:
            self.completed = True
            super().ready()
        return []

    def make_permissions(self) -> None:
        """Those to publish and lock, which Wagtail makes after migrations in a process that was complete before."""
        self.complete()
        from wagtail.snippets.models import create_extra_permissions

        create_extra_permissions(self)
