"""One style sheet and one script, made at start-up and served under names that hold a hash of what is in them.

A page is one document, one sheet and one script. The names change with the content, so a browser may keep them for a year and
never asks again; every server process that runs the same release makes the same names.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for
from markupsafe import Markup

from lms.web.stylesheet import minify, without_unused
from lms.web.svg import icon_svg

STATIC = Path(__file__).parent / "static"
"""Our own sheets (`css/`), script parts (`js/`) and pictures."""

SHEETS = (
    "tokens.css",
    "base.css",
    "top.css",
    "frame.css",
    "layout.css",
    "components.css",
    "motifs.css",
    "road.css",
    "forms.css",
    "tables.css",
    "prose.css",
    "drawings.css",
    "learning.css",
    "answers.css",
    "survey.css",
    "accounts.css",
    "figures.css",
    "desk.css",
    "authoring.css",
    "planning.css",
    "print.css",
)
"""Our sheets in the order of the cascade, after Bootstrap's."""

CACHE_FOREVER = "public, max-age=31536000, immutable"
_COMMENT_LINE = re.compile(r"^\s*//.*\n", re.MULTILINE)
_COMMENT_BLOCK = re.compile(r"^\s*/\*.*?\*/\s*\n", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")


@dataclass(frozen=True)
class Asset:
    """One file as it is served: `name` holds the hash; `packed` is the gzip form of `body`."""

    name: str
    body: bytes
    packed: bytes
    content_type: str

    @property
    def etag(self) -> str:
        return self.name.split(".")[-2]


class Assets:
    """The files of one application. `css_url`, `js_url` and `url()` need a request or an application context."""

    def __init__(self) -> None:
        self._by_source = {
            "umbral.css": _asset("umbral.css", stylesheet(), "text/css; charset=utf-8"),
            "umbral.js": _asset("umbral.js", script(), "text/javascript; charset=utf-8"),
            "favicon.svg": _asset("favicon.svg", (STATIC / "favicon.svg").read_text("utf-8"), "image/svg+xml"),
        }
        self._by_name = {asset.name: asset for asset in self._by_source.values()}

    @property
    def css_url(self) -> str:
        return self.url("umbral.css")

    @property
    def js_url(self) -> str:
        return self.url("umbral.js")

    def url(self, source: str) -> str:
        """The address of a file by its plain name, such as `favicon.svg`. Raises: KeyError for one that is not served."""
        return url_for("assets.serve", name=self._by_source[source].name)

    def icon_svg(self, name: str, label: str | None = None) -> Markup:
        """See `lms.web.svg.icon_svg`."""
        return icon_svg(name, label)

    def sizes(self) -> dict[str, int]:
        """Bytes on the wire (gzip) by plain name: what the budget of a first visit counts."""
        return {source: len(asset.packed) for source, asset in self._by_source.items()}

    def respond(self, name: str) -> Response:
        """The answer for one file: 404 for a name that is not ours, 304 when the browser has it."""
        asset = self._by_name.get(name)
        if asset is None:
            abort(404)
        zipped = request.accept_encodings["gzip"] > 0
        response = Response(asset.packed if zipped else asset.body, content_type=asset.content_type)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = CACHE_FOREVER
        response.headers["Vary"] = "Accept-Encoding"
        response.set_etag(asset.etag + ("-gzip" if zipped else ""))
        response.make_conditional(request)
        return response

    def init_app(self, app: Flask) -> None:
        """Serve the files under `/assets/` and give templates asset_css, asset_js, asset_url and icon_svg."""
        blueprint = Blueprint("assets", __name__, url_prefix="/assets")
        blueprint.add_url_rule("/<name>", "serve", self.respond)
        app.register_blueprint(blueprint)
        app.jinja_env.globals.update(
            asset_css=lambda: self.css_url,
            asset_js=lambda: self.js_url,
            asset_url=self.url,
            icon_svg=icon_svg,
        )


def stylesheet() -> str:
    """Bootstrap as installed, less what we do not use, then our sheets."""
    bootstrap = files("flask_bootstrap") / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
    sheet = _SOURCE_MAP.sub("", bootstrap.read_text(encoding="utf-8"))
    ours = "\n".join((STATIC / "css" / name).read_text(encoding="utf-8") for name in SHEETS)
    return without_unused(sheet).strip() + "\n" + minify(ours) + "\n"


def script() -> str:
    """Every part in `js/`, `main.js` first and then by name, each in a block so that their names do not meet.

    Raises: ValueError for a part with an import or an export, which a block cannot hold.
    """
    parts = sorted((STATIC / "js").glob("*.js"), key=lambda path: (path.name != "main.js", path.name))
    return "".join(_block(path) for path in parts)


def _block(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if re.search(r"^(import|export)\b", text, re.MULTILINE):
        raise ValueError(f"{path.name}: a part of the script stands in a block and cannot import or export")
    bare = "".join(_plain_lines(text))
    return f"{{\n{bare}}}\n"


def _plain_lines(text: str) -> Iterator[str]:
    """The text without whole-line comments and indentation. Template literals of several lines are not used in our parts."""
    bare = _COMMENT_LINE.sub("", _COMMENT_BLOCK.sub("", text))
    yield from (line for line in _INDENT.sub("", bare).splitlines(keepends=True) if line.strip())


def _asset(source: str, text: str, content_type: str) -> Asset:
    body = text.encode()
    stem, suffix = source.rsplit(".", 1)
    digest = hashlib.sha256(body).hexdigest()[:16]
    # mtime=0: the same content packs to the same bytes in every process.
    return Asset(f"{stem}.{digest}.{suffix}", body, gzip.compress(body, 9, mtime=0), content_type)
