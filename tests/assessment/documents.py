"""Documents of questions of every type, as an author or a program might write them, for the tests that read them back."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lms.assessment.formats.bank import LoadedQuestion
from lms.assessment.formats.yaml_question import read_question
from lms.kit.content import Report, reader_of

TOPICS = ("a", "b")
_LETTERS = "abcdefgáñ ZX*\\'\"#:{}-<&"
_word = st.text(_LETTERS, min_size=1, max_size=12).map(lambda text: f"t{text}t")
_maybe = _word | st.just("")
_share = st.sampled_from(["1/2", "1/3", "50%", "0.25", "16.66667%", "0"])
_number = st.sampled_from(["3", "3.14", "-2,5", "22/7", "1000"])


def _list(of: Any, low: int, high: int) -> Any:
    return st.lists(
        of, min_size=low, max_size=high, unique_by=lambda text: text.casefold().split()[0] + text.casefold()
    )


@st.composite
def _named(take: Any, low: int, high: int) -> list[str]:
    """Texts that read differently, whatever is done with accents, capitals and spaces."""
    return [f"{number} {take(_word)}" for number in range(take(st.integers(low, high)))]


@st.composite
def _choices(take: Any, kind: str) -> dict[str, Any]:
    texts = take(_named(3, 5))
    weighted = take(st.booleans())
    right = {0} if kind == "single" else {0, 1}
    options = []
    for number, text in enumerate(texts):
        option: dict[str, Any] = {"text": text, "feedback": take(_word)}
        if number in right and weighted:
            option["grade"] = "1" if kind == "single" else "1/2"
        elif number in right:
            option["correct"] = True
        elif weighted:
            option["grade"] = take(st.sampled_from(["-1/3", "0", "-1"]))
        options.append(option)
    scoring = {"scoring": "weights"} if weighted else take(st.sampled_from([{}, {"scoring": "all"}]))
    return {"options": options} | scoring | take(_shuffled)


_shuffled = st.sampled_from([{}, {"shuffle": False}, {"shuffle": True}])


@st.composite
def _numbers(take: Any) -> dict[str, Any]:
    answers = [{"value": take(_number), "tolerance": take(st.sampled_from(["0.5", "5%"])), "feedback": take(_word)}]
    if take(st.booleans()):
        answers.append({"low": "1", "high": take(st.sampled_from(["2", "900"])), "grade": take(_share)})
    units = {"units": [{"name": "s", "factor": "1"}, {"name": "min", "factor": "60"}]}
    return {"answers": answers} | take(st.sampled_from([{}, units, {**units, "unit": "required"}]))


@st.composite
def _texts(take: Any) -> dict[str, Any]:
    answers: list[dict[str, Any]] = [{"text": text} for text in take(_named(1, 3))]
    for answer in answers[1:]:
        answer |= {"grade": take(_share), "feedback": take(_word)}
    return {"answers": answers, "case": take(st.booleans()), "accents": take(st.booleans())}


@st.composite
def _gaps(take: Any) -> dict[str, Any]:
    kinds = take(st.lists(st.sampled_from(["typed", "chosen", "numeric"]), min_size=1, max_size=4))
    gaps = []
    for number, kind in enumerate(kinds):
        gap = {"id": f"g{number}", "kind": kind, "weight": take(st.integers(1, 3)), "feedback": take(_maybe)}
        if kind == "chosen":
            options = [{"text": text, "grade": take(_share)} for text in take(_named(2, 4))]
            options[0] = {"text": options[0]["text"], "correct": True}
            gap["options"] = options
        else:
            gap |= take(_numbers()) if kind == "numeric" else take(_texts())
        gaps.append(gap)
    order = take(st.permutations(range(len(gaps))))
    return {"text": " y ".join(f"va {{{{g{number}}}}}" for number in order), "gaps": gaps} | take(_shuffled)


@st.composite
def _open(take: Any) -> dict[str, Any]:
    points = take(st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True))
    levels = [{"points": worth, "text": take(_word)} for worth in [0, *points]]
    rubric = [
        {"id": f"c-{number}", "title": take(_word), "levels": levels} for number in range(take(st.integers(1, 3)))
    ]
    bounds = take(st.sampled_from([{}, {"min_words": 3}, {"min_words": 3, "max_words": 30}]))
    return {"rubric": rubric, "model": take(_maybe), "reviewers": take(st.integers(1, 2))} | bounds


def _feedback(own: Any) -> Any:
    return st.tuples(own, _word).map(lambda pair: {**pair[0], "feedback": pair[1]})


OWN = {
    "single": _choices("single"),
    "multiple": _choices("multiple"),
    "true_false": _feedback(st.booleans().map(lambda value: {"answer": value})),
    "matching": st.tuples(_named(2, 4), _named(1, 3), _named(0, 2), _shuffled).map(
        lambda some: (
            {
                "pairs": [
                    {"left": left, "right": some[1][number % len(some[1])], "feedback": "f"}
                    for number, left in enumerate(some[0])
                ],
                "distractors": [f"d{text}" for text in some[2]],
            }
            | some[3]
        )
    ),
    "ordering": _feedback(
        st.tuples(_named(2, 5), st.sampled_from([{}, {"scoring": "pairs"}, {"scoring": "exact"}]), _shuffled).map(
            lambda some: {"items": some[0]} | some[1] | some[2]
        )
    ),
    "numeric": _feedback(_numbers()),
    "short_text": _feedback(_texts()),
    "gaps": _gaps(),
    "open": _open(),
}
REMARKS = st.dictionaries(st.sampled_from(["general", "when_right", "when_partial", "when_wrong"]), _word, max_size=4)


@st.composite
def documents(take: Any, kind: str) -> dict[str, Any]:
    """A document of a question of `kind`, without a fault."""
    optional = {
        "title": _word,
        "tags": st.lists(_word.map(str.strip), max_size=3),
        "status": st.sampled_from(["draft", "reviewed", "retired"]),
        "exclusive": st.just("pareja"),
    }
    document = {
        "id": "p-1",
        "type": kind,
        "topic": take(st.sampled_from(TOPICS)),
        "difficulty": take(st.sampled_from(["easy", "medium", "hard"])),
        "pool": take(st.sampled_from(["exam", "practice", "both"])),
        "stem": take(_word),
        "explanation": take(_word),
        "review": "m#s",
    }
    return document | take(st.fixed_dictionaries({}, optional=optional)) | take(OWN[kind]) | take(REMARKS)


def read(document: dict[str, Any], *, strict: bool = True) -> tuple[LoadedQuestion | None, list[str]]:
    """The question that a document means, and its faults."""
    report = Report()
    _, question = read_question(reader_of(document, "d", 1, report, strict=strict), TOPICS)
    return question, [fault.message for fault in report.errors]
