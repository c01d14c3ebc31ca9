"""Answers that are typed, in QTI 2.x and 3.0: texts with their capitals, numbers with their tolerance.

Programs write them as a chain of conditions that compare the answer with constants; that chain is read as it stands, since
trying it out cannot tell how far a tolerance reaches. Where there is none, the mapping and the right answer are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.losing import decimal
from lms.assessment.formats.markdown_text import escaped
from lms.assessment.formats.qti.messages import OURS, Probe, sort_messages
from lms.assessment.formats.qti.nodes import attribute, every, flag, words
from lms.assessment.formats.qti.patterns import starred
from lms.assessment.formats.qti.variables import Message, Response, number
from lms.assessment.formats.xml_tree import Element
from lms.assessment.types.shares import share_text

Try = Callable[[str], tuple[Fraction, frozenset[int]]]
"""What a typed text earns, and the places of what is shown for it."""

MAX_ANSWERS = 100
_OTHER = "zzqx-7103-otra"
_OTHER_NUMBER = "-918273645.5463"


@dataclass
class Accepted:
    """An answer that is accepted: its part of a document, a text that it holds, and what it earns where the chain says it."""

    entry: Document
    sample: str
    case: bool | None = None
    points: Fraction | None = None
    names: frozenset[tuple[str, str]] = frozenset()
    """Outcomes and identifiers that its branch sets: what is shown for it."""


@dataclass
class Chain:
    """What the conditions compare one response with."""

    accepted: list[Accepted] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def text_literal(text: str) -> str:
    """A text that is compared as it is, as an accepted answer of ours."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("*", "\\*")


def chain_of(rules: Element | None, declared: Response) -> Chain:
    """Everything in `rules` that `declared` is compared with, branch by branch."""
    found = Chain()
    for condition in every(rules, "responseCondition") if rules is not None else ():
        for branch in condition.children:
            if branch.tag in {"responseIf", "responseElseIf"} and branch.children:
                test, *then = branch.children
                points, names = _then(then)
                for each in _tests(test, declared, found.notes):
                    each.points, each.names = points, names
                    if len(found.accepted) < MAX_ANSWERS and not _known(each, found.accepted):
                        found.accepted.append(each)
    return found


def _known(one: Accepted, others: Sequence[Accepted]) -> bool:
    """Whether a branch before has the same answer; what only this one shows is kept with it."""
    for other in others:
        if other.entry == one.entry:
            other.names |= one.names
            other.points = one.points if other.points is None else other.points
            return True
    return False


def _then(rules: Sequence[Element]) -> tuple[Fraction | None, frozenset[tuple[str, str]]]:
    """The points that a branch gives where it says them as a constant, and the identifiers that it sets."""
    points, names = None, set[tuple[str, str]]()
    for rule in rules:
        if rule.tag != "setOutcomeValue" or not rule.children:
            continue
        outcome, value = attribute(rule, "identifier"), rule.children[0]
        if value.tag == "baseValue" and attribute(value, "baseType") in {"float", "integer"}:
            points = number(words(value)) if points is None else points
        else:
            names |= {
                (outcome, words(each).strip())
                for each in every(value, "baseValue")
                if attribute(each, "baseType") == "identifier"
            }
    return points, frozenset(names)


def _tests(test: Element, declared: Response, notes: list[str]) -> Iterator[Accepted]:
    """The answers that a condition on `declared` accepts."""
    inner = test.children
    if test.tag == "or":
        for each in inner:
            yield from _tests(each, declared, notes)
    elif test.tag == "and":
        rest = [each for each in inner if each.tag != "not"]
        if (span := _span(rest, declared.name, notes)) is not None:
            yield span
        elif len(rest) == 1:
            yield from _tests(rest[0], declared, notes)
    elif test.tag in _READ and len(inner) in {1, 2} and any(_is(each, declared.name) for each in inner):
        others = [each for each in inner if not _is(each, declared.name)]
        said = _constant(others[0], declared) if others else attribute(test, "pattern")
        if said and (found := _READ[test.tag](test, said, declared)) is not None:
            yield found


def _is(element: Element, name: str) -> bool:
    return element.tag == "variable" and attribute(element, "identifier") == name


def _constant(element: Element, declared: Response) -> str:
    """The text of a constant; "" for what is none."""
    if element.tag == "baseValue":
        return words(element).strip()
    if element.tag == "correct" and attribute(element, "identifier") == declared.name and declared.correct:
        first = declared.correct[0]
        return decimal(first) if isinstance(first, Fraction) else str(first)
    return ""


