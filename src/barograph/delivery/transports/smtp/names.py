"""A host's addresses, looked up beside the lines: a slow resolver holds up nobody but the connection that asked."""

from __future__ import annotations

import ipaddress
import socket
from threading import Thread
from typing import Any

#: As socket.getaddrinfo gives them.
Places = list[tuple[Any, ...]]


def is_address(host: str) -> bool:
    """Whether nobody has to be asked."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class Lookup:
    """Asks the system's resolver in a thread of its own; `answered` can be read when it is through.

    Nobody waits for a thread whose resolver never answers: it ends with the process.
    """

    def __init__(self, host: str, port: int) -> None:
        self.answered, self._end = socket.socketpair()
        self._places: Places = []
        self._error: Exception | None = None
        Thread(target=self._ask, args=(host, port), daemon=True).start()

    def _ask(self, host: str, port: int) -> None:
        try:
            self._places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            self._error = error
        finally:
            self._end.close()

    def places(self) -> Places:
        """Raises OSError."""
        if self._error is not None:
            raise OSError(f"no address is known for the relay's name: {self._error}")
        return self._places
