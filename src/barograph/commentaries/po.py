"""PO files out and in: a translation as translators' tools take it (msgctxt is the text's path).

Texts whose source has changed go out and come in as fuzzy; words without a
place go out as obsolete and are kept. What holds for every kind of file is
in exchange.py.
"""

from __future__ import annotations

import polib
from django.utils.translation import gettext as _

from barograph.commentaries.exchange import FileProblems, Notes, Problem, Unit, foreign, name, outgoing, too_large
from barograph.commentaries.exchange import take_in as take_in_units
from barograph.commentaries.labels import label
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import working_copy

NAME = "X-Barograph-Commentary"


def export(translation: Commentary, notes: Notes | None = None) -> bytes:
    """The newest draft as a PO file."""
    draft = working_copy(translation)
    file = polib.POFile(wrapwidth=0)
    file.metadata = {
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": translation.language,
        "X-Source-Language": translation.source.language,
        NAME: name(translation),
    }
    for unit in outgoing(translation, notes):
        comment = "\n".join([label(unit.path), *unit.notes])
        entry = polib.POEntry(msgctxt=unit.path, msgid=unit.source, msgstr=unit.target, comment=comment)
        if not unit.finished:
            entry.flags.append("fuzzy")
            entry.previous_msgid = unit.before or None
        file.append(entry)
    for path, text in draft.leftover_texts.items():
        msgid = draft.source_texts.get(path) or path
        file.append(polib.POEntry(msgctxt=path, msgid=msgid, msgstr=text, obsolete=True))
    return str(file).encode()


def take_in(translation: Commentary, data: bytes, by=None) -> int:
    """Apply a PO file as a new draft; returns how many texts it filled. Raises FileProblems."""
    file = _parse(data)
    sources = [entry.msgid for entry in file if not entry.obsolete]
    foreign(translation, file.metadata.get(NAME), file.metadata.get("Language"), sources)
    units = [
        Unit(
            path=entry.msgctxt or "",
            source=entry.msgid,
            target=entry.msgstr,
            finished=not entry.fuzzy,
            before=entry.previous_msgid or "",
            line=entry.linenum,
        )
        for entry in file
        if not entry.obsolete
    ]
    homeless = {entry.msgctxt: entry.msgstr for entry in file.obsolete_entries() if entry.msgctxt and entry.msgstr}
    return take_in_units(translation, units, by=by, homeless=homeless)


def _parse(data: bytes) -> polib.POFile:
    too_large(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileProblems([Problem(line, _("The file is not UTF-8. Save it as UTF-8 and send it again."))]) from None
    try:
        # with a line end it can't be taken for the name of a file
        return polib.pofile(text.replace("\0", "") + "\n", check_for_duplicates=False)
    except (OSError, ValueError, IndexError, TypeError, UnicodeError) as error:
        numbers = "".join(c if c.isdigit() else " " for c in str(error).rpartition("line")[2]).split()
        line = int(numbers[0]) if numbers else 1
        raise FileProblems([Problem(line, _("This is not a PO file, or it is damaged at this point."))]) from None
