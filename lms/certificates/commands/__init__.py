"""What can be done with certificates: issue, revoke, tell of their end, and decide of those at stake."""

from lms.certificates.commands.issuing import issue, revoke, tell_expiring
from lms.certificates.commands.staking import ask_after, decide, reopen

__all__ = ["ask_after", "decide", "issue", "reopen", "revoke", "tell_expiring"]
