"""A resolved row as the records that it becomes, in a form that can wait on disk: JSON, days in ISO form."""

from __future__ import annotations

from typing import Any

from lms.history.rules.book import Resolved, score_of
from lms.history.rules.columns import Kind
from lms.kit.ids import new_code
from lms.kit.provenance import HISTORY


def planned(resolved: Resolved, key: str, digest: str) -> dict[str, Any]:
    """{"kind", "key", "digest", "source": the columns of `ImportRow`, "record": those of the record's own table}."""
    draft = resolved.draft
    code = new_code()
    source = {
        "key": key,
        "digest": digest,
        "sheet": draft.row.sheet,
        "line": draft.row.line,
        "kind": draft.kind.value,
        "record_code": code,
        "evidence": draft.text("evidence"),
        "witness": resolved.witness.name,
    }
    make = {Kind.HOURS: _hours, Kind.CERTIFICATE: _certificate, Kind.VERIFICATION: _verification}[draft.kind]
    place = {
        "site_id": resolved.place.site,
        "programme_id": resolved.place.programme,
        "job_id": resolved.place.job,
    }
    record = {"code": code, "person_id": resolved.person.id, **make(resolved, key), **place}
    return {"kind": draft.kind.value, "key": key, "digest": digest, "source": source, "record": record}


def _hours(resolved: Resolved, key: str) -> dict[str, Any]:
    draft, course = resolved.draft, resolved.course
    kind = draft.text("hours_kind") or "training"
    return {
        "day": draft.days["day"].isoformat(),
        "minutes": draft.minutes,
        "kind": kind,
        "training_type": draft.text("training_type"),
        "mode": draft.text("mode") or "classroom" if kind == "training" else kind,
        "basis": "attended" if kind == "training" else "observed",
        "course_id": course.slug if course else "",
        "course_title": course.title if course else draft.text("course"),
        "course_version": "",  # which version it was, nobody knows
        "detail": draft.text("detail"),
        "source_kind": HISTORY,
        "source_code": key,
    }


def _certificate(resolved: Resolved, key: str) -> dict[str, Any]:
    draft, course = resolved.draft, resolved.course
    return {
        "row_key": key,
        "course_id": course.id if course else None,
        "course_title": course.title if course else "",
        "training_type": draft.text("training_type") or "initial",
        "issued_on": draft.days["day"].isoformat(),
        "expires_on": resolved.until.isoformat() if resolved.until else None,
        "approver_id": resolved.witness.id,
        "approver_name": resolved.witness.name,
    }


def _verification(resolved: Resolved, key: str) -> dict[str, Any]:
    draft = resolved.draft
    score, threshold, passed = score_of(resolved)
    return {
        "row_key": key,
        "kind": "pre_ojt" if draft.pre_ojt else "skill",
        "skill_id": resolved.skill.id if resolved.skill else None,
        "method": draft.text("method") or "observation",
        "score_num": score.numerator,
        "score_den": score.denominator,
        "threshold_num": threshold.numerator,
        "threshold_den": threshold.denominator,
        "passed": passed,
        "observed_on": draft.days["day"].isoformat(),
        "valid_until": resolved.until.isoformat() if resolved.until else None,
        "evaluator_id": resolved.witness.id,
        "evaluator_name": resolved.witness.name,
    }
