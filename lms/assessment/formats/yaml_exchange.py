"""Our own YAML as a format among the others: one file with `questions:`, `scenarios:` and, here only, `topics:`."""

from __future__ import annotations

import re
from typing import Any

import yaml

from lms.assessment.formats.decoding import decode, head_text
from lms.assessment.formats.exchange import (
    MAX_NESTING,
    Contents,
    Document,
    Format,
    Gathering,
    Parsed,
    Unreadable,
    Written,
)

try:
    from yaml import CSafeDumper as _Dumper
    from yaml import CSafeLoader as _Loader
except ImportError:  # a build of the library without its C part: slower, and otherwise the same
    from yaml import SafeDumper as _Dumper  # type: ignore[assignment]  # another class, of one interface
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]  # as above

_TRUE = frozenset({"true", "yes", "on"})


def sniff(head: bytes, name: str) -> int:
    """A list of questions as our banks have it."""
    text = head_text(head)
    if re.search(r"^(?:questions|scenarios):\s*(?:#.*)?$", text, re.MULTILINE):
        return 90
    return 30 if name.lower().endswith((".yaml", ".yml")) else 0


def parse(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - the shape of every parser
    """Every question of a YAML file. Raises: Unreadable."""
    decoded = decode(data)
    root = _compose(decoded.text)
    gathering = Gathering("yaml")
    if decoded.warning:
        gathering.warn("", decoded.warning)
    entries = {str(key.value): value for key, value in root.value}
    for key, value in entries.items():
        if key not in {"questions", "scenarios", "topics"}:
            gathering.warn(f"línea {value.start_mark.line + 1}", f"la clave «{str(key)[:40]}» no se lee aquí")
    for topic in _maps(entries.get("topics")):
        said = _value(topic)
        gathering.parsed.topics[str(said.get("id", ""))] = str(said.get("title") or said.get("id", ""))
    for node in _maps(entries.get("questions")):
        document = _value(node)
        _note_topic(document, gathering)
        gathering.take(*_place(node, document), document, key=str(document.get("id") or ""))
    for node in _maps(entries.get("scenarios")):
        document = _value(node)
        _note_topic(document, gathering)
        questions = document.get("questions")
        document["questions"] = (
            [each for each in questions if isinstance(each, dict)] if isinstance(questions, list) else []
        )
        gathering.take_scenario(*_place(node, document), document, key=str(document.get("id") or ""))
    return gathering.finish()


def _place(node: yaml.Node, document: Document) -> tuple[str, int, str]:
    line = node.start_mark.line + 1
    return f"línea {line}", line, str(document.get("title") or document.get("id") or document.get("stem") or "")[:60]


def _note_topic(document: Document, gathering: Gathering) -> None:
    topic = document.get("topic")
    if isinstance(topic, str) and topic:
        gathering.parsed.topics.setdefault(topic, topic)


def _compose(text: str) -> yaml.MappingNode:
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                raise Unreadable("usa referencias de YAML («*nombre»): no se admiten", _line(event.start_mark))
            if depth > MAX_NESTING:
                raise Unreadable(f"hay más de {MAX_NESTING} niveles", _line(event.start_mark))
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise Unreadable(
            f"YAML mal escrito: {fault.problem or fault.context}", f"línea {mark.line + 1 if mark else 1}"
        ) from None
    except yaml.YAMLError as fault:
        raise Unreadable(f"YAML mal escrito: {str(fault)[:200]}") from None
    if not isinstance(root, yaml.MappingNode):
        raise Unreadable("no es un archivo de preguntas: tiene que empezar con «questions:»")
    return root


def _line(mark: Any) -> str:
    return f"línea {mark.line + 1 if mark else 1}"


def _maps(node: yaml.Node | None) -> list[yaml.MappingNode]:
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise Unreadable("tiene que ser una lista", f"línea {node.start_mark.line + 1}")
    for child in node.value:
        if not isinstance(child, yaml.MappingNode):
            raise Unreadable("cada elemento tiene que ser un grupo de claves", f"línea {child.start_mark.line + 1}")
    return list(node.value)


def _value(node: yaml.Node) -> Any:
    """What a node says: texts as they were written, and only yes, no and whole numbers as what they are."""
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _value(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(child) for child in node.value]
    said = str(node.value)
    if node.tag == "tag:yaml.org,2002:bool":
        return said.lower() in _TRUE
    if node.tag == "tag:yaml.org,2002:int" and re.fullmatch(r"-?[0-9]{1,9}", said) and str(int(said)) == said:
        return int(said)
    return "" if node.tag == "tag:yaml.org,2002:null" else said


class _Clean(_Dumper):
    """Texts of several lines stand as blocks, so that people can read and compare them."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the same for all
        return True


def _text(dumper: Any, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text and not any(line.endswith((" ", "\t")) for line in text.split("\n")) else None
    node: yaml.ScalarNode = dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)
    return node


_Clean.add_representer(str, _text)


def dump(whole: dict[str, Any]) -> bytes:
    """A document as YAML, its keys in their order: equal documents give equal bytes."""
    return yaml.dump(whole, Dumper=_Clean, allow_unicode=True, sort_keys=False, width=120).encode()


def write(contents: Contents) -> Written:
    """The questions as a file of a bank, with nothing lost; its topics belong into `bank.yaml`, and stand here as well."""
    whole: dict[str, Any] = {"topics": [{"id": key, "title": title} for key, title in contents.topics.items()]}
    whole["questions"] = contents.questions
    if contents.scenarios:
        whole["scenarios"] = contents.scenarios
    losses: tuple[str, ...] = ()
    if contents.media:
        losses = (
            f"Los archivos que se muestran van aparte, en la carpeta «media»: {', '.join(sorted(contents.media)[:5])}.",
        )
    count = len(contents.questions) + sum(len(each.get("questions", ())) for each in contents.scenarios)
    return Written(dump(whole), count, losses)


YAML = Format("yaml", "YAML", (".yaml", ".yml"), sniff, parse, write)
