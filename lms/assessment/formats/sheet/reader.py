"""Reads questions from a table: a row is a question, and rows of one case are one scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lms.assessment.formats.decoding import head_text
from lms.assessment.formats.exchange import Document, Gathering, Parsed, Refused, Unreadable
from lms.assessment.formats.identity import slug
from lms.assessment.formats.sheet.answers import STEM, kind_of, options_of, own_of
from lms.assessment.formats.sheet.marks import read_list
from lms.assessment.formats.sheet.table import Row, Sheet, csv_sheets, xlsx_sheets
from lms.assessment.formats.sheet.words import COLUMNS, OPTION, SHARE, column_of, meaning, yes_or_no
from lms.assessment.formats.topics import path_of, topic_of
from lms.kit.workbooks import Damaged

_REVIEW = re.compile(r"[a-z0-9-]+#[A-Za-z0-9_-]+")
_OLD = b"\xd0\xcf\x11\xe0"
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
_SHARED = ("topic", "difficulty", "pool", "status", "exclusive", "title")
_OWN_CELLS = {
    "tolerance": ("numeric",),
    "units": ("numeric",),
    "unit": ("numeric",),
    "case": ("short_text",),
    "accents": ("short_text",),
    "rubric": ("open",),
    "model": ("open",),
    "min_words": ("open",),
    "max_words": ("open",),
    "reviewers": ("open",),
    "scoring": ("single", "multiple", "ordering"),
}
"""Columns that only some types have."""
_FEEDBACK = ("true_false", "numeric", "short_text", "ordering")
"""Types that have something to say to every wrong answer; of others it is said to everybody."""


def sniff_xlsx(head: bytes, name: str) -> int:
    """A workbook, by the names of its parts; also one of a kind that is only told by name when it is refused."""
    ending = name.lower().rpartition(".")[2]
    if head.startswith(b"PK"):
        if b"xl/workbook" in head or b"xl/worksheets" in head:
            return 95
        return 90 if ending in {"xlsx", "xlsm"} or _OPEN_DOCUMENT in head[:200] else 0
    return 60 if head.startswith(_OLD) else 0


def sniff_csv(head: bytes, name: str) -> int:
    """A line near the beginning that names columns of ours."""
    if head.startswith((b"PK", _OLD)):
        return 0
    for line in head_text(head).split("\n")[:10]:
        for sign in ";,\t|":
            columns = {column_of(part.strip().strip('"')) for part in line[:4_000].split(sign)} - {None}
            if len(columns) > 1 and any(column and column[0] in {"stem", "text"} for column in columns):
                return 85
    return 30 if name.lower().endswith((".csv", ".tsv")) else 0


def parse_xlsx(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - the shape of every parser
    """Every question of a workbook. Raises: Unreadable."""
    if data.startswith(_OLD):
        raise Unreadable("es un libro antiguo (.xls) o con contraseña: guardarlo como .xlsx, sin contraseña")
    if _OPEN_DOCUMENT in data[:200]:
        raise Unreadable("es un documento de OpenDocument: guardarlo como .xlsx")
    sheets, others = xlsx_sheets(data)
    gathering = Gathering("xlsx")
    if others:
        gathering.warn("", f"hojas sin preguntas, que no se leen: {', '.join(others[:10])}")
    return _gather(sheets, gathering)


def parse_csv(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - the shape of every parser
    """Every question of a CSV file. Raises: Unreadable."""
    sheets, warning = csv_sheets(data)
    gathering = Gathering("csv")
    if warning:
        gathering.warn("", warning)
    return _gather(sheets, gathering)


@dataclass
class _Case:
    """A scenario while its rows come in."""

    key: str
    row: Row
    shared: Document
    stem: str = ""
    questions: list[Document] = field(default_factory=list)
    rows: list[tuple[str, str, str]] = field(default_factory=list)  # where, name and, where it is bad, why


def _gather(sheets: list[Sheet], gathering: Gathering) -> Parsed:
    cases: dict[str, _Case] = {}
    for sheet in sheets:
        where = f"hoja «{sheet.name}»" if sheet.name else ""
        if sheet.unknown:
            gathering.warn(where, f"columnas que no se conocen y no se leen: {', '.join(sheet.unknown[:10])}")
        if sheet.twice:
            gathering.warn(
                where, f"columnas que están dos veces, de las que se lee la primera: {', '.join(sheet.twice[:10])}"
            )
        for row in _whole(sheet):
            if row["scenario"]:
                _take_of_case(row, cases, gathering)
            else:
                _take(row, gathering)
    for case in cases.values():
        _finish(case, gathering)
    return gathering.finish()


def _whole(sheet: Sheet) -> list[Row]:
    """The rows of a sheet. Raises: Unreadable where a damaged part shows only on the way."""
    try:
        return list(sheet.rows)
    except Damaged:
        raise Unreadable("el libro está dañado: abrirlo y guardarlo de nuevo", f"hoja «{sheet.name}»") from None


def _name(row: Row) -> str:
    return " ".join((row["title"] or row["stem"] or row["text"] or row["scenario_text"] or row["id"])[:200].split())[
        :60
    ]


def _take(row: Row, gathering: Gathering) -> None:
    try:
        document = _document(row, gathering)
        placed = _placed(row, gathering)
    except Refused as fault:
        gathering.reject(row.where, _name(row), str(fault))
        return
    gathering.take(row.where, row.number, _name(row), document | placed, key=row["id"])


def _take_of_case(row: Row, cases: dict[str, _Case], gathering: Gathering) -> None:
    key = row["scenario"]
    try:
        shared = _placed(row, gathering)
        document, reason = _document(row, gathering) | {"id": row["id"]}, ""
    except Refused as fault:
        shared, document, reason = {}, {}, str(fault)
    case = cases.setdefault(key, _Case(key, row, shared))
    if any(case.shared.get(name) != value for name, value in shared.items()):
        gathering.warn_together(row.where, "el tema, la dificultad y lo demás de un caso son los de su primera fila")
    case.stem = case.stem or row["scenario_text"]
    case.questions.append(document)
    case.rows.append((row.where, _name(row), reason))


def _finish(case: _Case, gathering: Gathering) -> None:
    """The scenario, where all of its rows are good: half a scenario would be another one."""
    bad = next((where for where, _, reason in case.rows if reason), "")
    lacks = "" if case.stem else f"el caso «{case.key[:40]}» no tiene texto (columna «texto del caso»)"
    if not bad and not lacks:
        document = {**case.shared, "stem": case.stem, "questions": case.questions}
        gathering.take_scenario(case.row.where, case.row.number, case.key[:60], document, key=case.key)
        return
    for where, name, reason in case.rows:
        gathering.reject(
            where, name, reason or lacks or f"su caso, «{case.key[:40]}», tiene una fila que no se toma ({bad})"
        )


def _document(row: Row, gathering: Gathering) -> Document:
    """What a row says of its question, but for where it belongs. Raises: Refused."""
    if row.faults:
        raise Refused("; ".join(row.faults[:3]))
    options = options_of(row)
    kind = kind_of(row, options)
    stem = row["stem"] if kind != "gaps" or row["text"] else STEM
    if not stem:
        if kind != "gaps":
            raise Refused("no tiene enunciado (columna «enunciado»)")
        stem = STEM
    document: Document = {"type": kind, "stem": stem, **own_of(kind, row, options)}
    if row["feedback"] and kind not in _FEEDBACK:
        document["general"] = row["feedback"]
    for key in ("general", "when_right", "when_partial", "when_wrong", "explanation"):
        if row[key]:
            document[key] = row[key]
    if row["shuffle"] and not yes_or_no("shuffle", row["shuffle"]):
        document["shuffle"] = False
    if row["tags"]:
        document["tags"] = read_list(row["tags"])
    if row["review"] and _REVIEW.fullmatch(row["review"]):
        document["review"] = row["review"]
    elif row["review"]:
        gathering.warn_together(row.where, "«repaso» no es «módulo#sección»: no se toma")
    _tell_unused(row, kind, gathering)
    return document


def _placed(row: Row, gathering: Gathering) -> Document:
    """Where a question belongs: its topic is noted. Raises: Refused."""
    found: Document = {}
    if row["topic"] and (topic := topic_of(path_of(row["topic"]), gathering.parsed.topics, key=row["topic_id"])):
        found["topic"] = topic
    for key in ("difficulty", "pool", "status"):
        if row[key]:
            found[key] = meaning(key, row[key])
    if row["exclusive"] and (group := slug(row["exclusive"], 100)):
        found["exclusive"] = group
    if row["title"]:
        found["title"] = " ".join(row["title"].split())[:200]
    return found


def _tell_unused(row: Row, kind: str, gathering: Gathering) -> None:
    """Nothing that a row says goes without a word."""
    for note in dict.fromkeys(row.notes):
        gathering.warn_together(row.where, note)
    for key, kinds in _OWN_CELLS.items():
        if row[key] and kind not in kinds:
            gathering.warn_together(row.where, f"«{COLUMNS[key][0]}» no es de este tipo de pregunta: no se toma")
    if row["points"]:
        gathering.warn_together(row.where, "los puntos los da el plan de la prueba: no se toman del archivo")
    if (kind in {"open", "gaps", "true_false"} and row.numbered(SHARE)) or (kind == "open" and row.numbered(OPTION)):
        gathering.warn_together(row.where, "este tipo de pregunta no tiene opciones: no se toman")
