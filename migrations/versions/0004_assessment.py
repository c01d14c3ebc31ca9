"""Banks, plans, attempts and results."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime, append_only

revision = "0004"
down_revision = "0003"


def upgrade() -> None:

    op.create_table(
        "bank",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("current_version_id", BigKey, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank")),
        sa.UniqueConstraint("slug", name=op.f("uq_bank_slug")),
    )
    op.create_table(
        "test",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("current_plan_id", BigKey, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test")),
        sa.UniqueConstraint("slug", name=op.f("uq_test_slug")),
    )
    op.create_table(
        "bank_version",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("bank_id", BigKey, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by", BigKey, nullable=True),
        sa.Column("topics", JsonDoc, nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_bank_version_bank_id")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_bank_version_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_version")),
        sa.UniqueConstraint("bank_id", "content_hash", name=op.f("uq_bank_version_bank_id_content_hash")),
        sa.UniqueConstraint("bank_id", "number", name=op.f("uq_bank_version_bank_id_number")),
    )
    op.create_table(
        "question",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("bank_id", BigKey, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_question_bank_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("bank_id", "key", name=op.f("uq_question_bank_id_key")),
    )
    op.create_table(
        "plan_version",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("test_id", BigKey, nullable=False),
        sa.Column("bank_version_id", BigKey, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sections", JsonDoc, nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("pass_num", sa.Integer(), nullable=False),
        sa.Column("pass_den", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delay_hours", sa.Integer(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by", BigKey, nullable=True),
        sa.CheckConstraint(
            "pass_num > 0 AND pass_den > 0 AND pass_num <= pass_den", name=op.f("ck_plan_version_pass_mark")
        ),
        sa.ForeignKeyConstraint(["bank_version_id"], ["bank_version.id"], name=op.f("fk_plan_version_bank_version_id")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_plan_version_published_by")),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name=op.f("fk_plan_version_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_version")),
        sa.UniqueConstraint(
            "test_id",
            "content_hash",
            "bank_version_id",
            name=op.f("uq_plan_version_test_id_content_hash_bank_version_id"),
        ),
    )
    op.create_table(
        "question_version",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("question_id", BigKey, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("difficulty", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("exclusive", sa.String(), nullable=False),
        sa.Column("review", sa.String(), nullable=False),
        sa.Column("stem", sa.String(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.Column("body", JsonDoc, nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_version_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_version")),
        sa.UniqueConstraint("question_id", "content_hash", name=op.f("uq_question_version_question_id_content_hash")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("test_id", BigKey, nullable=False),
        sa.Column("enrolment_id", BigKey, nullable=False),
        sa.Column("plan_version_id", BigKey, nullable=False),
        sa.Column("bank_version_id", BigKey, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("algorithm", sa.String(), nullable=False),
        sa.Column("seen", JsonDoc, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("deadline_at", UtcDateTime(), nullable=False),
        sa.Column("grace_seconds", sa.Integer(), nullable=False),
        sa.Column("site_id", BigKey, nullable=True),
        sa.Column("programme_id", BigKey, nullable=True),
        sa.Column("job_id", BigKey, nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["bank_version_id"], ["bank_version.id"], name=op.f("fk_attempt_bank_version_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_attempt_enrolment_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_attempt_job_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_person_id")),
        sa.ForeignKeyConstraint(["plan_version_id"], ["plan_version.id"], name=op.f("fk_attempt_plan_version_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_attempt_programme_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_attempt_site_id")),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name=op.f("fk_attempt_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("code", name=op.f("uq_attempt_code")),
        sa.UniqueConstraint("enrolment_id", "number", name=op.f("uq_attempt_enrolment_id_number")),
    )
    op.create_index(
        "ix_attempt_open_deadline",
        "attempt",
        ["deadline_at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_attempt_person", "attempt", ["person_id"], unique=False)
    op.create_index(
        "uq_attempt_open",
        "attempt",
        ["person_id", "test_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "bank_version_question",
        sa.Column("bank_version_id", BigKey, nullable=False),
        sa.Column("question_version_id", BigKey, nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_version_id"], ["bank_version.id"], name=op.f("fk_bank_version_question_bank_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_version_id"], ["question_version.id"], name=op.f("fk_bank_version_question_question_version_id")
        ),
        sa.PrimaryKeyConstraint("bank_version_id", "question_version_id", name=op.f("pk_bank_version_question")),
    )
    op.create_table(
        "attempt_item",
        sa.Column("attempt_id", BigKey, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_version_id", BigKey, nullable=False),
        sa.Column("option_order", JsonDoc, nullable=False),
        sa.Column("points_num", sa.Integer(), nullable=False),
        sa.Column("points_den", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_item_attempt_id")),
        sa.ForeignKeyConstraint(
            ["question_version_id"], ["question_version.id"], name=op.f("fk_attempt_item_question_version_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_attempt_item")),
    )
    op.create_table(
        "attempt_step",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("attempt_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("tab", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("payload", JsonDoc, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_step_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_step")),
        sa.UniqueConstraint("attempt_id", "tab", "seq", name=op.f("uq_attempt_step_attempt_id_tab_seq")),
    )
    op.create_index("ix_attempt_step_attempt", "attempt_step", ["attempt_id", "id"], unique=False)
    op.create_table(
        "result",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("attempt_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("score_num", sa.Integer(), nullable=False),
        sa.Column("score_den", sa.Integer(), nullable=False),
        sa.Column("pass_num", sa.Integer(), nullable=False),
        sa.Column("pass_den", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("items", JsonDoc, nullable=False),
        sa.Column("graded_at", UtcDateTime(), nullable=False),
        sa.Column("graded_on", sa.Date(), nullable=False),
        sa.Column("graded_by", BigKey, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("kind = 'original' OR reason <> ''", name=op.f("ck_result_reason")),
        sa.CheckConstraint("score_den > 0 AND score_num >= 0 AND score_num <= score_den", name=op.f("ck_result_score")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_result_attempt_id")),
        sa.ForeignKeyConstraint(["graded_by"], ["person.id"], name=op.f("fk_result_graded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
    )
    op.create_index(
        "uq_result_original",
        "result",
        ["attempt_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'original'"),
        postgresql_where=sa.text("kind = 'original'"),
    )

    with op.batch_alter_table("bank") as batch:
        batch.create_foreign_key("fk_bank_current_version_id", "bank_version", ["current_version_id"], ["id"])
    with op.batch_alter_table("test") as batch:
        batch.create_foreign_key("fk_test_current_plan_id", "plan_version", ["current_plan_id"], ["id"])
    append_only(op, "bank_version")
    append_only(op, "question")
    append_only(op, "question_version")
    append_only(op, "bank_version_question")
    append_only(op, "plan_version")
    append_only(op, "attempt_item")
    append_only(op, "attempt_step")
    append_only(op, "result")


def downgrade() -> None:
    with op.batch_alter_table("bank") as batch:
        batch.drop_constraint("fk_bank_current_version_id", type_="foreignkey")
    with op.batch_alter_table("test") as batch:
        batch.drop_constraint("fk_test_current_plan_id", type_="foreignkey")

    op.drop_table("result")
    op.drop_table("attempt_step")
    op.drop_table("attempt_item")
    op.drop_table("bank_version_question")
    op.drop_table("attempt")
    op.drop_table("question_version")
    op.drop_table("plan_version")
    op.drop_table("question")
    op.drop_table("bank_version")
    op.drop_table("test")
    op.drop_table("bank")
