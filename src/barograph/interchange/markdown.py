"""Restricted CommonMark to a body of text (richtext.Document), and back.

Paragraphs, headings 2 and 3, lists, links, emphasis, quotations, images and
footnotes (kept as the literal text `[^1]`); everything else is refused with
its line. Knows no folders and no database.

Source of the rules: CommonMark 0.31.2, chapter 6.2 for what may open and
close emphasis.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import groupby

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from barograph.base.public_links import is_public
from barograph.interchange import richtext
from barograph.interchange.markdown_escapes import FOOTNOTE, destination, escaped, escaped_start
from barograph.interchange.markdown_leftovers import leftovers
from barograph.interchange.richtext import Block, Document, Image, Item, Listing, Run, Runs, TextBlock

DEEPEST_LIST = 5
MOST_BRACKETS = 1000  # in one piece without an empty line: looking for links takes their number squared
_DEFINITION = re.compile(r"\[(?!\^)[^\[\]\n]+\]:\s")
_NOTE_AT_START = re.compile(r"^\[(\^[^\s\[\]]+)\](?=:)")


class MarkdownProblems(ValueError):
    """The text holds what a body may not. `.problems`: list of (line, message)."""

    def __init__(self, problems: list[tuple[int, str]]):
        super().__init__("; ".join(f"{line}: {message}" for line, message in problems))
        self.problems = problems


def to_html(markdown: str, *, image: Callable[[str], str | int] = str) -> str:
    """Markdown → restricted HTML. `image` turns an image's path into its id. Raises MarkdownProblems."""
    document, problems = parse(markdown)
    if problems:
        raise MarkdownProblems(problems)
    return richtext.to_html(document, image)


def to_markdown(html: str, *, image: Callable[[str], str] = str) -> str:
    """Restricted HTML → Markdown, always the same for the same text. `image`: an image's id → its path."""
    return write(richtext.from_html(html), image)


# reading


def _footnote_ends_paragraph(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    """A line that begins with `[^1]: ` begins a paragraph, so that notes may stand line by line."""
    if not silent or state.is_code_block(line):
        return False
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
    footnote = FOOTNOTE.match(text)
    return bool(footnote and text[footnote.end() :].startswith(":"))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 60}).enable("table").disable("reference")
    parser.block.ruler.before("paragraph", "footnote", _footnote_ends_paragraph, {"alt": ["paragraph"]})
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def parse(markdown: str, *, first_line: int = 1) -> tuple[Document, list[tuple[int, str]]]:
    """The document and its problems as (line, message); `first_line` is the number of the text's first line."""
    line = first_line
    for piece in markdown.split("\n\n"):
        if piece.count("[") > MOST_BRACKETS:
            return (), [(line, _("There are too many square brackets in one paragraph; remove some."))]
        line += piece.count("\n") + 2
    walk = _Walk(_parser().parse(markdown), first_line, markdown.split("\n"))
    blocks = walk.blocks("")
    return tuple(blocks), sorted(dict.fromkeys(walk.problems), key=lambda problem: problem[0])


