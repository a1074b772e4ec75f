"""Spellings of one e-mail address: what people and programs put around it, and what providers take for the same.

Plain functions of text. Mail always goes to the address as its owner wrote it;
the folded form is for look-up and for limits alone.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

#: Longer is no address (RFC 5321, 4.5.3.1.3 allows 254 octets; with a display name it may be a little more).
LONGEST = 600

#: Characters that show nothing but are not in Unicode's category Cf: fillers, joiners, variation selectors.
_UNSEEN = {chr(n) for n in (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10))}
_NAMED = re.compile(r"[^<>\r\n]*<([^<>\s]+)>")
_AROUND = ' \t\u00a0\u202f\u3000"“”„‘’«»<>()[]'
_BEHIND = _AROUND + ".,;:!"

#: Domains of one provider that are one mailbox, and what its names leave out or take for one another.
#: Google: "Dots don't matter in Gmail addresses". Yandex: "." and "-" are the same, all its domains one mailbox.
#: Proton: ".", "-" and "_" are ignored. Apple: @mac.com and @me.com go with @icloud.com.
_YANDEX = (
    "yandex.ru", "ya.ru", "yandex.by", "yandex.com", "yandex.kz", "yandex.ua", "yandex.uz", "yandex.az", "yandex.co.il",
    "yandex.com.am", "yandex.com.ge", "yandex.com.tr", "yandex.com.ua", "yandex.ee", "yandex.fr", "yandex.kg",
    "yandex.lt", "yandex.lv", "yandex.md", "yandex.net", "yandex.org", "yandex.pl", "yandex.tj", "yandex.tm",
)  # fmt: skip
_FAMILIES = (
    (("gmail.com", "googlemail.com"), str.maketrans("", "", ".")),
    (_YANDEX, str.maketrans("-", ".")),
    (("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), str.maketrans("", "", ".-_")),
    (("icloud.com", "me.com", "mac.com"), {}),
)
_FAMILY_OF = {domain: family for family in _FAMILIES for domain in family[0]}


def bare(text: str) -> str:
    """The address in what was typed or pasted, not checked.

    Taken off: characters nobody sees, spaces and quotation marks around it, a name before it ("Ann <ann@…>"),
    "mailto:", and a full stop, comma or semicolon behind it. A text that holds a line break, or more than an address
    can, is given back as it is.
    """
    if len(text) > LONGEST:
        return text
    text = "".join(c for c in text if unicodedata.category(c) != "Cf" and c not in _UNSEEN).strip()
    text = text.replace("＠", "@").replace("．", ".")
    if not text.isprintable() and any(unicodedata.category(c) == "Cc" for c in text):
        return text
    if (within := _NAMED.fullmatch(text.rstrip(" \u00a0.,;"))) and "@" in within[1]:
        text = within[1]
    text = text.lstrip(_AROUND)
    if text[:7].casefold() == "mailto:":
        text = unquote(text[7:].partition("?")[0])
    return text if _is_quoted(text) else text.lstrip(_AROUND).rstrip(_BEHIND)


def _is_quoted(text: str) -> bool:
    """Whether the name itself is in quotation marks (RFC 5321, Quoted-string)."""
    return text.startswith('"') and '"@' in text


def folded(address: str) -> str:
    """One form for all spellings of one mailbox: case, Unicode's forms, and what the provider takes for the same.

    `address`: one whose domain is in ASCII.
    """
    local, domain = _parts(address)
    if family := _FAMILY_OF.get(domain):
        name, plus, suffix = local.partition("+")
        return f"{name.translate(family[1]) or name}{plus}{suffix}@{family[0][0]}"
    return f"{local}@{domain}"


def former(address: str) -> list[str]:
    """Forms under which `folded` kept the spellings of this mailbox before it knew all of its provider's domains."""
    local, domain = _parts(address)
    family = _FAMILY_OF.get(domain)
    if family is None or domain in _FAMILIES[0][0]:
        return []
    name, plus, suffix = local.partition("+")
    names = dict.fromkeys((name, name.translate(family[1]) or name, name.replace(".", "-")))
    if family[0] is not _YANDEX:
        names.pop(name.replace(".", "-"), None)
        names[name] = None
    now = folded(address)
    forms = [f"{one}{plus}{suffix}@{other}" for one in names for other in family[0]]
    return [form for form in forms if form != now]


def without_suffix(form: str) -> str:
    """A folded address without what comes after a +: mailboxes of many providers take any suffix there."""
    local, _at, domain = form.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _parts(address: str) -> tuple[str, str]:
    local, _at, domain = address.rpartition("@")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).casefold()), domain.casefold()
