"""Audit trail, people, access and sign-in."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime, append_only

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "audit_entry",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_code", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_kind", "subject_code"], unique=False)
    op.create_table(
        "audit_seal",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("entry_id", BigKey, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seal_entry_id")),
    )
    op.create_table(
        "job",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_customer_related", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("code", name=op.f("uq_job_code")),
        sa.UniqueConstraint("name", name=op.f("uq_job_name")),
    )
    op.create_table(
        "person",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("employee_number", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("code", name=op.f("uq_person_code")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("employee_number", name=op.f("uq_person_employee_number")),
    )
    op.create_table(
        "programme",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("code", name=op.f("uq_programme_code")),
        sa.UniqueConstraint("name", name=op.f("uq_programme_name")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("identifier_hash", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_address", "sign_in_failure", ["address", "at"], unique=False)
    op.create_index("ix_sign_in_failure_identifier", "sign_in_failure", ["identifier_hash", "at"], unique=False)
    op.create_table(
        "site",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
        sa.UniqueConstraint("name", name=op.f("uq_site_name")),
    )
    op.create_table(
        "access_grant",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("site_id", BigKey, nullable=True),
        sa.Column("programme_id", BigKey, nullable=True),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.Column("granted_by", BigKey, nullable=True),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", BigKey, nullable=True),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_access_grant_granted_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_access_grant_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_access_grant_programme_id")),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"], name=op.f("fk_access_grant_revoked_by")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_access_grant_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
        sa.UniqueConstraint("code", name=op.f("uq_access_grant_code")),
    )
    op.create_index("ix_access_grant_person", "access_grant", ["person_id"], unique=False)
    op.create_table(
        "audit_payload",
        sa.Column("entry_id", BigKey, autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("payload", JsonDoc, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_payload_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_payload")),
    )
    op.create_table(
        "employment",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("hired_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("leave_reason", sa.String(), nullable=True),
        sa.Column("voluntary", sa.Boolean(), nullable=True),
        sa.Column("temporary", sa.Boolean(), nullable=False),
        sa.CheckConstraint("left_on IS NULL OR left_on >= hired_on", name=op.f("ck_employment_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_employment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment")),
        sa.UniqueConstraint("person_id", "hired_on", name=op.f("uq_employment_person_id_hired_on")),
    )
    op.create_index(
        "uq_employment_current",
        "employment",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_table(
        "one_time_code",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_by", BigKey, nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["issued_by"], ["person.id"], name=op.f("fk_one_time_code_issued_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_one_time_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
    )
    op.create_index("ix_one_time_code_person", "one_time_code", ["person_id"], unique=False)
    op.create_table(
        "placement",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("site_id", BigKey, nullable=False),
        sa.Column("programme_id", BigKey, nullable=False),
        sa.Column("job_id", BigKey, nullable=False),
        sa.Column("supervisor_id", BigKey, nullable=True),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> person_id", name=op.f("ck_placement_own_supervisor")
        ),
        sa.CheckConstraint("to_day IS NULL OR to_day >= from_day", name=op.f("ck_placement_order")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_placement_job_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_placement_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_placement_programme_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_placement_site_id")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_placement_supervisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint("code", name=op.f("uq_placement_code")),
    )
    op.create_index("ix_placement_person", "placement", ["person_id", "from_day"], unique=False)
    op.create_index("ix_placement_place", "placement", ["site_id", "programme_id"], unique=False)
    op.create_index("ix_placement_supervisor", "placement", ["supervisor_id"], unique=False)
    op.create_index(
        "uq_placement_primary",
        "placement",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("is_primary AND to_day IS NULL"),
        postgresql_where=sa.text("is_primary AND to_day IS NULL"),
    )
    op.create_table(
        "user_session",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("browser", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_user_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index("ix_user_session_person", "user_session", ["person_id"], unique=False)

    append_only(op, "audit_entry")
    append_only(op, "audit_seal")
    append_only(op, "sign_in_failure")


def downgrade() -> None:

    op.drop_table("user_session")
    op.drop_table("placement")
    op.drop_table("one_time_code")
    op.drop_table("employment")
    op.drop_table("audit_payload")
    op.drop_table("access_grant")
    op.drop_table("site")
    op.drop_table("sign_in_failure")
    op.drop_table("programme")
    op.drop_table("person")
    op.drop_table("job")
    op.drop_table("audit_seal")
    op.drop_table("audit_entry")
