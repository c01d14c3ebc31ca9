"""Every figure of the small company equals the value computed by hand; the reckoning stands beside each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from lms.kit.permissions import SYSTEM
from lms.metrics.figures import FIGURES, Series, by_cell, evaluate, figure_by_key, year_to_date
from lms.metrics.rules import Ask, Better, Cell, Dimension, Goal, Status, months_up_to
from tests.metrics.company import Company
from tests.metrics.records import AS_OF, MARCH, feb, jan, mar

ZONE = "America/Argentina/Buenos_Aires"


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


def asking(cell: Cell | None = None, as_of: date = AS_OF, month: date = MARCH) -> Ask:
    return Ask(SYSTEM, months_up_to(month), as_of, cell or Cell(), ZONE)


def series_of(session: Session, key: str, ask: Ask | None = None) -> Series:
    return evaluate(session, figure_by_key(key), ask or asking(), {})


def month_of(series: Series, month: date) -> tuple[Fraction, Fraction]:
    point = next(point for point in series.points if point.month == month)
    return point.evidence.over, point.evidence.under


BY_HAND = {
    # 600 + 120 + 60 - 30 minutes; seven people on the 1st (all but C), seven on the 31st (all but B).
    "training-hours-per-head": (Fraction(750, 60), 7),
    "ojt-hours-per-head": (Fraction(90, 60), 7),
    "coaching-hours-per-head": (Fraction(45, 60), 7),
    # A in time; C late, A's second withdrawn too late, D never. B had left, D's other was withdrawn in time.
    "completed-on-time": (1, 4),
    # A by regrade, C; D failed.
    "passed-first-time": (2, 3),
    # 5 + 4 + 4 + 3 + 5 points of five answers; the four of the other survey are too few.
    "satisfaction": (21, 5),
    # A and D of three.
    "survey-response-rate": (2, 3),
    # F; not B (no manager's signature), C (second beginning, evidence entered later), D (nothing), H (no pre-OJT).
    "trained-before-live-contacts": (1, 5),
    # A and C; not D. H practises, F and B had stopped.
    "current-verification": (2, 3),
    # C twice and H's correction; not D's failed one nor D's unsigned one.
    "verification-passed-first-time": (3, 5),
    # D, and H who practises without the pre-OJT verification; of A, C, D, H.
    "live-without-verification": (2, 4),
    # D; C closed a day late, A did not. B had left.
    "action-plans-on-time": (1, 3),
    # A; not F. B's was never signed, D was no longer on that programme.
    "reverification-on-time": (1, 2),
}


def test_every_figure_has_a_value_computed_by_hand() -> None:
    assert set(BY_HAND) == {figure.key for figure in FIGURES}


@pytest.mark.parametrize("key", BY_HAND)
def test_march_by_hand(session: Session, company: Company, key: str) -> None:
    evidence = series_of(session, key).last.evidence
    over, under = BY_HAND[key]
    assert (evidence.over, evidence.under) == (Fraction(over), Fraction(under))
    assert evidence.value == (over if key == "live-without-verification" else Fraction(over) / under)


@pytest.mark.parametrize("key", BY_HAND)
def test_a_month_without_anything_to_divide_by_has_no_data(session: Session, company: Company, key: str) -> None:
    ask = asking(as_of=date(2025, 11, 30), month=date(2025, 11, 1))
    point = series_of(session, key, ask).last
    assert point.evidence.under == 0
    assert point.evidence.value is None
    assert point.status is Status.NO_DATA


def test_other_months_by_hand(session: Session, company: Company) -> None:
    january, february, december = jan(1), feb(1), date(2025, 12, 1)
    assert month_of(series_of(session, "training-hours-per-head"), february) == (Fraction(50, 60), 7)
    assert month_of(series_of(session, "passed-first-time"), february) == (1, 1)
    beginnings = series_of(session, "trained-before-live-contacts")
    assert month_of(beginnings, february) == (1, 1)
    assert month_of(beginnings, december) == (0, 1)
    # 28 February: A verified, D not.
    assert month_of(series_of(session, "current-verification"), february) == (1, 2)
    assert month_of(series_of(session, "live-without-verification"), february) == (1, 2)
    first = series_of(session, "verification-passed-first-time")
    assert month_of(first, january) == (2, 2)
    assert month_of(first, february) == (3, 4)  # B's skill lacks a signature


def test_the_year_to_date_divides_by_the_mean_of_the_headcounts(session: Session, company: Company) -> None:
    ask = asking()
    found = year_to_date(series_of(session, "training-hours-per-head", ask), ask)
    assert found is not None
    assert (found.over, found.under, found.value) == (Fraction(800, 60), 7, Fraction(40, 21))
    assert year_to_date(series_of(session, "completed-on-time", ask), ask) is None


def test_filters_reach_numerator_and_denominator_alike(session: Session, company: Company) -> None:
    north, south = Cell(site_id=company.norte.id), Cell(site_id=company.sur.id)
    hours = "training-hours-per-head"
    # Norte: A, B, D, F on the 1st, A, C, F on the 31st; 690 minutes. Sur: E, M, H, then D too; 60 minutes.
    assert month_of(series_of(session, hours, asking(north)), MARCH) == (Fraction(690, 60), Fraction(7, 2))
    assert month_of(series_of(session, hours, asking(south)), MARCH) == (Fraction(1), Fraction(7, 2))
    # The headcount has no training type: one denominator everywhere.
    transfers = asking(Cell(training_type="transfer"))
    assert month_of(series_of(session, hours, transfers), MARCH) == (Fraction(3), 7)
    team = asking(Cell(supervisor_id=company.id("M")))
    assert month_of(series_of(session, hours, team), MARCH) == (Fraction(570, 60), 1)
    assert month_of(series_of(session, "trained-before-live-contacts", asking(north)), MARCH) == (1, 3)
    assert month_of(series_of(session, "trained-before-live-contacts", asking(south)), MARCH) == (0, 2)
    shop = asking(Cell(programme_id=company.tienda.id))
    assert month_of(series_of(session, "live-without-verification", shop), MARCH) == (2, 2)
    assert month_of(series_of(session, "current-verification", team), MARCH) == (1, 1)


def test_cells_are_those_of_the_filter(session: Session, company: Company) -> None:
    """Breaking down and filtering are two ways to the same numbers."""
    for figure in FIGURES:
        if Dimension.SITE not in figure.dimensions:
            continue
        ask = asking()
        cells = by_cell(evaluate(session, figure, ask, {}), ask, Dimension.SITE)
        for site in (company.norte, company.sur):
            filtered = evaluate(session, figure, asking(Cell(site_id=site.id)), {})
            got = [(point.evidence.over, point.evidence.under) for point in cells.get(site.id, filtered.points)]
            assert got == [(point.evidence.over, point.evidence.under) for point in filtered.points], figure.key


def test_a_figure_refuses_a_filter_that_its_records_cannot_answer(session: Session, company: Company) -> None:
    typed = series_of(session, "current-verification", asking(Cell(training_type="initial")))
    assert typed.refused == (Dimension.TRAINING_TYPE,)
    assert typed.last.evidence.value is None
    placed = series_of(session, "satisfaction", asking(Cell(site_id=company.norte.id)))
    assert placed.refused == (Dimension.SITE,)
    assert not placed.gathered.denominator


def test_what_is_due_today_is_not_due_yet(session: Session, company: Company) -> None:
    april = asking(month=date(2026, 4, 1))
    assert month_of(series_of(session, "completed-on-time", april), date(2026, 4, 1)) == (1, 1)
    assert series_of(session, "completed-on-time", april).last.running
    tomorrow = replace(april, as_of=date(2026, 4, 11))
    assert month_of(series_of(session, "completed-on-time", tomorrow), date(2026, 4, 1)) == (1, 2)


def test_invariant_09_evidence_recorded_after_the_first_day_does_not_open_the_gate_of_that_day(
    session: Session, company: Company
) -> None:
    # C's skill was observed on the 17th, and C began on the 18th: only that it was entered on the 20th stands against it.
    records = series_of(session, "trained-before-live-contacts").last.evidence.denominator
    mine = [record for record in records if record.person_id == company.id("C")]
    assert [(record.day, record.met) for record in mine] == [(mar(18), False)]


def test_invariant_10_a_renewal_signed_too_late_is_not_in_time(session: Session, company: Company) -> None:
    company.verify("F", mar(25), recorded=mar(27), valid_until=date(2026, 9, 30))
    assert month_of(series_of(session, "reverification-on-time"), MARCH) == (1, 2)


def test_a_failed_verification_undoes_the_renewal_before_it(session: Session, company: Company) -> None:
    company.verify("A", mar(30), passed=False)
    assert month_of(series_of(session, "reverification-on-time"), MARCH) == (0, 2)


def test_invariant_12_a_month_that_would_give_a_small_one_away_is_hidden(session: Session, company: Company) -> None:
    # Six answers in February and four in March of one survey: March is too small, and February would give it away.
    version = company.survey("dos-meses", [5, 5, 5, 5, 5, 5], feb(1))
    company.release(version, [1, 1, 1, 1, None], MARCH)
    series = series_of(session, "satisfaction")
    assert month_of(series, feb(1)) == (0, 0)
    assert month_of(series, MARCH) == (21, 5)


def test_the_target_is_that_of_the_last_day_of_the_period(session: Session, company: Company) -> None:
    figure = figure_by_key("passed-first-time")
    goals = {
        figure.key: [
            Goal(Fraction(9, 10), Better.HIGH, jan(1), mar(30), order=1),
            Goal(Fraction(2, 3), Better.HIGH, mar(31), None, order=2),
        ]
    }
    points = {point.month: point for point in evaluate(session, figure, asking(), goals).points}
    assert points[MARCH].status is Status.MEETS  # exactly two thirds
    assert points[feb(1)].goal is not None
    assert points[feb(1)].goal.value == Fraction(9, 10)
    assert points[date(2025, 12, 1)].goal is None
