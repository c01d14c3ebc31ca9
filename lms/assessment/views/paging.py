"""The page of an attempt that is open: which questions stand on it, what the palette links to, what was looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import url_for

from lms.assessment.models import AttemptStep
from lms.assessment.queries import attempts as reading
from lms.assessment.queries.attempts import Item, Standing
from lms.assessment.rules.pages import Locks, Page, pages
from lms.assessment.rules.plan import TestPlan
from lms.assessment.rules.showing import Phase, shown
from lms.assessment.views.presenting import QuestionView, ReviewLine, limited, question_view, review_line


@dataclass(frozen=True, slots=True)
class Place:
    """A question in the palette; `url` is "" where nobody can go there (its page was left, or is to come)."""

    number: int
    url: str
    here: bool
    answered: bool
    flagged: bool


@dataclass(frozen=True, slots=True)
class AttemptPage:
    """What the template shows. `questions` are those of the page; `checked` has the review of those that were looked at."""

    page: Page
    count: int
    forward: bool
    paged: bool
    questions: tuple[QuestionView, ...]
    checked: Mapping[int, ReviewLine]
    places: tuple[Place, ...]

    @property
    def before(self) -> int:
        """The page to go back to; 0 where there is none."""
        return 0 if self.forward else self.page.number - 1

    @property
    def after(self) -> int:
        """The page that follows; 0 where there is none."""
        return self.page.number + 1 if self.page.number < self.count else 0


def attempt_page(
    code: str, plan: TestPlan, items: Sequence[Item], steps: Sequence[AttemptStep], wanted: int | None
) -> AttemptPage:
    """The open page; `wanted` is asked for where pages come back."""
    standing, locked = reading.standing(steps), reading.locks_of(steps)
    every = pages([item.scenario for item in items], plan.page_size)
    page = _open(every, locked, wanted)
    during = shown(plan.review, Phase.DURING, done=False)
    questions, checked = [], {}
    for item in items[page.first - 1 : page.last]:
        answer = standing.answers.get(item.position)
        view = question_view(item, answer, flagged=item.position in standing.flagged)
        if item.position in locked.checked:
            line = review_line(item, answer, reveal=during.right, url="", title="")
            checked[item.position] = limited(line, during)
        questions.append(replace(view, check=during.anything))
    return AttemptPage(
        page=page,
        count=len(every),
        forward=locked.page is not None,
        paged=plan.page_size > 0,
        questions=tuple(questions),
        checked=checked,
        places=tuple(_places(code, every, page, locked, standing)),
    )


def _open(every: Sequence[Page], locked: Locks, wanted: int | None) -> Page:
    number = locked.page.number if locked.page is not None else wanted or 1
    return every[min(max(number, 1), len(every)) - 1]


def _places(code: str, every: Sequence[Page], page: Page, locked: Locks, standing: Standing) -> list[Place]:
    urls = question_urls(code, every, locked)
    here = set(page.positions)
    return [
        Place(
            number,
            f"#q{number}" if number in here else url,
            number in here,
            number in standing.answered(),
            number in standing.flagged,
        )
        for number, url in urls.items()
    ]


def question_urls(code: str, every: Sequence[Page], locked: Locks) -> dict[int, str]:
    """The address of each question by position; "" for those of pages that cannot be opened."""
    found = {}
    for page in every:
        number = page.number if len(every) > 1 and locked.page is None else None
        for position in page.positions:
            url = url_for("assessment.attempt", code=code, pagina=number, _anchor=f"q{position}")
            found[position] = url if locked.page is None or position in locked.page.positions else ""
    return found
