"""URLs that an operator writes into a variable, read strictly: what is written is meant, or refused in one sentence.

A password with `/`, `?`, `#` or `@` in it splits a URL elsewhere than its writer thinks, and mail, addresses or the
database would go to another host without a word. So there is nothing in a URL that is passed over: no path, fragment
or option that the variable doesn't know, no port out of range, no white space, no half of a user and password.
Percent-encoding is RFC 3986, 2.1.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from barograph.base import hosts

_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\u200b]")
HINT = "Write characters such as @ : / ? # % [ ] in a user name or password as %40 %3A %2F %3F %23 %25 %5B %5D."


class EnvironmentProblem(Exception):
    """A variable is unknown or has a value that cannot be used. The message says what to do."""


@dataclass(frozen=True)
class GivenUrl:
    """The parts of a URL, decoded. `port` is 0 where none is written; `path` has no slash in front."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    path: str = ""
    options: dict[str, str] = field(default_factory=dict)


def read(
    name: str,
    url: str,
    *,
    example: str,
    schemes: Collection[str],
    options: Collection[str] | None = (),
    path: bool = False,
) -> GivenUrl:
    """A variable's URL. `options`: the keys its query may have (None: any); `path`: whether it may have one.

    Raises EnvironmentProblem: a sentence that names the variable, never the password.
    """

    def problem(what: str) -> EnvironmentProblem:
        return EnvironmentProblem(f"{name} {what}. It must look like {example}. {HINT}")

    if _UNFIT.search(url):
        raise problem("has a space or an invisible character in it")
    if _BAD_PERCENT.search(url):
        raise problem("has a % that is followed by no two hexadecimal digits")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise problem("cannot be read: there is a bracket, or a port that is no number from 1 to 65535") from None
    if parts.scheme not in schemes:
        raise problem(f"must begin with {' or '.join(f'{scheme}://' for scheme in sorted(schemes))}")
    if "#" in url:
        raise problem("has a # in it")
    if port == 0:
        raise problem("has the port 0")
    try:
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query), errors="strict")
        user, password, place = (unquote(part or "", errors="strict") for part in _raw(parts.netloc, parts.path))
    except ValueError:
        raise problem("has something after the host that is no option=value in UTF-8") from None
    keys = [key for key, _value in query]
    if len(set(keys)) != len(keys) or (options is not None and set(keys) - set(options)):
        known = f" Its options are {', '.join(sorted(options))}." if options else ""
        raise EnvironmentProblem(f"{problem('has an option it does not know, or one twice')}{known}")
    if not path and parts.path not in {"", "/"}:
        raise problem("has a path behind the host")
    if path and "@" in parts.path:
        raise problem("has an @ behind the host")
    return GivenUrl(parts.scheme, _host(parts.netloc, problem), port or 0, user, password, place, dict(query))


def _raw(netloc: str, path: str) -> tuple[str, str, str]:
    """User, password and path as written. The host begins behind the last @ (RFC 3986, 3.2)."""
    person = netloc.rpartition("@")[0]
    user, _colon, password = person.partition(":")
    return user, password, path.removeprefix("/")


def _host(netloc: str, problem) -> str:
    """The host in ASCII, '' where none is written. An encoded one may be the folder of a socket, for PostgreSQL."""
    place = netloc.rpartition("@")[2]
    host = re.sub(r":\d*$", "", place)
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if host.lower().startswith("%2f"):
        return unquote(host)
    if not host:
        return ""
    try:
        return hosts.to_ascii(host)
    except ValueError:
        raise problem("names no possible host") from None
