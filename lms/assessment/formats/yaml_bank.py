"""Reads a bank from its folder of YAML files (docs/content-format.md), reporting every fault with file and line."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from lms.assessment.formats.bank import LoadedBank, LoadedQuestion, Topic
from lms.assessment.formats.bank_base import BASE_FILE, read_base
from lms.assessment.formats.fields import read_id
from lms.assessment.formats.media import FOLDER, MAX_BYTES, Shelf
from lms.assessment.formats.yaml_plan import read_plan
from lms.assessment.formats.yaml_question import Head, read_question, read_scenario
from lms.assessment.rules.canonical import content_hash
from lms.assessment.rules.plan import Candidate, TestPlan
from lms.assessment.types.base import folded
from lms.kit.content import Reader, Report, read_yaml

_QUESTION = re.compile(rb"^\s*- +id:", re.MULTILINE)


def load_bank(folder: Path, root: Path, media_bytes: int = MAX_BYTES) -> tuple[LoadedBank | None, Report]:
    """The bank in `folder`, with faults named by file relative to `root`; `media_bytes` is what a picture may weigh.

    The bank is None where `bank.yaml` cannot be read. A bank whose report is not `ok` must not be published.
    """
    report = Report()
    return _Loader(folder, root, report, media_bytes).load(), report


def load_banks(folder: Path, root: Path, media_bytes: int = MAX_BYTES) -> tuple[list[LoadedBank], Report]:
    """Every bank in the folders under `folder`, in the order of their names, with one report."""
    report = Report()
    if not folder.is_dir():
        report.error(_name(folder, root), 1, "no existe esta carpeta de bancos")
        return [], report
    folders = [each for each in sorted(folder.iterdir()) if each.is_dir() and not each.name.startswith(".")]
    found = [_Loader(each, root, report, media_bytes).load() for each in folders]
    return [bank for bank in found if bank is not None], report


def check_reviews(bank: LoadedBank, anchors: Mapping[str, Collection[str]], report: Report) -> None:
    """Report each question whose `review` names what is not in `anchors` (module id: the anchors of its sections)."""
    for review in bank.reviews:
        module, _, anchor = review.target.partition("#")
        if module not in anchors:
            message = f"«{review.question}»: el módulo «{module}» de «review» no existe en el curso «{bank.course}»"
            report.error(review.file, review.line, message)
        elif anchor not in anchors[module]:
            message = f"«{review.question}»: el módulo «{module}» no tiene la sección «#{anchor}» que nombra «review»"
            report.error(review.file, review.line, message)


class _Loader:
    """One run over one folder."""

    def __init__(self, folder: Path, root: Path, report: Report, media_bytes: int) -> None:
        self._folder, self._root, self._report = folder, root, report
        self._media, self._strict = Shelf(folder / FOLDER, max_bytes=media_bytes), True
        self._topics: dict[str, Topic] = {}
        self._places: dict[str, str] = {}  # question id: where it stands
        self._stems: dict[str, str] = {}  # folded stem: where it stands
        self._heads: list[Head] = []
        self._questions: list[LoadedQuestion] = []
        self._unread = 0  # about how many questions stand in files that cannot be read

    def load(self) -> LoadedBank | None:
        name = _name(self._folder / "bank.yaml", self._root)
        reader = read_yaml(self._folder / "bank.yaml", name, self._report)
        if reader is None:
            self._read_files()  # without its topics, but with every other fault of theirs
            self._read_plan()
            return None
        key = read_id(reader, "id")
        if key and key != self._folder.name:
            reader.error("id", f"«id: {key}» no es igual al nombre de la carpeta, «{self._folder.name}»")
        title, course = reader.text("title", max_length=200), read_id(reader, "course", required=False)
        self._read_topics(reader)
        self._strict = reader.flag("strict", default=True)
        reader.finish()
        self._read_files()
        if not self._heads and not self._unread:
            reader.error("topics", "el banco no tiene ninguna pregunta")
        self._media.unused(self._report, _name(self._folder / FOLDER, self._root))
        plan = self._read_plan()
        questions = tuple(sorted(self._questions, key=lambda question: question.key))
        content = {
            "id": key,
            "title": title,
            "course": course,
            "topics": [[topic.id, topic.title] for topic in self._topics.values()],
            "questions": {question.key: question.content_hash for question in questions},
            "plan": plan.as_dict() if plan else None,
        }
        reviews = tuple(head.review for head in self._heads if head.review)
        topics = tuple(self._topics.values())
        media = self._media.media
        base = read_base(self._folder / BASE_FILE, _name(self._folder / BASE_FILE, self._root), self._report)
        return LoadedBank(key, title, course, topics, questions, plan, content_hash(content), reviews, media, base)

    def _read_topics(self, reader: Reader) -> None:
        for each in reader.maps("topics"):
            topic = Topic(read_id(each, "id"), each.text("title", max_length=200))
            if topic.id in self._topics:
                each.error("id", f"el tema «{topic.id}» está dos veces")
            elif topic.id:
                self._topics[topic.id] = topic
            each.finish()

    def _read_files(self) -> None:
        for path in sorted(self._folder.rglob("*")):
            name = _name(path, self._root)
            if path.suffix.lower() not in {".yaml", ".yml"} or not path.is_file():
                continue
            if path.parent != self._folder or path.suffix != ".yaml":
                self._report.error(name, 1, "no se lee: los archivos van en la carpeta del banco y terminan en «.yaml»")
            elif path.name not in {"bank.yaml", "plan.yaml"}:
                self._read_questions(path, name)

    def _read_questions(self, path: Path, name: str) -> None:
        reader = read_yaml(path, name, self._report)
        if reader is None:
            self._unread += _questions_in(path)
            return
        reader.strict = self._strict
        for each in reader.maps("questions", required="scenarios" not in reader):
            self._keep(each, *read_question(each, self._topics, self._media))
        for each in reader.maps("scenarios", required=False):
            key, found = read_scenario(each, self._topics, self._media)
            self._known_before(each, key)
            for child, read in zip(each.maps("questions", required=False), found, strict=True):
                self._keep(child, *read)
        reader.finish()

    def _known_before(self, reader: Reader, key: str) -> bool:
        """Whether a question or a scenario of this id stands elsewhere, which is reported."""
        place = f"{reader.file}:{reader.line('id')}"
        first = self._places.setdefault(key, place) if key else place
        if first != place:
            reader.error("id", f"«id: {key}» ya está en {first}; cada pregunta lleva el suyo")
        return first != place

    def _keep(self, reader: Reader, head: Head, question: LoadedQuestion | None) -> None:
        if self._known_before(reader, head.key):
            self._heads.append(replace(head, pool=None))  # one of the two is another question, mistyped
            return
        self._heads.append(head)
        if question is not None:
            self._questions.append(question)
            self._warn_same_stem(reader, question.stem)

    def _warn_same_stem(self, reader: Reader, stem: str) -> None:
        place = f"{reader.file}:{reader.line('stem')}"
        first = self._stems.setdefault(folded(stem), place)
        if first != place:
            reader.warning("stem", f"el mismo enunciado está en {first}")

    def _read_plan(self) -> TestPlan | None:
        path = self._folder / "plan.yaml"
        name = _name(path, self._root)
        return read_plan(path, name, self._report, self._topics, self._candidates(), unplaced=self._unplaced())

    def _candidates(self) -> list[Candidate]:
        """What the plan can draw. A question whose body has a fault counts: the plan is not to blame for it."""
        return [
            Candidate(
                number,
                number,
                head.topic,
                head.difficulty,
                head.exclusive,
                0,
                head.pool,
                scenario=head.scenario,
                place=number,
                status=head.status,
                key=head.key,
            )
            for number, head in enumerate(self._heads)
            if head.topic and head.difficulty and head.pool
        ]

    def _unplaced(self) -> int:
        """How many questions might be what a section lacks, once they are mended."""
        known = sum(bool(head.topic and head.difficulty and head.pool) for head in self._heads)
        return self._unread + len(self._heads) - known


def _questions_in(path: Path) -> int:
    """About how many questions a file holds that cannot be read; never none, for that is what it is there for."""
    try:
        return max(1, len(_QUESTION.findall(path.read_bytes())))
    except OSError:
        return 1


def _name(path: Path, root: Path) -> str:
    """The path relative to `root`, with forward slashes; the path itself where it lies elsewhere."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
