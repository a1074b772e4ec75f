"""The style sheet in the docs is the site's of today."""

import importlib.util
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools/style_sheet.py"


def test_the_style_sheet_is_up_to_date():
    spec = importlib.util.spec_from_file_location("style_sheet", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.PAGE.read_text(encoding="utf-8") == tool.rendered(), "run: make style-sheet"
