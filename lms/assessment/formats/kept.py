"""A file of questions between the look at it and the import: packed with where it goes, and with what was mended of it since."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass, replace
from typing import Any

from lms.assessment.formats.exchange import MAX_BYTES, Defaults, Parsed, Rejected, Unreadable
from lms.assessment.formats.identity import digest
from lms.assessment.formats.registry import parse

MAX_MENDED = 500
"""Questions of one file that can be mended by themselves."""
_FILE, _REST = "archivo", "datos.json"


@dataclass(frozen=True, slots=True)
class Mended:
    """What stands now in the place `where` of the file; an empty text leaves the question out."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A file with its name, the format it was said to have ("" to guess), and where its questions go."""

    name: str
    data: bytes
    bank: str
    title: str
    defaults: Defaults
    wanted: str = ""
    mended: tuple[Mended, ...] = ()

    @property
    def sha256(self) -> str:
        """Of the file as it was brought."""
        return hashlib.sha256(self.data).hexdigest()

    def mend(self, where: str, text: str) -> Kept:
        """With `text` in the place `where`, instead of what stood there. Raises: ValueError past `MAX_MENDED`."""
        others = tuple(each for each in self.mended if each.where != where)
        if len(others) >= MAX_MENDED:
            raise ValueError("too many mended questions")
        return replace(self, mended=(*others, Mended(where, text)))


def pack(kept: Kept) -> bytes:
    """As a zip, which `unpack` reads."""
    rest: dict[str, Any] = {"name": kept.name, "bank": kept.bank, "title": kept.title, "wanted": kept.wanted}
    rest |= {"defaults": asdict(kept.defaults), "mended": [asdict(each) for each in kept.mended]}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr(zipfile.ZipInfo(_REST), json.dumps(rest, ensure_ascii=False))
        packed.writestr(zipfile.ZipInfo(_FILE), kept.data, compress_type=zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpack(data: bytes) -> Kept:
    """The inverse of `pack`, for what it gave."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        rest = json.loads(packed.read(_REST))
        with packed.open(_FILE) as file:
            said = file.read(MAX_BYTES + 1)
    mended = tuple(Mended(**each) for each in rest.pop("mended"))
    return Kept(data=said, defaults=Defaults(**rest.pop("defaults")), mended=mended, **rest)


def parse_kept(kept: Kept) -> Parsed:
    """Everything that the file holds, what was mended in its place. Raises: Unreadable for the file as a whole."""
    parsed = parse(kept.data, kept.name, kept.wanted)
    if not kept.mended:
        return parsed
    places = {each.where for each in kept.mended}
    parsed.rejected = [each for each in parsed.rejected if each.where not in places]
    parsed.questions = [each for each in parsed.questions if each.where not in places]
    used = {str(each.document["id"]) for each in (*parsed.questions, *parsed.scenarios)}
    for each in kept.mended:
        if each.text.strip():
            _join(parsed, each, used)
    return parsed


def _join(parsed: Parsed, mended: Mended, used: set[str]) -> None:
    """The questions of a mended text; what is still wrong with it is told at the same place."""
    try:
        fresh = parse(mended.text.encode(), "", parsed.format)
    except Unreadable as fault:
        parsed.rejected.append(Rejected(mended.where, "", fault.reason, mended.text))
        return
    if not fresh.found:
        parsed.rejected.append(Rejected(mended.where, "", "no hay ninguna pregunta en este texto", mended.text))
    parsed.rejected += [Rejected(mended.where, each.name, each.reason, mended.text) for each in fresh.rejected]
    for found in fresh.questions:
        key = str(found.document["id"])
        if key in used:
            key = f"{key[:80]}-{digest(found.document)}"
        used.add(key)
        found.document["id"] = key
        parsed.questions.append(replace(found, where=mended.where, source=mended.text))
    for topic, title in fresh.topics.items():
        parsed.topics.setdefault(topic, title)
