"""Pictures and sound that stand in files of questions: told by their bytes, under names of ours, each once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from urllib.parse import unquote

from lms.assessment.formats.exchange import MAX_MEDIA
from lms.assessment.formats.identity import slug

MAX_MEDIA_TOTAL = 48 * 1024 * 1024
"""Bytes of all media of one file."""
_DATA_URI = re.compile(r"data:([a-z]+/[a-z0-9.+-]+)?;base64,", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def suffix_of(data: bytes) -> str:
    """The ending of the kind of file that the bytes are; "" for what a question cannot show."""
    marks = {
        "png": data.startswith(b"\x89PNG\r\n\x1a\n"),
        "jpeg": data.startswith(b"\xff\xd8\xff"),
        "webp": data[:4] == b"RIFF" and data[8:12] == b"WEBP",
        "wav": data[:4] == b"RIFF" and data[8:12] == b"WAVE",
        "ogg": data.startswith(b"OggS"),
        "m4a": data[4:8] == b"ftyp" and data[8:11] in {b"M4A", b"M4B", b"mp4", b"iso"},
        "mp3": data.startswith(b"ID3") or (data[:1] == b"\xff" and len(data) > 1 and data[1] & 0xE6 == 0xE2),
    }
    return next((suffix for suffix, shows in marks.items() if shows), "")


class Media:
    """The media of one file: `files` by the names under which questions show them (`media/<name>`)."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self._names: dict[str, str] = {}  # digest: name
        self._size = 0

    def keep(self, name: str, data: bytes) -> str:
        """The name under which `data` is kept. Raises: ValueError, saying why, where a question cannot show it."""
        if len(data) > MAX_MEDIA:
            raise ValueError(f"el archivo «{name}» pasa de {MAX_MEDIA // (1024 * 1024)} MB")
        suffix = suffix_of(data)
        if not suffix:
            raise ValueError(
                f"el archivo «{name}» no es una imagen (png, jpeg, webp) ni un sonido (mp3, ogg, wav, m4a)"
            )
        digest = hashlib.sha256(data).hexdigest()
        if digest in self._names:
            return self._names[digest]
        if self._size + len(data) > MAX_MEDIA_TOTAL:
            raise ValueError(f"las imágenes y los sonidos pasan entre todos de {MAX_MEDIA_TOTAL // (1024 * 1024)} MB")
        if suffix == "jpeg" and name.lower().endswith(".jpg"):
            suffix = "jpg"
        stem = slug(name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name) or "archivo"
        chosen = f"{stem}.{suffix}"
        if chosen in self.files:
            chosen = f"{stem}-{digest[:8]}.{suffix}"
        self.files[chosen] = data
        self._names[digest] = chosen
        self._size += len(data)
        return chosen

    def keep_base64(self, name: str, text: str) -> str:
        """As `keep`, for bytes in base64, with or without the beginning of a data address."""
        match = _DATA_URI.match(text.strip()[:200])
        packed = _SPACES.sub("", text.strip()[match.end() :] if match else text)
        if len(packed) > MAX_MEDIA * 4 // 3 + 8:
            raise ValueError(f"el archivo «{name}» pasa de {MAX_MEDIA // (1024 * 1024)} MB")
        try:
            data = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(f"el archivo «{name}» está mal escrito (no es base64)") from None
        return self.keep(name, data)


class Shown:
    """The files that one text of a question may show: what stands beside it, and what it holds itself."""

    def __init__(self, media: Media | None = None) -> None:
        self._media = media
        self._beside: dict[str, str] = {}  # name in the source: name in `media/`
        self.faults: list[str] = []

    def beside(self, name: str, text: str) -> None:
        """A file in base64 that stands beside the text."""
        if self._media is None:
            return
        try:
            self._beside[unquote(name)] = self._media.keep_base64(name, text)
        except ValueError as fault:
            self.faults.append(str(fault))

    def path(self, source: str) -> str:
        """What our Markdown calls the picture or sound that the text calls `source`; "" where it is not at hand."""
        source = source.strip()
        if source.startswith("@@PLUGINFILE@@/"):
            name = unquote(source.removeprefix("@@PLUGINFILE@@/").partition("?")[0])
            found = self._beside.get(name) or self._beside.get(name.rpartition("/")[2])
            return f"media/{found}" if found else ""
        if source[:5].lower() == "data:" and self._media is not None:
            try:
                return f"media/{self._media.keep_base64('imagen', source)}"
            except ValueError as fault:
                self.faults.append(str(fault))
                return ""
        if re.fullmatch(r"media/[a-z0-9._-]+", source):
            return source
        return ""
