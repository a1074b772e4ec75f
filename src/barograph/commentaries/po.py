"""PO files out and in: a translation as translators' tools take it (msgctxt is the text's path).

A file is read whole before anything is written: any problem is told with its
line, and then nothing is applied. Texts whose source has changed go out and
come in as fuzzy; words without a place go out as obsolete and are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

import polib
from django.utils.translation import gettext as _

from barograph.commentaries import texts as words
from barograph.commentaries.labels import label
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import save_translation, source_texts, standing_texts, working_copy

LARGEST = 1_000_000
NAME = "X-Barograph-Commentary"
INLINE = frozenset({"a", "b", "strong", "i", "em", "br", "li", "ul", "ol", "p"})
LONGEST = {"headline": 300, "question": 300, "title": 200, "pros": 300, "cons": 300}


@dataclass(frozen=True)
class Problem:
    line: int
    message: str


class PoProblems(Exception):
    """The file cannot be taken in; nothing was changed."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("; ".join(f"{problem.line}: {problem.message}" for problem in problems))


def _name(translation: Commentary) -> str:
    return f"{translation.issue.key}/{translation.topic.key}"


def export(translation: Commentary) -> bytes:
    """The newest draft as a PO file."""
    draft, source = working_copy(translation), standing_texts(translation.source)
    made_from, own = draft.source_texts, source_texts(draft)
    file = polib.POFile(wrapwidth=0)
    file.metadata = {
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": translation.language,
        "X-Source-Language": translation.source.language,
        NAME: _name(translation),
    }
    old_blocks, own_blocks = words.body_list(made_from), words.blocks(draft.body)
    places = words.align(old_blocks, words.body_list(source))
    for path, text in source.items():
        if text.startswith("<embed"):
            continue  # an image has no words
        if path.startswith("body."):
            old = places.get(int(path[5:]))
            before = old_blocks[old] if old is not None else ""
            msgstr = own_blocks[old].inner if old is not None and old < len(own_blocks) else ""
        else:
            before, msgstr = made_from.get(path, ""), own.get(path, "")
        entry = polib.POEntry(msgctxt=path, msgid=text, msgstr=msgstr, comment=label(path))
        if msgstr and before != text:
            entry.flags.append("fuzzy")
            entry.previous_msgid = before or None
        file.append(entry)
    for path, text in draft.leftover_texts.items():
        file.append(polib.POEntry(msgctxt=path, msgid=made_from.get(path) or path, msgstr=text, obsolete=True))
    return str(file).encode()


def take_in(translation: Commentary, data: bytes, by=None) -> int:
    """Apply a PO file as a new draft; returns how many texts it filled. Raises PoProblems."""
    file = _parse(data)
    draft, source = working_copy(translation), standing_texts(translation.source)
    if problems := _check(file, translation, source, draft):
        raise PoProblems(sorted(problems, key=lambda problem: problem.line))
    made_from, filled = _non_body(draft.source_texts), {}
    for entry in _entries(file):
        if not entry.msgctxt.startswith("body."):
            filled[entry.msgctxt] = entry.msgstr
            _note(made_from, entry.msgctxt, entry)
    body, body_from, unplaced = _body(file, draft, source)
    leftover = {e.msgctxt: e.msgstr for e in file.obsolete_entries() if e.msgctxt and e.msgstr}
    taken = save_translation(
        translation=translation,
        texts={**leftover, **unplaced, **filled, "body": body},
        by=by,
        made_from={**made_from, **body_from},
    )
    return len(filled) + sum(1 for e in _entries(file) if taken and e.msgctxt.startswith("body."))


def _entries(file: polib.POFile) -> list[polib.POEntry]:
    return [entry for entry in file if not entry.obsolete and entry.msgctxt and entry.msgstr.strip()]


def _note(made_from: words.Texts, path: str, entry: polib.POEntry) -> None:
    """A finished text was made from its msgid; an unfinished one (fuzzy) wants another look."""
    if entry.fuzzy:
        made_from[path] = entry.previous_msgid or ""
    else:
        made_from[path] = entry.msgid


def _non_body(texts: words.Texts) -> words.Texts:
    return {path: text for path, text in texts.items() if not path.startswith("body.")}


