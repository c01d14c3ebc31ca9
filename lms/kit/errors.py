"""What can go wrong in a command, as four errors that carry a message key; `web/errors.py` makes pages of them."""

from __future__ import annotations


class LmsError(Exception):
    """A refusal. `key` names the message (see each capability's `messages.py`), `params` fill it."""

    status = 400

    def __init__(self, key: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(key)
        self.key, self.field, self.params = key, field, params


class NotFound(LmsError):
    """There is no such thing, or the actor may not know that there is."""

    status = 404


class NotAllowed(LmsError):
    """The actor sees the thing but may not do this to it."""

    status = 403


class Conflict(LmsError):
    """The thing is not in a state where this can be done."""

    status = 409


class Invalid(LmsError):
    """The input breaks a rule; `field` names the form field where there is one."""

    status = 400


class TooMany(LmsError):
    """Too many tries; `params["minutes"]` says how long to wait."""

    status = 429