class _Walk:
    """Walks markdown-it's flat list of tokens."""

    def __init__(self, tokens: list[Token], first_line: int, source: Sequence[str] = ()):
        self.tokens, self.at, self.first_line, self.source = tokens, 0, first_line, source
        self.problems: list[tuple[int, str]] = []

    def refuse(self, token: Token, message: str, offset: int = 0) -> None:
        self.problems.append(((token.map or [0])[0] + offset + self.first_line, message))

    def skip(self, opening: Token) -> None:
        while self.tokens[self.at].level > opening.level or self.tokens[self.at].nesting != -1:
            self.at += 1
        self.at += 1

    def blocks(self, closing: str) -> list[Block]:
        blocks: list[Block] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == closing:
                break
            blocks += self.block(token)
        return blocks

    def block(self, token: Token) -> list[Block]:
        if token.type == "paragraph_open":
            return self.text(token, "p")
        if token.type == "heading_open":
            if token.tag not in {"h2", "h3"}:
                self.refuse(token, _("Only headings with ## and ### can be used here."))
            elif token.markup in {"-", "="}:
                message = _(
                    "A line of dashes below text turns it into a heading; use ## instead, or leave an empty line."
                )
                self.refuse(token, message)
            return self.text(token, "h3" if token.tag == "h3" else "h2")
        if token.type == "blockquote_open":
            return self.quotation(token)
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            listing = self.listing(token, 1)
            return [listing] if listing.items else []
        self.refuse(token, _forbidden(token.type))
        if token.nesting == 1:
            self.skip(token)
        return []

    def text(self, opening: Token, kind: str) -> list[Block]:
        inline = self.tokens[self.at]
        self.at += 2
        children = inline.children or []
        if kind == "p" and len(children) == 1 and children[0].type == "image":
            return self.image(opening, children[0])
        runs = richtext.normal_runs(self.runs(inline), breaks=kind not in {"h2", "h3"})
        return [TextBlock(kind, runs)] if runs else []

    def image(self, opening: Token, token: Token) -> list[Block]:
        if token.attrs.get("title"):
            self.refuse(opening, _("Remove the image’s title; describe the image in the square brackets."))
        path = str(token.attrs.get("src", ""))
        if not path:
            self.refuse(opening, _("Put the image’s file name in the round brackets."))
        alt = "".join(" " if child.tag == "br" else child.content for child in token.children or [])
        return [Image(path, " ".join(alt.split()))]

    def quotation(self, opening: Token) -> list[Block]:
        if re.match(r"\s*>\d", self._line(opening)):
            self.refuse(opening, _("A line starting with “>” is a quotation; write “\\>” if you mean “greater than”."))
        quoted = self.blocks("blockquote_close")
        if any(not isinstance(block, TextBlock) or block.kind != "p" for block in quoted):
            self.refuse(opening, _("Quotations can contain only paragraphs."))
        return [TextBlock("blockquote", block.runs) for block in quoted if isinstance(block, TextBlock)]

    def _line(self, token: Token) -> str:
        """The line of the text on which a block begins."""
        number = (token.map or [0])[0]
        return self.source[number] if number < len(self.source) else ""

    def _check_markers(self, opening: Token) -> None:
        """A list whose numbers would be changed, or a sum's plus that would begin a list."""
        own = []
        for token in self.tokens[self.at :]:
            if token.level <= opening.level:
                break
            if token.type == "list_item_open" and token.level == opening.level + 1:
                own.append(token)
        numbers = [int(token.info) for token in own if token.info]
        if numbers not in (list(range(1, len(numbers) + 1)), [1] * len(numbers)) and numbers[:1] == [1]:
            self.refuse(opening, _("The numbers of a list must be consecutive: 1, 2, 3."))
        if opening.markup == "+" and len(own) == 1:
            self.refuse(opening, _("A line starting with “+” is a list item; start lists with “-”, or write “\\+”."))

    def listing(self, opening: Token, depth: int) -> Listing:
        self._check_markers(opening)
        if opening.attrs.get("start", 1) != 1:
            self.refuse(
                opening,
                _("Start numbered lists at 1. If this is not a list, put a backslash before the period: 2020\\."),
            )
        if depth == DEEPEST_LIST + 1:
            self.refuse(opening, _("Lists can be nested up to five levels deep."))
        items = []
        while (token := self.tokens[self.at]).type == "list_item_open":
            self.at += 1
            item = self.item(token, depth)
            if item.runs or item.lists:
                items.append(item)
        self.at += 1
        return Listing(opening.type == "ordered_list_open", tuple(items))

    def item(self, opening: Token, depth: int) -> Item:
        runs: Runs | None = None
        lists: list[Listing] = []
        while (token := self.tokens[self.at]).type != "list_item_close":
            self.at += 1
            if token.type in {"bullet_list_open", "ordered_list_open"}:
                if (inner := self.listing(token, depth + 1)).items:
                    lists.append(inner)
            elif token.type == "paragraph_open" and runs is None and not lists:
                inline = self.tokens[self.at]
                self.at += 2
                runs = richtext.normal_runs(self.runs(inline))
            else:
                self.refuse(token, _("A list item can contain one paragraph and nested lists."))
                if token.nesting == 1:
                    self.skip(token)
        self.at += 1
        return Item(runs or (), tuple(lists))

    def runs(self, inline: Token) -> list[Run]:
        runs: list[Run] = []
        bold = italic = lines = 0
        href = ""
        if _DEFINITION.match(inline.content):
            self.refuse(inline, _("Write links as [text](address)."))
        for line, sign in leftovers(inline.content) if inline.map else ():
            message = _("This would appear as plain text: “%(text)s”. Complete it, or put a backslash before it.")
            self.refuse(inline, message % {"text": sign}, line)
        for token in inline.children or []:
            if token.type in {"strong_open", "strong_close"}:
                bold += token.nesting
            elif token.type in {"em_open", "em_close"}:
                italic += token.nesting
            elif token.type in {"link_open", "link_close"}:
                href = self.link(inline, token, lines) if token.nesting == 1 else ""
            elif token.type in {"text", "softbreak", "hardbreak"}:
                text = {"text": token.content, "softbreak": " ", "hardbreak": "\n"}[token.type]
                runs.append(Run(text, bool(bold), bool(italic), href))
                lines += token.type != "text"
            else:
                self.refuse(inline, _forbidden(token.type), lines)
                lines += token.content.count("\n")
        return runs

    def link(self, inline: Token, token: Token, lines: int) -> str:
        href = str(token.attrs.get("href", ""))
        if token.attrs.get("title"):
            self.refuse(inline, _("Remove the link’s title."), lines)
        if not richtext.is_allowed_address(href):
            message = _(
                "A link must start with https://, http://, mailto: or / and contain no spaces, unlike “%(link)s”."
            )
            self.refuse(inline, message % {"link": href[:80]}, lines)
            return ""
        if not is_public(href):
            message = _("This link leads to a page readers can’t open: “%(link)s”. Remove or replace it.")
            self.refuse(inline, message % {"link": href[:80]}, lines)
            return ""
        return href


