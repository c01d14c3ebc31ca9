"""What a version serves, read once and kept: versions are immutable, so a process needs each of them only once.

Only what a *reading* transaction saw is kept: it was committed, and a committed version never changes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lms.catalog.models import Course, CourseModule, CourseVersion
from lms.catalog.rules import Part, PartKind

KEPT_VERSIONS = 32
"""Versions kept by a process for each database: more than a centre serves at a time, about 100 kB each."""


@dataclass(frozen=True)
class TocEntry:
    """A heading of a module: level 2 or 3."""

    level: int
    anchor: str
    title: str


@dataclass(frozen=True)
class ModuleContent:
    """A module ready to serve; `html` was sanitised when it was published. `minutes` are whole."""

    key: str
    position: int
    title: str
    summary: str
    minutes: int
    html: str
    objectives: tuple[str, ...]
    toc: tuple[TocEntry, ...]

    def heading(self, anchor: str) -> TocEntry | None:
        """The heading with that anchor; None for an anchor that is not there."""
        return next((entry for entry in self.toc if entry.anchor == anchor), None)


@dataclass(frozen=True)
class TermContent:
    """A glossary term, its definition as sanitised HTML."""

    id: str
    term: str
    definition_html: str


@dataclass(frozen=True)
class VersionContent:
    """A published version with everything that its pages show. `test` and `survey` are ids, "" where there is none."""

    id: int
    course_id: int
    slug: str
    number: int
    content_hash: str
    published_at: datetime
    title: str
    summary: str
    training_types: tuple[str, ...]
    mode: str
    valid_months: int | None
    test: str
    survey: str
    retrain: str
    audience: str
    objectives: tuple[str, ...]
    method: tuple[str, ...]
    cover_html: str
    glossary: tuple[TermContent, ...]
    modules: tuple[ModuleContent, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the course in order, for the rules: its modules, then the test where there is one."""
        modules = [Part(PartKind.MODULE, module.key) for module in self.modules]
        return (*modules, *([Part(PartKind.TEST, self.test)] if self.test else []))

    @property
    def minutes(self) -> int:
        return sum(module.minutes for module in self.modules)

    def module(self, key: str) -> ModuleContent | None:
        """The module with that key; None for one that this version does not have."""
        return next((module for module in self.modules if module.key == key), None)

    def beside(self, module: ModuleContent) -> tuple[ModuleContent | None, ModuleContent | None]:
        """The modules before and after one."""
        at = self.modules.index(module)
        return (
            self.modules[at - 1] if at else None,
            self.modules[at + 1] if at + 1 < len(self.modules) else None,
        )


class _Kept:
    """The versions of one database that were used last, at most `KEPT_VERSIONS`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: OrderedDict[int, VersionContent] = OrderedDict()

    def get(self, ids: Iterable[int]) -> dict[int, VersionContent]:
        with self._lock:
            found = {version_id: self._items[version_id] for version_id in ids if version_id in self._items}
            for version_id in found:
                self._items.move_to_end(version_id)
        return found

    def put(self, contents: Iterable[VersionContent]) -> None:
        with self._lock:
            for content in contents:
                self._items[content.id] = content
                self._items.move_to_end(content.id)
            while len(self._items) > KEPT_VERSIONS:
                self._items.popitem(last=False)


_KEPT: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_KEPT_LOCK = threading.Lock()


def _kept(session: Session) -> _Kept:
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    with _KEPT_LOCK:
        return _KEPT.setdefault(engine, _Kept())


def contents(session: Session, version_ids: Collection[int]) -> dict[int, VersionContent]:
    """The versions with these ids. No query for those that are kept; two for all the others together."""
    kept = _kept(session)
    found = kept.get(version_ids)
    missing = sorted(set(version_ids) - found.keys())
    if not missing:
        return found
    loaded = _load(session, missing)
    if not session.info.get("write", True):
        kept.put(loaded)
    return found | {content.id: content for content in loaded}


def content(session: Session, version_id: int) -> VersionContent:
    """One version. Raises: KeyError for an id that is no version's."""
    return contents(session, (version_id,))[version_id]


def _load(session: Session, version_ids: list[int]) -> list[VersionContent]:
    modules: dict[int, list[ModuleContent]] = {version_id: [] for version_id in version_ids}
    for row in session.scalars(
        select(CourseModule).where(CourseModule.version_id.in_(version_ids)).order_by(CourseModule.position)
    ):
        modules[row.version_id].append(_module(row))
    versions = session.execute(
        select(CourseVersion, Course.slug)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.id.in_(version_ids))
    )
    return [_version(row, slug, modules[row.id]) for row, slug in versions]


def _module(row: CourseModule) -> ModuleContent:
    toc = tuple(TocEntry(int(level), anchor, title) for level, anchor, title in row.about["toc"])
    objectives = tuple(row.about["objectives"])
    return ModuleContent(row.key, row.position, row.title, row.summary, row.minutes, row.html, objectives, toc)


def _version(row: CourseVersion, slug: str, modules: list[ModuleContent]) -> VersionContent:
    about = row.about
    return VersionContent(
        id=row.id,
        course_id=row.course_id,
        slug=slug,
        number=row.number,
        content_hash=row.content_hash,
        published_at=row.published_at,
        title=row.title,
        summary=row.summary,
        training_types=tuple(row.training_types),
        mode=row.mode,
        valid_months=row.valid_months,
        test=row.test,
        survey=row.survey,
        retrain=row.retrain,
        audience=about["audience"],
        objectives=tuple(about["objectives"]),
        method=tuple(about["method"]),
        cover_html=about["cover_html"],
        glossary=tuple(
            TermContent(entry["id"], entry["term"], entry["definition_html"]) for entry in about["glossary"]
        ),
        modules=tuple(modules),
    )
