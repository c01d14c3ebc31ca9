"""What the search finds in courses: titles, glossary terms, sections of modules."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from markupsafe import Markup

from lms.catalog import queries
from lms.catalog.queries import VersionContent
from lms.web.context import actor, db
from lms.web.search import Asked, Hit, snippet


def find_courses(asked: Asked) -> list[Hit]:
    """Courses and modules by their titles and summaries, then glossary terms. Four queries at most."""
    found = _readable()
    hits = [hit for version, code in found for hit in _titles(version, code, asked)]
    hits += [hit for version, code in found for hit in _terms(version, code, asked)]
    return hits[: asked.limit + 1]


def find_sections(asked: Asked) -> list[Hit]:
    """Sections whose text holds every word; each leads to its heading. Five queries at most."""
    found = {version.id: (version, code) for version, code in _readable()}
    if not found:
        return []
    rows = queries.sections_with(db(), found.keys(), asked.patterns(), phrase=asked.phrase(), limit=asked.limit + 1)
    hits = []
    for row in rows:
        version, code = found[row.version_id]
        module = version.module(row.module_key)
        title = module.title if module is not None else row.module_key
        url = _module_url(version, code, row.module_key, row.anchor)
        hits.append(Hit(row.heading or title, url, f"{version.title} · {title}", snippet(row.body, asked)))
    return hits


def _readable() -> list[tuple[VersionContent, str]]:
    """What the reader may read: version and enrolment code."""
    codes = queries.readable_versions(db(), actor())
    versions = queries.contents(db(), codes.keys())
    return [(versions[version_id], code) for version_id, code in codes.items()]


def _titles(version: VersionContent, code: str, asked: Asked) -> Iterator[Hit]:
    if asked.matches(f"{version.title} {version.summary}"):
        yield Hit(version.title, _course_url(version, code), snippet=snippet(version.summary, asked))
    for module in version.modules:
        if asked.matches(f"{module.title} {module.summary}"):
            yield Hit(
                module.title, _module_url(version, code, module.key, ""), version.title, snippet(module.summary, asked)
            )


def _terms(version: VersionContent, code: str, asked: Asked) -> Iterator[Hit]:
    for term in version.glossary:
        plain = Markup(term.definition_html).striptags()  # noqa: S704 - sanitised at publishing
        if asked.matches(f"{term.term} {plain}"):
            yield Hit(term.term, _course_url(version, code, "glossary"), version.title, snippet(plain, asked))


def _course_url(version: VersionContent, code: str, anchor: str = "") -> str:
    if code:
        return url_for("catalog.course", code=code, _anchor=anchor or None)
    return url_for("catalog.preview", slug=version.slug, _anchor=anchor or None)


def _module_url(version: VersionContent, code: str, key: str, anchor: str) -> str:
    if code:
        return url_for("catalog.module", code=code, key=key, _anchor=anchor or None)
    return url_for("catalog.preview_module", slug=version.slug, key=key, _anchor=anchor or None)
