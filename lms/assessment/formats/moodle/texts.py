"""The texts of a question of Moodle: by their format as our Markdown, with the files that stand beside them."""

from __future__ import annotations

import re

from lms.assessment.formats.exchange import MAX_MEDIA, MAX_TEXT, Refused
from lms.assessment.formats.file_media import Media, Shown
from lms.assessment.formats.html_markdown import LIKE_HTML, plain_text, to_markdown
from lms.assessment.formats.markdown_text import escaped_lines
from lms.assessment.formats.xml_tree import Element

_PLUGINFILE = re.compile(r"\]\(\s*(@@PLUGINFILE@@/[^\s)]+)\s*\)")
_MOST = MAX_MEDIA * 4 // 3


class Texts:
    """Reads the texts of one question; `faults` gathers what could not be taken of them."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self.faults: list[str] = []

    def of(self, element: Element | None, default: str = "html") -> str:
        """The Markdown of an element with <text> (or text of its own) and files; "" where there is none."""
        if element is None:
            return ""
        return self.convert(raw_of(element), format_of(element, default), element)

    def convert(self, raw: str, kind: str, element: Element) -> str:
        """The Markdown of `raw`, a text in the format `kind`; the files beside it stand in `element`."""
        if len(raw) > _MOST:
            raise Refused("un texto es demasiado largo")
        shown = Shown(self._media)
        for file in element.all("file"):
            if file.attributes.get("encoding", "base64") == "base64":
                shown.beside(file.attributes.get("name", ""), file.said)
        text = self._converted(raw.strip(), kind, shown)
        self.faults += shown.faults
        if len(text) > MAX_TEXT:
            raise Refused(f"un texto pasa de {MAX_TEXT} caracteres")
        return text

    def _converted(self, raw: str, kind: str, shown: Shown) -> str:
        if kind == "markdown":
            return _PLUGINFILE.sub(lambda match: self._placed(match, shown), raw)
        if kind == "plain_text" or (kind != "html" and not LIKE_HTML.search(raw)):
            return escaped_lines(raw)
        converted = to_markdown(raw, shown, breaks=kind != "html")
        self.faults += [fault for fault in converted.faults if fault not in shown.faults]
        return converted.text

    def _placed(self, match: re.Match[str], shown: Shown) -> str:
        path = shown.path(match[1])
        if not path:
            self.faults.append(f"el archivo «{match[1].rpartition('/')[2][:80]}» no se toma: no está en el archivo")
        return f"]({path or match[1]})"

    def picture(self, question: Element) -> str:
        """The picture that old files have beside the text of a question, as Markdown; "" where there is none."""
        holder = question.child("image")
        packed = question.child("image_base64") or (holder.child("image_base64") if holder else None)
        name = holder.said.strip() if holder else ""
        if packed is None or not packed.said.strip():
            if name:
                self.faults.append(f"la imagen «{name[:80]}» no está en el archivo: no se toma")
            return ""
        try:
            kept = self._media.keep_base64(name or "imagen", packed.said)
        except ValueError as fault:
            self.faults.append(str(fault))
            return ""
        self.faults.append(f"la imagen «{kept}» no tiene texto alternativo: escribir qué muestra")
        return f"![{kept.rpartition('.')[0].replace('-', ' ')}](media/{kept})"


def raw_of(element: Element) -> str:
    """The text of an element, in its <text> or directly in it."""
    inner = element.child("text")
    return (inner if inner is not None else element).said


def format_of(element: Element, default: str = "html") -> str:
    """The format that an element says."""
    said = element.attributes.get("format", "").strip().lower()
    return {"": default, "1": "html", "0": "moodle_auto_format", "2": "plain_text", "4": "markdown"}.get(said, said)


def bare_of(element: Element | None) -> str:
    """A text that Moodle takes as it is, on one line: what is compared, what stands in a list of choices."""
    raw = raw_of(element) if element is not None else ""
    if len(raw) > MAX_TEXT:
        raise Refused(f"un texto pasa de {MAX_TEXT} caracteres")
    return " ".join(raw.replace("\N{SOFT HYPHEN}", "").split())


def plain_of(element: Element | None) -> str:
    """What a formatted text says on one line, without its markup: we have plain text in its place."""
    said = bare_of(element)
    if element is None or format_of(element) in {"plain_text", "markdown"} or not LIKE_HTML.search(said):
        return said
    return plain_text(said)
