"""Item statistics: published values, the plain formulas, and what is undefined."""

from __future__ import annotations

import json
import math
import statistics as plain
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessment.formats.scores_csv import parse_mark, read_scores
from lms.assessment.rules.statistics import (
    Sheet,
    alpha_of_slots,
    alpha_within_sections,
    analyse,
    cronbach,
    item_figures,
    option_table,
    subkoviak,
)
from lms.assessment.rules.statistics.collecting import Collector, Responses, Taken
from lms.assessment.rules.statistics.options import thirds
from lms.cli import main as cli

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "statistics"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples do not stand beside the checkout")

# As the sources of the two sets published them; the digits that they give bound the comparison.
QUIZ = {
    "facility": ".704 .48 .9733 .68 .52 .64 .62",
    "sd": ".45137 .50990 .13333 .47610 .30551 .48990 .33166",
    "discrimination_index": "-7.065 -28.898 -9.123 -22.631 -17.700 -45.379 -5.654",
    "discriminative_efficiency": "-9.455 -36.783 -21.655 -31.441 -21.179 -56.937 -6.504",
}
QUIZ_TEST = {
    "mean": "4.61733",
    "median": "4.5",
    "sd": ".811727",
    "skewness": "-.0925025",
    "kurtosis": "-.707397",
    "alpha": "-.872231",
    "error_ratio": "136.8295",
    "sem": "1.110681",
}
LSAT = {
    "facility": ".924 .709 .553 .763 .870",
    "corrected_item_total": ".11283 .15318 .17278 .14443 .12160",
    "alpha_if_deleted": ".27536 .23758 .21680 .24593 .26629",
}
LSAT_TEST = {"alpha": ".2949972", "mean": "3.819", "sd": "1.035041"}


def close(found: float, published: str) -> bool:
    """Equal in every digit that was published; where more than six are, to a millionth of the value."""
    digits = len(published.partition(".")[2])
    return math.isclose(found, float(published), rel_tol=1e-6, abs_tol=0.50001 * 10**-digits)


def run(file: Path, *options: str) -> dict[str, object]:
    result = CliRunner().invoke(cli, ["stats", "items", str(file), "--json", *options])
    assert result.exit_code == 0, result.output
    document: dict[str, object] = json.loads(result.stdout)
    return document


@needs_samples
@pytest.mark.parametrize(
    ("file", "options", "test", "items", "size"),
    [
        ("quiz25x7.csv", ["--id-column", "attempt"], QUIZ_TEST, QUIZ, (25, 7)),
        ("lsat6.csv", [], LSAT_TEST, LSAT, (1000, 5)),
    ],
)
def test_published_values(
    file: str, options: list[str], test: dict[str, str], items: dict[str, str], size: tuple[int, int]
) -> None:
    found = run(SAMPLES / file, *options)
    assert (found["n_persons"], found["n_items"]) == size
    for name, value in test.items():
        assert close(found["test"][name], value), name  # type: ignore[index]
    for name, values in items.items():
        for item, value in zip(found["items"], values.split(), strict=True):  # type: ignore[arg-type, call-overload]
            assert close(item[name], value), (name, item)


@needs_samples
def test_an_id_that_was_not_named_is_told() -> None:
    result = CliRunner().invoke(cli, ["stats", "items", str(SAMPLES / "quiz25x7.csv")])
    assert result.exit_code == 1
    assert "--id-column 'attempt'" in result.stderr
    assert "línea 3, columna «attempt»" in result.stderr


MARKS = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 1.0])
WHOLE = st.integers(1, 6).flatmap(
    lambda items: st.lists(st.lists(MARKS, min_size=items, max_size=items), min_size=1, max_size=12)
)


def sheet(rows: list[list[float | None]]) -> Sheet:
    return Sheet(tuple(f"q{number}" for number in range(len(rows[0]))), rows)