def _forbidden(kind: str) -> str:
    """What to say of a construct that a body cannot hold."""
    if kind.startswith("html"):
        return _("HTML can’t be used here; write Markdown. To write a plain “<”, put a backslash before it.")
    if kind in {"code_block", "fence", "code_inline"}:
        return _("Code can’t be used here; remove the backticks or the four spaces at the start of the line.")
    if kind == "table_open":
        return _("Tables can’t be used here; write a list instead.")
    if kind == "hr":
        return _("Horizontal rules can’t be used here; start a new section with a heading (##).")
    if kind == "image":
        return _("Put the image into a paragraph of its own.")
    return _("This can’t be used here: %(what)s.") % {"what": kind}


# writing


def write(document: Document, image: Callable[[str], str] = str) -> str:
    """The document as Markdown, ending in a line feed ('' where it is empty)."""
    parts: list[str] = []
    marker = ""
    before: Block | None = None
    for block in document:
        if isinstance(block, Listing):
            again = isinstance(before, Listing) and before.ordered == block.ordered
            marker = _next_marker(block.ordered, marker if again else "")
            parts.append("\n".join(_list_lines(block, marker)))
        elif isinstance(block, Image):
            parts.append(f"![{escaped(block.alt)}]({destination(image(block.ref))})")
        elif block.kind == "blockquote":
            text = "\n".join(f"> {line}" for line in _inline(block.runs).split("\n"))
            if isinstance(before, TextBlock) and before.kind == "blockquote":
                text = f"{parts.pop()}\n>\n{text}"
            parts.append(text)
        elif block.kind in {"h2", "h3"}:
            text = re.sub(r"(?:^|(?<= ))(?=#+$)", r"\\", _inline(block.runs, starts_line=False))
            parts.append(f"{'##' if block.kind == 'h2' else '###'} {text}")
        else:
            parts.append(_inline(block.runs))
        before = block
    return "\n\n".join(parts) + "\n" if parts else ""


def _next_marker(ordered: bool, last: str) -> str:
    """Lists that follow each other take turns in their markers: that is what keeps them apart."""
    if ordered:
        return ")" if last == "." else "."
    return "*" if last == "-" else "-"


def _list_lines(listing: Listing, marker: str) -> list[str]:
    lines: list[str] = []
    for number, item in enumerate(listing.items, start=1):
        head = f"{number}{marker} " if listing.ordered else f"{marker} "
        inner = _inline(item.runs).split("\n") if item.runs else []
        last: tuple[bool, str] | None = None
        for child in item.lists:
            own = _next_marker(child.ordered, last[1] if last and last[0] == child.ordered else "")
            inner += _list_lines(child, own)
            last = (child.ordered, own)
        lines += [(head if place == 0 else " " * len(head)) + line for place, line in enumerate(inner)]
    return lines


def _inline(runs: Runs, *, starts_line: bool = True) -> str:
    """Runs as Markdown: the readable form where it parses back to the same, else the careful one."""
    for careful in (False, True):
        text = _styled(runs, careful)
        if starts_line:
            first, *others = text.split("\n")
            others = [_NOTE_AT_START.sub(r"\\[\1\\]", escaped_start(line)) for line in others]
            text = "\n".join([escaped_start(first), *others])
        if not any(run.bold or run.italic for run in runs):
            break
        children = _parser().parseInline(text)[0]
        if richtext.normal_runs(_Walk([], 1).runs(children)) == runs:
            break
    return text


def _styled(runs: Runs, careful: bool) -> str:
    pieces: list[tuple[str, bool]] = []  # (Markdown, is it a text)
    star = "_" if careful else "*"
    for href, linked in groupby(runs, key=lambda run: run.href):
        if href:
            pieces.append(("[", False))
        for bold, strong in groupby(linked, key=lambda run: run.bold):
            pieces += [("**", False)] * bold
            for run in strong:
                pieces += [(star, False)] * run.italic + [(run.text, True)] + [(star, False)] * run.italic
            pieces += [("**", False)] * bold
        if href:
            pieces.append((f"]({destination(href)})", False))
    parts = []
    for place, (piece, is_text) in enumerate(pieces):
        if not is_text:
            parts.append(piece)
            continue
        after = pieces[place + 1][0] if place + 1 < len(pieces) else ""
        before = pieces[place - 1][0] if place else ""
        parts.append(
            escaped(
                piece,
                at_start=place == 0,
                at_end=place == len(pieces) - 1,
                before_link=after == "[",
                guard_start=careful and _is_delimiter(before),
                guard_end=careful and _is_delimiter(after),
            )
        )
    return "".join(parts)


def _is_delimiter(piece: str) -> bool:
    return piece in {"**", "*", "_"}
