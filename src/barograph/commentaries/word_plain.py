"""A small Word file of nothing but words, styles' names, lists' kinds and links: what mammoth is given to read."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import quoteattr

from barograph.commentaries.word_looks import Numbers, Styles

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ROOT = f'xmlns:w="{_W}" xmlns:r="{R}"'


def zipped(parts: dict[str, str], relations: dict[str, list[str]], styles: Styles, numbers: Numbers) -> bytes:
    """The file. `parts`: {document, footnotes, endnotes: XML}, `relations`: {part: its relations as XML}."""
    names = "".join(
        f"<w:style w:type={quoteattr(style.get('w:type', 'paragraph'))} w:styleId={quoteattr(key)}>"
        f"<w:name w:val={quoteattr(styles.name(key))}/></w:style>"
        for key, style in styles.styles.items()
    )
    lists: dict[str, str] = {}
    for (number, depth), level in numbers.levels.items():
        form = "bullet" if level.form == "bullet" else "decimal"
        lists[number] = lists.get(number, "") + (
            f'<w:lvl w:ilvl={quoteattr(depth)}><w:numFmt w:val="{form}"/></w:lvl>' if level.form != "none" else ""
        )
    plans = "".join(f"<w:abstractNum w:abstractNumId={quoteattr(n)}>{own}</w:abstractNum>" for n, own in lists.items())
    numbered = "".join(f"<w:num w:numId={quoteattr(n)}><w:abstractNumId w:val={quoteattr(n)}/></w:num>" for n in lists)
    root = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    near = "".join(f'<Relationship Id="p{n}" Type="{R}/{n}" Target="{n}.xml"/>' for n in
                   ("styles", "numbering", "footnotes", "endnotes"))  # fmt: skip
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'{root}<Relationship Id="d" Type="{R}/officeDocument" Target="word/document.xml"/>'
        "</Relationships>",
        "word/styles.xml": f"<w:styles {ROOT}>{names}</w:styles>",
        "word/numbering.xml": f"<w:numbering {ROOT}>{plans}{numbered}</w:numbering>",
        "word/footnotes.xml": f"<w:footnotes {ROOT}/>",
        "word/endnotes.xml": f"<w:endnotes {ROOT}/>",
    }
    for name, xml in parts.items():
        files[f"word/{name}.xml"] = xml
        own = near if name == "document" else ""
        files[f"word/_rels/{name}.xml.rels"] = f"{root}{own}{''.join(relations[name])}</Relationships>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, xml in files.items():
            archive.writestr(name, xml.encode("utf-8", "replace"))
    return out.getvalue()
