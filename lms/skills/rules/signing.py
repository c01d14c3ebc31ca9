"""Sign-offs: separate acts by separate people, in order; nobody signs for themselves (invariant 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from lms.kit.clock import local_day
from lms.kit.permissions import Permission
from lms.skills.rules.facts import SignOffFact

EVALUATOR = "evaluator"
SIGN_ORDER = (EVALUATOR, "witness", "manager")
"""The order in which roles sign; a profile may leave some out."""
ROLE_PERMISSION = {
    "evaluator": Permission.VERIFY,
    "witness": Permission.SIGN_WITNESS,
    "manager": Permission.SIGN_MANAGER,
}
"""What each role's signature takes."""


def sign_off_refusal(
    roles: Sequence[str],
    given: Iterable[SignOffFact],
    *,
    role: str,
    signer_id: int,
    subject_id: int,
    evaluator_id: int,
) -> str | None:
    """Why `signer_id` may not sign now as `role`; None where they may.

    `roles` are those the profile asks for, in order; `given` the signatures that are there; `evaluator_id` who
    evaluated (of an OJT record: who observed). The answer is a message key below `skills.sign.`.
    """
    signatures = list(given)
    signed = {signature.role for signature in signatures}
    before = list(roles)[: list(roles).index(role)] if role in roles else []
    checks = (
        (role not in roles, "unknown_role"),
        (signer_id == subject_id, "own"),
        (role in signed, "already"),
        (any(signature.signer_id == signer_id for signature in signatures), "same_person"),
        (role == EVALUATOR and signer_id != evaluator_id, "not_evaluator"),
        (role != EVALUATOR and signer_id == evaluator_id, "same_person"),
        (any(earlier not in signed for earlier in before), "out_of_order"),
    )
    return next((f"skills.sign.{reason}" for refused, reason in checks if refused), None)


def sign_off_allowed(
    roles: Sequence[str],
    given: Iterable[SignOffFact],
    *,
    role: str,
    signer_id: int,
    subject_id: int,
    evaluator_id: int,
) -> bool:
    """Whether `signer_id` may sign now as `role` (see `sign_off_refusal`)."""
    refusal = sign_off_refusal(
        roles, given, role=role, signer_id=signer_id, subject_id=subject_id, evaluator_id=evaluator_id
    )
    return refusal is None


def signed_on(
    signatures: Iterable[SignOffFact],
    roles: Sequence[str],
    *,
    subject_id: int,
    evaluator_id: int,
    not_before: date,
    zone: str,
) -> date | None:
    """The day on which the last of `roles` had signed; None where one is missing or no valid choice exists.

    Does not trust what is stored: a signature of the subject, one before the act itself (`not_before`), a second one
    of the same person or one out of order counts for nothing, however it got there.
    """
    if not roles or evaluator_id == subject_id:
        return None
    usable = sorted(
        (
            signature
            for signature in signatures
            if signature.signer_id != subject_id
            and (signature.role == EVALUATOR) == (signature.signer_id == evaluator_id)
            and local_day(signature.at, zone) >= not_before
        ),
        key=lambda signature: signature.at,
    )
    last = _last_of(usable, list(roles), frozenset())
    return None if last is None else local_day(last.at, zone)


def _last_of(usable: Sequence[SignOffFact], roles: list[str], used: frozenset[int]) -> SignOffFact | None:
    """The closing signature of the earliest choice of one signature a role, in order, by different people."""
    best: SignOffFact | None = None
    for place, signature in enumerate(usable):
        if signature.role != roles[0] or signature.signer_id in used:
            continue
        rest = roles[1:]
        closing = _last_of(usable[place + 1 :], rest, used | {signature.signer_id}) if rest else signature
        if closing is not None and (best is None or closing.at < best.at):
            best = closing
    return best
