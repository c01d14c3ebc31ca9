"""Courses as authors and auditors see them: every version, and the current one as a learner reads it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from lms.catalog import queries
from lms.catalog.views import routes
from lms.catalog.words import MODES, TYPES
from lms.kit.errors import NotFound
from lms.kit.permissions import Permission
from lms.web.context import db

READ = Permission.READ_CONTENT


@routes.page("/contenido", allow=READ, nav=(_l("Contenido"), 70))
def content() -> ResponseReturnValue:
    """Every course with its versions."""
    return render_template("catalog/content.html", courses=queries.course_rows(db()), types=TYPES)


@routes.page("/contenido/<slug>", allow=READ)
def preview(slug: str) -> ResponseReturnValue:
    """The cover and the path of the current version, without anybody's progress."""
    version = queries.current_content(db(), slug)
    return render_template(
        "catalog/preview.html",
        version=version,
        cover=Markup(version.cover_html),  # noqa: S704 - sanitised at publishing
        mode=MODES.get(version.mode, version.mode),
        types=[TYPES.get(kind, kind) for kind in version.training_types],
    )


@routes.page("/contenido/<slug>/<key>", allow=READ)
def preview_module(slug: str, key: str) -> ResponseReturnValue:
    """A module of the current version."""
    version = queries.current_content(db(), slug)
    module = version.module(key)
    if module is None:
        raise NotFound("catalog.module_not_found")
    before, after = version.beside(module)
    return render_template(
        "catalog/preview_module.html",
        version=version,
        module=module,
        body=Markup(module.html),  # noqa: S704 - sanitised at publishing
        before=before,
        after=after,
    )
