"""The ledger of training hours."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, UtcDateTime, append_only

revision = "0002"
down_revision = "0001"


def upgrade() -> None:

    op.create_table(
        "hours_entry",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("training_type", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("course_title", sa.String(), nullable=False),
        sa.Column("course_version", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("site_id", BigKey, nullable=True),
        sa.Column("programme_id", BigKey, nullable=True),
        sa.Column("job_id", BigKey, nullable=True),
        sa.Column("source_kind", sa.String(), nullable=False),
        sa.Column("source_code", sa.String(), nullable=False),
        sa.Column("posted_at", UtcDateTime(), nullable=False),
        sa.Column("posted_by", BigKey, nullable=True),
        sa.Column("adjustment", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", BigKey, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("corrects_id IS NULL OR reason <> ''", name=op.f("ck_hours_entry_reason")),
        sa.CheckConstraint("minutes <> 0", name=op.f("ck_hours_entry_minutes")),
        sa.CheckConstraint("minutes > 0 OR corrects_id IS NOT NULL", name=op.f("ck_hours_entry_negative_corrects")),
        sa.ForeignKeyConstraint(["corrects_id"], ["hours_entry.id"], name=op.f("fk_hours_entry_corrects_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_hours_entry_job_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hours_entry_person_id")),
        sa.ForeignKeyConstraint(["posted_by"], ["person.id"], name=op.f("fk_hours_entry_posted_by")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_hours_entry_programme_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_hours_entry_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_entry")),
        sa.UniqueConstraint("code", name=op.f("uq_hours_entry_code")),
        sa.UniqueConstraint("source_kind", "source_code", name=op.f("uq_hours_entry_source_kind_source_code")),
    )
    op.create_index("ix_hours_entry_day", "hours_entry", ["day"], unique=False)
    op.create_index("ix_hours_entry_person", "hours_entry", ["person_id", "day"], unique=False)
    op.create_table(
        "month_close",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", BigKey, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("closed OR reason <> ''", name=op.f("ck_month_close_reason")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_month_close_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_close")),
    )
    op.create_index("ix_month_close_month", "month_close", ["month"], unique=False)

    append_only(op, "hours_entry")
    append_only(op, "month_close")


def downgrade() -> None:

    op.drop_table("month_close")
    op.drop_table("hours_entry")
