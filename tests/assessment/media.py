"""Small pictures and sounds, made here: a picture of one colour, a tone."""

from __future__ import annotations

import io
import struct
import wave
import zlib


def png(width: int = 240, height: int = 120, colour: tuple[int, int, int] = (31, 111, 139)) -> bytes:
    """A picture of one colour."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


def wav(seconds: float = 0.2) -> bytes:
    """A tone of 440 Hz."""
    made, rate = io.BytesIO(), 8000
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(rate)
        # A square wave needs no table of sines.
        sound.writeframes(bytes(160 if (at * 880 // rate) % 2 else 96 for at in range(int(rate * seconds))))
    return made.getvalue()


SOUNDS = {
    "ogg": b"OggS\x00\x02" + bytes(40),
    "m4a": b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00" + bytes(40),
    "mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(40),
}
"""Beginnings of sounds of the other kinds."""
