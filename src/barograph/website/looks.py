"""The widget's own small style: it is framed by other sites and carries nothing it doesn't need."""

from functools import cache
from pathlib import Path

from barograph.base import style

WIDGET = Path(__file__).resolve().parent / "jinja2/website/widget.css"


@cache
def widget_css() -> str:
    return style.minified(WIDGET.read_text(encoding="utf-8"))