def _body(file: polib.POFile, draft: Commentary, source: words.Texts) -> tuple[str, words.Texts, words.Texts]:
    """The body in today's order of paragraphs, what each was made from, and words without a place."""
    today, old, own = words.body_list(source), words.body_list(draft.source_texts), words.blocks(draft.body)
    tags = [block.tag for block in words.blocks(_standing_body(draft))]
    entries = sorted(
        (entry for entry in file if not entry.obsolete and (entry.msgctxt or "").startswith("body.")),
        key=lambda entry: int(entry.msgctxt[5:]),
    )
    from_file = words.align([entry.msgid for entry in entries], today)
    from_draft = words.align(old, today)
    html, made_from, used = [], {}, set()
    for place, text in enumerate(today):
        path, tag = f"body.{place}", tags[place] if place < len(tags) else "p"
        entry = entries[from_file[place]] if place in from_file else None
        before = from_draft.get(place)
        if before is not None:
            used.add(before)
        if entry is not None and entry.msgstr.strip():
            _note(made_from, path, entry)
            html.append(words.Block(tag, entry.msgstr).html)
        elif before is not None and before < len(own):
            made_from[path] = old[before]
            html.append(own[before].html)
        elif text.startswith("<embed"):
            made_from[path] = text
            html.append(text)
        else:
            made_from[path] = text
            html.append(words.Block("p", "").html)
    html += [own[place].html for place in range(len(old), len(own))]
    lost = {f"body.{n}": own[n].inner for n in range(min(len(old), len(own))) if n not in used}
    placed = set(from_file.values())
    lost |= {e.msgctxt: e.msgstr for n, e in enumerate(entries) if n not in placed and e.msgstr.strip()}
    return "".join(html), made_from, {f"{path}.former": text for path, text in lost.items()}


def _standing_body(draft: Commentary) -> str:
    source = draft.source
    return source.body if source.live else working_copy(source).body


def _parse(data: bytes) -> polib.POFile:
    if len(data) > LARGEST:
        raise PoProblems([Problem(1, _("The file is too large for a commentary."))])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PoProblems([Problem(line, _("The file is not UTF-8. Save it as UTF-8 and send it again."))]) from None
    try:
        # with a line end it can't be taken for the name of a file
        return polib.pofile(text.replace("\0", "") + "\n", check_for_duplicates=False)
    except (OSError, ValueError, IndexError, TypeError, UnicodeError) as error:
        found = "".join(c if c.isdigit() else " " for c in str(error).rpartition("line")[2]).split()
        line = int(found[0]) if found else 1
        raise PoProblems([Problem(line, _("This is not a PO file, or it is damaged here."))]) from None


def _check(file: polib.POFile, translation: Commentary, source: words.Texts, draft: Commentary) -> list[Problem]:
    problems = []
    if file.metadata.get(NAME) != _name(translation):
        problems.append(Problem(1, _("The file belongs to another commentary.")))
    if file.metadata.get("Language") != translation.language:
        problems.append(Problem(1, _("The file is for another language.")))
    if problems:
        return problems
    known = {*source, *draft.source_texts, *draft.leftover_texts}
    seen: set[str] = set()
    for entry in file:
        if entry.obsolete:
            continue
        path = entry.msgctxt or ""
        if path not in known and not _is_paragraph(path):
            problems.append(Problem(entry.linenum, _("There is no text called “%(path)s”.") % {"path": path}))
        elif path in seen:
            problems.append(Problem(entry.linenum, _("“%(path)s” stands here twice.") % {"path": path}))
        elif message := _fault(path, entry.msgstr):
            problems.append(Problem(entry.linenum, message))
        seen.add(path)
    return problems


def _is_paragraph(path: str) -> bool:
    return path.startswith("body.") and path[5:].isascii() and path[5:].isdigit() and len(path) < 10


def _fault(path: str, text: str) -> str:
    if path.startswith("body."):
        return _markup_fault(text)
    kind = next((part for part in path.split(".") if part in LONGEST), "")
    if kind and len(text) > LONGEST[kind]:
        return _("This text is too long: at most %(number)s characters.") % {"number": LONGEST[kind]}
    return ""


class _Markup(HTMLParser):
    """Which elements a text has, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fault = ""

    def handle_starttag(self, tag, attrs):
        names = {name for name, _value in attrs}
        if tag not in INLINE or names - ({"href", "linktype", "id"} if tag == "a" else set()):
            self.fault = self.fault or _("<%(tag)s> is not allowed here.") % {"tag": tag}
        href = (dict(attrs).get("href") or "").strip().lower()
        if ":" in href.split("/")[0] and not href.startswith(("http:", "https:", "mailto:")):
            self.fault = self.fault or _("A link may only lead to a web or e-mail address.")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag == "br":
            return
        if not self.open or self.open.pop() != tag:
            self.fault = self.fault or _("</%(tag)s> closes what was not opened.") % {"tag": tag}


def _markup_fault(text: str) -> str:
    parser = _Markup()
    parser.feed(text)
    parser.close()
    if not parser.fault and parser.open:
        return _("<%(tag)s> is not closed.") % {"tag": parser.open[-1]}
    return parser.fault
