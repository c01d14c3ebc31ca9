"""Surveys without a trace."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime, append_only

revision = "0005"
down_revision = "0004"


def upgrade() -> None:

    op.create_table(
        "survey",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("current_version_id", BigKey, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("slug", name=op.f("uq_survey_slug")),
    )
    op.create_table(
        "survey_version",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("survey_id", BigKey, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("intro_html", sa.String(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("satisfaction", sa.String(), nullable=False),
        sa.Column("questions", JsonDoc, nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_version_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_version")),
        sa.UniqueConstraint("survey_id", "content_hash", name=op.f("uq_survey_version_survey_id_content_hash")),
    )
    op.create_table(
        "survey_buffer",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("answers", JsonDoc, nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["survey_version.id"], name=op.f("fk_survey_buffer_version_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_survey_buffer")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_release",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["survey_version.id"], name=op.f("fk_survey_release_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_release")),
    )
    op.create_table(
        "survey_participation",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("survey_id", BigKey, nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("enrolment_id", BigKey, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("asked_month", sa.Date(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_survey_participation_enrolment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_survey_participation_person_id")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_participation_survey_id")),
        sa.ForeignKeyConstraint(["version_id"], ["survey_version.id"], name=op.f("fk_survey_participation_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_participation")),
        sa.UniqueConstraint("enrolment_id", "survey_id", name=op.f("uq_survey_participation_enrolment_id_survey_id")),
    )
    op.create_table(
        "survey_response",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("release_id", BigKey, nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("answers", JsonDoc, nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["survey_release.id"], name=op.f("fk_survey_response_release_id")),
        sa.ForeignKeyConstraint(["version_id"], ["survey_version.id"], name=op.f("fk_survey_response_version_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_survey_response")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_survey_response_release", "survey_response", ["release_id"], unique=False)

    with op.batch_alter_table("survey") as batch:
        batch.create_foreign_key("fk_survey_current_version_id", "survey_version", ["current_version_id"], ["id"])
    append_only(op, "survey_version")
    append_only(op, "survey_release")
    append_only(op, "survey_response")


def downgrade() -> None:
    with op.batch_alter_table("survey") as batch:
        batch.drop_constraint("fk_survey_current_version_id", type_="foreignkey")

    op.drop_table("survey_response")
    op.drop_table("survey_participation")
    op.drop_table("survey_release")
    op.drop_table("survey_buffer")
    op.drop_table("survey_version")
    op.drop_table("survey")
