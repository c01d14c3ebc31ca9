"""The question types there are. A new type is a folder and a line here."""

from __future__ import annotations

from lms.assessment.types.base import QuestionType
from lms.assessment.types.gaps import Gaps
from lms.assessment.types.matching import Matching
from lms.assessment.types.multiple import Multiple
from lms.assessment.types.numeric import Numeric
from lms.assessment.types.open import Open
from lms.assessment.types.ordering import Ordering
from lms.assessment.types.short_text import ShortText
from lms.assessment.types.single import Single
from lms.assessment.types.true_false import TrueFalse

_ALL: tuple[QuestionType, ...] = (
    Single(),
    Multiple(),
    TrueFalse(),
    Matching(),
    Ordering(),
    Numeric(),
    ShortText(),
    Gaps(),
    Open(),
)

TYPES: dict[str, QuestionType] = {each.name: each for each in _ALL}


def question_type(name: str) -> QuestionType:
    """The type called `name`. Raises: KeyError where there is none."""
    return TYPES[name]
