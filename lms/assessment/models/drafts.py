"""Plans that are being written. Work, not records: rows change and go."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.assessment.models.content import Bank, BankVersion, PlanVersion
from lms.kit.db import Base, json_doc, moment, pk


class PlanDraft(Base):
    """A test plan as somebody left it, whole or not, for a test that may not be published yet.

    `bank_version_id` is the version to publish it over (None: whichever is current then); `base_plan_id` the plan that was
    current when it was begun. `revision` counts the times it was saved, so that two people who edit it at once are told.
    """

    __tablename__ = "plan_draft"
    __table_args__ = (CheckConstraint("revision > 0", name="revision"),)

    id: Mapped[pk]
    test_slug: Mapped[str] = mapped_column(unique=True)
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    bank_version_id: Mapped[int | None] = mapped_column(ForeignKey("bank_version.id"))
    base_plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"))
    document: Mapped[json_doc]  # the document of plan.yaml: see `rules/plan_document`
    revision: Mapped[int]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_by_name: Mapped[str]
    changed_at: Mapped[moment]

    bank: Mapped[Bank] = relationship()
    bank_version: Mapped[BankVersion | None] = relationship()
    base_plan: Mapped[PlanVersion | None] = relationship()
