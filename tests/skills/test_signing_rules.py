"""Who may sign, in which order, and what a set of signatures amounts to; without a database."""

from __future__ import annotations

from datetime import date

import pytest

from lms.skills.rules import SignOffFact, sign_off_allowed, sign_off_refusal, signed_on
from tests.skills.roads import AGENT, EVALUATOR, MANAGER, WITNESS, at, on


def refusal(given_roles: list[tuple[str, int]], role: str, signer: int) -> str | None:
    done = [SignOffFact(name, who, at(3, 12 + hour)) for hour, (name, who) in enumerate(given_roles)]
    roles = ("evaluator", "witness", "manager")
    found = sign_off_refusal(roles, done, role=role, signer_id=signer, subject_id=AGENT, evaluator_id=EVALUATOR)
    allowed = sign_off_allowed(roles, done, role=role, signer_id=signer, subject_id=AGENT, evaluator_id=EVALUATOR)
    assert allowed == (found is None)
    return found


@pytest.mark.parametrize(
    ("done", "role", "signer", "reason"),
    [
        ([], "evaluator", EVALUATOR, None),
        ([("evaluator", EVALUATOR)], "witness", WITNESS, None),
        ([("evaluator", EVALUATOR), ("witness", WITNESS)], "manager", MANAGER, None),
        ([("evaluator", EVALUATOR)], "manager", MANAGER, "out_of_order"),
        ([], "evaluator", AGENT, "own"),
        ([], "evaluator", MANAGER, "not_evaluator"),
        ([("evaluator", EVALUATOR)], "witness", EVALUATOR, "same_person"),
        ([("evaluator", EVALUATOR), ("witness", WITNESS)], "manager", WITNESS, "same_person"),
        ([("evaluator", EVALUATOR)], "evaluator", EVALUATOR, "already"),
        ([], "director", MANAGER, "unknown_role"),
    ],
)
def test_invariant_09_who_may_sign(done: list[tuple[str, int]], role: str, signer: int, reason: str | None) -> None:
    assert refusal(done, role, signer) == (reason and f"skills.sign.{reason}")


def test_signed_on_finds_the_earliest_valid_choice() -> None:
    signed = (
        SignOffFact("evaluator", EVALUATOR, at(3)),
        SignOffFact("witness", MANAGER, at(4)),
        SignOffFact("witness", WITNESS, at(5)),
        SignOffFact("manager", MANAGER, at(6)),
    )
    roles = ("evaluator", "witness", "manager")

    def day(given_signatures: tuple[SignOffFact, ...]) -> date | None:
        return signed_on(
            given_signatures, roles, subject_id=AGENT, evaluator_id=EVALUATOR, not_before=on(3), zone="UTC"
        )

    assert day(signed) == on(6)
    assert day(signed[:2] + signed[3:]) is None, "one person in two roles"