def _span(tests: Sequence[Element], name: str, notes: list[str]) -> Accepted | None:
    """Two comparisons that hold a number between them."""
    ends: dict[str, str] = {}
    for test in tests:
        if test.tag not in {"gte", "gt", "lte", "lt"} or len(test.children) != 2:
            return None
        one, other = test.children
        is_low = test.tag.startswith("g") == _is(one, name)
        constant = other if _is(one, name) else one
        if constant.tag != "baseValue" or not (_is(one, name) or _is(other, name)):
            return None
        if test.tag in {"gt", "lt"}:
            notes.append("los extremos de un rango, que no contaban, pasan a contar")
        ends["low" if is_low else "high"] = words(constant).strip()
    low, high = number(ends.get("low", "")), number(ends.get("high", ""))
    if low is None or high is None or low > high:
        return None
    return Accepted({"low": ends["low"], "high": ends["high"]}, decimal((low + high) / 2))


def _match(test: Element, said: str, declared: Response) -> Accepted | None:  # noqa: ARG001 - as the others
    if declared.kind in {"float", "integer"}:
        return Accepted({"value": said}, said) if number(said) is not None else None
    return Accepted({"text": text_literal(said)}, said, case=True)


def _string_match(test: Element, said: str, declared: Response) -> Accepted | None:  # noqa: ARG001 - as the others
    text = text_literal(said)
    if flag(test, "substring", default=False) or test.tag == "substring":
        text = f"*{text}*"
    return Accepted({"text": text}, said, case=flag(test, "caseSensitive", default=True))


def _pattern(test: Element, said: str, declared: Response) -> Accepted | None:  # noqa: ARG001 - as the others
    found = starred(said)
    if found is None:
        raise Refused(f"acepta respuestas por el patrón «{said[:60]}», que es más que comodines")
    return Accepted(
        {"text": found[0]}, found[0].replace("\\*", "\0").replace("*", "").replace("\0", "*"), case=found[1]
    )


def _equal(test: Element, said: str, declared: Response) -> Accepted | None:  # noqa: ARG001 - as the others
    value = number(said)
    if value is None:
        return None
    if test.tag == "equalRounded":
        figures = attribute(test, "figures")
        places = int(figures) if figures.isdigit() and len(figures) < 3 else 0
        return Accepted({"value": said, "tolerance": decimal(Fraction(1, 2 * 10**places))}, said)
    spans = attribute(test, "tolerance").split()
    mode = attribute(test, "toleranceMode") or "exact"
    ends = [found for span in (spans[:1] + spans[-1:]) if (found := number(span)) is not None]
    if mode == "exact" or len(ends) != 2 or not any(ends):
        return Accepted({"value": said}, said)
    if ends[0] == ends[1]:
        return Accepted({"value": said, "tolerance": f"{spans[0]}{'%' if mode == 'relative' else ''}"}, said)
    low, high = (abs(value) * end / 100 if mode == "relative" else end for end in ends)
    return Accepted({"low": decimal(value - low), "high": decimal(value + high)}, said)


_READ: dict[str, Callable[[Element, str, Response], Accepted | None]] = {
    "match": _match,
    "stringMatch": _string_match,
    "substring": _string_match,
    "patternMatch": _pattern,
    "equal": _equal,
    "equalRounded": _equal,
}


def _declared(declared: Response) -> Iterator[Accepted]:
    """The answers that the declaration itself names."""
    for known in declared.mapped:
        if declared.kind in {"float", "integer"}:
            if number(known.key) is not None:
                yield Accepted({"value": known.key.strip()}, known.key)
        elif known.key.strip():
            yield Accepted({"text": text_literal(known.key)}, known.key, case=known.case)
    for right in declared.correct:
        if isinstance(right, Fraction):
            yield Accepted({"value": decimal(right)}, decimal(right))
        elif isinstance(right, str) and right.strip():
            yield Accepted({"text": text_literal(right)}, right)


