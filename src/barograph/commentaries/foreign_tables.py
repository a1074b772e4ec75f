"""Tables of a foreign text as paragraphs: a row each, cells parted by a dot, with their emphasis, links and notes.

A table of one cell (a form's frame, a page's layout) is what stands in it. Works on BeautifulSoup's tree.
"""

from __future__ import annotations

import copy

from bs4 import BeautifulSoup, NavigableString, Tag

BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "div", "table", "hr"})
_MOST_COPIES = 2_000


def as_paragraphs(soup: BeautifulSoup) -> int:
    """Put every table's rows in its place, the innermost first; how many tables there were with more than a cell."""
    count, copies = 0, _MOST_COPIES
    for table in reversed(soup.find_all("table")):
        rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
        cells = [[cell for cell in row.find_all(["td", "th"]) if cell.find_parent("tr") is row] for row in rows]
        count += sum(map(len, cells)) > 1
        copies -= _repeat_merged(cells, copies)
        for caption in table.find_all("caption"):
            if caption.find_parent("table") is table:
                caption.name = "p"
                table.insert_before(caption)
        for row in cells:
            for node in _row(soup, row):
                table.insert_before(node)
        loose = [child for child in list(table.children) if isinstance(child, NavigableString) and child.strip()]
        for text in loose:
            table.insert_before(text)
        table.decompose()
    return count


def _repeat_merged(rows: list[list[Tag]], most: int) -> int:
    """A cell that reaches over several rows stands in each of them; how many were added."""
    added = 0
    for number, row in enumerate(rows):
        for place, cell in enumerate(list(row)):
            span = str(cell.get("rowspan") or "1")
            reach = min(int(span), len(rows) - number) if span.isdecimal() and len(span) < 6 else 1
            for below in rows[number + 1 : number + max(reach, 1)]:
                if added < most and _words(cell):
                    again = copy.copy(cell)
                    again["rowspan"] = "1"
                    below.insert(min(place, len(below)), again)
                    added += 1
    return added


def _words(node: Tag) -> str:
    return node.get_text().strip()


def _row(soup: BeautifulSoup, cells: list[Tag]) -> list[Tag | NavigableString]:
    full = [cell for cell in cells if _words(cell)]
    if len(full) <= 1:
        return _blocks(soup, full[0]) if full else []
    while cells and not _words(cells[-1]):
        cells = cells[:-1]
    paragraph = soup.new_tag("p")
    for place, cell in enumerate(cells):
        if place:
            paragraph.append(" · ")
        for node in _inline(cell) if _words(cell) else [NavigableString("–")]:
            paragraph.append(node)
    return [paragraph]


def _blocks(soup: BeautifulSoup, cell: Tag) -> list[Tag | NavigableString]:
    """A cell's own blocks; loose words between them as paragraphs."""
    result: list[Tag | NavigableString] = []
    loose: Tag | None = None
    for child in list(cell.children):
        if isinstance(child, Tag) and child.name in BLOCKS:
            result.append(child.extract())
            loose = None
        elif loose is not None or str(child).strip():
            if loose is None:
                loose = soup.new_tag("p")
                result.append(loose)
            loose.append(child.extract())
    return result


def _inline(cell: Tag) -> list[Tag | NavigableString]:
    """A cell's content in one line: its paragraphs and items one after the other."""
    for block in cell.find_all(BLOCKS):
        previous = block.previous_sibling
        if previous is not None:
            block.insert_before(" ")
        block.insert_after(" ")
    for block in cell.find_all(BLOCKS):
        block.unwrap()
    for line in cell.find_all("br"):
        line.replace_with(" ")
    nodes = [child.extract() for child in list(cell.children)]
    while nodes and isinstance(nodes[-1], NavigableString) and not nodes[-1].strip():
        nodes.pop()
    while nodes and isinstance(nodes[0], NavigableString) and not nodes[0].strip():
        nodes.pop(0)
    for end, strip in ((0, str.lstrip), (-1, str.rstrip)):
        if nodes and type(nodes[end]) is NavigableString:
            nodes[end] = NavigableString(strip(str(nodes[end])))
    return nodes
