"""Moodle's texts with words to choose or drag, `[[1]]`: each place is a gap where a word of its group is chosen."""

from __future__ import annotations

import re

from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.markdown_text import escaped
from lms.assessment.formats.moodle.cloze import Gaps, name_of
from lms.assessment.formats.moodle.texts import plain_of
from lms.assessment.formats.xml_tree import Element

_PLACE = re.compile(r"\[\[\s*([0-9]{1,3})\s*\]\]")
_MOST = 200


class _Selected(Gaps):
    """Gaps that stand in the text as `[[number]]`."""

    def __init__(self, raw: str, choices: list[tuple[str, str]]) -> None:  # not as the class above: another notation
        self.found: list[Document] = []
        self._choices = choices
        self.text = _PLACE.sub(self._put, raw)
        if not self.found:
            raise Refused("no tiene ningún hueco «[[1]]»")

    def _put(self, match: re.Match[str]) -> str:
        number = int(match[1])
        if not 1 <= number <= len(self._choices):
            raise Refused(f"el hueco «{match[0]}» nombra una palabra que no está")
        if len(self.found) >= _MOST:
            raise Refused(f"tiene más de {_MOST} huecos")
        right, group = self._choices[number - 1]
        options: list[Document] = []
        for text, its in dict.fromkeys(self._choices):
            if its == group:
                options.append({"text": escaped(text)} | ({"correct": True} if text == right else {}))
        if len(options) < 2:
            raise Refused(f"el hueco «{match[0]}» tiene una sola palabra para elegir")
        self.found.append({"id": name_of(len(self.found)), "kind": "chosen", "options": options})
        return f"\ue0f0{len(self.found) - 1}\ue0f1"


def selected(question: Element, raw: str) -> Gaps:
    """The gaps of `raw`, with the choices of the question. Raises: Refused."""
    found = question.all("selectoption") or question.all("dragbox")
    choices = [(plain_of(each), each.value("group") or each.value("draggroup") or "1") for each in found[:_MOST]]
    if not all(text for text, _ in choices):
        raise Refused("una palabra para elegir está vacía")
    return _Selected(raw, choices)
