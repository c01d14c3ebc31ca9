"""Reading content files so that every fault is reported at once, with file and line.

A loader makes one `Report`, opens each file with `read_yaml` or `read_front_matter`, and takes what it needs from
the `Reader` it gets back. A reader never raises for bad content: it notes the fault and returns a neutral value, so
that one run finds everything an author has to mend.
"""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

MAX_FILE_BYTES = 2 * 1024 * 1024
"""A content file larger than this is refused: it is a mistake or an attack, never a module."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend: `file` relative to the folder checked, `line` from 1."""

    file: str
    line: int
    message: str

    def as_dict(self) -> dict[str, str | int]:
        return {"file": self.file, "line": self.line, "message": self.message}


@dataclass
class Report:
    """What a check found. Errors stop a publication, warnings do not."""

    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def error(self, file: str, line: int, message: str) -> None:
        self.errors.append(Fault(file, line, message))

    def warning(self, file: str, line: int, message: str) -> None:
        self.warnings.append(Fault(file, line, message))

    @property
    def ok(self) -> bool:
        return not self.errors

    def as_dict(self) -> dict[str, list[dict[str, str | int]]]:
        return {
            "errors": [fault.as_dict() for fault in sorted(self.errors)],
            "warnings": [fault.as_dict() for fault in sorted(self.warnings)],
        }