@given(WHOLE)
def test_figures_agree_with_the_plain_formulas(rows: list[list[float]]) -> None:
    test, items = analyse(sheet(rows))
    totals = [math.fsum(row) for row in rows]
    assert test.mean == pytest.approx(plain.fmean(totals))
    assert test.median == pytest.approx(plain.median(totals))
    if len(rows) > 1:
        assert test.sd == pytest.approx(plain.stdev(totals), abs=1e-12)
    for number, item in enumerate(items):
        marks = [row[number] for row in rows]
        rest = [total - mark for total, mark in zip(totals, marks, strict=True)]
        assert item.n == len(rows)
        assert item.facility == pytest.approx(plain.fmean(marks))
        varies = len(rows) > 1 and len(set(marks)) > 1 and plain.stdev(rest) > 1e-9
        if not varies:
            assert item.discrimination_index is None or len(set(marks)) > 1
            continue
        assert item.corrected_item_total == pytest.approx(plain.correlation(marks, rest), abs=1e-9)
        assert item.discrimination_index == pytest.approx(100 * plain.correlation(marks, rest), abs=1e-7)
        assert item.discriminative_efficiency is not None
        assert item.discriminative_efficiency <= 100 + 1e-9


@given(WHOLE, st.randoms(use_true_random=False))
def test_neither_the_order_of_people_nor_of_items_matters(rows: list[list[float]], random: object) -> None:
    test, items = analyse(sheet(rows))
    people, order = list(rows), list(range(len(rows[0])))
    random.shuffle(people)  # type: ignore[attr-defined]
    random.shuffle(order)  # type: ignore[attr-defined]
    names = tuple(f"q{number}" for number in order)
    other, found = analyse(Sheet(names, [[row[number] for number in order] for row in people]))
    assert other.alpha == pytest.approx(test.alpha, abs=1e-9)
    by_name = {item.name: item for item in found}
    for item in items:
        assert by_name[item.name].facility == pytest.approx(item.facility)
        assert by_name[item.name].corrected_item_total == pytest.approx(item.corrected_item_total, abs=1e-9)


@given(st.lists(st.lists(st.one_of(st.none(), MARKS), min_size=4, max_size=4), min_size=1, max_size=10))
def test_blanks_are_people_who_did_not_get_the_item(rows: list[list[float | None]]) -> None:
    test, items = analyse(sheet(rows))
    assert [item.n for item in items] == [sum(row[number] is not None for row in rows) for number in range(4)]
    for number, item in enumerate(items):
        got = [row[number] for row in rows if row[number] is not None]
        assert item.facility == (pytest.approx(plain.fmean(got)) if got else None)  # type: ignore[type-var]
    blank = any(mark is None for row in rows for mark in row)
    assert test.alpha_name == ("within_person" if blank else "cronbach")


@pytest.mark.parametrize(
    "rows",
    [[[1.0]], [[1.0, 0.0]], [[1.0], [0.0]], [[1.0, 1.0], [1.0, 1.0]], [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]],
)
def test_what_is_undefined_is_none_and_not_zero(rows: list[list[float | None]]) -> None:
    test, items = analyse(sheet(rows))
    assert test.alpha is None
    assert test.error_ratio is None
    assert all(item.discrimination_index is None and item.corrected_item_total is None for item in items)
    assert (test.sd is None) == (len(rows) < 2)


def test_a_question_without_variance_has_facility_and_no_discrimination() -> None:
    _, items = analyse(sheet([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]))
    assert (items[0].facility, items[0].sd, items[0].discrimination_index) == (1.0, 0.0, None)
    assert items[0].flags == ("easy", "no_variance")


def test_an_item_worth_nothing_has_no_facility() -> None:
    found = item_figures("q", [0.0, 0.0], [3.0, 4.0], worth=0)
    assert (found.n, found.facility, found.sd) == (2, None, None)


def test_a_negative_alpha_is_never_clipped() -> None:
    test, _ = analyse(sheet([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 0.5]]))
    assert test.alpha is not None
    assert test.alpha < -1
    assert test.error_ratio is not None
    assert test.error_ratio > 100


def test_points_weigh_marks() -> None:
    test, items = analyse(Sheet(("a", "b"), [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], worth=(3.0, 1.0)))
    assert test.mean == pytest.approx((3 + 1 + 4) / 3)
    assert [item.intended_weight for item in items] == [75.0, 25.0]


