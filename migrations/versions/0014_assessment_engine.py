"""The assessment engine: scenarios, whole plans, supervised rooms, accommodations, marks, disputes, regrades.

Columns are added in place, never by copying the table: a copy would lose the triggers that keep evidence as it is.
"""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime, append_only

revision = "0014"
down_revision = "0013"

_OPEN = sa.text("closed_at IS NULL")
_QUESTION_TEXTS = ("title", "scenario", "scenario_stem")
_NEW_TABLES = ("dispute_answer", "dispute", "mark", "accommodation", "regrade", "exam_room")
_REFERENCES = (("attempt", "room_id", "exam_room"), ("result", "regrade_id", "regrade"))


def upgrade() -> None:
    for name in _QUESTION_TEXTS:
        op.add_column("question_version", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("question_version", sa.Column("status", sa.String(), nullable=False, server_default="reviewed"))
    op.add_column("question_version", sa.Column("tags", JsonDoc, nullable=False, server_default="[]"))
    op.add_column("question_version", sa.Column("scenario_place", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("plan_version", sa.Column("rules", JsonDoc, nullable=False, server_default="{}"))
    op.add_column("attempt_item", sa.Column("section", sa.Integer(), nullable=True))
    op.add_column("result", sa.Column("sections", JsonDoc, nullable=False, server_default="[]"))
    _rooms()
    _people()
    _disputes()
    for table, column, target in _REFERENCES:
        kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
        reference = f"CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} {reference}")
    regraded = sa.text("regrade_id IS NOT NULL")
    op.create_index(
        "uq_result_regrade",
        "result",
        ["regrade_id", "attempt_id"],
        unique=True,
        sqlite_where=regraded,
        postgresql_where=regraded,
    )
    op.create_index("ix_attempt_test", "attempt", ["test_id", "id"])
    op.create_index("ix_attempt_room", "attempt", ["room_id"])
    op.create_index("ix_attempt_item_question_version", "attempt_item", ["question_version_id"])
    for table in _NEW_TABLES:
        if table != "exam_room":
            append_only(op, table)


def _rooms() -> None:
    op.create_table(
        "exam_room",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("pin", sa.String(), nullable=False),
        sa.Column("test_id", BigKey, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("site_id", BigKey, nullable=True),
        sa.Column("addresses", JsonDoc, nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", BigKey, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_exam_room_times")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_exam_room_opened_by")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_exam_room_site_id")),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name=op.f("fk_exam_room_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_room")),
        sa.UniqueConstraint("code", name=op.f("uq_exam_room_code")),
    )
    op.create_index("ix_exam_room_test", "exam_room", ["test_id", "opens_at"])
    op.create_index("uq_exam_room_pin", "exam_room", ["pin"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "regrade",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("question_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", JsonDoc, nullable=False),
        sa.Column("versions", JsonDoc, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed", JsonDoc, nullable=False),
        sa.Column("made_by", BigKey, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_regrade_reason")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_regrade_made_by")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_regrade_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
        sa.UniqueConstraint("code", name=op.f("uq_regrade_code")),
    )
    op.create_index("ix_regrade_question", "regrade", ["question_id"])


def _people() -> None:
    op.create_table(
        "accommodation",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("test_id", BigKey, nullable=False),
        sa.Column("time_num", sa.Integer(), nullable=False),
        sa.Column("time_den", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("given_by", BigKey, nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("corrects_id", BigKey, nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_accommodation_attempts")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_accommodation_reason")),
        sa.CheckConstraint("time_den > 0 AND time_num >= time_den", name=op.f("ck_accommodation_time")),
        sa.ForeignKeyConstraint(["corrects_id"], ["accommodation.id"], name=op.f("fk_accommodation_corrects_id")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_accommodation_given_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accommodation_person_id")),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name=op.f("fk_accommodation_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
        sa.UniqueConstraint("code", name=op.f("uq_accommodation_code")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_accommodation_corrects_id")),
    )
    op.create_index("ix_accommodation_person", "accommodation", ["person_id", "test_id"])
    op.create_table(
        "mark",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("attempt_id", BigKey, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("criteria", JsonDoc, nullable=False),
        sa.Column("grade_num", sa.Integer(), nullable=False),
        sa.Column("grade_den", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("marked_by", BigKey, nullable=False),
        sa.Column("marked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("grade_den > 0 AND grade_num >= 0 AND grade_num <= grade_den", name=op.f("ck_mark_grade")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_mark_attempt_id")),
        sa.ForeignKeyConstraint(["marked_by"], ["person.id"], name=op.f("fk_mark_marked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
        sa.UniqueConstraint("attempt_id", "position", "marked_by", name=op.f("uq_mark_attempt_id_position_marked_by")),
    )


def _disputes() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("attempt_id", BigKey, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_version_id", BigKey, nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("disputed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("said <> ''", name=op.f("ck_dispute_said")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_dispute_attempt_id")),
        sa.ForeignKeyConstraint(
            ["question_version_id"], ["question_version.id"], name=op.f("fk_dispute_question_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("attempt_id", "position", name=op.f("uq_dispute_attempt_id_position")),
        sa.UniqueConstraint("code", name=op.f("uq_dispute_code")),
    )
    op.create_index("ix_dispute_question_version", "dispute", ["question_version_id"])
    op.create_table(
        "dispute_answer",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("dispute_id", BigKey, nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("answered_by", BigKey, nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("said <> ''", name=op.f("ck_dispute_answer_said")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_dispute_answer_answered_by")),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_answer_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_answer")),
        sa.UniqueConstraint("dispute_id", name=op.f("uq_dispute_answer_dispute_id")),
    )


def downgrade() -> None:
    op.drop_index("uq_result_regrade", table_name="result")
    op.drop_index("ix_attempt_item_question_version", table_name="attempt_item")
    op.drop_index("ix_attempt_room", table_name="attempt")
    op.drop_index("ix_attempt_test", table_name="attempt")
    for table, column, _ in _REFERENCES:
        op.drop_column(table, column)
    for table in _NEW_TABLES:
        op.drop_table(table)
    op.drop_column("result", "sections")
    op.drop_column("attempt_item", "section")
    op.drop_column("plan_version", "rules")
    for name in (*_QUESTION_TEXTS, "status", "tags", "scenario_place"):
        op.drop_column("question_version", name)
