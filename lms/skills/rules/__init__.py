"""The pure decisions of the road to live contacts.

`facts`: what is known; `corrections`: what of it was replaced; `signing`: who may sign; `gate`: the verdict; `order`: what may
be recorded when.
"""

from lms.skills.rules.corrections import Correction, superseded
from lms.skills.rules.facts import (
    GAP_DAYS,
    Facts,
    KnowledgePass,
    OjtFact,
    Profile,
    Requirement,
    SignOffFact,
    Span,
    VerificationFact,
    VerificationKind,
)
from lms.skills.rules.gate import (
    Gate,
    GateState,
    Missing,
    Step,
    StepKind,
    StepState,
    courses_lacking,
    gate,
    ojt_reached_on,
    steps_on,
)
from lms.skills.rules.order import Refusal, exact_share, ojt_refusal, parse_score, verification_refusal
from lms.skills.rules.signing import SIGN_ORDER, sign_off_allowed, sign_off_refusal, signed_on

__all__ = [
    "GAP_DAYS",
    "SIGN_ORDER",
    "Correction",
    "Facts",
    "Gate",
    "GateState",
    "KnowledgePass",
    "Missing",
    "OjtFact",
    "Profile",
    "Refusal",
    "Requirement",
    "SignOffFact",
    "Span",
    "Step",
    "StepKind",
    "StepState",
    "VerificationFact",
    "VerificationKind",
    "courses_lacking",
    "exact_share",
    "gate",
    "ojt_reached_on",
    "ojt_refusal",
    "parse_score",
    "sign_off_allowed",
    "sign_off_refusal",
    "signed_on",
    "steps_on",
    "superseded",
    "verification_refusal",
]
