"""The page decorator: one place where permission is checked and the transaction of a request begins and ends."""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, g, redirect, request, url_for
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_login import current_user
from sqlalchemy.orm import Session

from lms.kit.clock import utc_now
from lms.kit.errors import NotAllowed
from lms.kit.permissions import Actor, Permission
from lms.web.context import current_actor, services
from lms.web.login import signed_in_cookie

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Access(enum.Enum):
    """Who may open a page that needs no particular permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


PUBLIC, SIGNED_IN = Access.PUBLIC, Access.SIGNED_IN
Allow = Permission | Access | tuple[Permission, ...]
View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class NavItem:
    """An entry of the main navigation, shown to whom its page is open."""

    label: LazyString
    endpoint: str
    allow: Allow
    order: int


def allowed(allow: Allow, who: Actor | None) -> bool:
    """Whether `who` may open a page with this `allow`; of several permissions one is enough."""
    if allow is PUBLIC:
        return True
    if who is None:
        return False
    if allow is SIGNED_IN:
        return True
    wanted = allow if isinstance(allow, tuple) else (cast(Permission, allow),)
    return any(who.can(permission) for permission in wanted)


class Routes(Blueprint):
    """A blueprint of one capability: its pages, its entries of the navigation, the texts of its errors."""

    def __init__(self, name: str, import_name: str, messages: Mapping[str, LazyString] | None = None) -> None:
        super().__init__(name, import_name, template_folder="templates")
        self._messages = dict(messages or {})
        self._nav: list[NavItem] = []

    def register(self, app: App, options: dict[str, Any]) -> None:
        super().register(app, options)
        app.extensions.setdefault("umbral_messages", {}).update(self._messages)
        app.extensions.setdefault("umbral_nav", []).extend(self._nav)

    def page(
        self,
        url: str,
        *,
        allow: Allow,
        methods: tuple[str, ...] = ("GET",),
        nav: tuple[LazyString, int] | None = None,
        transaction: bool = True,
        uploads: str | None = None,
    ) -> Callable[[View], View]:
        """Register a view.

        `allow` says who may open it. `nav` puts it into the navigation (label, order). A view with `transaction=False` opens its
        own transactions: for work that must not hold the writers' queue, such as hashing a password. `uploads` names the purpose
        of the files that its form takes (see `kit.files`): the request may be as large as they may.
        """

        def decorate(view: View) -> View:
            @functools.wraps(view)
            def wrapper(**kwargs: Any) -> ResponseReturnValue:
                return _serve(view, kwargs, allow, transaction)

            wrapper.allow = allow  # type: ignore[attr-defined]  # read by the test that walks the URL map
            wrapper.uploads = uploads  # type: ignore[attr-defined]  # read by `guard`, before the body is
            self.add_url_rule(url, endpoint=view.__name__, view_func=wrapper, methods=list(methods))
            if nav is not None:
                self._nav.append(NavItem(nav[0], f"{self.name}.{view.__name__}", allow, nav[1]))
            return wrapper

        return decorate


def _serve(view: View, kwargs: dict[str, Any], allow: Allow, transaction: bool) -> ResponseReturnValue:
    g.now = utc_now()
    write = request.method not in SAFE
    if not transaction and not signed_in_cookie():
        # A stranger's page that opens its own transactions: nobody to look up, nothing to read.
        g.actor = None
        return current_app.make_response(view(**kwargs)) if allowed(allow, None) else _turn_away()
    session = services().database.open(write=write and transaction)
    g.db = session
    try:
        _authenticate()
        if not allowed(allow, current_actor()):
            session.close()  # a stranger's POST must not keep the writers waiting
            return _turn_away()
        if not transaction:
            session.close()
        response = current_app.make_response(view(**kwargs))
        if not transaction:
            return response
        if write and response.status_code < 400:
            session.commit()
        elif response.is_streamed and not write:
            # An export reads while it is sent: its session closes with its last line, or when nobody reads it to the end.
            response.response = _until_read(response.iter_encoded(), session)
            response.call_on_close(session.close)
            return response
    except BaseException:
        session.rollback()
        session.close()
        raise
    session.close()
    return response


def _until_read(parts: Iterator[bytes], session: Session) -> Iterator[bytes]:
    try:
        yield from parts
    finally:
        session.close()


def _authenticate() -> None:
    g.actor = current_user.actor if current_user.is_authenticated else None


def _turn_away() -> ResponseReturnValue:
    if current_actor() is not None:
        raise NotAllowed("web.not_allowed")
    if request.accept_mimetypes.best == "application/json":
        return Response('{"error": "sign_in"}', status=401, mimetype="application/json")
    after = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("people.sign_in", next=after), code=303)


def navigation_items(app: Flask) -> list[NavItem]:
    """Every entry that capabilities added, in order."""
    return sorted(app.extensions.get("umbral_nav", []), key=lambda item: item.order)
