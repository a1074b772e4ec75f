"""A mail as bytes: encoded once per mailing, then only the personal parts are filled in.

Building each mail anew with Python's email package costs milliseconds; here
the body is encoded once, cut where a personal link goes, and joined again.
Plain Python; knows no database.
"""

from __future__ import annotations

import hashlib
import re
from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

from barograph.base.control_characters import CONTROLS, plain_line

#: Stand in html, text and header values where the person's own links go.
UNSUBSCRIBE = "{{unsubscribe-link}}"
SETTINGS = "{{settings-link}}"
PERSONAL = (UNSUBSCRIBE, SETTINGS)

#: Around a part that belongs to one topic: readers get those they chose, that one first which they put first.
SECTION, SECTION_END = "<!--section:{}-->", "<!--/section-->"
#: Among the wanted ones: every section there is.
EVERY = "*"
_SECTIONS = re.compile(r"<!--section:([\w-]+)-->\n?(.*?)<!--/section-->\n?", re.DOTALL)

CRLF = b"\r\n"
_WIDTH = 72  # under the 76 that quoted-printable allows (RFC 2045, 6.7), with room for a soft break
_SAFE = frozenset(range(33, 127)) - {ord("=")} | {ord(" ")}


@dataclass(frozen=True)
class Picture:
    """A PNG that comes with the letter: the HTML names it as 'cid:' and its name (RFC 2392)."""

    name: str  # ASCII, like an address: "1f2e@barogram"
    content: bytes


@dataclass(frozen=True)
class Letter:
    """What is the same for every recipient."""

    key: str  # what makes the Message-IDs of this letter its own
    sender: str
    subject: str
    html: str
    text: str
    date: datetime
    headers: dict[str, str] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Person:
    """What is one recipient's own."""

    address: str
    message_id: str
    links: dict[str, str] = field(default_factory=dict)  # UNSUBSCRIBE, SETTINGS → address
    leave_by_mail: str = ""  # mailto: address that leaves the list, beside the link (RFC 2369, 3.2)


def quoted_printable(text: str) -> list[bytes]:
    """Lines of at most 73 bytes, encoded as quoted-printable, joined by soft breaks where they were cut."""
    lines: list[bytes] = []
    for source in text.split("\n"):
        encoded = source.rstrip("\r").encode()
        line, length = [], 0
        for place, byte in enumerate(encoded):
            last = place == len(encoded) - 1
            piece = b"%c" % byte if byte in _SAFE and not (byte == 32 and last) else b"=%02X" % byte
            if length + len(piece) > _WIDTH:
                lines.append(b"".join(line) + b"=")
                line, length = [], 0
            if piece == b"." and not line:  # SMTP would have to double it (RFC 5321, 4.5.2)
                piece = b"=2E"
            line.append(piece)
            length += len(piece)
        lines.append(b"".join(line))
    return lines


def is_smooth(data: bytes) -> bool:
    """Whether it goes over an SMTP line as it is: CRLF line ends alone, no line that begins with a dot."""
    ends = data.count(CRLF)
    return data.count(b"\n") == ends == data.count(b"\r") and not data.startswith(b".") and b"\n." not in data


class QuotedPrintable:
    """A body that is mostly ASCII, encoded once (RFC 2045, 6.7), with gaps for the personal links."""

    name = b"quoted-printable"

    def __init__(self, text: str) -> None:
        self.segments = [part if part in PERSONAL else CRLF.join(quoted_printable(part)) for part in cut(text)]

    def fill(self, links: dict[str, str]) -> list[bytes]:
        """The pieces with one's own links; a link stands on lines of its own, softly broken on both sides."""
        return [part if isinstance(part, bytes) else self._link(links[part]) for part in self.segments]

    @staticmethod
    def fixed(text: str) -> bytes:
        """Text without links that can stand before any other: whole lines."""
        return CRLF.join([*quoted_printable(text.removesuffix("\n")), b""]) if text else b""

    @staticmethod
    @lru_cache(maxsize=8)  # the same in text and HTML
    def _link(value: str) -> bytes:
        pieces = [value[start : start + 60] for start in range(0, len(value), 60)]
        lines = "\n".join(["", *pieces, ""]).replace("=", "=3D").replace("\n.", "\n=2E")
        return lines.replace("\n", "=\r\n").encode("ascii")


