"""The house's rules that no linter knows."""

import re
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "barograph"
LAYERS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
ORDER = [name.strip() for layer in LAYERS for name in layer.split("|")]


def own_models():
    return [model for model in apps.get_models() if model.__module__.startswith("barograph.")]


def test_foreign_keys_go_down_the_list_only():
    assert own_models()
    upward = []
    for model in own_models():
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not field.concrete or not target or isinstance(target, str):
                continue
            if target.__module__.startswith("barograph.") and ORDER.index(target._meta.app_label) < ORDER.index(
                model._meta.app_label
            ):
                upward.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert upward == []


def test_the_document_names_the_layers_in_their_order():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("`cli` ·")]
    assert re.findall(r"`(\w+)`", line) == ORDER


def test_every_table_belongs_to_its_folder():
    assert [m for m in own_models() if m._meta.app_label != m.__module__.split(".")[1]] == []


def test_no_module_has_a_name_that_says_nothing():
    names = {path.stem for path in SOURCE.rglob("*.py")}
    assert names.isdisjoint({"utils", "util", "helpers", "helper", "common", "core", "misc"})


def test_every_module_says_what_it_is_for():
    silent = []
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        if not text.strip() or "migrations" in path.parts or path.name in {"apps.py", "__init__.py"}:
            continue
        if not text.startswith('"""'):
            silent.append(str(path.relative_to(SOURCE)))
    assert silent == []


def test_no_module_is_too_long_to_read():
    long = {str(p.relative_to(SOURCE)): n for p in SOURCE.rglob("*.py") if (n := len(p.read_text().splitlines())) > 420}
    assert long == {}


def test_work_never_hangs_on_signals():
    """Mail never goes out because something was saved. Connecting to a database is no signal."""
    receivers = re.compile(r"@receiver\(|\b(post|pre)_(save|delete)\b|(?<!sqlite3)(?<!psycopg)\.connect\(")
    assert [str(p.relative_to(SOURCE)) for p in SOURCE.rglob("*.py") if receivers.search(p.read_text())] == []
