"""The yardstick: what Flask, Jinja and gunicorn cost by themselves, and a view that returns the bytes of our module page.

Run as `python -m benchmarks.bare PORT FILE`, with the server's own settings of gunicorn.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template_string
from gunicorn.app.base import BaseApplication

import config
from lms.serving import _options


def make_app(same: bytes) -> Flask:
    """`/hello` renders one line by Jinja, `/same` sends the bytes given."""
    app = Flask("bare", static_folder=None)

    @app.get("/hello")
    def hello() -> str:
        return render_template_string("<!doctype html><title>{{ title }}</title><p>{{ text }}</p>", title="a", text="b")

    @app.get("/same")
    def same_bytes() -> Response:
        return Response(same, content_type="text/html; charset=utf-8")

    return app


class Bare(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """The bare application under gunicorn, configured exactly as `lms serve` configures it."""

    def __init__(self, port: int, same: bytes) -> None:
        self._port, self._same = port, same
        super().__init__()

    def load_config(self) -> None:
        for name, value in _options(config.load({"PORT": str(self._port)})).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return make_app(self._same)


if __name__ == "__main__":
    Bare(int(sys.argv[1]), Path(sys.argv[2]).read_bytes()).run()
