"""Addresses of this site."""

from __future__ import annotations

from urllib.parse import urlsplit


def safe_next(target: str | None, default: str) -> str:
    """`target` where it is a path of this site, else `default`: a link may not send people elsewhere after an action."""
    if (
        not target
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
        or any(ord(sign) < 33 for sign in target)
    ):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target
