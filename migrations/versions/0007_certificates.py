"""Certificates."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime, append_only

revision = "0007"
down_revision = "0006"


def upgrade() -> None:

    op.create_table(
        "certificate",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("completion_id", BigKey, nullable=False),
        sa.Column("course_id", BigKey, nullable=False),
        sa.Column("person_name", sa.String(), nullable=False),
        sa.Column("course_title", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("version_hash", sa.String(), nullable=False),
        sa.Column("facts", JsonDoc, nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.CheckConstraint("expires_on IS NULL OR expires_on > issued_on", name=op.f("ck_certificate_order")),
        sa.ForeignKeyConstraint(["completion_id"], ["completion.id"], name=op.f("fk_certificate_completion_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_certificate_course_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("completion_id", name=op.f("uq_certificate_completion_id")),
    )
    op.create_index("ix_certificate_expires", "certificate", ["expires_on"], unique=False)
    op.create_index("ix_certificate_person", "certificate", ["person_id"], unique=False)
    op.create_table(
        "certificate_revocation",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("certificate_id", BigKey, nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=False),
        sa.Column("revoked_by", BigKey, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_certificate_revocation_reason")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_revocation_certificate_id")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"], name=op.f("fk_certificate_revocation_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_revocation")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_certificate_revocation_certificate_id")),
    )

    append_only(op, "certificate")
    append_only(op, "certificate_revocation")


def downgrade() -> None:

    op.drop_table("certificate_revocation")
    op.drop_table("certificate")
