"""A raw mail as the rules want it: one kind of line end, the words a person reads, the returned mail apart.

Tolerant: whatever bytes come in, something comes out. Judges nothing and knows no database.
"""
# ruff: noqa: E501 (lists of phrases are read by the line)

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from email.utils import getaddresses

#: No report says anything of use after so many characters.
LONGEST_TEXT = 20_000
LONGEST_MAIL = 1_000_000

#: Bounded as RFC 5321 bounds it, so that no hostile text takes long.
ADDRESS = re.compile(
    r"[^\s<>()\[\],;:\"'`@\\«»“”„|]{1,64}@[^\s<>()\[\],;:\"'`@\\«»“”„|=]{0,254}[^\s<>()\[\],;:\"'`@\\«»“”„|=.?!]"
)

#: Lines after which a report quotes the mail that came back.
_RETURNED = re.compile(
    r"""^[^\w\n]{0,12}(?:
        -+\ ?(?:original|unsent|returned|undelivered|begin\ of|start\ of|forwarded)\b.*message.*
      | -+\ ?(?:this\ is\ (?:a|the)\ copy|below\ this\ line|enclosed|message\ header|headers?\ of)\b.*
      | -*\ ?below\ (?:this\ line\ )?is\ (?:a|the)\ copy\ of\ (?:the|your)\ .*
      | -+\ .*(?:original\ message|copy\ of\ (?:the|your)\ (?:original\ )?(?:message|mail)).*
      | (?:the\ )?(?:original|returned|undelivered|unsent|rejected)\ (?:message|mail|e-mail)\b.{0,40}(?:follows|below|attached|header).*
      | (?:the\ )?(?:header|text|body|start|contents?)s?\ (?:of\ )?(?:the\ |your\ )?(?:original|returned|rejected|undelivered|unsent)\ (?:message|mail).*
      | (?:your|the)\ (?:original\ )?(?:message|mail)\b.{0,30}\bfollows\b.*
      | (?:original|ursprüngliche|message\ d'origine|mensaje\ original|исходное\ (?:сообщение|письмо))\b.*:?
      | (?:текст|заголовки?)\ (?:исходного|вашего|возвращаемого)\b.*
      | -+\ ?(?:исходное|оригинал|text\ der|ursprüngliche|message\ original|mensaje\ original|original)\b.*
      | received:\ (?:from|by|\(qmail)\ .*
      | return-path:\ *<.*
    )$""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
#: What some servers say of our own mail before they come to the matter.
_OUR_MAIL = re.compile(
    r"^(?:your message|ihre nachricht|votre message|su mensaje|ваше (?:сообщение|письмо))[ \t]*\n(?:[ \t]*\n)*(?:[ \t]*(?:to|cc|subject|sent|date|from|an|betreff|gesendet|objet|asunto)[ \t]*:.*\n(?:[ \t]{6,}.*\n)*(?:[ \t]*\n)?)+"
    r"|^(?:subject|betreff|objet|тема|тэма|件名)[ \t]*:.*$",
    re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<\s*/?\s*(br|p|div|tr|li|h\d|table|pre|td|ul|ol)\b[^>@]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[a-z!][^<>@]*>|<a\b[^>]*>", re.IGNORECASE)


class _PlainHeaders(Compat32):
    """The email package's own reading of headers, but as text always: one with raw 8-bit characters would otherwise
    come as an `email.header.Header`, which has no text's methods (RFC 6532 allows UTF-8; older servers send others).
    """

    def header_fetch_parse(self, name: str, value: str) -> str:
        return _repaired(str(value))


PLAIN_HEADERS = _PlainHeaders()


@dataclass(frozen=True)
class Incoming:
    """One mail, taken apart."""

    raw: bytes  # with LF line ends
    message: Message
    text: str  # what a person reads before the returned mail begins
    returned: str  # the returned mail's headers as far as they are there
    parts: tuple[Message, ...] = field(default=())  # all parts outside the returned mail

    def header(self, name: str) -> str:
        return decoded(next((value for key, value in raw_fields(self.message) if key.lower() == name), None))

    @property
    def subject(self) -> str:
        return self.header("subject")

    @property
    def sender(self) -> str:
        """Whoever wrote this mail, or an empty text."""
        return first_address(self.header("from"))

    @property
    def written_to(self) -> list[str]:
        """The recipients that the returned mail names in its own headers."""
        return addresses_in(returned_header(self.returned, "to")) + addresses_in(returned_header(self.returned, "cc"))


def raw_fields(part: Message) -> list[tuple[str, str]]:
    """A part's headers as text, also where someone wrote them in eight bits."""
    return [(name, _repaired(str(value))) for name, value in part.raw_items()]


def _repaired(text: str) -> str:
    if text.isascii():
        return text
    written = text.encode("utf-8", "surrogateescape")
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        return written.decode("latin-1")


def decoded(value: object) -> str:
    """A header's text with its encoded words resolved; never raises."""
    if value is None:
        return ""
    text = " ".join(str(value).split())
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except Exception:  # encoded words are broken in many ways
        return text


def first_address(text: str) -> str:
    addresses = addresses_in(text)
    return addresses[0] if addresses else ""


def addresses_in(text: str) -> list[str]:
    """Every address in a header's value, in order."""
    text = text[:4000]
    addresses = [address.strip() for _name, address in getaddresses([text]) if "@" in address and " " not in address]
    return addresses or ADDRESS.findall(text)


def returned_header(text: str, name: str) -> str:
    match = re.search(rf"^{name}:[ \t]*(.*(?:\n[ \t]+.*)*)", text, re.IGNORECASE | re.MULTILINE)
    return decoded(match.group(1)) if match else ""


def read(raw: bytes) -> Incoming:
    """Take a raw mail apart. The same for LF, CRLF and bare CR."""
    raw = raw[:LONGEST_MAIL].replace(b"\0", b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    try:
        message = message_from_bytes(raw, policy=PLAIN_HEADERS)
        parts, texts, returned = _collected(message)
    except RecursionError:  # parts in parts in parts, hundreds deep: no server writes so, its headers must do
        message = BytesHeaderParser(policy=PLAIN_HEADERS).parsebytes(raw)
        parts, texts, returned = [message], [], []
    text = "\n".join(texts)
    if cut := _RETURNED.search(text):
        text, quoted = text[: cut.start()], text[cut.start() :]
        returned.append(quoted)
    text = _OUR_MAIL.sub("", text[:LONGEST_TEXT])
    return Incoming(raw, message, text, "\n".join(returned)[:LONGEST_TEXT], tuple(parts))


def _collected(message: Message) -> tuple[list[Message], list[str], list[str]]:
    """All parts outside the returned mail, the words of the report, the headers of the returned mail."""
    collected: tuple[list[Message], list[str], list[str]] = [], [], []
    _collect(message, *collected)
    return collected


def _collect(part: Message, parts: list[Message], texts: list[str], returned: list[str]) -> None:
    kind = part.get_content_type()
    if kind in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"}:
        returned.append(_headers_of(part))
        return
    parts.append(part)
    if kind == "multipart/alternative":
        children = _children(part)
        plain = [child for child in children if child.get_content_type() == "text/plain" and body(child).strip()]
        for child in plain[:1] or children:
            _collect(child, parts, texts, returned)
    elif part.is_multipart() and kind.startswith("multipart/"):
        for child in _children(part):
            _collect(child, parts, texts, returned)
    elif kind == "text/html":
        texts.append(plain_text(body(part)))
    elif kind.startswith("text/") and not returned:
        texts.append(body(part))
    elif not part.is_multipart() and kind.startswith("multipart/"):
        texts.append(body(part))  # a report that lost its boundaries


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _headers_of(part: Message) -> str:
    inner = _children(part)
    if inner:
        return "\n".join(f"{name}: {value}" for name, value in raw_fields(inner[0]))
    return body(part)


def body(part: Message) -> str:
    """A part's text, decoded as well as it can be."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    for name in (charset, "utf-8"):
        try:
            return payload.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return payload.decode("latin-1")


def plain_text(markup: str) -> str:
    """HTML as lines of text; addresses between angle brackets survive."""
    text = _BREAK.sub("\n", _TAG.sub(" ", markup))
    return html.unescape(_ANY_TAG.sub("", text)).replace("\xa0", " ")


def fields_of(part: Message) -> str:
    """A delivery-status or feedback part as the lines it was written in, groups apart by an empty line."""
    children = _children(part)
    if not children:
        return body(part)
    groups = []
    for child in children:
        lines = [f"{name}: {value}" for name, value in raw_fields(child)]
        groups.append("\n".join([*lines, _payload(child)]))
    whole = "\n\n".join(groups)
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    if encoding not in {"base64", "quoted-printable"}:
        return whole
    written = Message()  # encoded against RFC 3464, 2.1: the parser has taken the code for fields
    written["Content-Transfer-Encoding"] = encoding
    written.set_payload(whole.strip())
    return body(written).replace("\r\n", "\n") or whole


def _payload(part: Message) -> str:
    """A part's text as it was written; its bytes in UTF-8, else in Latin-1."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload.decode("latin-1")
