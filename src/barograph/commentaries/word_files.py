"""A Word file (.docx) as the clean HTML of a body: paragraphs, headings, lists, quotations, emphasis, links, notes.

Three steps: word_package.py weighs and parses the parts that are read, word_source.py writes a plain file of the same
words from them, and mammoth turns that into HTML, which foreign_html.py makes a body of. What a body can't hold is left
out and said. The file is a stranger's: nothing outside it is opened, no picture is decoded, and whatever is wrong with
it ends in one clear sentence. Knows no database.
"""

from __future__ import annotations

import io

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from barograph.commentaries.foreign_html import Taken, clean
from barograph.commentaries.word_package import LARGEST, LARGEST_XML, damaged, opened, too_large

__all__ = ["LARGEST", "LARGEST_XML", "LONGEST", "Taken", "clean", "take"]

LONGEST = 300_000  # characters of the body it becomes
STYLES = "\n".join(
    f"p[style-name='{name}'] => {tag}:fresh"
    for tag, names in {
        "h2": ("Title", "Subtitle", "Заголовок", "Загаловак"),
        "blockquote": ("Quote", "Intense Quote", "Quotations", "Цитата", "Выделенная цитата", "Цытата"),
    }.items()
    for name in names
)


def take(data: bytes) -> Taken:
    """The text of a .docx file. Raises ValidationError with one sentence where it can't be had."""
    import mammoth  # 2 MB that a worker does without

    from barograph.commentaries.word_source import simplified

    package = opened(data)
    try:
        source = simplified(package)
        result = mammoth.convert_to_html(io.BytesIO(source.package), include_embedded_style_map=False, style_map=STYLES)
    except ValidationError:
        raise
    except Exception:  # a stranger's file: whatever its reader stumbles over, the answer is the same
        raise damaged() from None
    if len(result.value) > 4 * LONGEST:
        raise too_large()
    try:
        taken = clean(result.value, lost=source.lost)
    except ValidationError:
        raise damaged() from None
    if len(taken.body) > LONGEST:
        raise too_large()
    if not taken.body:
        raise ValidationError(_("There is no text in this file."))
    return taken
