"""The parts of a Word file (.docx) that are read, as trees, after their size was looked at. Knows no text and no HTML.

A package's parts are found by its relations, not by their names (ECMA-376, part 2, chapter 6). So what is bounded here
is exactly what is parsed later: the relations are followed first, the parts they lead to are weighed, and whoever reads
the text gets the trees made here and never the file. No document type, no entity, nothing from outside the file.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Bytes of a file; its parts' XML unpacked; their tags. A hundred pages of text stay far below the latter two.
LARGEST = 10 * 1024 * 1024
LARGEST_XML = 12 * 1024 * 1024
MOST_TAGS = 300_000
MOST_PARTS = 2_000
DEEPEST = 300
READ = (".xml", ".rels")

_SPACES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "dgm",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rel",
}


@dataclass(frozen=True)
class Part:
    """A part's tree and where its relations lead: {id: (kind, target, whether it is outside the file)}."""

    tree: ET.Element
    relations: dict[str, tuple[str, str, bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class Package:
    """What of a Word file is read. Names in the trees are `w:p`, whatever the file calls its namespaces."""

    document: Part
    footnotes: Part | None = None
    endnotes: Part | None = None
    styles: ET.Element | None = None
    numbering: ET.Element | None = None
    margins: tuple[ET.Element, ...] = ()  # headers and footers


def damaged() -> ValidationError:
    return ValidationError(_("The Word file is damaged, and its text can’t be read."))


def too_large() -> ValidationError:
    return ValidationError(_("The file is too large for a commentary."))


def opened(data: bytes) -> Package:
    """The file's parts. Raises ValidationError with one sentence where it is no Word file, damaged or too large."""
    if len(data) > LARGEST:
        raise too_large()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            _("This is an old Word file (.doc) or a password-protected one. Save it as .docx without a password.")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Opening(archive).package()
    except ValidationError:
        raise
    except zipfile.BadZipFile:
        raise (damaged() if data.startswith(b"PK") else _other()) from None
    except Exception:  # a stranger's file: whatever its reader stumbles over, the answer is the same
        raise damaged() from None


def _other() -> ValidationError:
    return ValidationError(
        _("This is not a Word file. Save the text as .docx (in Google Docs: File, Download, Microsoft Word).")
    )


class _Opening:
    """One open archive; counts what is unpacked and parsed over all its parts."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.infos = {info.filename.lstrip("/").lower(): info for info in archive.infolist()}
        self.bytes = self.tags = 0
        self.trees: dict[str, ET.Element] = {}

    def package(self) -> Package:
        if "[content_types].xml" not in self.infos and "word/document.xml" not in self.infos:
            raise _other()
        if any(info.flag_bits & 1 for info in self.infos.values()):
            raise ValidationError(_("The file is password-protected. Save it without a password."))
        texts = [info.file_size for name, info in self.infos.items() if name.endswith(READ)]
        if len(self.infos) > MOST_PARTS or sum(texts) > LARGEST_XML:
            raise too_large()
        first = [target for kind, target, _outside in self.relations("").values() if kind == "officeDocument"]
        name = (first or ["word/document.xml"])[0]
        if name not in self.infos:
            raise damaged() if "word/document.xml" in self.infos else _other()
        relations = self.relations(name)
        if self.infos[name].filename.lower().startswith(("xl/", "ppt/")):
            raise _other()
        near: dict[str, list[str]] = {}
        for kind, target, outside in relations.values():
            if not outside and target in self.infos:
                near.setdefault(kind, []).append(target)
        notes = {kind: Part(self.tree(near[kind][0]), self.relations(near[kind][0])) for kind in
                 ("footnotes", "endnotes") if kind in near}  # fmt: skip
        plain = {kind: self.tree(near[kind][0]) for kind in ("styles", "numbering") if kind in near}
        margins = [self.tree(target) for kind in ("header", "footer") for target in near.get(kind, [])]
        return Package(Part(self.tree(name), relations), **notes, **plain, margins=tuple(margins))

    def tree(self, name: str) -> ET.Element:
        if name not in self.trees:
            info = self.infos[name]
            self.bytes += info.file_size
            if self.bytes > LARGEST_XML:
                raise too_large()
            if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise damaged()
            self.trees[name] = self._parsed(self.archive.read(info))  # no more is unpacked than is declared
        return self.trees[name]

    def _parsed(self, xml: bytes) -> ET.Element:
        self.tags += xml.count(b"<")
        if self.tags > MOST_TAGS:
            raise too_large()
        return parsed(xml)

    def relations(self, name: str) -> dict[str, tuple[str, str, bool]]:
        folder, own = posixpath.split(name)
        place = posixpath.join(folder, "_rels", f"{own}.rels").lower()
        if place not in self.infos:
            return {}
        result = {}
        for relation in self.tree(place).iter("rel:Relationship"):
            kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
            outside = relation.get("TargetMode", "").lower() == "external"
            if not outside:
                target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/").lower()
            result[relation.get("Id", "")] = (kind, target, outside)
        return result


def first(element: ET.Element, path: str) -> ET.Element | None:
    """The first element below that a path of short names leads to (ElementTree's own paths know no such names)."""
    name, _divider, rest = path.partition("/")
    for child in element:
        if child.tag == name:
            result = first(child, rest) if rest else child
            if result is not None:
                return result
    return None


def every(element: ET.Element, name: str) -> list[ET.Element]:
    """The children of a short name."""
    return [child for child in element if child.tag == name]


def parsed(xml: bytes) -> ET.Element:
    """A tree with short names. Raises ValueError for a document type, an entity or a tree of absurd depth."""
    builder, parser = ET.TreeBuilder(), expat.ParserCreate(namespace_separator="}")
    names: dict[str, str] = {}
    depth = 0

    def short(name: str) -> str:
        if name not in names:
            space, _divider, local = name.rpartition("}")
            prefix = _SPACES.get(space, "x") if space else ""
            names[name] = f"{prefix}:{local}" if prefix else local
        return names[name]

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise ValueError("too deep")
        builder.start(short(name), {short(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(short(name))

    def refuse(*_anything: object) -> None:
        raise ValueError("a document type")

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = None
    parser.Parse(xml, True)
    return builder.close()
