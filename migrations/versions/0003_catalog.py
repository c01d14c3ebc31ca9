"""Courses, enrolments and completions."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime, append_only

revision = "0003"
down_revision = "0002"


def upgrade() -> None:

    op.create_table(
        "course",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("current_version_id", BigKey, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("slug", name=op.f("uq_course_slug")),
    )
    op.create_table(
        "course_version",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("course_id", BigKey, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by", BigKey, nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("training_types", JsonDoc, nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=True),
        sa.Column("test", sa.String(), nullable=False),
        sa.Column("survey", sa.String(), nullable=False),
        sa.Column("retrain", sa.String(), nullable=False),
        sa.Column("about", JsonDoc, nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_version_course_id")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_course_version_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "content_hash", name=op.f("uq_course_version_course_id_content_hash")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
    )
    op.create_table(
        "course_module",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("about", JsonDoc, nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_course_module_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_module")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_course_module_version_id_key")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_course_module_version_id_position")),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("course_id", BigKey, nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("training_type", sa.String(), nullable=False),
        sa.Column("assigned_at", UtcDateTime(), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("assigned_by", BigKey, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("site_id", BigKey, nullable=True),
        sa.Column("programme_id", BigKey, nullable=True),
        sa.Column("job_id", BigKey, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["assigned_by"], ["person.id"], name=op.f("fk_enrolment_assigned_by")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_enrolment_course_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_enrolment_job_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_enrolment_programme_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_enrolment_site_id")),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_enrolment_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("code", name=op.f("uq_enrolment_code")),
    )
    op.create_index("ix_enrolment_person", "enrolment", ["person_id"], unique=False)
    op.create_index(
        "uq_enrolment_open",
        "enrolment",
        ["person_id", "course_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "completion",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("enrolment_id", BigKey, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("course_id", BigKey, nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("training_type", sa.String(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("site_id", BigKey, nullable=True),
        sa.Column("programme_id", BigKey, nullable=True),
        sa.Column("job_id", BigKey, nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_completion_course_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_completion_enrolment_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_completion_job_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_completion_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_completion_programme_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_completion_site_id")),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_completion_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
        sa.UniqueConstraint("code", name=op.f("uq_completion_code")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_completion_enrolment_id")),
    )
    op.create_index("ix_completion_person", "completion", ["person_id"], unique=False)
    op.create_table(
        "completion_revocation",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("completion_id", BigKey, nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=False),
        sa.Column("revoked_by", BigKey, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_completion_revocation_reason")),
        sa.ForeignKeyConstraint(
            ["completion_id"], ["completion.id"], name=op.f("fk_completion_revocation_completion_id")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"], name=op.f("fk_completion_revocation_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_revocation")),
        sa.UniqueConstraint("completion_id", name=op.f("uq_completion_revocation_completion_id")),
    )
    op.create_table(
        "part_record",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("enrolment_id", BigKey, nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_part_record_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_record")),
    )
    op.create_index("ix_part_record_enrolment", "part_record", ["enrolment_id", "part"], unique=False)
    op.create_table(
        "reading_position",
        sa.Column("enrolment_id", BigKey, nullable=False),
        sa.Column("module_key", sa.String(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_reading_position_enrolment_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "module_key", name=op.f("pk_reading_position")),
    )

    with op.batch_alter_table("course") as batch:
        batch.create_foreign_key("fk_course_current_version_id", "course_version", ["current_version_id"], ["id"])
    append_only(op, "course_version")
    append_only(op, "course_module")
    append_only(op, "part_record")
    append_only(op, "completion")
    append_only(op, "completion_revocation")


def downgrade() -> None:
    with op.batch_alter_table("course") as batch:
        batch.drop_constraint("fk_course_current_version_id", type_="foreignkey")

    op.drop_table("reading_position")
    op.drop_table("part_record")
    op.drop_table("completion_revocation")
    op.drop_table("completion")
    op.drop_table("enrolment")
    op.drop_table("course_module")
    op.drop_table("course_version")
    op.drop_table("course")
