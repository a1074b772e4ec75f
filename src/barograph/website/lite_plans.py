"""The text-only variant of the present issue, for the worst of lines: no style, no pictures, nothing but words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from barograph.website import presenters
from barograph.website.planning import Context, Plan, Planner

#: A picture is told by its words.
_PICTURE = re.compile(r"<img\b[^>]*?alt=\"([^\"]*)\"[^>]*>")


class LitePlans(Planner):
    """/lite/ and a page for each commentary of the latest issue."""

    def plans(self) -> Iterator[Plan]:
        yield self._lite("lite/", "lite", self._overview)
        if self.last >= 0:
            for cell in self.chronicle.cells(self.last):
                if cell.headline is not None:
                    path = f"lite/{cell.key}/"
                    yield self._lite(path, "lite_commentary", partial(self._commentary, cell.key))

    def _lite(self, path: str, template: str, make) -> Plan:
        inputs = [self.digests[self.last], self.chronicle.published[self.last]] if self.last >= 0 else None
        return self._plan(path, template, inputs, make, having=[self.language], fallback="lite/")

    def _overview(self) -> Context:
        if self.last < 0:
            return {"issue": None, "rows": [], "summary_text": ""}
        content = self.chronicle.whole(self.last)
        return {
            "issue": content["issue"],
            "rows": self._rows(self.last, drawn=False),
            "summary_text": presenters.summary_text(topic["verdict"] for topic in content["topics"]),
        }

    def _commentary(self, key: str) -> Context:
        content, topic = self.chronicle.whole(self.last), self.chronicle.topic(self.last, key)
        view = presenters.commentary_view(topic, content, self.name, "")
        return {
            "issue": content["issue"],
            "row": self._row(self.last, topic, drawn=False),
            "c": view,
            "words": _PICTURE.sub(r"<i>\1</i>", view.body),
        }
