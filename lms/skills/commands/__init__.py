"""Everything that changes the road to live contacts, one function per use case."""

from lms.skills.commands.batch import EvidenceBatch
from lms.skills.commands.evidence import Upload, attach_evidence
from lms.skills.commands.importing import bring_verifications
from lms.skills.commands.live import (
    Period,
    correct_live_period,
    end_live_period,
    enter_live_period,
    withdraw_live_period,
)
from lms.skills.commands.ojt import Criterion, Practice, correct_ojt, record_ojt, withdraw_ojt
from lms.skills.commands.plans import close_action_plan
from lms.skills.commands.profiles import RequirementInput, add_skill, publish_profile
from lms.skills.commands.signing import sign_off
from lms.skills.commands.telling import tell_due
from lms.skills.commands.verify import Observed, correct_verification, record_verification, withdraw_verification

__all__ = [
    "Criterion",
    "EvidenceBatch",
    "Observed",
    "Period",
    "Practice",
    "RequirementInput",
    "Upload",
    "add_skill",
    "attach_evidence",
    "bring_verifications",
    "close_action_plan",
    "correct_live_period",
    "correct_ojt",
    "correct_verification",
    "end_live_period",
    "enter_live_period",
    "publish_profile",
    "record_ojt",
    "record_verification",
    "sign_off",
    "tell_due",
    "withdraw_live_period",
    "withdraw_ojt",
    "withdraw_verification",
]
