"""What the editor of a plan shows: the value of each field, what is wrong with it, what each section finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from lms.assessment import plan_labels
from lms.assessment.formats.plan_check import Checked, Found
from lms.assessment.formats.yaml_plan_writer import document_of, write_document, write_plan
from lms.assessment.queries.plans import PlanDesk
from lms.assessment.rules.plan import ANY, DIFFICULTIES, TestPlan
from lms.assessment.rules.plan_changes import changes
from lms.assessment.rules.plan_document import KEYS, SECTION_KEYS, Document, Path, from_form, local_moment, sections_of
from lms.assessment.rules.showing import Phase
from lms.web.context import actor

FIELDS = tuple(key for key in KEYS if key != "id")
Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """A plan on its page. Faults and warnings go by the name of their field; `points` are those of the whole form."""

    document: Document
    values: Mapping[str, str]
    rows: tuple[Mapping[str, Any], ...]
    found: tuple[Found | None, ...]
    faults: Names
    warnings: Names
    checked: Checked
    topics: tuple[tuple[str, str], ...]

    @property
    def number_of_faults(self) -> int:
        return sum(map(len, self.faults.values()))

    @property
    def points(self) -> Any:
        """The points of a whole form, as an exact number."""
        plan = self.checked.plan
        return sum((each.points * each.count for each in plan.sections), plan.fixed_points * len(plan.fixed))

    def names(self) -> list[str]:
        """The names of all its fields."""
        rows = [f"sections-{number}-{key}" for number in range(len(self.rows)) for key in SECTION_KEYS]
        return [*FIELDS, *rows]


def zone() -> ZoneInfo:
    """That of who reads: the moments of the form are told in it."""
    return ZoneInfo(actor().zone)


def typed(sent: Mapping[str, str], slug: str) -> Document:
    """The document that a form sent."""
    return from_form(sent, slug, zone())


def number_of(text: str | None) -> int | None:
    """A version or a revision that a form names; None where it names none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def stored(desk: PlanDesk) -> Document:
    """The document of the draft, or of the plan where there is no draft."""
    if desk.draft is not None:
        return dict(desk.draft.document)
    rules = desk.rules
    if rules is None:  # pragma: no cover - a desk has the one or the other
        raise LookupError("a desk without a plan and without a draft")
    return document_of(rules, zone())


def sheet_of(desk: PlanDesk, document: Document, checked: Checked) -> PlanSheet:
    """The sheet of a document that was checked over the target version of the bank."""
    titles = desk.titles()
    rows = sections_of(document)
    # A topic that the bank does not have any more stays what the author chose, and is told.
    gone = {str(row["topic"]) for row in rows if row.get("topic") and row["topic"] not in titles}
    return PlanSheet(
        document=document,
        values=_values(document),
        rows=tuple(dict.fromkeys(SECTION_KEYS, "") | dict(row) for row in rows),
        found=checked.found,
        faults=_by_name(checked.faults, titles),
        warnings=_by_name(checked.warnings, titles),
        checked=checked,
        topics=(*titles.items(), *((each, each) for each in sorted(gone))),
    )


def _values(document: Document) -> dict[str, str]:
    values = {key: str(document.get(key, "")) for key in FIELDS}
    values |= {key: "\n".join(map(str, document.get(key) or ())) for key in ("fixed", "addresses")}
    values |= {key: local_moment(values[key], zone()) for key in ("opens", "closes")}
    values["delay_hours"] = values["delay_hours"] or "0"
    values["per_page"] = values["per_page"] or "0"
    values["fixed_points"] = values["fixed_points"] or "1"
    values["room"] = "1" if document.get("room") is True else ""
    review = document.get("review")
    values["own_review"] = "1" if isinstance(review, Mapping) else ""
    for phase in Phase:
        for part in (review.get(phase.value) or ()) if isinstance(review, Mapping) else ():
            values[f"review-{phase.value}-{part}"] = "1"
    return values


def _by_name(found: Mapping[Path, Sequence[str]], titles: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for path, messages in found.items():
        name = "-".join(map(str, path if len(path) != 2 else (*path, "topic")))
        name = name if path[0] in FIELDS else "title"
        names[name] = (
            *names.get(name, ()),
            *(plan_labels.plain(each, titles, of_section=len(path) > 1) for each in messages),
        )
    return names


def text_of(checked: Checked, document: Document) -> str:
    """The file of a document: as its plan is written where it has no fault, else as it stands."""
    return write_plan(checked.plan, zone()) if checked.ok else write_document(document)


def differences(
    before: TestPlan | None, after: Checked, document: Document, titles: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """What a document says otherwise than a plan, in words: (what, before, after); nothing where there is no plan before.

    What cannot be read is told as it was typed: the plan that was read has another value there.
    """
    if before is None:
        return []
    unread = {str(path[0]) for path in after.faults if len(path) == 1}
    found = []
    for change in changes(before, after.plan):
        what, old, new = plan_labels.change_words(change, titles)
        typed_text = document.get(change.key, "") if change.key in unread else new
        found.append((what, old, typed_text if isinstance(typed_text, str) and typed_text else new))
    return found


def words() -> dict[str, Any]:
    """The words that every page of a plan shows."""
    return {
        "labels": plan_labels.LABELS,
        "section_mark": plan_labels.SECTION_MARK,
        "difficulties": [(each, plan_labels.difficulty_word(each)) for each in (*DIFFICULTIES, ANY)],
        "orders": plan_labels.ORDERS,
        "navigations": plan_labels.NAVIGATIONS,
        "failures": plan_labels.FAILURES,
        "phases": plan_labels.PHASES,
        "shown": plan_labels.SHOWN,
    }
