"""E-mail by SMTP: letters, and the carrier that takes them to a server. No template and no database here."""

from __future__ import annotations

import contextlib
import hashlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

from config import Settings
from lms.kit.outbox import Message, RefusedError

MAIL = "mail"
"""The outbox kind of a letter whose text stands in the payload: `to`, `subject`, `text`, `html`."""


@dataclass(frozen=True)
class Letter:
    """One e-mail to one person. `html` may be empty: then the plain text is all there is."""

    to: str
    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True)
class MailServer:
    """Where letters go. `tls` is "none", "starttls" or "tls". Seconds: `timeout` for each answer, `deadline` for a letter."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: str = "starttls"
    timeout: float = 20.0
    deadline: float = 120.0


def mail_server(settings: Settings) -> MailServer | None:
    """The mail server of the settings; None where there is none."""
    if not settings.mail_host:
        return None
    return MailServer(
        host=settings.mail_host,
        port=settings.mail_port,
        sender=settings.mail_from,
        user=settings.mail_user,
        password=settings.mail_password,
        tls=settings.mail_tls,
        timeout=settings.mail_timeout_seconds,
        deadline=settings.mail_deadline_seconds,
    )


class NotNowError(Exception):
    """The server does not take the letter now; it may later."""


def message_id(key: str, sender: str) -> str:
    """The Message-ID of an outbox key: the same each time, so that a letter sent twice is seen to be one."""
    domain = sender.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def letter_of(message: Message) -> Letter:
    """The letter that stands in a message of the kind `MAIL`."""
    held = message.payload
    return Letter(held["to"], held["subject"], held["text"], held.get("html", ""))


def built(letter: Letter, *, key: str, sender: str, now: datetime) -> EmailMessage:
    """The letter as it travels. Raises: RefusedError for an address that is none."""
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = sender
    try:
        mail["To"] = Address(addr_spec=letter.to)
    except (ValueError, HeaderParseError, IndexError) as fault:
        raise RefusedError(f"{letter.to!r} is no e-mail address: {fault}") from None
    mail["Subject"] = " ".join(letter.subject.split())  # a line break in a subject would begin another header
    mail["Date"] = format_datetime(now.astimezone(UTC))
    mail["Message-ID"] = message_id(key, sender)
    mail["Auto-Submitted"] = "auto-generated"  # keeps absence notes from being answered to us
    mail.set_content(letter.text)
    if letter.html:
        mail.add_alternative(letter.html, subtype="html")
    return mail


class Mailer:
    """The carrier of letters: one connection for a batch, given back when nothing is due.

    `compose` makes the letter of a message, or None where nothing is to be sent any more.
    """

    def __init__(
        self, server: MailServer, compose: Callable[[Message], Letter | None], clock: Callable[[], datetime]
    ) -> None:
        self._server, self._compose, self._clock = server, compose, clock
        self._smtp: smtplib.SMTP | None = None

    def deliver(self, message: Message) -> None:
        """Send one letter. Raises: RefusedError where the server refuses this recipient or this letter for good;
        NotNowError, OSError or SMTPException where it may take it later.
        """
        letter = self._compose(message)
        if letter is None:
            return
        mail = built(letter, key=message.key, sender=self._server.sender, now=self._clock())
        with self._within_deadline():
            try:
                self._send(mail, letter.to)
            except RefusedError:
                self._reset()
                raise
            except UnicodeEncodeError as fault:  # an address with accents: few servers take them, ours are not asked to
                self._drop()
                raise RefusedError(f"{letter.to!r}: {fault}") from None
            except BaseException:
                self._drop()  # what state the server is in nobody knows
                raise

    def connect(self) -> None:
        """Open the connection that the next letter goes over. Raises: NotNowError, OSError or SMTPException."""
        with self._within_deadline():
            self._smtp = self._connect()

    def rest(self) -> None:
        """Say goodbye to the server."""
        if self._smtp is not None:
            with self._within_deadline(), contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._drop()

    def _send(self, mail: EmailMessage, to: str) -> None:
        fresh = self._smtp is None
        smtp = self._smtp or self._connect()
        try:
            self._envelope(smtp, to)
        except (smtplib.SMTPServerDisconnected, ConnectionError):
            if fresh:
                raise
            # The server closed a connection that waited too long, or took as many letters as it wanted: nothing was sent yet.
            self._drop()
            smtp = self._connect()
            self._envelope(smtp, to)
        try:
            reply = smtp.data(mail.as_bytes())
        except smtplib.SMTPDataError as refused:  # the server does not even want to see it
            reply = (refused.smtp_code, refused.smtp_error if isinstance(refused.smtp_error, bytes) else b"")
        _judge(*reply, refused=True)

    def _envelope(self, smtp: smtplib.SMTP, to: str) -> None:
        sender = Address(addr_spec=_bare(self._server.sender)).addr_spec
        # A refused sender is our own fault and can be mended: the letters wait for it.
        _judge(*smtp.mail(sender), refused=False)
        _judge(*smtp.rcpt(to), refused=True)

    def _connect(self) -> smtplib.SMTP:
        held = self._server
        context = ssl.create_default_context() if held.tls != "none" else None
        name = socket.gethostname()
        smtp: smtplib.SMTP = (
            smtplib.SMTP_SSL(local_hostname=name, timeout=held.timeout, context=context)
            if held.tls == "tls"
            else smtplib.SMTP(local_hostname=name, timeout=held.timeout)
        )
        smtp._host = held.host  # type: ignore[attr-defined]  # the certificate is checked against it; set by the one-step way only
        self._smtp = smtp  # from here on the deadline reaches it, while it still connects
        _judge(*smtp.connect(held.host, held.port), refused=False)
        smtp.ehlo_or_helo_if_needed()
        if held.tls == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        if held.user:
            smtp.login(held.user, held.password)
        return smtp

    def _reset(self) -> None:
        """After a refusal the connection is good for the next letter, if the server says so."""
        try:
            if self._smtp is not None and self._smtp.rset()[0] != 250:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    @contextmanager
    def _within_deadline(self) -> Iterator[None]:
        """End the connection when a letter takes too long: a server that sends a sign now and then meets every timeout."""
        timer = threading.Timer(self._server.deadline, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        opened = None if self._smtp is None else self._smtp.sock
        if opened is not None:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)


def greet(server: MailServer) -> None:
    """Connect as for a letter (greeting, encryption, signing in), and say goodbye: nothing is sent.

    Raises: NotNowError, OSError or SMTPException where the server would take no letter now.
    """
    mailer = Mailer(server, letter_of, lambda: datetime.now(UTC))
    try:
        mailer.connect()
    finally:
        mailer.rest()


def _bare(sender: str) -> str:
    """The address alone of `Name <address>`."""
    return sender.rpartition("<")[2].rstrip("> ") if "<" in sender else sender.strip()


def _judge(code: int, answer: bytes, *, refused: bool) -> None:
    """Raise what a reply of the server means; `refused` where a 5xx is about this letter and not about us."""
    if 200 <= code < 300:
        return
    words = f"{code} {answer.decode(errors='replace')}"
    if refused and 500 <= code < 600:
        raise RefusedError(words)
    raise NotNowError(words)
