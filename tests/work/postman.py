"""A real SMTP server for the tests, with the moods that servers have, and the settings that point a worker at it."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lms.kit.mail import MailServer

SENDER = "Umbral <umbral@example.test>"


class Postman:
    """What the server was given and how it behaves. A letter counts as received when the 250 for it was on its way."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.refused: dict[str, str] = {}  # recipient -> the reply it gets
        self.drop_after: int | None = None  # letters of one connection; then the connection is cut
        self.data_reply = ""  # the reply to every letter, where there is one
        self.lock = threading.Lock()
        self.connections: Counter[int] = Counter()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.drop_after is not None and self.connections[id(session)] >= self.drop_after:
            assert server.transport is not None
            server.transport.abort()
            return "421 enough"
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_reply:
            return self.data_reply
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        with self.lock:
            self.mails.append(mail)
            self.connections[id(session)] += 1
        return "250 OK"

    def ids(self) -> Counter[str]:
        """How many times each Message-ID was received."""
        with self.lock:
            return Counter(str(mail["Message-ID"]) for mail in self.mails)


@contextmanager
def post_office(postman: Postman | None = None) -> Iterator[tuple[Postman, MailServer]]:
    """A server that runs while the block does."""
    handler = postman or Postman()
    controller = Controller(handler, hostname="127.0.0.1", port=0)
    _start_on_free_port(controller)
    try:
        yield handler, mail_server(controller.port)
    finally:
        controller.stop()


def _start_on_free_port(controller: Any) -> None:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        controller.port = opened.getsockname()[1]
    controller.start()


def mail_server(port: int, **changes: Any) -> MailServer:
    """A server on this machine, without encryption."""
    held: dict[str, Any] = {"host": "127.0.0.1", "port": port, "sender": SENDER, "tls": "none", "timeout": 5.0}
    return MailServer(**held | changes)


@contextmanager
def silent_server(say: bytes = b"", every: float = 0.0) -> Iterator[int]:
    """A server that takes connections and never answers; with `every`, it says one sign of `say` that often, for ever."""
    ending = threading.Event()
    opened: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while not ending.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            opened.append(connection)
            while every and not ending.is_set():
                try:
                    connection.sendall(say)
                except OSError:
                    break
                time.sleep(every)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ending.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        for each in opened:
            each.close()
