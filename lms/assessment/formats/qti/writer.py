"""Writes QTI packages: an item a file, its pictures and sound, and a manifest that says where each question belongs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lms.assessment.formats.exchange import Contents, Document, Losses, Written
from lms.assessment.formats.qti.dialect import QTI22, QTI30, Dialect, said
from lms.assessment.formats.qti.item_writer import PROGRAM, identifier, item_of
from lms.assessment.formats.qti.manifest import NAME
from lms.assessment.formats.qti.xhtml import Page
from lms.assessment.formats.tags import tags_of

_ITEMS, _STIMULI = "items", "stimuli"
_LOM = "http://ltsc.ieee.org/xsd/LOM"
_SHARED = ("topic", "difficulty", "pool", "status", "exclusive")


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the package and what the manifest says of it."""

    path: str
    kind: str
    key: str
    data: bytes
    title: str
    tags: Sequence[str]
    topic: str
    shown: Sequence[str]


def written_as(dialect: Dialect) -> Callable[[Contents], Written]:
    """A writer of packages in `dialect`."""

    def write(contents: Contents) -> Written:
        losses = Losses()
        files = [_item(each, dialect, losses) for each in contents.questions]
        for scenario in contents.scenarios:
            files += _case(scenario, dialect, losses)
        count = sum(each.kind == "item" for each in files)
        return Written(_zip(files, contents, dialect, losses), count, losses.sentences())

    return write


def _item(document: Document, dialect: Dialect, losses: Losses, stimulus: str = "") -> _File:
    found = item_of(document, dialect, losses, stimulus=stimulus)
    key = str(document["id"])
    title = str(document.get("title") or key)
    placed = document if not stimulus else {name: value for name, value in document.items() if name not in _SHARED}
    topic = "" if stimulus else str(document.get("topic", ""))
    return _File(f"{_ITEMS}/{key}.xml", "item", key, found.data, title, tags_of(placed), topic, found.shown)


def _case(scenario: Document, dialect: Dialect, losses: Losses) -> list[_File]:
    """The text that questions share, and the questions."""
    key, page = str(scenario["id"]), Page("../")
    stem = page.blocks(str(scenario.get("stem", "")))
    if page.lost:
        losses.note(scenario, f"{PROGRAM} no guarda el tachado, el subrayado y el resaltado de los textos")
    title = " ".join(str(scenario.get("title") or key).split())
    attributes = {"identifier": identifier(key), "title": title}
    data = dialect.root("assessmentStimulus", attributes, dialect.element("stimulusBody", {}, stem))
    path = f"{_STIMULI}/{key}.xml"
    topic = str(scenario.get("topic", ""))
    found = [_File(path, "stimulus", key, data, title, tags_of(scenario), topic, tuple(page.shown))]
    return found + [_item(each, dialect, losses, f"../{path}") for each in scenario.get("questions", ())]


def _zip(files: Sequence[_File], contents: Contents, dialect: Dialect, losses: Losses) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        _put(package, NAME, _manifest(files, contents, dialect, losses))
        for each in files:
            _put(package, each.path, each.data)
        for name in sorted({name for each in files for name in each.shown}):
            if (data := contents.media.get(name.removeprefix("media/"))) is not None:
                _put(package, name, data)
    return out.getvalue()


def _put(package: zipfile.ZipFile, path: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))  # the same questions make the same bytes
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    package.writestr(entry, data)


def _manifest(files: Sequence[_File], contents: Contents, dialect: Dialect, losses: Losses) -> bytes:
    resources = "".join(_resource(each, contents, dialect, losses) for each in files)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest xmlns="{dialect.packing}" xmlns:lom="{_LOM}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="{dialect.packing} {dialect.packing_location}" identifier="MANIFEST">'
        f"<metadata><schema>{dialect.schema}</schema><schemaversion>{dialect.schema_version}</schemaversion></metadata>"
        f"<organizations/>\n<resources>\n{resources}</resources></manifest>\n"
    ).encode()


def _resource(file: _File, contents: Contents, dialect: Dialect, losses: Losses) -> str:
    general = f"<lom:title><lom:string>{said(file.title)}</lom:string></lom:title>"
    general += "".join(f"<lom:keyword><lom:string>{said(tag)}</lom:string></lom:keyword>" for tag in file.tags)
    lom = f"<lom:general>{general}</lom:general>" + _classification(file.topic, contents.topics)
    files = f"<file href={quoteattr(file.path)}/>"
    for name in file.shown:
        if name.removeprefix("media/") in contents.media:
            files += f"<file href={quoteattr(name)}/>"
        else:
            losses.note({"id": file.key}, f"falta el archivo «{name}»")
    kind = f"imsqti_{file.kind}_xml{dialect.suffix}"
    key = quoteattr(f"{file.kind}-{file.key}")
    return (
        f'<resource identifier={key} type="{kind}" href={quoteattr(file.path)}>'
        f"<metadata><lom:lom>{lom}</lom:lom></metadata>{files}</resource>\n"
    )


def _classification(topic: str, topics: Mapping[str, str]) -> str:
    if not topic:
        return ""
    title = said(topics.get(topic, topic))
    taxon = f"<lom:id>{said(topic)}</lom:id><lom:entry><lom:string>{title}</lom:string></lom:entry>"
    return (
        "<lom:classification><lom:purpose><lom:source>LOMv1.0</lom:source><lom:value>discipline</lom:value></lom:purpose>"
        "<lom:taxonPath><lom:source><lom:string>tema</lom:string></lom:source>"
        f"<lom:taxon>{taxon}</lom:taxon></lom:taxonPath></lom:classification>"
    )


write_22, write_30 = written_as(QTI22), written_as(QTI30)
