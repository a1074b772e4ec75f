"""YAML 1.2 with the line of every value, and typed access to a mapping's fields.

Values are built from the node graph, not by a constructor: so a line is
known for each, duplicate keys are seen, and aliases (which multiply) and tags
(which make objects) are refused instead of followed. Knows no formats.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode

from barograph.interchange.problems import Problems, nearest
from barograph.interchange.richtext import CONTROLS

TAG = "tag:yaml.org,2002:"
DEEPEST = 20
_BOMB = re.compile(r"(?:[\[{]\s*){40}")


@dataclass(frozen=True)
class Node:
    """A value (text, number, bool, None, list of Nodes, dict of Nodes) and its line."""

    value: object
    line: int


def load(text: str, *, file: str, problems: Problems, first_line: int = 1) -> Node | None:
    """The document in `text`; None where it is no YAML (the problem is noted)."""
    if match := _BOMB.search(text):
        problems.add(file, text.count("\n", 0, match.start()) + first_line, _("This is nested too deeply."))
        return None
    try:
        graph = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        position = error.problem_mark or error.context_mark
        message = _("This is not valid YAML: %(problem)s.") % {"problem": error.problem or error.context}
        problems.add(file, (position.line if position else 0) + first_line, message)
        return None
    except (YAMLError, RecursionError, ValueError):
        problems.add(file, first_line, _("This is not valid YAML."))
        return None
    if graph is None:
        return Node(None, first_line)
    return _Builder(file, problems, first_line).build(graph, 0)


class _Builder:
    def __init__(self, file: str, problems: Problems, first_line: int):
        self.file, self.problems, self.first_line = file, problems, first_line

    def build(self, graph: Any, depth: int) -> Node:
        line = graph.start_mark.line + self.first_line
        if graph.anchor or depth > DEEPEST:
            message = _("Anchors and aliases (& and *) can’t be used here; write the value in full.")
            self.problems.add(self.file, line, message if graph.anchor else _("This is nested too deeply."))
            return Node(None, line)
        if isinstance(graph, MappingNode):
            return Node(self._mapping(graph, depth), line)
        if isinstance(graph, ScalarNode):
            return Node(self._scalar(graph, line), line)
        return Node([self.build(child, depth + 1) for child in graph.value], line)

    def _mapping(self, graph: MappingNode, depth: int) -> dict[str, Node]:
        nodes: dict[str, Node] = {}
        for key, value in graph.value:
            line = key.start_mark.line + self.first_line
            if not isinstance(key, ScalarNode):
                self.problems.add(self.file, line, _("A key must be a plain word."))
                continue
            if key.value in nodes:
                message = _("“%(key)s” appears twice here; keep only one.") % {"key": key.value}
                self.problems.add(self.file, line, message)
            node = self.build(value, depth + 1)
            nodes.setdefault(key.value, Node(node.value, line))
        return nodes

    def _scalar(self, graph: ScalarNode, line: int) -> object:
        text, kind = graph.value, str(graph.tag).removeprefix(TAG)
        try:
            if kind == "null":
                return None
            if kind == "bool":
                return text.lower() == "true"
            if kind == "int":
                return int(text.replace("_", ""), 0 if re.match(r"[-+]?0[xo]", text) else 10)
            if kind == "float":
                return float(re.sub(r"^([-+]?)\.(inf|nan)$", r"\1\2", text.replace("_", ""), flags=re.IGNORECASE))
        except ValueError:
            return text
        if kind not in {"str", "timestamp"}:
            self.problems.add(self.file, line, _("Tags (!) can’t be used here; write the plain value."))
        return text


class Fields:
    """A mapping's fields by type; what does not fit is noted with its line."""

    def __init__(self, node: Node, *, known: Collection[str], file: str, problems: Problems):
        self.file, self.problems, self.line = file, problems, node.line
        self.nodes: dict[str, Node] = {}
        if isinstance(node.value, dict):
            self.nodes = node.value
        elif node.value is not None:
            self.refuse(node.line, _("Write “key: value” lines here."))
        for key, value in self.nodes.items():
            if key not in known:
                message = _("Unknown field “%(key)s”.") % {"key": key} + nearest(key, known)
                self.refuse(value.line, message)

    def refuse(self, line: int, message: str) -> None:
        self.problems.add(self.file, line, message)

    def line_of(self, key: str) -> int:
        return self.nodes[key].line if key in self.nodes else self.line

    def given(self, key: str) -> bool:
        return key in self.nodes and self.nodes[key].value is not None

    def value(self, key: str) -> object:
        return self.nodes[key].value if key in self.nodes else None

    def wrong(self, key: str, expected: str) -> None:
        message = _("“%(key)s” must be %(wanted)s.") % {"key": key, "wanted": expected}
        self.refuse(self.line_of(key), message)

    def missing(self, key: str) -> None:
        self.refuse(self.line, _("“%(key)s” is missing; add it.") % {"key": key})

    def text(self, key: str, *, limit: int = 0, required: bool = False) -> str:
        value = self.value(key)
        if value is None:
            if required:
                self.missing(key)
            return ""
        return self.as_text(self.nodes[key], key, limit=limit, required=required)

    def as_text(self, node: Node, key: str, *, limit: int = 0, required: bool = False) -> str:
        if not isinstance(node.value, str):
            message = _("“%(key)s” must be text; put it in quotation marks.") % {"key": key}
            self.refuse(node.line, message)
            return ""
        text = node.value.replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n")
        if control := CONTROLS.search(text):
            message = _("There is an invisible control character (U+%(code)s) here; remove it.")
            self.refuse(node.line, message % {"code": f"{ord(control[0]):04X}"})
            return ""
        if required and not text:
            self.refuse(node.line, _("“%(key)s” is empty; fill it in.") % {"key": key})
        if limit and len(text) > limit:
            message = _("“%(key)s” has %(length)s characters; shorten it to %(limit)s.")
            self.refuse(node.line, message % {"key": key, "length": len(text), "limit": limit})
        return text

    def choice(self, key: str, choices: Collection[str]) -> str:
        text = self.text(key)
        return text if not text or self.is_one_of(text, choices, self.line_of(key)) else ""

    def is_one_of(self, text: str, choices: Collection[str], line: int) -> bool:
        if text in choices:
            return True
        message = _("Unknown value “%(word)s”; choose one of: %(choices)s.")
        words = {"word": text, "choices": ", ".join(choices)}
        self.refuse(line, message % words + nearest(text, choices))
        return False

    def day(self, key: str, *, required: bool = False) -> date | None:
        if not self.given(key):
            if required:
                self.missing(key)
            return None
        value = self.value(key)
        try:
            if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.wrong(key, _("a valid date, for example 2020-08-03"))
        return None

    def share(self, key: str) -> float | None:
        """A number from 0 to 1."""
        if not self.given(key):
            return None
        value = self.value(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1:
            return float(value)
        self.wrong(key, _("a number from 0 to 1, for example 0.35"))
        return None

    def whole(self, key: str, *, lowest: int, highest: int) -> int | None:
        if not self.given(key):
            return None
        value = self.value(key)
        if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest:
            return value
        expected = _("a whole number from %(lowest)s to %(highest)s") % {"lowest": lowest, "highest": highest}
        self.wrong(key, expected)
        return None

    def flag(self, key: str) -> bool:
        value = self.value(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, _("true or false"))
        return value is True

    def items(self, key: str) -> list[Node]:
        value = self.value(key)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.wrong(key, _("a list, for example [one, two]"))
        return []

    def texts(self, key: str, *, limit: int = 0) -> tuple[str, ...]:
        texts = (self.as_text(node, key, limit=limit, required=True) for node in self.items(key))
        return tuple(text for text in texts if text)

    def mapping(self, key: str) -> dict[str, Node]:
        value = self.value(key)
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        self.wrong(key, _("“key: value” lines"))
        return {}

    def localized(
        self, key: str, languages: Iterable[str], *, limit: int = 0, required: bool = False
    ) -> dict[str, str]:
        """{language: text}, in the publication's order; languages without a text are left out."""
        languages = list(languages)
        texts = {}
        for code, node in self.mapping(key).items():
            if code not in languages:
                message = _("“%(code)s” is not one of the publication’s languages (%(languages)s).")
                words = {"code": code, "languages": ", ".join(languages)}
                self.refuse(node.line, message % words + nearest(code, languages))
            elif node.value is not None and (text := self.as_text(node, code, limit=limit)):
                texts[code] = text
        if required and not texts and not isinstance(self.value(key), str | int | list):
            self.refuse(self.line_of(key), _("“%(key)s” is missing; add it in at least one language.") % {"key": key})
        return {code: texts[code] for code in languages if code in texts}

    def one_of_each(self, key: str, choices: Collection[str]) -> tuple[str, ...]:
        """A list without repetitions, of known words, in the order of `choices`."""
        chosen = [text for text in self.texts(key) if self.is_one_of(text, choices, self.line_of(key))]
        return tuple(choice for choice in choices if choice in chosen)
