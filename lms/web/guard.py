"""What no view should have to think of: a request is read whole, and found sound, before anything is done with it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, abort, current_app, request, session

from lms.web.context import services


def init_app(app: Flask) -> None:
    """Put the check before every other step of a request, the token of forged requests included."""
    app.before_request(_check)


def _check() -> None:
    """Read the body to its end, and refuse a NUL sign anywhere.

    The body is read here because a view begins with its moment and its transaction: a client that sends a body drop by
    drop would keep every other writer waiting, and date an answer by when it began to send it. No text of ours holds a
    NUL, which PostgreSQL refuses in the middle of a command; it never comes from a person.
    Raises: BadRequest, or RequestEntityTooLarge from reading.
    """
    purpose = getattr(current_app.view_functions.get(request.endpoint or ""), "uploads", None)
    if purpose is not None and "_user_id" in session:
        # A form with files may be larger, but only for somebody who holds a cookie that we signed.
        request.max_content_length = services().files.purposes[purpose].request_bytes
    request.get_data(parse_form_data=True)
    if any("\0" in text for text in _texts()):
        abort(400)


def _texts() -> Iterator[str]:
    yield request.path
    for fields in (request.args, request.form):
        for name, value in fields.items(multi=True):
            yield name
            yield value
    for name, file in request.files.items(multi=True):
        yield name
        yield file.filename or ""
