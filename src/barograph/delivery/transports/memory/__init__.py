"""A transport that keeps what it is given, for tests."""

from __future__ import annotations

from typing import ClassVar

from barograph.delivery.transports import Answer


class MemoryTransport:
    """Keeps (sender, recipient, message) in `outbox`; `answers` are given before everything is accepted."""

    outbox: ClassVar[list[tuple[str, str, bytes]]] = []
    answers: ClassVar[list[Answer | Exception]] = []

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        answer = self.answers.pop(0) if self.answers else Answer(250, "ok")
        if isinstance(answer, Exception):
            raise answer
        if answer.is_accepted:
            self.outbox.append((sender, recipient, message))
        return answer

    def close(self) -> None:
        pass
