"""Documents of questions in the one form in which parsers give them, for properties of all formats."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from lms.assessment.formats.markdown_text import escaped
from lms.assessment.types.base import folded

Document = dict[str, Any]

_LETTERS = "abcdefgñáZ 019.,;¿?¡!"
_MARKS = "~=#{}:\\[]()<>&%*_-+|\"'$@/`→"
SIGNS = st.sampled_from(_LETTERS + _MARKS)
WORDS = [
    "-> ",
    "[html]",
    "[plain]",
    "%50%",
    "</p>",
    "<b>",
    "&amp;",
    "]]>",
    "//",
    "::",
    "####",
    "\\n",
    "{}",
    "_____",
    "ANSWER: A",
]


def line(most: int = 30) -> st.SearchStrategy[str]:
    """A text on one line, without spaces that a format may lose."""
    parts = st.lists(st.one_of(st.text(SIGNS, max_size=8), st.sampled_from(WORDS)), min_size=1, max_size=5)
    return parts.map(lambda found: " ".join("".join(found).split())[:most].strip()).filter(bool)


def markdown(most: int = 60) -> st.SearchStrategy[str]:
    """Markdown of one or more lines."""
    return st.lists(line(most), min_size=1, max_size=3).map("\n\n".join)


def keyed(value: st.SearchStrategy[Any], key: str) -> st.SearchStrategy[Document]:
    """`{key: value}`, or nothing."""
    return st.one_of(st.just({}), value.map(lambda each: {key: each}))


def distinct(texts: st.SearchStrategy[str], low: int, high: int) -> st.SearchStrategy[list[str]]:
    """Texts of which no two read alike."""
    return st.lists(texts, min_size=low, max_size=high, unique_by=folded)


GRADES = st.sampled_from(["0", "1/2", "1/3", "2/3", "3/4", "1/7", "9/10"])
NUMBERS = st.decimals(-1000, 1000, places=2).map(lambda value: str(value + 0))
TOLERANCES = st.decimals("0.01", 50, places=2).map(str)
IDS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
TAG = (
    st.text(st.sampled_from("abcñ 1-_.:"), min_size=1, max_size=12)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


def _with(document: Document, **extra: Any) -> Document:
    return document | extra


@st.composite
def placed(draw: st.DrawFn, *, topics: bool = True) -> Document:
    """What every question may say of itself."""
    document: Document = {"topic": draw(st.sampled_from(["norma", "fraude"]))} if topics else {}
    for key, values in (
        ("difficulty", st.sampled_from(["easy", "medium", "hard"])),
        ("pool", st.sampled_from(["exam", "practice", "both"])),
        ("status", st.sampled_from(["draft", "retired"])),
        ("exclusive", IDS),
        ("review", st.just("auditorias#que-mira")),
        ("title", line()),
        ("explanation", markdown()),
        ("tags", st.lists(TAG.filter(lambda tag: ":" not in tag), min_size=1, max_size=3, unique=True)),
    ):
        document |= draw(keyed(values, key))
    return document


def _option(text: str, feedback: str | None, **extra: Any) -> Document:
    return {"text": text, **extra} | ({"feedback": feedback} if feedback else {})


FEEDBACKS = st.one_of(st.none(), markdown())


@st.composite
def single(draw: st.DrawFn) -> Document:
    texts = draw(distinct(markdown(), 2, 5))
    if draw(st.booleans()):
        right = draw(st.integers(0, len(texts) - 1))
        options = [
            _option(text, draw(FEEDBACKS), **({"correct": True} if at == right else {}))
            for at, text in enumerate(texts)
        ]
        return {"type": "single", "options": options}
    shares = [draw(st.sampled_from(["1", "0", "1/2", "1/3", "-1/2"])) for _ in texts]
    shares[draw(st.integers(0, len(texts) - 1))] = "1"
    if shares.count("1") == 1 and shares.count("0") == len(shares) - 1:
        shares[shares.index("0")] = "1/2"
    return {"type": "single", "options": _graded(draw, texts, shares), "scoring": "weights"}


def _graded(draw: st.DrawFn, texts: list[str], shares: list[str]) -> list[Document]:
    return [
        _option(text, draw(FEEDBACKS), **({} if share == "0" else {"grade": share}))
        for text, share in zip(texts, shares, strict=True)
    ]


@st.composite
def multiple(draw: st.DrawFn) -> Document:
    right = draw(st.integers(2, 4))
    texts = draw(distinct(markdown(), right + 1, right + 3))
    if draw(st.booleans()):
        options = [
            _option(text, draw(FEEDBACKS), **({"correct": True} if at < right else {})) for at, text in enumerate(texts)
        ]
        return {"type": "multiple", "options": options, "scoring": "partial"}
    parts = draw(st.sampled_from([[Fraction(1, right)] * right, [Fraction(1, 2 * right)] * (right - 1)]))
    parts = [*parts, 1 - sum(parts, Fraction(0))] if len(parts) < right else parts
    wrong = [draw(st.sampled_from(["0", "-1", "-1/12"])) for _ in texts[right:]]
    return {"type": "multiple", "options": _graded(draw, texts, [*map(str, parts), *wrong]), "scoring": "weights"}


@st.composite
def true_false(draw: st.DrawFn) -> Document:
    document: Document = {"type": "true_false", "answer": draw(st.booleans())}
    return document | draw(keyed(markdown(), "feedback")) | draw(keyed(markdown(), "when_right"))


@st.composite
def matching(draw: st.DrawFn) -> Document:
    lefts = draw(distinct(markdown().filter(lambda text: "->" not in text), 2, 4))
    rights = draw(distinct(line(), 2, 5))
    pairs = [{"left": left, "right": draw(st.sampled_from(rights))} for left in lefts]
    used = {pair["right"] for pair in pairs}
    distractors = [text for text in rights if text not in used]
    return {"type": "matching", "pairs": pairs} | ({"distractors": distractors} if distractors else {})


@st.composite
def numeric(draw: st.DrawFn, *, ranges: bool = True) -> Document:
    answers = []
    for at in range(draw(st.integers(1, 3))):
        if ranges and draw(st.booleans()):
            low, high = sorted([draw(NUMBERS), draw(NUMBERS)], key=float)
            answer: Document = {"low": low, "high": high}
        else:
            answer = {"value": draw(NUMBERS)} | draw(keyed(TOLERANCES, "tolerance"))
        answer |= draw(keyed(GRADES, "grade")) if at else {}
        answers.append(answer | draw(keyed(markdown(), "feedback")))
    return {"type": "numeric", "answers": answers} | draw(keyed(markdown(), "feedback"))


PATTERN = st.text(st.sampled_from("abñá 1*~=#{}:[]%<>&.,;→"), min_size=1, max_size=15)
PATTERNS = PATTERN.map(lambda text: " ".join(text.split())).filter(lambda text: text.strip("* ") != "")


@st.composite
def short_text(draw: st.DrawFn) -> Document:
    answers = []
    for at, text in enumerate(draw(distinct(PATTERNS, 1, 4))):
        answer: Document = {"text": text} | (draw(keyed(GRADES, "grade")) if at else {})
        answers.append(answer | draw(keyed(markdown(), "feedback")))
    return {"type": "short_text", "answers": answers, "accents": True} | draw(keyed(markdown(), "feedback"))


def open_() -> st.SearchStrategy[Document]:
    return st.builds(lambda: {"type": "open"})


@st.composite
def ordering(draw: st.DrawFn) -> Document:
    document: Document = {"type": "ordering", "items": draw(distinct(line(), 2, 5))}
    return document | ({"scoring": "pairs"} if draw(st.booleans()) else {}) | draw(keyed(markdown(), "when_wrong"))


def said() -> st.SearchStrategy[str]:
    """Plain text as Markdown: what a text inside a gap can be."""
    return line().map(escaped)


@st.composite
def gaps(draw: st.DrawFn) -> Document:
    found = []
    for key in "abc"[: draw(st.integers(1, 3))]:
        gap: Document = {"id": key} | draw(st.one_of(_chosen(), _typed(), numeric(ranges=False).map(_numeric_gap)))
        found.append(gap | draw(keyed(st.integers(2, 9), "weight")))
    around = line().filter(lambda text: "{" not in text and "}" not in text)
    text = "".join(f"{draw(around)} {{{{{gap['id']}}}}} " for gap in found)
    stem = draw(st.one_of(st.just("Completar el texto."), markdown().filter(lambda text: "{" not in text)))
    return {"type": "gaps", "stem": stem, "text": text + draw(around), "gaps": found}


@st.composite
def _chosen(draw: st.DrawFn) -> Document:
    options = [{"text": text} | draw(keyed(said(), "feedback")) for text in draw(distinct(said(), 2, 4))]
    rest = [option | draw(keyed(GRADES.filter(lambda share: share != "0"), "grade")) for option in options[1:]]
    return {"kind": "chosen", "options": [options[0] | {"correct": True}, *rest]}


@st.composite
def _typed(draw: st.DrawFn) -> Document:
    answers = []
    for at, text in enumerate(draw(distinct(PATTERNS, 1, 3))):
        answer: Document = {"text": text} | (draw(keyed(GRADES, "grade")) if at else {})
        answers.append(answer | draw(keyed(said(), "feedback")))
    document: Document = {"kind": "typed", "answers": answers, "accents": True}
    return document | draw(keyed(st.just(True), "case")) | draw(keyed(said(), "feedback"))


def _numeric_gap(document: Document) -> Document:
    """A numeric question as a gap, its texts plain."""
    answers = [
        {key: escaped(" ".join(value.split())) if key == "feedback" else value for key, value in answer.items()}
        for answer in document["answers"]
    ]
    feedback = {"feedback": escaped(" ".join(document["feedback"].split()))} if "feedback" in document else {}
    return {"kind": "numeric", "answers": answers} | feedback


@st.composite
def question(draw: st.DrawFn, kinds: st.SearchStrategy[Document]) -> Document:
    """A whole question of one of `kinds`, without an id."""
    own, head = draw(kinds), draw(placed())
    return {"type": own.pop("type"), "stem": own.pop("stem", "") or draw(markdown()), **head, **own}


@st.composite
def bank(draw: st.DrawFn, kinds: st.SearchStrategy[Document]) -> list[Document]:
    """Questions with ids that differ."""
    ids = draw(st.lists(IDS, min_size=1, max_size=4, unique=True))
    return [_with(draw(question(kinds)), id=key) for key in ids]
