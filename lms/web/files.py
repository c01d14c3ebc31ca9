"""Files in the browser: the one page that sends a stored file, and who may have it.

The capability that owns a purpose says so with `register`: its loader raises NotFound for a stranger.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from urllib.parse import quote

from flask import Flask, Response, current_app, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.kit.errors import NotFound
from lms.kit.files import StoredFile, file_by_code
from lms.kit.permissions import Actor
from lms.web.context import actor, services, today
from lms.web.i18n import fixed
from lms.web.routes import SIGNED_IN, Routes

AccessLoader = Callable[[Session, Actor, StoredFile, date], object]
"""Called with the session, who asks, the file and the day; raises NotFound where it is not for them."""

MESSAGES = {
    "files.not_found": _l("No hay un archivo con ese código al alcance de esta cuenta."),
    "files.damaged": _l(
        "El archivo «%(name)s» falta en el almacén o está dañado: avisar a la administración, "
        "que lo recupera de la copia de seguridad."
    ),
    "files.empty": _l("El archivo «%(name)s» está vacío: elegir otro."),
    "files.too_large": _l("El archivo «%(name)s» pasa el máximo de %(limit)s KiB: reducirlo o partirlo."),
    "files.dangerous": _l(
        "El archivo «%(name)s» puede ejecutarse en una computadora o un navegador y no se guarda. Se aceptan: %(allowed)s."
    ),
    "files.kind_unknown": _l("No se reconoce qué clase de archivo es «%(name)s». Se aceptan: %(allowed)s."),
    "files.lies": _l(
        "El archivo «%(name)s» dice ser %(claimed)s, pero su contenido es %(found)s: guardarlo con su terminación verdadera."
    ),
    "files.kind_refused": _l("«%(name)s» es %(kind)s, y acá se aceptan: %(allowed)s."),
    "files.too_many": _l("Son demasiados archivos: se aceptan hasta %(limit)s."),
}

routes = Routes("files", "lms.web", MESSAGES)


def register(app: Flask, purpose: str, loader: AccessLoader) -> None:
    """Say who may have the files of a purpose; done in `app.py`."""
    app.extensions.setdefault("umbral_file_access", {})[purpose] = loader


@routes.page("/archivo/<code>", allow=SIGNED_IN, transaction=False)
def download(code: str) -> Response:
    """A stored file, whole, always to be saved and never to be shown by the browser.

    The transaction ends before the first byte is sent: a slow reader holds no connection.
    """
    with services().database.reading() as session:
        file = file_by_code(session, code)
        loader: AccessLoader | None = current_app.extensions.get("umbral_file_access", {}).get(file.purpose)
        if loader is None:
            raise NotFound("files.not_found")
        loader(session, actor(), file, today())
    return send_stored(file)


def send_stored(file: StoredFile) -> Response:
    """The response that carries a file; the caller has made sure that it is for whoever asks.

    Raises: NotFound("files.damaged") where the bytes are gone.
    """
    response = Response(services().files.chunks(file), mimetype=file.media_type)
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = disposition(file.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Accept-Ranges"] = "none"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def send_inline(file: StoredFile) -> Response:
    """The response by which a browser shows a picture or plays a sound, in parts where it asks for them.

    Its address names its content, so it may be kept; only whoever signed in may keep it, not a proxy between.
    Raises: NotFound("files.damaged") where the bytes are gone.
    """
    response = Response(services().files.chunks(file), mimetype=file.media_type)
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(file.sha256)
    response.make_conditional(request.environ, accept_ranges=True, complete_length=file.size)
    return response


def size_text(size: int) -> str:
    """A number of bytes as people say it: "12 KB", "3,4 MB"."""
    kib = Fraction(size, 1024)
    if kib < 1024:
        return f"{fixed(max(kib, Fraction(1)), 0)}\N{NO-BREAK SPACE}KB"
    return f"{fixed(kib / 1024, 1)}\N{NO-BREAK SPACE}MB"


def disposition(name: str) -> str:
    """The header by which a browser saves a file under its name (RFC 6266), accents too."""
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%;' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
