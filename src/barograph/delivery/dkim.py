"""Signing mails (DKIM, RFC 6376 and 8463) where no relay does it: RSA-2048 or Ed25519, through OpenSSL.

Header relaxed, body simple: the body goes over the line as it was made, so that
its hash needs no pass over the text but one. Knows no mailing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

#: What is signed, where it is there. From twice: nobody can put a second one on top.
SIGNED = (
    b"from",
    b"from",
    b"reply-to",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_SPACE = re.compile(rb"[ \t]+")


class UnfitKey(ValueError):
    """A key that can't sign mail."""


@dataclass(frozen=True)
class Signer:
    """Signs for one domain under one selector: the public key stands in DNS at selector._domainkey.domain."""

    domain: str
    selector: str
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

    @classmethod
    def from_pem(cls, pem: bytes, *, domain: str, selector: str) -> Signer:
        """Raises UnfitKey."""
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError):
            raise UnfitKey("the DKIM key is no private key in PEM without a password") from None
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size < 2048:
            raise UnfitKey("an RSA key for DKIM must have at least 2048 bits")
        if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
            raise UnfitKey("a key for DKIM must be RSA or Ed25519")
        return cls(domain, selector, key)

    @property
    def dns(self) -> str:
        """The TXT record that lets others check the signatures."""
        public = self.key.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"
        der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"

    def sign(self, message: bytes) -> bytes:
        """The message with a DKIM-Signature on top. `message` has CRLF line ends."""
        head, _, body = message.partition(b"\r\n\r\n")
        body = body.rstrip(b"\r\n") + b"\r\n"
        by_name: dict[bytes, list[bytes]] = {}
        for line in _FOLD.sub(b"", head).split(b"\r\n"):
            name, _, value = line.partition(b":")
            by_name.setdefault(name.strip().lower(), []).append(value)
        names = [name for name in SIGNED if name in by_name]
        kind = b"rsa-sha256" if isinstance(self.key, rsa.RSAPrivateKey) else b"ed25519-sha256"
        unsigned = b"v=1; a=%s; c=relaxed/simple; d=%s; s=%s; h=%s; bh=%s; b=" % (
            kind,
            self.domain.encode("ascii"),
            self.selector.encode("ascii"),
            b": ".join(names),
            base64.b64encode(hashlib.sha256(body).digest()),
        )
        lines = []
        for name in names:
            if by_name[name]:
                lines.append(name + b":" + _SPACE.sub(b" ", by_name[name].pop()).strip() + b"\r\n")
        lines.append(b"dkim-signature:" + unsigned)
        signature = base64.b64encode(self._signature(b"".join(lines)))
        folded = (
            _folded(unsigned)
            + b"\r\n "
            + b"\r\n ".join(signature[start : start + 70] for start in range(0, len(signature), 70))
        )
        return b"DKIM-Signature: " + folded + b"\r\n" + message

    def _signature(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(hashlib.sha256(data).digest())


def _folded(text: bytes) -> bytes:
    """Lines of at most 76 bytes, cut at spaces: relaxed canonicalisation reads them as the same."""
    lines, line = [], b""
    for word in text.split(b" "):
        if line and len(line) + len(word) > 60:
            lines.append(line)
            line = b""
        line += (b" " if line else b"") + word
    return b"\r\n ".join([*lines, line])


def signers(folder: Path, *, domain: str) -> list[Signer]:
    """A signer for each key dkim.SELECTOR.pem in the folder of keys; none where a relay signs. Raises UnfitKey."""
    return [
        Signer.from_pem(path.read_bytes(), domain=domain, selector=path.name.split(".")[1])
        for path in sorted(folder.glob("dkim.*.pem"))
    ]