def test_alpha_of_slots_equals_cronbach_where_all_got_the_same() -> None:
    rows = [[1.0, 0.0, 1.0], [1.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    assert alpha_of_slots(rows) == pytest.approx(analyse(sheet(rows))[0].alpha)  # type: ignore[arg-type]
    assert alpha_of_slots([[1.0], [1.0, 0.0]]) is None


@given(st.lists(st.lists(st.sampled_from([0.0, 1.0]), min_size=5, max_size=5), min_size=3, max_size=12))
def test_within_one_section_of_right_and_wrong_items_it_is_kr21(rows: list[list[float]]) -> None:
    """KR-21 = k/(k-1) (1 - M (k - M) / (k V)), with V over n; ours takes the error of each person (Lord), V over n - 1."""
    found = alpha_within_sections([[(0, mark) for mark in row] for row in rows])
    totals = [sum(row) for row in rows]
    if len(set(totals)) == 1:
        assert found is None
        return
    errors = [total * (5 - total) / 4 for total in totals]
    assert found == pytest.approx(1 - plain.fmean(errors) / plain.variance(totals))


def test_a_section_of_one_item_shows_no_error() -> None:
    assert alpha_within_sections([[(0, 1.0), (1, 0.0), (1, 1.0)], [(0, 0.0), (1, 0.0), (1, 1.0)]]) is None


def test_cronbach_needs_two_items_and_variance() -> None:
    assert cronbach(1, 0.2, 0.2) is None
    assert cronbach(3, 0.2, 0.0) is None
    assert cronbach(2, 1.0, 2.0) == 1.0


@given(st.lists(st.integers(0, 20), min_size=1, max_size=30), st.floats(0, 1))
def test_decision_consistency_is_a_share_of_at_least_a_half(scores: list[int], reliability: float) -> None:
    found = subkoviak([float(score) for score in scores], 20, 16, reliability)
    assert found is not None
    assert 0.5 <= found <= 1 + 1e-12


def test_decision_consistency_of_extremes_is_certain() -> None:
    assert subkoviak([0.0, 20.0], 20, 16, 1.0) == pytest.approx(1.0)
    assert subkoviak([16.0], 20, 16, -0.1) is None
    assert subkoviak([], 20, 16, 0.5) is None


def test_options_by_thirds_and_a_distractor_better_than_the_key() -> None:
    third = thirds([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
    keys = [("", "0"), ("", "1"), ("", "2")]
    rows = option_table(keys, {keys[0]}, {keys[0]: [0, 1, 2, 4], keys[1]: [3, 5, 6, 7, 8]}, third)
    assert [(row.lower, row.middle, row.upper) for row in rows] == [(3, 1, 0), (0, 2, 3), (0, 0, 0)]
    assert [row.flags for row in rows] == [(), ("better_than_key",), ("never_chosen",)]
    assert rows[0].chosen == 4


def test_a_part_without_a_right_response_flags_nobody() -> None:
    rows = option_table([("a", "x")], set(), {("a", "x"): [2]}, [0, 1, 2])
    assert rows[0].flags == ()


PLAN = [(0, 3), (1, 2)]


@given(st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=5, max_size=5), min_size=2, max_size=15))
def test_gathered_one_by_one_it_is_the_plain_formula(rows: list[list[float]]) -> None:
    """The same five questions for everybody: then a test of drawn forms is a plain one."""
    found = Collector()
    sections = [section for section, count in PLAN for _ in range(count)]
    for row in rows:
        found.add([Taken(number, sections[number], 1.0, mark, [("", str(mark))]) for number, mark in enumerate(row)])
    test, items = analyse(sheet(rows))
    whole = found.whole(Fraction(4, 5))
    assert (whole.n, whole.mean, whole.sd) == (len(rows), pytest.approx(test.mean), pytest.approx(test.sd))
    assert whole.alpha_slots == pytest.approx(test.alpha, abs=1e-9)
    people = [[(sections[number], mark) for number, mark in enumerate(row)] for row in rows]
    assert whole.alpha_within == pytest.approx(alpha_within_sections(people), abs=1e-9)
    keys = tuple(("", str(mark)) for mark in (0.0, 0.5, 1.0))
    known = Responses(keys, frozenset({keys[2]}), guess=0.25)
    measured = found.items(dict.fromkeys(range(6), known))
    for number, item in enumerate(items):
        figures, table = measured[number]
        assert figures.facility == pytest.approx(item.facility)
        assert figures.discriminative_efficiency == pytest.approx(item.discriminative_efficiency, abs=1e-7)
        assert sum(row.chosen for row in table) == len(rows)
    assert measured[5][0].n == 0
    assert measured[5][0].flags == ()


def test_a_question_that_weighed_differently_is_taken_from_each_total_as_it_weighed() -> None:
    """Five points under one plan and one under the next: the rests are the same, and so is what the question says."""
    rests, marks = [0.0, 1.0, 2.0, 3.0, 1.0, 2.0], [0.0, 0.0, 1.0, 1.0, 0.0, 1.0]
    found = Collector()
    for number, (rest, mark) in enumerate(zip(rests, marks, strict=True)):
        found.add([Taken(1, 0, 5.0 if number % 2 else 1.0, mark), Taken(2, 0, 3.0, rest / 3)])
    figures = found.items({1: Responses((), frozenset())})[1][0]
    assert figures.corrected_item_total == pytest.approx(plain.correlation(marks, rests))


def test_forms_of_other_sizes_have_no_slots_and_questions_keep_to_who_drew_them() -> None:
    found = Collector()
    found.add([Taken(1, 0, 1.0, 1.0), Taken(2, 0, 1.0, 0.0)])
    found.add([Taken(1, 0, 2.0, 0.5), Taken(3, 0, 1.0, 1.0), Taken(4, 0, 1.0, 0.0)])
    whole = found.whole(Fraction(4, 5))
    assert whole.alpha_slots is None
    assert whole.consistency is None
    assert found.items({2: Responses((), frozenset())})[2][0].n == 1


@given(st.lists(st.integers(0, 5), max_size=30))
def test_equal_totals_stand_in_the_same_third(totals: list[int]) -> None:
    found = thirds([float(total) for total in totals])
    assert len({(total, third) for total, third in zip(totals, found, strict=True)}) == len(set(totals))
    assert [third for _, third in sorted(zip(totals, found, strict=True))] == sorted(found)


@pytest.mark.parametrize(
    ("text", "comma", "value"),
    [
        ("1", False, 1.0), (" 0.5 ", False, 0.5), ("0,5", False, 0.5), ("0,25", True, 0.25), ("", False, None),
        ("-", False, None), ("NaN", False, None), ("50%", False, 0.5), ("33.33333%", False, 1 / 3),
        ("66,66667%", True, 2 / 3), ("14.28571%", False, 1 / 7), ("1/3", False, 1 / 3), ("1e-1", False, 0.1),
    ],
)  # fmt: skip
def test_marks_are_read_as_people_write_them(text: str, comma: bool, value: float | None) -> None:
    assert parse_mark(text, decimal_comma=comma) == value


@pytest.mark.parametrize("text", ["x", "1.5", "-0.1", "1/0", "inf", "1_0", "120%", "1,2,3", "٣"])
def test_what_is_no_mark_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="«"):
        parse_mark(text)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vac"),
        (b"\xff\xfe\x00", "UTF"),
        (b"a,b\n\x00,1\n", "nulos"),
        (b"a,a\n1,1\n", "dos veces"),
        (b"a,\n1,1\n", "columna 2 no tiene nombre"),
        (b"a,b\n1,2\n", "línea 2, columna «b»".encode().decode()),
        (b"a,b\n1,1,1\n", "3 celdas"),
        (b'a,b\n"1,1\n', "CSV mal escrito"),
    ],
)
def test_a_file_with_faults_says_where(data: bytes, said: str) -> None:
    assert any(said in fault for fault in read_scores(data).faults)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfp,a,b\r\nx,1,0.5\r\n\r\ny,,1\r\n",
        "p;a;b\nx;1;0,5\ny;;1\n".encode("utf-16"),
        b"p\ta\tb\nx\t1\t0.5\ny\t\t1",
        b'\n"p","a","b"\n"x",1,.5\n"y"," ",1\n',
    ],
)
def test_separators_marks_of_order_and_line_ends(data: bytes) -> None:
    found = read_scores(data, id_column="p")
    assert found.faults == []
    assert found.sheet.names == ("a", "b")
    assert found.sheet.rows == [[1.0, 0.5], [None, 1.0]]


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_are_a_table_or_faults(data: bytes) -> None:
    found = read_scores(data, id_column=None)
    if not found.faults:
        test, items = analyse(found.sheet)
        json.dumps([test.alpha, [item.facility for item in items]], allow_nan=False)


def test_the_command_says_faults_and_wrong_use(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,zz\n")
    result = CliRunner().invoke(cli, ["stats", "items", str(file)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "x.csv: línea 2, columna «b»: «zz» no es un número" in result.stderr
    assert CliRunner().invoke(cli, ["stats", "items", str(tmp_path / "none.csv")]).exit_code == 2
    file.write_text("a,b\n1,0\n0,1\n1,1\n")
    shown = CliRunner().invoke(cli, ["stats", "items", str(file)])
    assert shown.exit_code == 0
    assert "3 personas, 2 preguntas" in shown.output
