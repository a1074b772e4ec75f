"""Word files made by hand, as Word and Google Docs write them."""

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMES = (
    f'xmlns:w="{W}" xmlns:r="{R}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
ROOT = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>'
)
STYLES = f"""<w:styles {NAMES}>
<w:style w:type="paragraph" w:styleId="a1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="a2"><w:name w:val="heading 3"/></w:style>
<w:style w:type="paragraph" w:styleId="q"><w:name w:val="Quote"/></w:style>
</w:styles>"""
NUMBERING = f"""<w:numbering {NAMES}>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
</w:numbering>"""
FOOTNOTES = (
    f'<w:footnotes {NAMES}><w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r>'
    "<w:r><w:t>The source.</w:t></w:r></w:p></w:footnote></w:footnotes>"
)
COMMENTS = (
    f'<w:comments {NAMES}><w:comment w:id="0" w:author="Secret Name">'
    "<w:p><w:r><w:t>Call me</w:t></w:r></w:p></w:comment></w:comments>"
)


def relation(name, kind, target, external=False):
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{target}"{mode}/>'


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def item(text, number):
    return paragraph(run(text), properties=f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')


def link(name, text):
    return f'<w:hyperlink r:id="{name}">{run(text)}</w:hyperlink>'


def document(*blocks):
    return f'<?xml version="1.0" encoding="UTF-8"?><w:document {NAMES}><w:body>{"".join(blocks)}</w:body></w:document>'


def word_file(*blocks, links=None, xml=None, more=None, relations="") -> bytes:
    """A .docx with these paragraphs; `links` is {id: address}, `more` {name of a part: bytes}."""
    near = [
        relations,
        relation("s", "styles", "styles.xml"),
        relation("n", "numbering", "numbering.xml"),
        relation("f", "footnotes", "footnotes.xml"),
        relation("c", "comments", "comments.xml"),
        *(relation(name, "hyperlink", target, external=True) for name, target in (links or {}).items()),
    ]
    root = f'<Relationships xmlns="{PACKAGE}/relationships">'
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": ROOT,
        "word/document.xml": xml if xml is not None else document(*blocks),
        "word/_rels/document.xml.rels": f"{root}{''.join(near)}</Relationships>",
        "word/styles.xml": STYLES,
        "word/numbering.xml": NUMBERING,
        "word/footnotes.xml": FOOTNOTES,
        "word/comments.xml": COMMENTS,
        **(more or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()
