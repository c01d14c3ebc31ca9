"""What a file really is, told from its bytes. Pure: it reads the stream it is given and nothing else.

`puremagic` knows the marks of pictures and documents; texts and packed files have none, or share one, and are looked at here.
"""

from __future__ import annotations

import codecs
import re
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

HEAD = 8 * 1024
"""How many bytes of the beginning are looked at for marks."""
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Kind:
    """A kind of file that the store knows: its key, its media type, the endings that claim it."""

    key: str
    media_type: str
    endings: tuple[str, ...]


KINDS = {
    kind.key: kind
    for kind in (
        Kind("pdf", "application/pdf", ("pdf",)),
        Kind("png", "image/png", ("png",)),
        Kind("jpeg", "image/jpeg", ("jpg", "jpeg")),
        Kind("webp", "image/webp", ("webp",)),
        Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)),
        Kind("zip", "application/zip", ("zip",)),
        Kind("csv", "text/csv", ("csv",)),
        Kind("txt", "text/plain", ("txt",)),
        Kind("mp3", "audio/mpeg", ("mp3",)),
        Kind("ogg", "audio/ogg", ("ogg", "oga")),
        Kind("wav", "audio/wav", ("wav",)),
        Kind("m4a", "audio/mp4", ("m4a",)),
    )
}
_BY_ENDING = {ending: kind.key for kind in KINDS.values() for ending in kind.endings}
TEXTS = frozenset({"csv", "txt"})
SOUNDS = frozenset({"mp3", "ogg", "wav", "m4a"})
MEDIA_KINDS = ("png", "jpeg", "webp", "mp3", "ogg", "wav", "m4a")
"""What every browser shows or plays by itself."""
_M4A = frozenset({b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"dash"})
"""Brands of MPEG-4 files that hold sound; some hold pictures too, and then only their sound is played."""
DANGEROUS = "dangerous"
"""What a browser or a computer could run: never kept, whatever it is called."""

_RUNS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"#!", b"\xd0\xcf\x11\xe0")
# The marks by which a browser takes a text for a page (the WHATWG's list for sniffing, and what runs on a server).
_PAGE = re.compile(
    rb"\s*<(?:!--|(?:!doctype|\?xml|\?php|%|html|head|body|script|iframe|svg|style|title|table|div|meta|link|h1|font|form|"
    rb"object|embed|applet|img|a|br|p|b)(?=[\s>/\?!]|$))",
    re.IGNORECASE,
)
_SCRIPT = re.compile(rb"<script[\s>]|javascript:\s*\S+\(", re.IGNORECASE)
# Signs that no text holds: every control sign but tab, line feed, form feed and carriage return.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def claimed(name: str) -> str | None:
    """The kind that a name claims by its ending; None where we know no such ending."""
    return _BY_ENDING.get(name.rpartition(".")[2].lower()) if "." in name else None


def sniff(stream: BinaryIO) -> str | None:
    """The key of the kind that the bytes show, "txt" for every text, DANGEROUS, or None for what is not known.

    `stream` must be able to seek; it is left anywhere.
    """
    stream.seek(0)
    head = stream.read(HEAD)
    if head.startswith(_RUNS):
        return DANGEROUS
    if head.startswith(b"PK"):
        return _packed(stream)
    if _PAGE.match(head.removeprefix(codecs.BOM_UTF8)):
        return DANGEROUS
    kind = _sound(head) or _marked(head)
    if kind is not None:
        return kind
    if not _is_text(stream):
        return None
    return DANGEROUS if _SCRIPT.search(head) else "txt"


def _sound(head: bytes) -> str | None:
    """The kind of sound whose mark stands at the beginning."""
    if head.startswith(b"OggS\x00"):
        return "ogg"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] == b"ftyp" and head[8:12] in _M4A:
        return "m4a"
    if head[:3] == b"ID3" and len(head) > 10 and head[3] in {2, 3, 4}:
        return "mp3"
    # Without a tag an MP3 begins with a frame: eleven bits set, layer III, a bit rate and a sample rate that exist.
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "mp3" if head[2] >> 4 not in {0x0, 0xF} and head[2] & 0x0C != 0x0C else None
    return None


def _marked(head: bytes) -> str | None:
    """The kind whose mark stands at the very beginning: a PDF behind other bytes is something else as well."""
    try:
        found = {match.mime_type for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return None
    for kind in KINDS.values():
        if kind.media_type in found and kind.key not in TEXTS | SOUNDS:
            return kind.key if kind.key != "pdf" or head.startswith(b"%PDF-") else None
    return None


def _packed(stream: BinaryIO) -> str | None:
    """A workbook, another packed file, or one that carries macros. Nothing is unpacked: only the list of names is read."""
    try:
        with zipfile.ZipFile(stream) as pack:
            names = {item.filename.lower() for item in pack.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if any(name.endswith(("vbaproject.bin", "meta-inf/manifest.mf", "classes.dex")) for name in names):
        return DANGEROUS
    if "[content_types].xml" in names:
        return "xlsx" if "xl/workbook.xml" in names else None
    return "zip"


def _is_text(stream: BinaryIO) -> bool:
    """Whether every byte reads as UTF-8, or as the Windows letters that spreadsheets write, without control signs."""
    return _reads_as(stream, "utf-8-sig") or _reads_as(stream, "cp1252")


def _reads_as(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    try:
        while chunk := stream.read(_CHUNK):
            if _NO_TEXT.search(decoder.decode(chunk)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
