"""Signatures: separate acts by separate people, in order, under the record as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lms.kit import audit, events
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, NotAllowed
from lms.kit.permissions import Actor
from lms.skills import queries
from lms.skills.commands.common import human
from lms.skills.commands.telling import tell_signers
from lms.skills.events import RecordSigned
from lms.skills.models import OjtRecord, SignOff, Verification
from lms.skills.rules import SignOffFact, sign_off_refusal
from lms.skills.rules.signing import ROLE_PERMISSION


def sign_off(session: Session, actor: Actor, *, code: str, ojt: bool, role: str, now: datetime) -> SignOff:
    """Sign the verification (or, with `ojt`, the OJT record) of this code in a role.

    Raises: NotAllowed("skills.sign.not_allowed") without the role's permission; NotFound for a record out of its scope;
    Conflict("skills.sign.corrected") where it no longer counts; Conflict("skills.sign.*") as the rules decide.
    """
    human(session, actor, now)
    permission = ROLE_PERMISSION.get(role)
    if permission is None:
        raise Conflict("skills.sign.unknown_role")
    if not actor.can(permission):
        raise NotAllowed("skills.sign.not_allowed")
    on = local_day(now, actor.zone)
    record: Verification | OjtRecord = (
        queries.ojt_for(session, actor, code, permission, on)
        if ojt
        else queries.verification_for(session, actor, code, permission, on)
    )
    queries.lock_person(session, record.person_id)
    if record.withdrawn or queries.is_corrected(session, record):
        raise Conflict("skills.sign.corrected")
    signed = add_signature(session, actor, record, role, now=now)
    note_signature(session, actor, record, role, now=now)
    return signed


def note_signature(
    session: Session, actor: Actor, record: Verification | OjtRecord, role: str, *, now: datetime
) -> None:
    """The audit row of a signature that is an act of its own."""
    audit.record(
        session,
        actor,
        action="record.sign",
        subject=("ojt_record" if isinstance(record, OjtRecord) else "verification", record.code),
        after={"role": role},
        now=now,
    )


def add_signature(
    session: Session, actor: Actor, record: Verification | OjtRecord, role: str, *, now: datetime
) -> SignOff:
    """Add the actor's signature, if the rules let it be. Access was checked by the caller.

    Raises: Conflict("skills.sign.*").
    """
    signer = human(session, actor, now)
    row = queries.record_row(session, record)
    signed = new_signature(record, row.signatures, queries.roles_of(record), role, signer_id=signer, now=now)
    session.add(signed)
    session.flush()
    lacking = [each for each in row.lacking if each != role]
    complete = not lacking
    if lacking:
        tell_signers(session, record, lacking[0], {signer, *(given.signer_id for given in row.signatures)}, now=now)
    events.emit(session, RecordSigned(record.person_id, record.programme_id, complete))
    return signed


def new_signature(
    record: Verification | OjtRecord,
    given: Sequence[SignOff],
    roles: Sequence[str],
    role: str,
    *,
    signer_id: int,
    now: datetime,
) -> SignOff:
    """The row of a signature beside those that were `given`, if the rules let it be; `roles` have to sign.

    Raises: Conflict("skills.sign.*").
    """
    is_ojt = isinstance(record, OjtRecord)
    refusal = sign_off_refusal(
        roles,
        [SignOffFact(each.role, each.signer_id, each.at) for each in given],
        role=role,
        signer_id=signer_id,
        subject_id=record.person_id,
        evaluator_id=record.observer_id if isinstance(record, OjtRecord) else record.evaluator_id,
    )
    if refusal is not None:
        raise Conflict(refusal)
    return SignOff(
        verification_id=None if is_ojt else record.id,
        ojt_id=record.id if is_ojt else None,
        subject_id=record.person_id,
        role=role,
        signer_id=signer_id,
        at=now,
    )
