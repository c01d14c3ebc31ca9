"""A client of one browser: one connection kept open, cookies, the token of the last page."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
_IDLE = 3.0
_MARK = re.compile(r'name="(q\d+)" value="(\d+)"')


@dataclass
class Answer:
    status: int
    location: str
    raw: bytes
    packed: bool

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.raw) if self.packed else self.raw


@dataclass
class Client:
    """Requests to one server. An answer of 400 or more raises RuntimeError: no failure is counted as fast."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    requests: int = 0

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        self._line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._used = time.monotonic()

    def _send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        sent["Accept-Encoding"] = "gzip"  # as browsers ask: packing is part of what a page costs
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        if time.monotonic() - self._used > _IDLE:
            self._line.close()  # the server closes a connection that is idle for five seconds
        self._line.request(method, path, body, sent)
        got = self._line.getresponse()
        answer = Answer(
            got.status, got.getheader("Location") or "", got.read(), got.getheader("Content-Encoding") == "gzip"
        )
        self.requests += 1
        self._used = time.monotonic()
        for line in got.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body[-300:]!r}")
        return answer

    def get(self, path: str) -> Answer:
        return self._send("GET", path)

    def page(self, path: str) -> Answer:
        """A page with forms: its token is kept for the next post."""
        answer = self.get(path)
        if found := _TOKEN.search(answer.body):
            self.token = found.group(1).decode()
        return answer

    def post(self, path: str, fields: list[tuple[str, str]] | None = None) -> Answer:
        body = urlencode([("csrf_token", self.token), *(fields or [])]).encode()
        return self._send("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def post_json(self, path: str, document: object) -> Answer:
        body = json.dumps(document).encode()
        kinds = {"Content_Type": "application/json", "Accept": "application/json"}
        return self._send("POST", path, body, **kinds, X_CSRFToken=self.token)

    def sign_in(self, number: str, password: str) -> None:
        """Through the form, as a person does."""
        self.page("/ingresar")
        entered = self.post("/ingresar", [("identifier", number), ("password", password)])
        if entered.status != 303:
            raise RuntimeError(f"{number} could not sign in: {entered.status}")


def start_test(client: Client, enrolment: str) -> str:
    """Begin the test from its cover; the address of the attempt."""
    client.page(f"/prueba/{enrolment}")
    return client.post(f"/prueba/{enrolment}/empezar").location


def all_answers(body: bytes) -> list[tuple[str, str]]:
    """The fields of the whole form with the first choice of every question taken."""
    text = body.decode()
    fields = [(f"{name}-here", "1") for name in dict.fromkeys(re.findall(r'name="(q\d+)-here"', text))]
    first: dict[str, str] = {}
    for name, value in _MARK.findall(text):
        first.setdefault(name, value)
    return [*fields, *first.items(), ("base", "0"), ("then", "review")]


JOURNEY = 11


def journey(client: Client, number: str, password: str, enrolment: str) -> None:
    """Sign in, home, course, cover, start, the questions, twenty answers in one post, summary, hand in, review: 11 requests."""
    client.sign_in(number, password)
    client.page("/")
    client.page(f"/curso/{enrolment}")
    attempt = start_test(client, enrolment)
    questions = client.page(attempt)
    summary = client.post(f"{attempt}/guardar", all_answers(questions.body))
    client.page(summary.location)
    result = client.post(f"{attempt}/entregar")
    review = client.page(result.location)
    if b"resultado" not in result.location.encode() or not review.body:
        raise RuntimeError(f"the journey ended at {result.location}")
