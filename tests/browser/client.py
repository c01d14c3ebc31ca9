"""A small HTTP client that keeps cookies, for tests that speak to a real server without a browser."""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    url: str
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Client:
    """Requests to one server; `post` brings the token of the last page along, as a browser does."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({})
        )
        self.token = ""

    def _send(self, request: urllib.request.Request, timeout: float) -> Answer:
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                got = Answer(answer.status, answer.geturl(), answer.read().decode(errors="replace"))
        except urllib.error.HTTPError as refused:
            got = Answer(refused.code, refused.geturl(), refused.read().decode(errors="replace"))
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', got.text)
        if found:
            self.token = found.group(1)
        return got

    def get(self, path: str) -> Answer:
        return self._send(urllib.request.Request(self.base + path), 20)  # noqa: S310 - our own server

    def post(self, path: str, fields: dict[str, str] | None = None) -> Answer:
        data = urllib.parse.urlencode({"csrf_token": self.token, **(fields or {})}).encode()
        return self._send(urllib.request.Request(self.base + path, data), 20)  # noqa: S310 - our own server

    def post_json(self, path: str, document: object, timeout: float = 20) -> Answer:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.token}
        request = urllib.request.Request(self.base + path, json.dumps(document).encode(), headers)  # noqa: S310 - our own server
        return self._send(request, timeout)

    def sign_in(self, identifier: str, password: str) -> None:
        """Through the form, as a person does."""
        self.get("/ingresar")
        entered = self.post("/ingresar", {"identifier": identifier, "password": password})
        assert "/ingresar" not in entered.url, entered.text[:2000]