class Base64:
    """A body in another script (RFC 2045, 6.8): a third the size of quoted-printable.

    Base64 goes by three bytes. Each segment is encoded for the three places at which the link
    before it can end; the bytes between two whole threes are encoded with the link.
    """

    name = b"base64"

    def __init__(self, text: str) -> None:
        first, *rest = cut(text.replace("\n", "\r\n"))
        self.marks = rest[0::2]
        self.variants = [self._variants(part.encode()) for part in [first, *rest[1::2]]]

    @staticmethod
    def _variants(part: bytes) -> list[tuple[bytes, bytes, bytes]]:
        """For 0, 1 and 2 bytes given to the link before: those bytes, the encoded middle, the bytes left over."""
        variants = []
        for taken in range(3):
            end = len(part) - max(0, len(part) - taken) % 3
            end = max(end, min(taken, len(part)))
            variants.append((part[:taken], encodebytes(part[taken:end]).replace(b"\n", CRLF), part[end:]))
        return variants

    def fill(self, links: dict[str, str]) -> list[bytes]:
        """The pieces with one's own links."""
        _taken, middle, over = self.variants[0][0]
        pieces = [middle]
        for placeholder, variants in zip(self.marks, self.variants[1:], strict=True):
            link = over + links[placeholder].encode("ascii")
            taken, middle, over = variants[-len(link) % 3]
            if len(link + taken) % 3:  # the segment is shorter than what is missing: carry everything on
                over = link + taken + over
                continue
            pieces += [encodebytes(link + taken).replace(b"\n", CRLF), middle]
        return [*pieces, encodebytes(over).replace(b"\n", CRLF)]

    @staticmethod
    def fixed(text: str) -> bytes:
        """Text without links that can stand before any other: filled up to whole threes with spaces."""
        raw = text.removesuffix("\n").replace("\n", "\r\n").encode()
        if text:
            raw += b" " * (-(len(raw) + len(CRLF)) % 3) + CRLF
        return encodebytes(raw).replace(b"\n", CRLF)


class Body:
    """A text in the encoding that suits its script: what comes before the sections, the sections, what comes after."""

    def __init__(self, text: str) -> None:
        foreign = sum(1 for character in text if character > "\x7f")
        kind: type[QuotedPrintable | Base64] = Base64 if foreign * 6 > len(text) else QuotedPrintable
        pieces = _SECTIONS.split(text)
        if any(placeholder in piece for piece in pieces[:-1] for placeholder in PERSONAL):
            raise ValueError("a personal link stands before or within the sections")
        self.name = kind.name
        self.before = kind.fixed("".join(pieces[:-1:3]))
        self.sections = {key: kind.fixed(part) for key, part in zip(pieces[1::3], pieces[2::3], strict=True)}
        self.after = kind(pieces[-1])

    def fill(self, links: dict[str, str], sections: Sequence[str] = ()) -> list[bytes]:
        """The body's pieces with one's own links. `sections`: only these, the first of them first; none: all."""
        parts = [part for key, part in self.sections.items() if not sections or key in sections or EVERY in sections]
        if sections and sections[0] in self.sections:
            first = self.sections[sections[0]]
            parts = [first, *(part for part in parts if part is not first)]
        return [self.before, *parts, *self.after.fill(links)]


_SPELT = re.compile("|".join([*(re.escape(placeholder) for placeholder in PERSONAL), r"<!--/?section(?=[:\-])"]))


def defused(text: str) -> str:
    """Words that look like one of our marks, with an invisible U+2060 (word joiner) behind the first sign of it."""
    return _SPELT.sub(lambda match: f"{match[0][0]}\u2060{match[0][1:]}", text)


def without_marks(text: str) -> str:
    """A letter's text with all its sections, the marks around them taken out."""
    return _SECTIONS.sub(lambda match: match[2], text)


def cut(text: str) -> list[str]:
    """Text and marks in turn, beginning and ending with text: 'a{{settings-link}}b' → ['a', '{{…}}', 'b']."""
    return re.split("(" + "|".join(re.escape(placeholder) for placeholder in PERSONAL) + ")", text)


def _words(text: str, header: str) -> str:
    """A header's words: as they are in ASCII, else as encoded words (RFC 2047), folded."""
    return text if text.isascii() else Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


#: A From header as `with_name` writes it.
_NAMED = re.compile(r'"((?:[^"\\]|\\.)*)" <([^<>\s]*)>')


def with_name(name: str, address: str) -> str:
    """A name and an address as one header value (RFC 5322, 3.4): '"Name" <address>'. `parted` gives them back."""
    quoted = re.sub(r'(["\\])', r"\\\1", plain_line(name))
    return f'"{quoted}" <{address}>' if quoted else address


