"""Reading the demo's mailbox: kept files as plain values. Knows no pages."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

NAME = re.compile(r"^\d{20}\.\d+\.\d+$")


@dataclass(frozen=True)
class Mail:
    """One kept mail; `id` is its place in the mailbox's addresses."""

    id: str
    at: datetime
    message: EmailMessage

    @property
    def sender(self) -> str:
        return str(self.message.get("From", ""))

    @property
    def recipient(self) -> str:
        return ", ".join(str(value) for value in self.message.get_all("Delivered-To", []))

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    def body(self, kind: str) -> str:
        """The text of a part ('plain' or 'html'), '' where there is none."""
        part = self.message.get_body(preferencelist=(kind,))
        return part.get_content() if part is not None else ""

    def shown(self) -> str:
        """The HTML part with the pictures that came with it put in their places."""
        html = self.body("html")
        for part in self.message.walk():
            name = str(part.get("Content-ID", "")).strip("<>")
            if name and part.get_content_maintype() == "image":
                data = b64encode(part.get_payload(decode=True)).decode()
                html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
        return html


def _mail(path: Path) -> Mail:
    at = datetime.fromtimestamp(int(path.name.split(".")[0]) / 1e9, tz=UTC)
    return Mail(path.stem, at, message_from_bytes(path.read_bytes(), policy=default))


def newest(folder: Path, *, to: str = "", limit: int = 100) -> list[Mail]:
    """The latest mails, newest first; those to a recipient whose address has `to` in it."""
    mails = []
    for path in sorted((folder / "new").glob("*.eml"), reverse=True):
        mail = _mail(path)
        if to.casefold() in mail.recipient.casefold():
            mails.append(mail)
        if len(mails) == limit:
            break
    return mails


def one(folder: Path, name: str) -> Mail | None:
    """A mail by its id; None where there is none."""
    path = folder / "new" / f"{name}.eml"
    return _mail(path) if NAME.match(name) and path.is_file() else None


def raw(folder: Path, name: str) -> bytes:
    return (folder / "new" / f"{name}.eml").read_bytes()
