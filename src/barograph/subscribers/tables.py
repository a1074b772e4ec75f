"""A CSV file of addresses as cells: encodings, separators, the line that names the columns. Checks no cell.

UTF-8, or UTF-16 with its mark; between cells a comma, a semicolon or a tab, as
spreadsheets of different countries write it. Messages never quote an address.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

COLUMNS = ("address", "list", "language", "status", "confirmed_at", "source", "topics")
#: Columns that an export has only where somebody chose something there.
MORE = ("pace", "paused_until")
NEEDED = ("address", "list", "status")
SEPARATORS = ",;\t"
#: What Excel puts before everything else in some countries.
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\s*")

Problem = Callable[[int, str], None]


def text_of(path: str | Path) -> TextIO:
    """The text of a file. Raises OSError and UnicodeError."""
    data = Path(path).read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16")
    else:
        text = data.decode("utf-8-sig")
    if "\0" in text:
        raise UnicodeError("UTF-16 without its mark, UTF-32, or no text at all")
    return io.StringIO(text, newline="")


def _separator(file: TextIO) -> tuple[str, int]:
    """What is between the cells: named by a line 'sep=;', else what is most often in the line that names the columns.

    Returns it and how many lines to leave out. The file is then at its beginning, or behind that line.
    """
    first = next((line for line in file if line.strip()), "")
    if match := _SEPARATOR_LINE.fullmatch(first):
        return match[1], 1
    file.seek(0)
    return max(SEPARATORS, key=first.count), 0


def _header(values: list[str], line: int, problem: Problem) -> list[str]:
    """The names of the columns; none where that can't be the line with them."""
    header = [name.strip().lower().replace(" ", "_") for name in values]
    missing = [name for name in NEEDED if name not in header]
    unknown = [name[:40] for name in header if name not in COLUMNS + MORE]
    if not set(header) & set(COLUMNS):
        words = _("The first line must name the columns. Add this line at the top of the file: %(names)s")
        problem(line, words % {"names": ",".join(COLUMNS)})
    elif missing:
        problem(line, _("Columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    elif unknown:
        words = _("Unknown columns: %(names)s. Remove them, or rename them to one of these: %(known)s.")
        problem(line, words % {"names": ", ".join(unknown), "known": ", ".join(COLUMNS)})
    elif len(set(header)) < len(header):
        problem(line, _("Two columns have the same name."))
    else:
        return header
    return []


def read(file: TextIO, problem: Problem) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines below the first one: (number of the line, column → cell without spaces around it)."""
    separator, left_out = _separator(file)
    reader = csv.reader(file, delimiter=separator, strict=True)
    header: list[str] | None = None
    try:
        for values in reader:
            line = reader.line_num + left_out
            while values and not values[-1].strip() and len(values) > len(header or ()):
                values.pop()  # empty columns at the end, as spreadsheets add them
            if not values or not any(value.strip() for value in values):
                continue
            if header is None:
                header = _header(values, line, problem)
                if not header:
                    return
                continue
            if len(values) != len(header):
                problem(line, _("This line has a different number of cells than the first line."))
                continue
            yield line, dict.fromkeys(COLUMNS + MORE, "") | {n: v.strip() for n, v in zip(header, values, strict=True)}
    except csv.Error as error:
        words = _("This is not valid CSV: a quotation mark is in the wrong place.")
        if "field larger" in str(error):
            words = _("A cell is too long. A quotation mark before it may not be closed.")
        problem(reader.line_num + left_out, words)
    if header is None:
        problem(1, _("The file is empty; its first line must name the columns."))
