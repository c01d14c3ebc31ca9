"""Errors as pages: what happened, what was kept, what to do next, in the reader's language. In one place."""

from __future__ import annotations

import errno
from typing import Any, cast

from flask import Flask, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, refresh
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from lms.kit.clock import utc_now
from lms.kit.errors import LmsError
from lms.kit.permissions import Actor
from lms.web.context import services

MESSAGES = {
    "web.not_allowed": _l(
        "Esta página no está entre los permisos de la cuenta. Si hace falta, la administración puede darlos."
    ),
    "web.sign_in": _l("Hay que ingresar para ver esta página."),
}

_TITLES = {
    400: _l("El pedido no se entiende"),
    403: _l("Sin permiso para esto"),
    404: _l("No está acá"),
    405: _l("Esta dirección no se abre así"),
    409: _l("Ya no se puede hacer"),
    413: _l("Demasiado grande"),
    429: _l("Demasiados intentos"),
    500: _l("Algo falló de nuestro lado"),
    503: _l("No se pudo guardar ahora"),
}
_TEXTS = {
    400: _l("Volver a la página anterior y enviar de nuevo. Lo guardado hasta ahora sigue guardado."),
    404: _l("La dirección no existe, o lo que muestra no está al alcance de esta cuenta."),
    405: _l("Volver al inicio y llegar por los enlaces de la página."),
    413: _l("Lo enviado pasa el tamaño permitido. Nada de lo guardado antes se perdió."),
    500: _l(
        "Quedó anotado para quien mantiene el sistema. Lo guardado antes sigue guardado; lo último puede volver a enviarse."
    ),
    503: _l(
        "La base de datos está ocupada o sin espacio. Lo guardado antes sigue guardado, "
        "y esto se puede volver a enviar tal cual."
    ),
}
_TOO_OLD = _l(
    "La página estuvo abierta demasiado tiempo o se ingresó de nuevo mientras tanto. "
    "Volver atrás, recargar y enviar otra vez."
)
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_WITH_PASSWORDS = frozenset({"people.sign_in", "people.use_code", "people.change_password"})


def message(error: LmsError) -> str:
    """The text of an error, in the reader's language."""
    known = current_app.extensions.get("umbral_messages", {})
    text = known.get(error.key) or MESSAGES.get(error.key)
    if text is None:
        current_app.logger.error("no message for %s", error.key)
        return str(_TEXTS[500])
    return str(text) % error.params if error.params else str(text)


def wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def init_app(app: Flask) -> None:
    """Turn every error into its page (or its JSON, for our own script)."""
    app.register_error_handler(LmsError, _lms_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(Exception, _crash)


def _page(status: int, text: str | LazyString, **extra: Any) -> ResponseReturnValue:
    if "actor" not in g:
        g.actor = _reader()
        refresh()  # the language is that of whoever reads, now that we know who does
    title = str(_TITLES.get(status, _TITLES[400]))
    if wants_json():
        return jsonify(error=extra.get("key", str(status)), title=title, detail=str(text)), status
    replay = extra.get("replay", [])
    return render_template("web/error.html", status=status, title=title, text=text, replay=replay), status


def _reader() -> Actor | None:
    """Who reads an error that came before any page was found: an address that does not exist, a form that was refused.

    They stay signed in and keep their way around; without a database they are nobody, for the length of this page.
    """
    g.now = utc_now()
    try:
        with services().database.reading() as g.db:
            return cast("Actor", current_user.actor) if current_user.is_authenticated else None
    except OperationalError:
        return None


def _lms_error(error: LmsError) -> ResponseReturnValue:
    return _page(error.status, message(error), key=error.key)


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    return _page(400, _TOO_OLD)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    answer = current_app.make_response(_page(status, _TEXTS.get(status, _TEXTS[400])))
    # What the protocol asks for beside the page: the methods that an address takes, the time to wait.
    answer.headers.extend((key, value) for key, value in error.get_headers() if key in {"Allow", "Retry-After"})
    return answer


def _unavailable(error: OperationalError) -> ResponseReturnValue:
    current_app.logger.error("database unavailable: %s", error.orig)
    return _try_again()


def _try_again() -> ResponseReturnValue:
    replay: list[tuple[str, str]] = []
    with_files = any(file.filename for file in request.files.values())
    if request.method == "POST" and request.endpoint not in _WITH_PASSWORDS and not with_files:
        # The same form again, behind one button: nothing that was typed is lost. Never where a password was typed,
        # nor where files were chosen, which a page cannot send again: the way back in the browser keeps them.
        replay = [(key, value) for key, value in request.form.items(multi=True) if key != "csrf_token"]
        replay = replay or [("again", "1")]
    body = current_app.make_response(_page(503, _TEXTS[503], key="unavailable", replay=replay))
    body.headers["Retry-After"] = "5"
    return body


def _crash(error: Exception) -> ResponseReturnValue:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        current_app.logger.error("no room on the disk: %s", error)
        return _try_again()
    current_app.logger.exception("unhandled error", exc_info=error)
    if current_app.testing:
        raise error
    return _page(500, _TEXTS[500])