def typed(
    declared: Response,
    rules: Element | None,
    attempt: Try,
    messages: Mapping[int, tuple[Message, str]],
    notes: list[str],
) -> Document:
    """Answers and what belongs to them, without a type: texts where the response is a text, else numbers. Raises: Refused."""
    chain = chain_of(rules, declared)
    notes += chain.notes
    accepted = list(chain.accepted)
    for each in _declared(declared):
        if len(accepted) < MAX_ANSWERS and not any(_covers(known, each) for known in accepted):
            accepted.append(each)
    if not accepted:
        raise Refused("no dice qué respuesta es correcta")
    is_text = declared.kind not in {"float", "integer"}
    tried = {at: attempt(each.sample) for at, each in enumerate(accepted)}
    points = {at: each.points if each.points is not None else tried[at][0] for at, each in enumerate(accepted)}
    best = max(points.values())
    if best <= 0:
        raise Refused("ninguna respuesta da puntos, o no se entiende cuál los da")
    if is_text:
        _find_case(accepted, attempt, points)
    shares = {at: points[at] / best for at in points}
    other = attempt(_OTHER if is_text else _OTHER_NUMBER)
    feedback, comments = _feedback(accepted, messages, tried, shares, other)
    answers = []
    for at, each in enumerate(accepted):
        if shares[at] < 0:
            raise Refused("una respuesta quita puntos")
        if shares[at] == 0 and not feedback.get(at) and each.points is None:
            continue
        grade: Document = {} if shares[at] == 1 else {"grade": share_text(shares[at])}
        answers.append(each.entry | grade | ({"feedback": feedback[at]} if feedback.get(at) else {}))
    document: Document = {"answers": _distinct(answers, accepted, is_text)}
    if is_text:
        said = [each.case for each in accepted if each.case is not None and _has_letters(each.entry["text"])]
        document |= {"case": True} if said and all(said) else {}
        document |= {"accents": True}
    return document | comments


def _has_letters(text: str) -> bool:
    return text.swapcase() != text


def _covers(known: Accepted, other: Accepted) -> bool:
    if "text" in other.entry:
        return bool(known.entry.get("text") == other.entry["text"])
    value = number(other.sample)
    low, high = number(str(known.entry.get("low", ""))), number(str(known.entry.get("high", "")))
    if low is not None and high is not None and value is not None:
        return low <= value <= high
    return number(str(known.entry.get("value", ""))) == value


def _find_case(accepted: Sequence[Accepted], attempt: Try, points: Mapping[int, Fraction]) -> None:
    """Try whether capitals matter, where neither chain nor mapping says so."""
    for at, each in enumerate(accepted):
        other = each.sample.swapcase()
        if each.case is None and other != each.sample and "*" not in str(each.entry["text"]).replace("\\*", ""):
            each.case = attempt(other)[0] < points[at]


def _distinct(answers: list[Document], accepted: Sequence[Accepted], is_text: bool) -> list[Document]:
    """The answers, of two that read alike the first."""
    if not is_text:
        return answers
    folded = not all(each.case for each in accepted if each.case is not None)
    found: dict[str, Document] = {}
    for each in answers:
        found.setdefault(each["text"].casefold() if folded else each["text"], each)
    return list(found.values())


def _feedback(
    accepted: Sequence[Accepted],
    messages: Mapping[int, tuple[Message, str]],
    tried: Mapping[int, tuple[Fraction, frozenset[int]]],
    shares: Mapping[int, Fraction],
    other: tuple[Fraction, frozenset[int]],
) -> tuple[dict[int, str], Document]:
    """The feedback of each answer by its place, and the comments of the whole."""
    own: dict[int, str] = {}
    left: dict[int, tuple[str, str]] = {}
    for place, (message, text) in messages.items():
        key = (message.outcome, message.identifier)
        where = [at for at, each in enumerate(accepted) if key in each.names] if message.show else []
        if len(where) == 1 and message.identifier not in OURS and len(accepted) > 1:
            own[where[0]] = "\n\n".join(part for part in (own.get(where[0], ""), text) if part)
        else:
            left[place] = (message.identifier, text)
    names = [str(at) for at in range(len(accepted))]
    probes = [Probe(frozenset([str(at)]), shares[at], shown) for at, (_, shown) in tried.items()]
    points, shown = other
    probes.append(Probe(frozenset(["other"]), min(points, Fraction(0)), shown))
    found = sort_messages(left, probes, names)
    for name, text in found.parts.items():
        own[int(name)] = "\n\n".join(part for part in (own.get(int(name), ""), text) if part)
    comments: Document = dict(found.document)
    if "when_wrong" in comments and not any(name == "when_wrong" for name, _ in left.values()):
        comments.setdefault("feedback", comments.pop("when_wrong"))
    return own, comments


def plain_feedback(document: Document) -> Document:
    """The part of a gap: comments of the whole have no place in it, its own feedback stays."""
    return {key: value for key, value in document.items() if key in {"answers", "case", "accents", "feedback"}}


def rich(text: str) -> str:
    """A plain text as Markdown."""
    return escaped(text)
