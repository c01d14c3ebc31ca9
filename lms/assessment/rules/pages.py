"""Pages of an attempt: which questions stand on one page, and which of them are still open to answers.

In a plan that goes forward only, the page that is open is a step of the attempt, `page`, with the questions on it. A question
whose answer was looked at has a step `check`. Both have a tab of their own, which no browser can name, numbered by the page
and by the question: sent twice, they are one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.assessment.rules.policy import Step

PAGE_TAB = "page"
CHECK_TAB = "check"
GUARDS = (PAGE_TAB, CHECK_TAB)


@dataclass(frozen=True, slots=True)
class Page:
    """The questions from `first` to `last`, by position from 1. `number` counts pages from 1."""

    number: int
    first: int
    last: int

    @property
    def positions(self) -> range:
        return range(self.first, self.last + 1)

    def as_dict(self) -> dict[str, int]:
        """The payload of its step."""
        return {"page": self.number, "first": self.first, "last": self.last}


def pages(scenarios: Sequence[str], per_page: int) -> list[Page]:
    """The pages of an attempt whose questions, in order, belong to these scenarios ("": to none); `per_page` 0: one page.

    A page is full with `per_page` questions. A scenario is not split: it goes to the next page, or makes its page longer.
    """
    if not scenarios:
        return []
    if not per_page:
        return [Page(1, 1, len(scenarios))]
    units: list[int] = []  # sizes of what stays together
    before = ""
    for scenario in scenarios:
        if scenario and scenario == before:
            units[-1] += 1
        else:
            units.append(1)
        before = scenario
    sizes: list[int] = []
    for unit in units:
        if sizes and sizes[-1] + unit <= per_page:
            sizes[-1] += unit
        else:
            sizes.append(unit)
    found, first = [], 1
    for number, size in enumerate(sizes, 1):
        found.append(Page(number, first, first + size - 1))
        first += size
    return found


@dataclass(frozen=True, slots=True)
class Locks:
    """Which questions take no answer any more: those of other pages than `page` (None: pages come back), and `checked`."""

    page: Page | None = None
    checked: frozenset[int] = frozenset()

    def refusal(self, position: int, *, answer: bool = True) -> str:
        """The message key why an answer to `position` (or a flag on it) is refused; "" where it is not."""
        if self.page is not None and position not in self.page.positions:
            return "answer.page_left" if position < self.page.first else "answer.page_to_come"
        return "answer.checked" if answer and position in self.checked else ""


def locks(steps: Iterable[Step]) -> Locks:
    """What the steps of an attempt have locked; `answer` of a step is its payload."""
    open_page: Page | None = None
    checked = set()
    for step in steps:
        if step.tab == PAGE_TAB and (open_page is None or step.seq > open_page.number):
            open_page = Page(step.answer["page"], step.answer["first"], step.answer["last"])
        elif step.tab == CHECK_TAB:
            checked.add(step.item)
    return Locks(open_page, frozenset(checked))
