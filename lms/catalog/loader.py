"""Reads courses from their folders (see `docs/content-format.md`): everything wrong is reported, in one run."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from lms.catalog.rendering import Drawing, Page, Term, read_drawing, render_page
from lms.catalog.rendering.source import Source
from lms.catalog.rules import Mode, Retrain, TrainingType, is_slug
from lms.kit.content import FrontMatter, Reader, Report, read_front_matter, read_yaml
from lms.kit.markup import render

MODULE_FILE = re.compile(r"\d{2}-.+\.md")
MAX_VALID_MONTHS = 120
_IGNORED = {"survey.yaml"}  # read by `lms.surveys.loader`


@dataclass(frozen=True)
class LoadedModule:
    """A module ready to serve. `toc` holds (level, anchor, title) of its ## and ### headings, `minutes` whole minutes."""

    id: str
    title: str
    summary: str
    minutes: int
    objectives: tuple[str, ...]
    html: str
    toc: tuple[tuple[int, str, str], ...]
    anchors: tuple[str, ...]
    text_words: int
    terms: tuple[str, ...]


@dataclass(frozen=True)
class LoadedCourse:
    """A course ready to publish. `test` is "" where it has none, `valid_months` None where it does not expire.

    A link to another module is a sibling address (`auditorias#que-mira`): module pages must live at
    `<course id>/<module id>` below one address, and the cover at `<course id>`.
    """

    id: str
    title: str
    summary: str
    audience: str
    objectives: tuple[str, ...]
    method: tuple[str, ...]
    training_types: tuple[TrainingType, ...]
    mode: Mode
    valid_months: int | None
    test: str
    time_credit: str
    retrain: Retrain
    cover_html: str
    modules: tuple[LoadedModule, ...]
    glossary: tuple[Term, ...]
    content_hash: str = field(default="")

    def module(self, module_id: str) -> LoadedModule | None:
        """The module with that id, or None."""
        return next((module for module in self.modules if module.id == module_id), None)


def load_courses(root: Path) -> tuple[tuple[LoadedCourse, ...], Report]:
    """Every course below `root` in the order of their folders; a folder with faults is left out and reported."""
    report = Report()
    courses: list[LoadedCourse] = []
    claimed: dict[str, str] = {}
    if not root.is_dir():
        report.error(root.name, 1, "no existe la carpeta de cursos")
        return (), report
    for folder in sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")):
        course = _Loader(folder, root, report).load(claimed)
        if course is not None:
            courses.append(course)
    return tuple(courses), report


def load_course(folder: Path, root: Path) -> tuple[LoadedCourse | None, Report]:
    """One course; None where it has faults. Files in the report are named from `root` (the folder or one above it)."""
    report = Report()
    return _Loader(folder, root, report).load({}), report


