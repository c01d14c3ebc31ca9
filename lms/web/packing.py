"""Pages compressed on their way out: a test of twenty questions is 80 kB of HTML, and 8 on the wire.

A compressed page tells its length, and from many lengths a secret in it can be guessed by somebody who makes the browser
ask for pages that repeat a guess (BREACH). Each answer therefore carries some random bytes of random number in the head of
its gzip stream, where a file's name would stand: the same page has another length each time.
"""

from __future__ import annotations

import secrets
import struct
import zlib

from flask import Flask, Response, request

SMALLEST = 1000
"""Bytes under which packing gains nothing: the page fits into one packet."""
LEVEL = 3
"""Of zlib: a tenth more bytes than its default, for half of the time."""
MOST_NOISE = 64
_HEAD = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"  # gzip, deflate, with a file name, no time, no system


def packed(body: bytes) -> bytes:
    """`body` as a gzip stream, of a length that differs from call to call."""
    noise = secrets.token_hex(1 + secrets.randbelow(MOST_NOISE // 2)).encode()
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    tail = struct.pack("<LL", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    return b"".join((_HEAD, noise, b"\0", packer.compress(body), packer.flush(), tail))


def _pack(response: Response) -> Response:
    if (
        response.mimetype != "text/html"
        or response.is_streamed
        or response.direct_passthrough
        or "Content-Encoding" in response.headers
    ):
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= SMALLEST and request.accept_encodings["gzip"] > 0:
        response.set_data(packed(body))
        response.headers["Content-Encoding"] = "gzip"
    return response


def init_app(app: Flask) -> None:
    """Pack every page for browsers that take it."""
    app.after_request(_pack)
