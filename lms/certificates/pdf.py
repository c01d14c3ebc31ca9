"""The certificate as PDF/UA-1: tagged, with a language, a title and a described QR code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    from typst import Compiler

_TEMPLATE = Path(__file__).with_name("certificate.typ")
_lock = Lock()


@dataclass(frozen=True)
class Printed:
    """The texts of a certificate, in the reader's language.

    `issued_timestamp` is its moment of issue, so that one certificate always gives the same file.
    """

    lang: str
    heading: str
    statement: str
    name: str
    achieved: str
    course: str
    facts: tuple[tuple[str, str], ...]
    note: str
    verify: str
    url: str
    company: str
    issued_timestamp: int


@lru_cache(maxsize=1)
def _compiler() -> Compiler:
    # Loaded at the first certificate: the other pages need not pay for it. Without system fonts every machine prints alike.
    from typst import Compiler, Fonts

    return Compiler(root=str(_TEMPLATE.parent), font_paths=Fonts(include_system_fonts=False))


def qr_svg(url: str) -> str:
    """A QR code as SVG text, error correction level M."""
    out = BytesIO()
    segno.make(url, error="m").save(out, kind="svg", xmldecl=False, border=0, scale=4)
    return out.getvalue().decode()


def render(printed: Printed) -> bytes:
    """The PDF. Texts go in as data, never as markup."""
    inputs = {
        "lang": printed.lang,
        "heading": printed.heading,
        "statement": printed.statement,
        "name": printed.name,
        "achieved": printed.achieved,
        "course": printed.course,
        "facts": "\x1e".join(f"{label}\x1f{value}" for label, value in printed.facts),
        "note": printed.note,
        "verify": printed.verify,
        "url": printed.url,
        "company": printed.company,
        "qr": qr_svg(printed.url),
    }
    with _lock:  # one compiler, whose caches make every certificate after the first cheap
        pdf = _compiler().compile(
            str(_TEMPLATE), format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=printed.issued_timestamp
        )
    if not isinstance(pdf, bytes):
        raise TypeError("the certificate is one file")
    return pdf
