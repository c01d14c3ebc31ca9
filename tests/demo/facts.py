"""The facts of a company without anything that chance or a secret made: no ids, codes, hashes, seeds."""

from __future__ import annotations

import hashlib
import json
import re

from sqlalchemy import text
from sqlalchemy.orm import Session

_QUERIES = {
    "people": "SELECT employee_number, given_name, family_name, active FROM person",
    "employments": "SELECT <person_id>, hired_on, left_on, leave_reason, voluntary, temporary FROM employment",
    "placements": "SELECT <person_id>, s.name, p.name, j.name, <supervisor_id>, from_day, to_day, is_primary"
    " FROM placement JOIN site s ON s.id = site_id JOIN programme p ON p.id = programme_id JOIN job j ON j.id = job_id",
    "grants": "SELECT <person_id>, role, s.name FROM access_grant LEFT JOIN site s ON s.id = site_id",
    "enrolments": "SELECT <person_id>, training_type, assigned_on, due_on, ended_at IS NULL FROM enrolment",
    "parts": "SELECT <e.person_id>, part, state FROM part_record r JOIN enrolment e ON e.id = enrolment_id",
    "completions": "SELECT <person_id>, completed_on, expires_on, training_type FROM completion",
    "certificates": "SELECT person_name, course_title, company, issued_on, expires_on FROM certificate",
    "results": "SELECT <a.person_id>, a.number, score_num, score_den, passed, answered, graded_on"
    " FROM result JOIN attempt a ON a.id = attempt_id",
    "verifications": "SELECT <person_id>, v.kind, s.name, score_num, score_den, passed, observed_on, valid_until,"
    " <evaluator_id> FROM verification v LEFT JOIN skill s ON s.id = skill_id",
    "practice": "SELECT <person_id>, day, minutes, contacts FROM ojt_record",
    "signatures": "SELECT <subject_id>, role, <signer_id> FROM sign_off",
    "plans": "SELECT <person_id>, due_on, c.closed_on FROM action_plan p"
    " LEFT JOIN action_plan_close c ON c.plan_id = p.id",
    "live": "SELECT <person_id>, from_day, to_day, source, under_ojt, gate_at_start FROM live_contact_period",
    "hours": "SELECT <person_id>, day, minutes, kind, training_type, adjustment FROM hours_entry",
    "months": "SELECT month, closed, minutes FROM month_close",
    "targets": "SELECT figure, value_num, value_den, from_day, note FROM target",
    "asked": "SELECT <person_id>, asked_month, answered FROM survey_participation",
    "releases": "SELECT month, responses FROM survey_release",
    "answers": "SELECT answers FROM survey_response",
    "audit": "SELECT action, actor_name, subject_kind FROM audit_entry",
}
"""By kind of fact; `<column>` stands for the employee number of the person whose id the column holds."""
_NUMBER = r"(SELECT employee_number FROM person WHERE person.id = \1)"


def facts(session: Session) -> dict[str, list[str]]:
    """By kind, every fact as one line, in an order of its own."""
    found = {}
    for kind, query in _QUERIES.items():
        rows = session.execute(text(re.sub(r"<([\w.]+)>", _NUMBER, query))).all()
        found[kind] = sorted(json.dumps([_plain(value) for value in row]) for row in rows)
    return found


def _plain(value: object) -> object:
    # SQLite tells booleans as numbers and JSON as text; PostgreSQL does not.
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(json.loads(value), sort_keys=True)
    return value if isinstance(value, int | str | None) else str(value)


def digest(found: dict[str, list[str]]) -> str:
    """One line that is the same for the same facts."""
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
