"""Stored files, signing keys, dated settings, holidays."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, UtcDateTime, append_only

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _files()
    _evidence()


def downgrade() -> None:
    op.drop_table("evidence_file")
    op.drop_table("stored_file")


def _files() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("stored_by", sa.Integer(), nullable=True),
        sa.Column("stored_by_name", sa.String(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_file_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("code", name=op.f("uq_stored_file_code")),
    )
    op.create_index("ix_stored_file_sha256", "stored_file", ["sha256"], unique=False)
    _unchanging("stored_file")


def _unchanging(table: str) -> None:
    """Refuse UPDATE only: an old result of a job may be removed; evidence cannot, for its row refers to the file."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_unchanging BEFORE UPDATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION lms_append_only()"
        )


def _evidence() -> None:
    op.create_table(
        "evidence_file",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("file_id", BigKey, nullable=False),
        sa.Column("verification_id", BigKey, nullable=True),
        sa.Column("ojt_id", BigKey, nullable=True),
        sa.CheckConstraint("(verification_id IS NULL) <> (ojt_id IS NULL)", name=op.f("ck_evidence_file_one_record")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_evidence_file_file_id")),
        sa.ForeignKeyConstraint(["ojt_id"], ["ojt_record.id"], name=op.f("fk_evidence_file_ojt_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verification.id"], name=op.f("fk_evidence_file_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
        sa.UniqueConstraint("file_id", name=op.f("uq_evidence_file_file_id")),
    )
    op.create_index("ix_evidence_file_verification_id", "evidence_file", ["verification_id"], unique=False)
    op.create_index("ix_evidence_file_ojt_id", "evidence_file", ["ojt_id"], unique=False)
    append_only(op, "evidence_file")
