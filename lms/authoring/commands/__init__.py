"""Writing drafts, approving them, publishing them now or at a time."""

from lms.authoring.commands.drafting import approve, discard, make_bank, rebase, save_draft, set_desk
from lms.authoring.commands.publishing import publish, publish_due, schedule, withdraw

__all__ = [
    "approve",
    "discard",
    "make_bank",
    "publish",
    "publish_due",
    "rebase",
    "save_draft",
    "schedule",
    "set_desk",
    "withdraw",
]