def parted(sender: str) -> tuple[str, str]:
    """(name, address) of a From header. The address is what stands behind the quoted name, whatever that holds."""
    if match := _NAMED.fullmatch(sender):
        return re.sub(r"\\(.)", r"\1", match[1]), match[2]
    return parseaddr(sender)


def address_in(sender: str) -> str:
    """The address alone, for the envelope. Raises ValueError where there is none that can stand in a header."""
    address = parted(sender)[1]
    if "@" not in address or not address.isascii() or re.search(r"[\s<>\x00-\x1f\x7f]", address):
        raise ValueError("the sender has no usable address")
    return address


def _common_headers(letter: Letter) -> bytes:
    """Raises ValueError for a value with a control character or in another script: nothing of it is sent."""
    name, address = parted(letter.sender)[0], address_in(letter.sender)
    for words in (name, letter.subject, *letter.headers.values()):
        if CONTROLS.search(words):
            raise ValueError("a control character stands in a header")
    shown = f"{_words(name, 'From')}\r\n <{address}>" if not name.isascii() else formataddr((name, address))
    headers = {"From": shown, "Subject": _words(letter.subject, "Subject"), **letter.headers}
    for name, value in headers.items():
        if CONTROLS.search(value.replace("\r\n ", "")) or not value.isascii():
            raise ValueError(f"the header {name} cannot be sent as it is")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


@lru_cache(maxsize=8)
def _date(second: int) -> str:
    """A Date header's value (RFC 5322, 3.3) in UTC."""
    return format_datetime(datetime.fromtimestamp(second, UTC))


_PART = b"--%s\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n"


def _opened(kind: bytes, boundary: bytes, more: bytes = b"") -> bytes:
    """The header that begins a multipart body."""
    return b'Content-Type: multipart/%s;%s\r\n boundary="%s"\r\n\r\n' % (kind, more, boundary)


def _attached(picture: Picture, boundary: bytes) -> bytes:
    """A picture as a part that the HTML shows in its place (RFC 2387)."""
    file = picture.name.partition("@")[0].encode("ascii")
    return (
        b'\r\n--%s\r\nContent-Type: image/png; name="%s.png"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-ID: <%s>\r\nContent-Disposition: inline; filename="%s.png"\r\n\r\n'
        % (boundary, file, picture.name.encode("ascii"), file)
    ) + encodebytes(picture.content).replace(b"\n", CRLF)


class Template:
    """A letter, encoded; `fill` makes one person's mail of it.

    Text and HTML are alternatives; where pictures come with it, the HTML and they are related (RFC 2387).
    """

    def __init__(self, letter: Letter) -> None:
        boundary = b"=_" + hashlib.sha256(letter.key.encode()).hexdigest()[:32].encode()
        inner = b"=-" + boundary[2:]
        self.text, self.html, self.date = Body(letter.text), Body(letter.html), letter.date
        self.head = (
            _common_headers(letter)
            + b"MIME-Version: 1.0\r\n"
            + _opened(b"alternative", boundary)
            + _PART % (boundary, b"plain", self.text.name)
        )
        self.middle, self.end = CRLF, CRLF + b"--" + boundary + b"--" + CRLF
        if letter.pictures:
            self.middle += b"--" + boundary + CRLF + _opened(b"related", inner, b' type="text/html";')
            attached = b"".join(_attached(picture, inner) for picture in letter.pictures)
            self.end = attached + CRLF + b"--" + inner + b"--" + CRLF + self.end
        self.middle += _PART % (inner if letter.pictures else boundary, b"html", self.html.name)
        links = dict.fromkeys(PERSONAL, "https://example.org/")
        self.is_smooth = is_smooth(self.fill(Person("a@example.org", "<a@example.org>", links)))

    def fill(self, person: Person, sections: Sequence[str] = (), *, at: datetime | None = None) -> bytes:
        """The whole mail as bytes, ready for SMTP; with these sections alone, the first of them first (none: all).

        `at`: the moment of handing over, for the Date header; else the letter's own. An address in another script
        stands in the header as it is, in UTF-8 (RFC 6532).
        """
        date = _date(int((at or self.date).timestamp()))
        head = f"To: {person.address}\r\nMessage-ID: {person.message_id}\r\nDate: {date}\r\n"
        if link := person.links.get(UNSUBSCRIBE):
            by_mail = f",\r\n <{person.leave_by_mail}>" if person.leave_by_mail else ""
            head += f"List-Unsubscribe: <{link}>{by_mail}\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        text, html = self.text.fill(person.links, sections), self.html.fill(person.links, sections)
        return b"".join([head.encode(), self.head, *text, self.middle, *html, self.end])