class Reader:
    """A YAML mapping that knows its lines and reports what is wrong with it.

    Take each key with the getter of its type, then call `finish()`: what was not taken is an unknown key.
    """

    def __init__(
        self, node: yaml.MappingNode, file: str, report: Report, offset: int = 0, *, strict: bool = True
    ) -> None:
        self.file, self.report, self._offset, self.strict = file, report, offset, strict
        self.first_line = node.start_mark.line + 1 + offset
        self._nodes: dict[str, yaml.Node] = {}
        self._key_lines: dict[str, int] = {}
        self._taken: set[str] = set()
        for key_node, value_node in node.value:
            key = str(getattr(key_node, "value", ""))
            line = key_node.start_mark.line + 1 + offset
            if key in self._nodes:
                report.error(file, line, f"la clave «{key}» está dos veces; dejar una sola")
                continue
            self._nodes[key], self._key_lines[key] = value_node, line

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def line(self, key: str) -> int:
        """The line of `key`, or of the mapping where the key is missing."""
        return self._key_lines.get(key, self.first_line)

    def error(self, key: str, message: str) -> None:
        self.report.error(self.file, self.line(key), message)

    def warning(self, key: str, message: str) -> None:
        self.report.warning(self.file, self.line(key), message)

    def advise(self, key: str, message: str) -> None:
        """Report what a strict reader takes for a fault and a lenient one only warns of."""
        (self.error if self.strict else self.warning)(key, message)

    def _take(self, key: str, required: bool) -> yaml.Node | None:
        self._taken.add(key)
        node = self._nodes.get(key)
        if node is None and required:
            self.error(key, f"falta la clave «{key}»")
        return node

    def _scalar(self, key: str, required: bool) -> yaml.ScalarNode | None:
        node = self._take(key, required)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.error(key, f"«{key}» tiene que ser un texto, no una lista ni un grupo de claves")
            return None
        return node

    def text(self, key: str, *, required: bool = True, max_length: int = 20_000) -> str:
        """The text of `key`, stripped; "" where it is missing (reported when required) or empty."""
        node = self._scalar(key, required)
        if node is None:
            return ""
        value = str(node.value).strip()
        if node.tag == "tag:yaml.org,2002:null":
            value = ""
        if required and not value:
            self.error(key, f"«{key}» está vacía")
        if len(value) > max_length:
            self.error(key, f"«{key}» tiene {len(value)} caracteres; el máximo es {max_length}")
        return value

    def advised(self, key: str, *, max_length: int = 20_000) -> str:
        """As `text`: required, but where the reader is lenient one that is missing or empty is only warned of."""
        value = self.text(key, required=False, max_length=max_length)
        if not value:
            self.advise(key, f"«{key}» está vacía" if key in self else f"falta la clave «{key}»")
        return value

    def choice(self, key: str, options: Iterable[str], *, default: str | None = None) -> str:
        """One of `options`; `default` (or the first option, once reported) where it is not."""
        allowed = list(options)
        value = self.text(key, required=default is None)
        if not value:
            return default if default is not None else allowed[0]
        if value not in allowed:
            self.error(key, f"«{key}: {value}» no existe; puede ser: {', '.join(allowed)}{_near(value, allowed)}")
            return allowed[0]
        return value

    def integer(self, key: str, *, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`."""
        node = self._scalar(key, default is None)
        if node is None:
            return low if default is None else default
        try:
            value = int(str(node.value))
        except ValueError:
            self.error(key, f"«{key}: {node.value}» no es un número entero")
            return low
        if not low <= value <= high:
            self.error(key, f"«{key}: {value}» está fuera de {low} a {high}")
            return low
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """true or false."""
        node = self._scalar(key, default is None)
        if node is None:
            return bool(default)
        if node.tag != "tag:yaml.org,2002:bool":
            self.error(key, f"«{key}: {node.value}» tiene que ser true o false")
            return False
        return str(node.value).lower() in {"true", "yes", "on"}

    def texts(self, key: str, *, required: bool = True) -> list[tuple[str, int]]:
        """A list of texts, each with its line."""
        node = self._take(key, required)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.error(key, f"«{key}» tiene que ser una lista")
            return []
        found: list[tuple[str, int]] = []
        for child in node.value:
            line = child.start_mark.line + 1 + self._offset
            if not isinstance(child, yaml.ScalarNode) or not str(child.value).strip():
                self.report.error(self.file, line, f"cada elemento de «{key}» tiene que ser un texto")
                continue
            found.append((str(child.value).strip(), line))
        if required and not node.value:
            self.error(key, f"«{key}» está vacía")
        return found

    def maps(self, key: str, *, required: bool = True) -> list[Reader]:
        """A list of mappings, each as a reader."""
        node = self._take(key, required)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.error(key, f"«{key}» tiene que ser una lista")
            return []
        found: list[Reader] = []
        for child in node.value:
            if isinstance(child, yaml.MappingNode):
                found.append(Reader(child, self.file, self.report, self._offset, strict=self.strict))
            else:
                line = child.start_mark.line + 1 + self._offset
                self.report.error(self.file, line, f"cada elemento de «{key}» tiene que ser un grupo de claves")
        if required and not node.value:
            self.error(key, f"«{key}» está vacía")
        return found

    def scalars(self) -> list[tuple[str, int, bool]]:
        """Every text in this mapping, however deep: the line where it begins, and whether its lines are those of the file."""
        found: list[tuple[str, int, bool]] = []
        waiting = list(self._nodes.values())
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.ScalarNode):
                # The lines of a block begin under its sign; what was folded cannot be told apart again.
                line = node.start_mark.line + 1 + self._offset + (node.style in {"|", ">"})
                found.append((str(node.value), line, node.style == "|"))
            elif isinstance(node, yaml.MappingNode):
                waiting += [value for _, value in node.value]
            elif isinstance(node, yaml.SequenceNode):
                waiting += node.value
        return sorted(found, key=lambda each: each[1])

    def finish(self) -> None:
        """Report every key that nobody took."""
        for key in self._nodes:
            if key not in self._taken:
                self.error(key, f"la clave «{key}» no existe aquí{_near(key, sorted(self._taken))}")


def read_text(path: Path, name: str, report: Report) -> str | None:
    """The text of a UTF-8 file, line ends as "\\n"; None (reported) where it cannot be read."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            report.error(name, 1, f"el archivo pasa de {MAX_FILE_BYTES // 1024} kB")
            return None
        data = path.read_bytes()
    except OSError as fault:
        report.error(name, 1, f"no se puede leer: {fault.strerror}")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        report.error(name, line, "el archivo no está en UTF-8; guardarlo con esa codificación")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_yaml(text: str, name: str, report: Report, offset: int = 0) -> Reader | None:
    """The mapping that `text` holds; None (reported) where it is not valid YAML or not a mapping."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = (mark.line if mark else 0) + 1 + offset
        report.error(name, line, f"YAML mal escrito: {fault.problem or fault.context}")
        return None
    except (yaml.YAMLError, RecursionError) as fault:
        report.error(name, 1 + offset, f"YAML mal escrito: {fault}")
        return None
    if not isinstance(node, yaml.MappingNode):
        report.error(name, 1 + offset, "se esperaba un grupo de claves («clave: valor»)")
        return None
    return Reader(node, name, report, offset)


def reader_of(document: Mapping[str, Any], file: str, line: int, report: Report, *, strict: bool = False) -> Reader:
    """A reader over a document that some other format gave; every fault is told at `line` of `file`.

    Raises: yaml.representer.RepresenterError for values that YAML cannot hold.
    """
    node = cast(yaml.MappingNode, yaml.SafeDumper(io.StringIO()).represent_data(dict(document)))
    mark = yaml.Mark(file, 0, max(0, line - 1), 0, None, 0)
    waiting: list[yaml.Node] = [node]
    while waiting:
        each = waiting.pop()
        each.start_mark = each.end_mark = mark
        if isinstance(each, yaml.MappingNode):
            waiting += [part for pair in each.value for part in pair]
        elif isinstance(each, yaml.SequenceNode):
            waiting += each.value
    return Reader(node, file, report, strict=strict)


def read_yaml(path: Path, name: str, report: Report) -> Reader | None:
    """The mapping in a YAML file, as a reader; None (reported) where there is none."""
    text = read_text(path, name, report)
    return None if text is None else parse_yaml(text, name, report)


@dataclass(frozen=True)
class FrontMatter:
    """A Markdown file: its `head` as a reader, its `body`, and the line of the file where the body begins."""

    head: Reader
    body: str
    body_line: int


def read_front_matter(path: Path, name: str, report: Report) -> FrontMatter | None:
    """Split a Markdown file into its YAML head and its body; None (reported) where the head is missing or broken."""
    text = read_text(path, name, report)
    if text is None:
        return None
    lines = text.split("\n")
    if lines[0].strip() != "---":
        report.error(name, 1, "falta la cabecera: la primera línea tiene que ser «---»")
        return None
    try:
        end = next(number for number, line in enumerate(lines[1:], 1) if line.strip() == "---")
    except StopIteration:
        report.error(name, 1, "la cabecera no se cierra: falta la segunda línea «---»")
        return None
    head = parse_yaml("\n".join(lines[1:end]), name, report, offset=1)
    if head is None:
        return None
    return FrontMatter(head, "\n".join(lines[end + 1 :]), end + 2)


def _near(word: str, known: Sequence[str]) -> str:
    """A hint for a spelling mistake: « (¿quizás «…»?)», or nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" (¿quizás «{close[0]}»?)" if close else ""
