"""The author's text before Markdown sees it: headings, terms, drawings and notes, each with its line.

Markdown forgets lines, so everything that can be wrong in the text itself is found here. Terms and drawings leave as
tokens (plain words that sanitising cannot touch) and come back as trusted HTML in `page`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from lms.catalog.rules import is_slug
from lms.kit.content import Report
from lms.kit.markup import ADMONITIONS

_CODE = re.compile(
    r"(?P<fence>^(?P<mark>`{3,}|~{3,})[^\n]*\n.*?^(?P=mark)[ ]*$)"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ ]*\n).)+?(?<!`)(?P=ticks)(?!`))",
    re.DOTALL | re.MULTILINE,
)
_HEADING = re.compile(r"^(?P<marks>#{1,6})(?P<title>[^\n]*)$", re.MULTILINE)
_ANCHOR = re.compile(r"\{:?\s*#(?P<anchor>[^\s}]+)\s*\}\s*$")
_ADMONITION = re.compile(r'^(?P<indent>[ ]*)!!![ ]*(?P<kind>[^\s"]*)(?P<rest>[^\n]*)$', re.MULTILINE)
_TITLE = re.compile(r'\s*"[^"\n]*"\s*')
_DRAWING = re.compile(
    r"^(?P<indent>[ ]*)!\[(?P<alt>(?:(?!\n[ ]*\n)[^\]])*)\]\([ ]*(?P<path>[^\s)]+)(?:\s+\"(?P<caption>[^\"]*)\")?\s*\)[ ]*$",
    re.MULTILINE,
)
_TERM = re.compile(r"\[\[(?P<id>[^\[\]|]*)(?:\|(?P<label>[^\[\]]*))?\]\]")
_NOTE_MARK = re.compile(r"\[\^(?P<name>[^\]\s]+)\](?P<colon>:?)")
_RESERVED = ("term-", "diagram-")


@dataclass(frozen=True)
class Heading:
    level: int
    anchor: str
    line: int


@dataclass(frozen=True)
class TermUse:
    """`[[id|label]]`; `label` is "" where the author gives none."""

    id: str
    label: str
    line: int


@dataclass(frozen=True)
class DrawingUse:
    path: str
    alt: str
    caption: str
    line: int


class Source:
    """One text. `markdown` is what Markdown gets; `terms` and `drawings` are found under their tokens."""

    def __init__(self, body: str, first_line: int, name: str, report: Report) -> None:
        self.body, self.first_line, self.name, self.report = body, first_line, name, report
        # The text cannot contain its own digest: no author can write a token by hand.
        self._mark = "t" + hashlib.sha256(body.encode()).hexdigest()[:20]
        self.token = re.compile(self._mark + r"([td])(\d{5})")
        self.terms: dict[str, TermUse] = {}
        self.drawings: dict[str, DrawingUse] = {}
        self._masked = _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), body)
        self.headings = self._read_headings()
        self._check_notes()
        self._check_fences()
        self.markdown = self._with_terms(self._with_titles(self._with_drawings(body)))

    def error(self, line: int, message: str) -> None:
        self.report.error(self.name, line, message)

    def line_at(self, offset: int) -> int:
        """The line of the file where the character `offset` of the body stands."""
        return self.first_line + self.body.count("\n", 0, offset)

    def line_of(self, pattern: str) -> int:
        """The line where the regular expression first matches outside code; the first line where it does not."""
        return self.lines_of(pattern)[0]

    def lines_of(self, pattern: str) -> list[int]:
        """Every line where the regular expression matches outside code; the first line where none does."""
        found = re.finditer(pattern, self._masked, re.IGNORECASE)
        return list(dict.fromkeys(self.line_at(match.start()) for match in found)) or [self.first_line]

    def _read_headings(self) -> list[Heading]:
        headings = []
        for found in _HEADING.finditer(self._masked):
            line, level = self.line_at(found.start()), len(found["marks"])
            anchor = _ANCHOR.search(found["title"].rstrip("# "))
            if level == 1:
                self.error(line, "un solo # es el título de la página; los apartados empiezan con ##")
            if "[[" in found["title"]:
                self.error(line, "un título no lleva términos del glosario; ponerlos en el texto")
            if anchor and (not is_slug(anchor["anchor"]) or anchor["anchor"].startswith(_RESERVED)):
                self.error(line, f"el ancla «{anchor['anchor']}» tiene que llevar minúsculas, cifras y guiones")
            headings.append(Heading(level, anchor["anchor"] if anchor else "", line))
        return headings

    def _check_notes(self) -> None:
        called: dict[str, int] = {}
        defined: dict[str, int] = {}
        for found in _NOTE_MARK.finditer(self._masked):
            line_start = self._masked.rfind("\n", 0, found.start()) + 1
            at_start = not self._masked[line_start : found.start()].strip()
            target = defined if found["colon"] and at_start else called
            target.setdefault(found["name"], self.line_at(found.start()))
        for name in called.keys() - defined.keys():
            self.error(called[name], f"la nota al pie [^{name}] no está escrita")
        for name in defined.keys() - called.keys():
            self.report.warning(self.name, defined[name], f"nadie llama a la nota al pie [^{name}]")

    def _check_fences(self) -> None:
        found = re.search(r"^(`{3,}|~{3,})", self._masked, re.MULTILINE)
        if found:
            self.error(self.line_at(found.start()), "el bloque de código no se cierra")

    def _with_drawings(self, text: str) -> str:
        def replace(found: re.Match[str]) -> str:
            line = self.line_at(found.start())
            alt, caption = (" ".join(self.body[slice(*found.span(key))].split()) for key in ("alt", "caption"))
            if not alt:
                self.error(
                    line, "el dibujo no tiene texto alternativo; decir entre los corchetes lo que el dibujo dice"
                )
            if "[[" in caption or "[[" in alt:
                self.error(line, "el texto de un dibujo no lleva términos del glosario")
            token = f"{self._mark}d{len(self.drawings):05d}"
            self.drawings[token] = DrawingUse(found["path"], alt, caption, line)
            return found["indent"] + token + "\n" * found[0].count("\n")

        # Replaced in the masked text too, so that what is left of "![" there is a picture in the wrong place.
        positions = [(found.start(), found.end(), replace(found)) for found in _DRAWING.finditer(self._masked)]
        left = self._masked
        for start, end, new in reversed(positions):
            text = text[:start] + new + text[end:]
            left = left[:start] + re.sub(r"[^\n]", " ", left[start:end]) + left[end:]
        for found in re.finditer(r"!\[|<img\b", left, re.IGNORECASE):
            self.error(
                self.line_at(found.start()), "un dibujo va solo en su línea, como ![texto alternativo](diagrams/x.svg)"
            )
        return text

    def _with_titles(self, text: str) -> str:
        def replace(found: re.Match[str]) -> str:
            line, kind, rest = self.first_line + text.count("\n", 0, found.start()), found["kind"], found["rest"]
            if kind not in ADMONITIONS:
                self.error(line, f"«!!! {kind}» no existe; puede ser: {', '.join(ADMONITIONS)}")
            elif rest.strip() and not _TITLE.fullmatch(rest):
                self.error(line, f'después de «!!! {kind}» solo cabe el título entre comillas rectas: "Título"')
            elif not rest.strip():
                return f'{found["indent"]}!!! {kind} "{ADMONITIONS[kind]}"'
            return found[0]

        return self._outside_code(_ADMONITION, replace, text)

    def _with_terms(self, text: str) -> str:
        def replace(found: re.Match[str]) -> str:
            line = self.first_line + text.count("\n", 0, found.start())
            token = f"{self._mark}t{len(self.terms):05d}"
            label = " ".join((found["label"] or "").split())
            if found["label"] is not None and not label:
                self.error(line, f"«{found[0]}» no tiene texto que mostrar")
            self.terms[token] = TermUse(found["id"].strip(), label, line)
            return token

        return self._outside_code(_TERM, replace, text)

    @staticmethod
    def _outside_code(pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str], text: str) -> str:
        # From the end backwards, so that lines are still counted in text that nobody has changed.
        masked = _CODE.sub(lambda found: re.sub(r"[^\n]", "\0", found[0]), text)
        for found in reversed(list(pattern.finditer(text))):
            if "\0" not in masked[found.start() : found.end()]:
                text = text[: found.start()] + replace(found) + text[found.end() :]
        return text
