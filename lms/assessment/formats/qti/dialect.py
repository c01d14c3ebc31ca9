"""How QTI 2.2 and 3.0 are spelt: the same parts under other names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lms.assessment.formats.decoding import cleaned

_UPPER = re.compile(r"[A-Z]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """A version of QTI that is written."""

    title: str
    suffix: str
    namespace: str
    location: str
    packing: str
    packing_location: str
    schema: str
    schema_version: str
    kebab: bool

    def element(self, tag: str, attributes: Mapping[str, object] | None = None, inner: str = "") -> str:
        """An element of QTI, its names as in 2.x; attributes without a value are left out."""
        name = f"qti-{_kebab(tag)}" if self.kebab else tag
        said = "".join(
            f" {self.attribute(key)}={quoteattr(cleaned(_text(value)), {chr(10): '&#10;', chr(9): '&#9;'})}"
            for key, value in (attributes or {}).items()
            if value is not None
        )
        return f"<{name}{said}>{inner}</{name}>" if inner else f"<{name}{said}/>"

    def attribute(self, name: str) -> str:
        return _kebab(name) if self.kebab and ":" not in name else name

    def value(self, text: object, kind: str) -> str:
        return self.element("baseValue", {"baseType": kind}, said(_text(text)))

    def root(self, tag: str, attributes: Mapping[str, object], inner: str) -> bytes:
        """A whole file with `tag` at its root."""
        spaces: dict[str, object] = {
            "xmlns": self.namespace,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": f"{self.namespace} {self.location}",
        }
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n{self.element(tag, spaces | dict(attributes), inner)}\n'.encode()
        )


def said(text: str) -> str:
    """Text as it stands in XML."""
    return escape(cleaned(text))


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _kebab(name: str) -> str:
    return _UPPER.sub(lambda match: f"-{match[0].lower()}", name)


_XSD = "http://www.imsglobal.org/xsd"
QTI22 = Dialect(
    "QTI 2.2",
    "v2p2",
    f"{_XSD}/imsqti_v2p2",
    f"{_XSD}/qti/qtiv2p2/imsqti_v2p2p2.xsd",
    f"{_XSD}/imscp_v1p1",
    f"{_XSD}/qti/qtiv2p2/qtiv2p2_imscpv1p2_v1p0.xsd",
    "QTIv2.2 Package",
    "1.0.0",
    kebab=False,
)
QTI30 = Dialect(
    "QTI 3.0",
    "v3p0",
    f"{_XSD}/imsqtiasi_v3p0",
    "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
    f"{_XSD}/qti/qtiv3p0/imscp_v1p1",
    "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd",
    "QTI Package",
    "3.0.0",
    kebab=True,
)
