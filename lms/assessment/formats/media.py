"""Pictures and sound of a bank: checked where they are named, and named by what they hold.

An author writes `![what it shows](media/NAME)`. What is loaded says `media/<sha256>.<ending>` instead, so that the content
hash of a question covers the bytes that it shows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path

from lms.assessment.formats.bank import LoadedMedia
from lms.kit.content import Reader, Report
from lms.kit.filetypes import DANGEROUS, KINDS, MEDIA_KINDS, claimed, sniff

FOLDER = "media"
MAX_BYTES = 4 * 1024 * 1024
"""What one file may weigh where no setting says otherwise."""
_SHOWN = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)\s>]*)>?(?:\s+\"[^\"\n]*\")?\s*\)")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,150}")
_STORED = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,5}")


class Shelf:
    """The media of one bank: those in `folder`, and those that are stored already, by their names in `stored`."""

    def __init__(self, folder: Path | None = None, *, stored: Collection[str] = (), max_bytes: int = MAX_BYTES) -> None:
        self._folder, self._stored, self._most = folder, frozenset(stored), max_bytes
        self._found: dict[str, str] = {}  # the name that an author wrote: the name by content
        self._faults: dict[str, str] = {}
        self._media: dict[str, LoadedMedia] = {}

    @property
    def media(self) -> tuple[LoadedMedia, ...]:
        """What was taken from the folder, by name."""
        return tuple(self._media[name] for name in sorted(self._media))

    def check(self, reader: Reader) -> None:
        """Report everything that the texts of `reader` show and that cannot be shown."""
        for text, first, apart in reader.scalars():
            for match in _SHOWN.finditer(text):
                line = first + text.count("\n", 0, match.start()) * apart
                if not match[1].strip():
                    message = f"«{match[2]}» no tiene texto alternativo: decir entre los corchetes qué muestra"
                    reader.report.error(reader.file, line, message)
                if fault := self._fault(match[2]):
                    reader.report.error(reader.file, line, fault)

    def placed(self, text: str) -> str:
        """`text` with every name that `check` found good replaced by that of its content."""
        return _SHOWN.sub(self._replaced, text)

    def unused(self, report: Report, name: str) -> None:
        """Warn of files that nothing shows; `name` is the folder's, as reports write it."""
        if self._folder is None or not self._folder.is_dir():
            return
        for path in sorted(self._folder.iterdir()):
            if path.name not in self._found and path.name not in self._faults and not path.name.startswith("."):
                report.warning(f"{name}/{path.name}", 1, "ninguna pregunta lo muestra")

    def _replaced(self, match: re.Match[str]) -> str:
        name = self._found.get(match[2].removeprefix(f"{FOLDER}/"))
        return match[0].replace(match[2], f"{FOLDER}/{name}", 1) if name and match[2].startswith(FOLDER) else match[0]

    def _fault(self, target: str) -> str:
        """What is wrong with a target; "" where it can be shown, which is remembered."""
        folder, slash, name = target.partition("/")
        if folder != FOLDER or not slash or not _NAME.fullmatch(name):
            return f"«{target}»: las imágenes y los sonidos van en la carpeta «{FOLDER}» del banco, sin subcarpetas"
        if name not in self._found and name not in self._faults:
            fault = self._take(name)
            if fault:
                self._faults[name] = fault
        return self._faults.get(name, "")

    def _take(self, name: str) -> str:
        if name in self._stored and _STORED.fullmatch(name):
            self._found[name] = name
            return ""
        path = None if self._folder is None else self._folder / name
        if path is None or not path.is_file() or path.resolve().parent != path.parent.resolve():
            return f"no existe «{FOLDER}/{name}»"
        size = path.stat().st_size
        if not 0 < size <= self._most:
            return f"«{name}» pesa {-(-size // 1024)} KiB; tiene que pesar de 1 a {self._most // 1024}"
        with path.open("rb") as stream:
            kind = sniff(stream)
            stream.seek(0)
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if kind not in MEDIA_KINDS:
            allowed = ", ".join(MEDIA_KINDS)
            what = "puede ejecutarse en un navegador" if kind == DANGEROUS else "no es una imagen ni un sonido"
            return f"«{name}» {what}; se aceptan: {allowed}"
        if claimed(name) != kind:
            return f"«{name}» es {kind} por su contenido: guardarlo con su terminación verdadera"
        stored = f"{digest}.{KINDS[kind].endings[0]}"
        self._found[name] = stored
        self._media[stored] = LoadedMedia(stored, kind, size, path)
        return ""
