"""The week's screen as Wagtail's home shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wagtail import hooks
from wagtail.admin.ui.components import Component

from barograph.desk.first_steps import first_steps
from barograph.desk.week import week


class WeekPanel(Component):
    name = "week"
    template_name = "desk/week.html"
    order = 0

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        request = parent_context["request"]
        shown = week(user=request.user, key=request.GET.get("issue", ""))
        return {
            "week": shown,
            "user": request.user,
            "request": request,
            "csrf_token": parent_context["csrf_token"],
            "more_notices": [
                text
                for make in hooks.get_hooks("week_notices")
                if (text := make(request, parent_context["csrf_token"]))
            ],
            "first_steps": [] if shown.issues else first_steps(request.user),
        }
