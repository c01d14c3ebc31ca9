"""What the gate looks at: a profile, and the facts about one person on one programme, each with its times.

There is no field for the kind of contract: temporary staff take the same road (invariant 9). Days are days of the site
(`Facts.zone`), moments are aware UTC, scores and thresholds are exact fractions from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

GAP_DAYS = 90
"""Days away after which what was verified before is stale (the setting `gap_days`)."""

Key = int | str
"""How a course is named: its row or its stable id; the caller uses one of them throughout."""


class VerificationKind(StrEnum):
    PRE_OJT = "pre_ojt"
    SKILL = "skill"


@dataclass(frozen=True)
class Requirement:
    """A skill that a profile asks for. `required=False` is desirable and no part of the gate.

    `threshold` is what a verification recorded from now on is held against; the gate reads the threshold that each
    verification carries. `valid_days` (None: for good) is how long a verification without an end of its own stands.
    """

    skill_id: int
    threshold: Fraction
    valid_days: int | None = None
    required: bool = True


@dataclass(frozen=True)
class Profile:
    """What a job asks for, in one version.

    `courses`: all of them must be passed. `min_ojt_days` counts different days, `min_ojt_minutes` their minutes.
    `sign_roles` must all sign a verification, `ojt_sign_roles` an OJT record, in the order given. A profile that asks
    for nothing in one of its parts opens nothing: an empty list is a mistake, and a mistake must not open the gate.
    """

    version_id: int
    courses: tuple[Key, ...]
    requirements: tuple[Requirement, ...]
    min_ojt_days: int
    min_ojt_minutes: int
    ojt_sign_roles: tuple[str, ...] = ("evaluator",)
    sign_roles: tuple[str, ...] = ("evaluator", "manager")


@dataclass(frozen=True)
class KnowledgePass:
    """The knowledge test of a course, passed. It stands up to and including `expires_on` (None: for good)."""

    course_id: Key
    passed_on: date
    expires_on: date | None = None

    def stands_on(self, day: date) -> bool:
        return self.passed_on <= day and (self.expires_on is None or day <= self.expires_on)


@dataclass(frozen=True)
class SignOffFact:
    """One signature."""

    role: str
    signer_id: int
    at: datetime


@dataclass(frozen=True)
class VerificationFact:
    """One verification as recorded. It stands up to and including `valid_until`.

    `threshold` and `sign_roles` are those in force when it was recorded (no roles kept: those of the profile).
    `superseded`: a later row corrects this one, and (of a failed one) everybody has signed that row.
    `imported`: brought along from before this site kept records, its signatures on the evidence that it names; an
    evaluator whom this site does not know is 0.
    """

    id: int
    kind: VerificationKind
    skill_id: int | None
    programme_id: int
    subject_id: int
    evaluator_id: int
    observed_on: date
    recorded_at: datetime
    score: Fraction
    threshold: Fraction
    valid_until: date | None = None
    sign_offs: tuple[SignOffFact, ...] = ()
    superseded: bool = False
    sign_roles: tuple[str, ...] = ()
    imported: bool = False

    @property
    def passed(self) -> bool:
        """Exactly the threshold passes."""
        return self.score >= self.threshold


@dataclass(frozen=True)
class OjtFact:
    """On-the-job training of one day under structured supervision. Its score informs, it is no condition.

    `imported`: brought along from before this site kept records, signed on the evidence that it names.
    """

    id: int
    day: date
    minutes: int
    programme_id: int
    subject_id: int
    observer_id: int
    sign_offs: tuple[SignOffFact, ...] = ()
    score: Fraction | None = None
    superseded: bool = False
    sign_roles: tuple[str, ...] = ()
    imported: bool = False


@dataclass(frozen=True)
class Span:
    """From a day to a day, both included; `last` None: still."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Facts:
    """Everything known about one person (`subject_id`) on one programme.

    `employments`: hire to leave; `placements`: on this programme only; `absences`: long absences within an employment.
    `zone` is the IANA zone of the site, in which signatures get their day. Facts of another person or programme may be
    among them and count for nothing.
    """

    subject_id: int
    programme_id: int
    knowledge: tuple[KnowledgePass, ...] = ()
    verifications: tuple[VerificationFact, ...] = ()
    ojt: tuple[OjtFact, ...] = ()
    employments: tuple[Span, ...] = ()
    placements: tuple[Span, ...] = ()
    absences: tuple[Span, ...] = ()
    zone: str = "UTC"
