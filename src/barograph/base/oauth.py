"""What is said to sign in with an OAuth 2.0 access token (RFC 6750) instead of a password, at SMTP and IMAP.

XOAUTH2 is Google's and Microsoft's form; OAUTHBEARER (RFC 7628) the standard one.
"""

from __future__ import annotations

#: In the order of preference: the large providers test the first more than the second.
WAYS = ("XOAUTH2", "OAUTHBEARER")


def words(way: str, *, user: str, token: str, host: str, port: int) -> bytes:
    """The first and only thing a client says, before base64."""
    if way == "XOAUTH2":
        return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01".encode()


def after_refusal(way: str) -> bytes:
    """What a client says to the error that comes as a challenge, so that the server ends the sign-in."""
    return b"" if way == "XOAUTH2" else b"\x01"
