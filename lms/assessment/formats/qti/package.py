"""Zip packages, read in bounded time and memory: nothing is ever written to the disk."""

from __future__ import annotations

import io
import zipfile
import zlib

from lms.assessment.formats.exchange import HEAD, MAX_BYTES, MAX_MEDIA, Unreadable

MAX_ENTRIES = 120_000
MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes that all files of a package may have together once they are unpacked, as far as they are read."""
MAX_RATIO = 200
"""How many times its packed size a file may have, from `_SMALL` bytes on."""
_SMALL = 1024 * 1024
_XML = (".xml", ".qti")
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError)


class TooMuch(Unreadable):
    """A package that grows beyond what a file of questions needs: all of it is refused."""


class Package:
    """The files of a zip by their paths, with `/` and without `..`."""

    def __init__(self, data: bytes) -> None:
        """Raises: Unreadable."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError):
            raise Unreadable("no es un archivo zip bien formado, o está cortado") from None
        found = self._zip.infolist()
        if len(found) > MAX_ENTRIES:
            raise Unreadable(f"el paquete tiene más de {MAX_ENTRIES} archivos")
        self._entries = {each.filename.replace("\\", "/").removeprefix("./"): each for each in found}
        names = (name for name in self._entries if name.lower().endswith(_XML) and "__MACOSX/" not in name)
        self.documents: dict[str, None] = dict.fromkeys(names)
        """The paths of what may be XML, in the order of the package."""
        self._left = MAX_UNPACKED
        self._media: dict[str, bytes | None] = {}

    def document(self, name: str) -> bytes:
        """The bytes of an XML file. Raises: Unreadable."""
        found = self._read(name, MAX_BYTES)
        if found is None:
            raise Unreadable("no está en el paquete", name)
        if len(found) > MAX_BYTES:
            raise Unreadable(f"pasa de {MAX_BYTES // (1024 * 1024)} MB", name[:200])
        return found

    def head(self, name: str) -> bytes:
        """The beginning of a file, enough to tell what it is; nothing for one that cannot be read."""
        entry = self._entries[name]
        if entry.is_dir() or entry.flag_bits & 1:
            return b""
        try:
            with self._zip.open(entry) as stream:
                return stream.read(HEAD)
        except _DAMAGED:
            return b""

    def media(self, name: str) -> bytes | None:
        """The bytes of a picture or sound, cut where they are too many; None where there is none. Raises: Unreadable."""
        if name not in self._media:
            self._media[name] = self._read(name, MAX_MEDIA)
        return self._media[name]

    def has(self, name: str) -> bool:
        return name in self._entries

    def _read(self, name: str, most: int) -> bytes | None:
        entry = self._entries.get(name)
        if entry is None or entry.is_dir():
            return None
        if entry.flag_bits & 1:
            raise Unreadable("está cifrado: quitar la contraseña del paquete", name[:200])
        limit = min(most, self._left)
        try:
            with self._zip.open(entry) as stream:
                data = stream.read(limit + 1)
        except _DAMAGED:
            raise Unreadable("está dañado en el paquete", name[:200]) from None
        if len(data) > self._left:
            raise TooMuch(f"el paquete pasa de {MAX_UNPACKED // (1024 * 1024)} MB una vez abierto")
        if len(data) > max(_SMALL, MAX_RATIO * max(1, entry.compress_size)):
            raise TooMuch("se infla demasiado al abrirse: no parece un archivo de preguntas", name[:200])
        self._left -= len(data)
        return data