def content_hash(course: LoadedCourse) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of everything that is served."""
    data = asdict(replace(course, content_hash=""))
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass
class _ModuleText:
    """A module whose head has been read; `page` comes when glossary and drawings are known."""

    name: str
    head: LoadedModule
    page: Page


class _Loader:
    """One run over one folder."""

    def __init__(self, folder: Path, root: Path, report: Report) -> None:
        self.folder, self.root, self.report = folder, root, report
        self.errors_before = len(report.errors)
        self.glossary: dict[str, Term] | None = {}  # None: it cannot be read, so nobody knows which terms there are
        self.drawings: dict[str, Drawing | None] = {}
        self.shown: set[str] = set()
        self.unread = False  # whether a module cannot be read, so that nobody knows where a link leads

    def name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def load(self, claimed: dict[str, str]) -> LoadedCourse | None:
        """The course, or None. `claimed` maps the ids of courses read before to their files, and learns this one's."""
        cover_path = self.folder / "course.md"
        self._check_files()
        self._read_glossary()
        self._read_drawings()
        modules = self._read_modules()
        if not cover_path.exists():
            self.report.error(self.name(self.folder), 1, "falta el archivo course.md")
            return None
        cover = read_front_matter(cover_path, self.name(cover_path), self.report)
        course = self._read_cover(cover, claimed) if cover else None
        if not modules and not self.unread:
            self.report.error(self.name(cover_path), 1, "el curso no tiene módulos (archivos 01-algo.md, 02-algo.md…)")
        self._check_links(modules)
        self._warn_unused()
        if course is None or len(self.report.errors) > self.errors_before:
            return None
        course = replace(
            course, modules=tuple(module.head for module in modules), glossary=tuple((self.glossary or {}).values())
        )
        return replace(course, content_hash=content_hash(course))

    def _check_files(self) -> None:
        for path in sorted(self.folder.iterdir()):
            known = (
                path.name in {"course.md", "glossary.yaml"} | _IGNORED
                or (path.name == "diagrams" and path.is_dir())
                or MODULE_FILE.fullmatch(path.name)
                or path.name.endswith(".part.yaml")
            )
            if not known:
                self.report.warning(self.name(path), 1, "este archivo no es parte de un curso y no se lee")

    def _read_glossary(self) -> None:
        path = self.folder / "glossary.yaml"
        if not path.exists():
            return
        reader = read_yaml(path, self.name(path), self.report)
        if reader is None:
            self.glossary = None
            return
        found: dict[str, Term] = {}
        for entry in reader.maps("terms"):
            key = _slug(entry, "id")
            term = entry.text("term", max_length=120)
            definition = entry.text("definition", max_length=2000)
            entry.finish()
            if key in found:
                entry.error("id", f"el término «{key}» está dos veces")
            if "[[" in definition:
                entry.error("definition", "una definición no enlaza otros términos; escribirlos sin corchetes")
            if "![" in definition:
                entry.error("definition", "una definición no lleva dibujos")
            found.setdefault(key, Term(key, term, render(definition)))
        reader.finish()
        self.glossary = found

    def _read_drawings(self) -> None:
        folder = self.folder / "diagrams"
        if not folder.is_dir():
            return
        for path in sorted(folder.iterdir()):
            if path.suffix == ".svg" and path.is_file():
                self.drawings[f"diagrams/{path.name}"] = read_drawing(path, self.name(path), self.report)
            else:
                self.report.warning(self.name(path), 1, "en diagrams/ solo se leen archivos .svg")

    def _read_modules(self) -> list[_ModuleText]:
        modules: list[_ModuleText] = []
        files: dict[str, str] = {}
        for path in sorted(path for path in self.folder.iterdir() if MODULE_FILE.fullmatch(path.name)):
            name = self.name(path)
            text = read_front_matter(path, name, self.report)
            if text is None:
                self.unread = True
                continue
            head = _module_head(text.head)
            if head.id in files:
                text.head.error("id", f"el módulo «{head.id}» ya está en {files[head.id]}")
            files.setdefault(head.id, name)
            page = self._page(text, name)
            if not page.words:
                self.report.error(name, text.body_line, "el módulo no tiene texto")
            modules.append(_ModuleText(name, _with_page(head, page), page))
        return modules

    def _page(self, text: FrontMatter, name: str, *, module_base: str = "", anchors_required: bool = True) -> Page:
        source = Source(text.body, text.body_line, name, self.report)
        page = render_page(
            source, self.glossary, self.drawings, anchors_required=anchors_required, module_base=module_base
        )
        self.shown.update(page.drawings)
        return page

    def _read_cover(self, text: FrontMatter, claimed: dict[str, str]) -> LoadedCourse:
        head = text.head
        name = head.file
        course_id = _slug(head, "id")
        if course_id and course_id != self.folder.name:
            head.error("id", f"«id: {course_id}» tiene que ser igual a la carpeta: «{self.folder.name}»")
        if course_id in claimed:
            head.error("id", f"el curso «{course_id}» ya está en {claimed[course_id]}")
        claimed.setdefault(course_id, name)
        page = self._page(text, name, module_base=f"{self.folder.name}/", anchors_required=False)
        self.cover = (name, page)
        course = LoadedCourse(
            id=course_id,
            title=head.text("title", max_length=200),
            summary=head.text("summary", max_length=500),
            audience=head.text("audience", max_length=500),
            objectives=_sentences(head, "objectives"),
            method=_sentences(head, "method"),
            training_types=_training_types(head),
            mode=Mode(head.choice("mode", [mode.value for mode in Mode])),
            valid_months=_valid_months(head),
            test=_slug(head, "test", required=False),
            time_credit=head.choice("time_credit", ["nominal"], default="nominal"),
            retrain=Retrain(head.choice("retrain", [kind.value for kind in Retrain], default="none")),
            cover_html=page.html,
            modules=(),
            glossary=(),
        )
        head.finish()
        return course

    def _check_links(self, modules: list[_ModuleText]) -> None:
        anchors: dict[str, tuple[str, ...]] = {}
        for each in modules:  # of two modules with one id either may be meant
            anchors[each.head.id] = (*anchors.get(each.head.id, ()), *each.page.anchors)
        pages = [(module.name, module.page) for module in modules]
        if hasattr(self, "cover"):
            pages.append(self.cover)
        for name, page in pages:
            for link in page.links:
                module, _, anchor = link.href.partition("#")
                if module and module not in anchors:
                    if not self.unread:
                        text = f"el enlace «{link.href}» no lleva a ningún módulo de este curso"
                        self.report.error(name, link.line, text)
                elif anchor and anchor not in (anchors[module] if module else page.anchors):
                    self.report.error(name, link.line, f"el enlace «{link.href}» no lleva a ningún apartado")
                elif not module and not anchor:
                    self.report.error(name, link.line, "el enlace está vacío")

    def _warn_unused(self) -> None:
        if self.unread:
            return
        for path in sorted(self.drawings.keys() - self.shown):
            self.report.warning(self.name(self.folder / path), 1, "ningún módulo muestra este dibujo")


def _slug(reader: Reader, key: str, *, required: bool = True) -> str:
    value = reader.text(key, required=required)
    if value and not is_slug(value):
        reader.error(key, f"«{key}: {value}» tiene que llevar solo minúsculas, cifras y guiones")
    return value


def _sentences(reader: Reader, key: str) -> tuple[str, ...]:
    return tuple(text for text, _line in reader.texts(key))


def _training_types(head: Reader) -> tuple[TrainingType, ...]:
    known = [kind.value for kind in TrainingType]
    found: list[TrainingType] = []
    for value, line in head.texts("training_types"):
        if value not in known:
            head.report.error(head.file, line, f"la capacitación «{value}» no existe; puede ser: {', '.join(known)}")
        elif TrainingType(value) in found:
            head.report.error(head.file, line, f"la capacitación «{value}» está dos veces")
        else:
            found.append(TrainingType(value))
    return tuple(found)


def _valid_months(head: Reader) -> int | None:
    if "valid_months" not in head:
        return None
    return head.integer("valid_months", low=1, high=MAX_VALID_MONTHS)


def _module_head(head: Reader) -> LoadedModule:
    module = LoadedModule(
        id=_slug(head, "id"),
        title=head.text("title", max_length=200),
        summary=head.text("summary", max_length=500),
        minutes=head.integer("minutes", low=1, high=600),
        objectives=_sentences(head, "objectives"),
        html="",
        toc=(),
        anchors=(),
        text_words=0,
        terms=(),
    )
    head.finish()
    return module


def _with_page(head: LoadedModule, page: Page) -> LoadedModule:
    return replace(head, html=page.html, toc=page.toc, anchors=page.anchors, text_words=page.words, terms=page.terms)
