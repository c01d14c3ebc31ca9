"""Writes a text with gaps as an item: one interaction a gap, its points apart and added up."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lms.assessment.formats.markdown_text import unescaped
from lms.assessment.formats.qti.dialect import said
from lms.assessment.formats.qti.interactions import GAP
from lms.assessment.formats.qti.item_writer import PROGRAM, Writing, number_chain, text_chain, whole
from lms.assessment.formats.qti.rules_writer import SCORE, Declared
from lms.assessment.types.gaps.places import PLACE
from lms.assessment.types.shares import parse_share

_MARK = re.compile("\ue0f0([a-z0-9-]+)\ue0f1")
_STAR = re.compile(r"(?<!\\)(?:\\\\)*\*")
STEM = "stem"


def gaps_body(item: Writing) -> str:
    """The body: the stem, and the text with an interaction in the place of each gap."""
    document, rules = item.document, item.rules
    gaps: list[dict[str, Any]] = document["gaps"]
    shares = {gap["id"]: _shares(gap) for gap in gaps}
    one = math.lcm(*(whole(found)[1] for found in shares.values())) if shares else 1
    item.most = one * sum(int(gap.get("weight", 1)) for gap in gaps)
    if len({gap.get("weight", 1) for gap in gaps}) > 1 and any(_starred(gap) for gap in gaps):
        item.lose("cuánto pesa cada hueco, donde uno acepta una respuesta con «*»")
    interactions: dict[str, str] = {}
    for gap in gaps:
        points = [int(share * one * int(gap.get("weight", 1))) for share in shares[gap["id"]]]
        interactions[gap["id"]] = _chosen(item, gap, points) if gap["kind"] == "chosen" else _typed(item, gap, points)
    rules.rules.append(rules.put(SCORE, rules.sum([_outcome(gap) for gap in gaps])))
    text = PLACE.sub(lambda match: f"\ue0f0{match[1]}\ue0f1", document["text"])
    body = _MARK.sub(lambda match: interactions.get(match[1], ""), item.blocks(text))
    return f'<div class="{STEM}">{item.blocks(document["stem"])}</div>{body}'


def _name(gap: Mapping[str, Any]) -> str:
    return f"{GAP}{gap['id']}"


def _outcome(gap: Mapping[str, Any]) -> str:
    return f"SCORE_{_name(gap)}"


def _shares(gap: Mapping[str, Any]) -> list[Fraction]:
    if gap["kind"] == "chosen":
        return [parse_share(str(each.get("grade", "1" if each.get("correct") else "0"))) for each in gap["options"]]
    return [parse_share(str(each.get("grade", "1"))) for each in gap["answers"]]


def _starred(gap: Mapping[str, Any]) -> bool:
    """Whether a gap accepts texts that no reader can try: what a full answer is worth cannot be told back then."""
    return gap["kind"] == "typed" and any(_STAR.search(each["text"]) for each in gap["answers"])


def _typed(item: Writing, gap: Mapping[str, Any], points: list[int]) -> str:
    name, outcome, mark = _name(gap), _outcome(gap), f"answer_{gap['id']}_"
    item.rules.outcomes[outcome] = ("single", "float", 0)
    if gap["kind"] == "numeric":
        if gap.get("units"):
            item.lose("las unidades de un hueco")
        branches, right = number_chain(item, name, gap["answers"], points, outcome=outcome, mark=mark)
    else:
        branches, right = text_chain(item, name, gap, points, outcome=outcome, mark=mark)
    kind = "float" if gap["kind"] == "numeric" else "string"
    item.declared.append(Declared(name, "single", kind, [right] if right else []))
    other = item.show("feedback", gap.get("feedback", ""), f"FEEDBACK_{name}")
    item.rules.rules.append(item.rules.when(branches, other))
    return item.element("textEntryInteraction", {"responseIdentifier": name})


def _chosen(item: Writing, gap: Mapping[str, Any], points: list[int]) -> str:
    rules, name, outcome = item.rules, _name(gap), _outcome(gap)
    rules.outcomes[outcome] = ("single", "float", 0)
    keys = [f"option_{gap['id']}_{at}" for at in range(1, len(points) + 1)]
    right = [key for key, value in zip(keys, points, strict=True) if value == max(points)]
    mapping = {key: value for key, value in zip(keys, points, strict=True) if value}
    item.declared.append(Declared(name, "single", "identifier", right[:1], mapping))
    rules.rules.append(rules.put(outcome, rules.map_response(name)))
    inner = ""
    for key, option in zip(keys, gap["options"], strict=True):
        inner += item.element("inlineChoice", {"identifier": key}, said(_plain(item, option["text"])))
        if then := item.show(f"feedback_{key}", option.get("feedback", "")):
            rules.rules.append(rules.when([(rules.has(name, key, "identifier", several=False), then)]))
    if then := item.show("feedback", gap.get("feedback", ""), f"FEEDBACK_{name}"):
        rules.rules.append(rules.when([(rules.denied(rules.is_correct(name)), then)]))
    attributes = {"responseIdentifier": name, "shuffle": bool(item.document.get("shuffle", True))}
    return item.element("inlineChoiceInteraction", attributes, inner)


def _plain(item: Writing, text: str) -> str:
    plain = unescaped(text)
    if plain is None:
        item.losses.note(item.document, f"{PROGRAM} no guarda el formato de las opciones de un hueco")
        plain = " ".join(text.split())
    return plain
