"""Addresses that templates build: each once, for building one costs more than a look into a table.

An address depends on the endpoint, on what stands in it, and on the address under which we are served. Not on who asks.
"""

from __future__ import annotations

import functools
from typing import Any

from flask import Flask, has_request_context, request

MOST = 4096
"""Addresses kept at most, those that were not used for longest given up first."""


def init_app(app: Flask) -> None:
    """Give templates a `url_for` that remembers."""

    @functools.lru_cache(maxsize=MOST)
    def built(_root: str, endpoint: str, values: tuple[tuple[str, str | None], ...]) -> str:
        parts: dict[str, Any] = dict(values)
        return app.url_for(endpoint, **parts)

    def url_for(endpoint: str, **values: Any) -> str:
        # Anything but plain text has an address that its equals need not share (1 and True); options begin with "_".
        if endpoint.startswith(".") or not has_request_context() or not all(map(_plain, values.items())):
            return app.url_for(endpoint, **values)
        return built(request.root_path, endpoint, tuple(values.items()))

    app.jinja_env.globals["url_for"] = url_for


def _plain(item: tuple[str, Any]) -> bool:
    name, value = item
    return name[:1] != "_" and (value is None or value.__class__ is str)
