"""Tables of tests: banks and plans as immutable versions, attempts as append-only steps, results beside results."""

from lms.assessment.models.attempts import Attempt, AttemptItem, AttemptStep, Result
from lms.assessment.models.content import (
    Bank,
    BankMedia,
    BankVersion,
    BankVersionQuestion,
    PlanVersion,
    Question,
    QuestionVersion,
    Test,
)
from lms.assessment.models.drafts import PlanDraft
from lms.assessment.models.statistics import ItemStatistic, StatisticsRun
from lms.assessment.models.supervision import Accommodation, Dispute, DisputeAnswer, ExamRoom, Mark, Regrade
from lms.assessment.models.texts import QuestionLikeness, QuestionText

__all__ = [
    "Accommodation",
    "Attempt",
    "AttemptItem",
    "AttemptStep",
    "Bank",
    "BankMedia",
    "BankVersion",
    "BankVersionQuestion",
    "Dispute",
    "DisputeAnswer",
    "ExamRoom",
    "ItemStatistic",
    "Mark",
    "PlanDraft",
    "PlanVersion",
    "Question",
    "QuestionLikeness",
    "QuestionText",
    "QuestionVersion",
    "Regrade",
    "Result",
    "StatisticsRun",
    "Test",
]
