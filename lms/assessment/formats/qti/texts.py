"""The texts of QTI questions as our Markdown, with the pictures and sound of their package."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from urllib.parse import unquote

from lms.assessment.formats.exchange import MAX_TEXT, Refused
from lms.assessment.formats.file_media import Media, Shown
from lms.assessment.formats.html_markdown import plain_text, to_markdown
from lms.assessment.formats.qti.nodes import Put, as_html, first
from lms.assessment.formats.xml_tree import Element

Fetch = Callable[[str], bytes | None]
"""The bytes of a file of the package by its path; None where there is none."""

_BASES = ("$IMS-CC-FILEBASE$/", "%24IMS-CC-FILEBASE%24/", "%IMS-CC-FILEBASE%/", "$IMS_CC_FILEBASE$/")
_FOLDERS = ("", "web_resources/", "resources/", "media/", "Uploaded Media/")


class _Packed(Shown):
    """The files that a text may show: those of its package, by their place beside its file, and data addresses."""

    def __init__(self, media: Media, fetch: Fetch, folder: str) -> None:
        super().__init__(media)
        self._store, self._fetch, self._folder = media, fetch, folder

    def path(self, source: str) -> str:
        if source.strip()[:5].lower() == "data:":
            return super().path(source)
        for name in _places(source.strip(), self._folder):
            if (data := self._fetch(name)) is not None:
                try:
                    return f"media/{self._store.keep(posixpath.basename(name), data)}"
                except ValueError as fault:
                    self.faults.append(str(fault))
                    return ""
        return ""


def _places(source: str, folder: str) -> list[str]:
    """Where in the package the file may be that a text in `folder` calls `source`; nothing outside of it."""
    if "://" in source or source.startswith("//"):
        return []
    for base in _BASES:
        if source.startswith(base):
            rest = unquote(source.removeprefix(base).partition("?")[0])
            return [found for each in _FOLDERS if (found := resolved("", f"{each}{rest}"))]
    found = resolved(folder, unquote(source.partition("?")[0].partition("#")[0]))
    return [found] if found else []


def resolved(folder: str, href: str) -> str:
    """The path that `href`, written in a file of `folder`, has in the package; "" for one that leads out of it."""
    path = posixpath.normpath(posixpath.join(folder, href.replace("\\", "/")))
    return "" if path.startswith(("/", "..")) or path == "." else path


class Texts:
    """Reads the texts of one question; `faults` gathers what could not be taken of them."""

    def __init__(self, media: Media, fetch: Fetch, folder: str = "") -> None:
        self._media, self._fetch, self._folder = media, fetch, folder
        self.faults: list[str] = []

    def of(self, element: Element | None, put: Put = lambda _: None) -> str:
        """The Markdown of what stands in `element`; "" where there is none. Raises: Refused."""
        if element is None:
            return ""
        if first(element, "math") is not None:
            self.faults.append("una fórmula (MathML) se tomó como texto: mirar si se entiende")
        return self.html(as_html(element, put))

    def html(self, source: str) -> str:
        """The Markdown of HTML. Raises: Refused."""
        converted = to_markdown(source, shown := _Packed(self._media, self._fetch, self._folder))
        self.faults += dict.fromkeys([*converted.faults, *shown.faults])
        if len(converted.text) > MAX_TEXT:
            raise Refused(f"un texto pasa de {MAX_TEXT} caracteres")
        return converted.text

    def plain(self, element: Element, put: Put = lambda _: None) -> str:
        """What `element` says on one line. Raises: Refused where it shows a picture, which has no place in a list."""
        source = as_html(element, put)
        said = plain_text(source)
        if not said and ("<img" in source or "<audio" in source):
            raise Refused("un elemento es una imagen o un sonido, y aquí tiene que ser un texto")
        return said
