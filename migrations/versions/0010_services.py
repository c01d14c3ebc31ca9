"""Stored files, signing keys, dated settings, holidays."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime, append_only

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _files()
    _evidence()
    _keys()
    _settings()
    _holidays()


def downgrade() -> None:
    op.drop_table("site_holiday")
    with op.batch_alter_table("site") as site:
        site.drop_column("subdivision")
        site.drop_column("country")
    op.drop_table("dated_setting")
    op.drop_table("audit_checkpoint")
    op.drop_table("signing_key")
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
        sa.Column("stored_by", BigKey, nullable=True),
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


def _keys() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("kid", sa.String(length=32), nullable=False),
        sa.Column("public", sa.String(), nullable=False),
        sa.Column("private", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_signing_key_kid")),
    )
    append_only(op, "signing_key")
    op.create_table(
        "audit_checkpoint",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("seal_id", BigKey, nullable=False),
        sa.Column("seal_hash", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoint")),
    )
    append_only(op, "audit_checkpoint")


def _settings() -> None:
    op.create_table(
        "dated_setting",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", JsonDoc, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("site_id", BigKey, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", BigKey, nullable=True),
        sa.Column("set_by_name", sa.String(), nullable=False),
        sa.Column("corrects_id", BigKey, nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.CheckConstraint("to_day IS NULL OR to_day >= from_day", name=op.f("ck_dated_setting_order")),
        sa.CheckConstraint("NOT withdrawn OR corrects_id IS NOT NULL", name=op.f("ck_dated_setting_withdrawn")),
        sa.ForeignKeyConstraint(["corrects_id"], ["dated_setting.id"], name=op.f("fk_dated_setting_corrects_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_dated_setting_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dated_setting")),
        sa.UniqueConstraint("code", name=op.f("uq_dated_setting_code")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_dated_setting_corrects_id")),
    )
    append_only(op, "dated_setting")


def _holidays() -> None:
    op.add_column("site", sa.Column("country", sa.String(), nullable=True))
    op.add_column("site", sa.Column("subdivision", sa.String(), nullable=True))
    op.create_table(
        "site_holiday",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("site_id", BigKey, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", BigKey, nullable=True),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_site_holiday_set_by")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_holiday_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_holiday")),
        sa.UniqueConstraint("site_id", "day", name=op.f("uq_site_holiday_site_id_day")),
    )
