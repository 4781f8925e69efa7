"""Items on hold: kept out of the banks to come until they are released."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from itembank.authoring.lifecycle import ItemState
from itembank.item_decisions.verdicts import Verdict
from itembank.publishing.parameters import Parameters
from itembank.tables import BankItem, ItemDecision, ItemVersion


def held_versions(session: Session) -> frozenset[UUID]:
    """Name the item versions that are on hold; one that was retired since does not wait for anything any more."""
    rows = session.connection().execute(
        select(col(ItemDecision.item_version_id))
        .join(ItemVersion, col(ItemVersion.id) == col(ItemDecision.item_version_id))
        .where(
            col(ItemDecision.id).in_(_newest(Verdict.HOLD, Verdict.RELEASE)),
            col(ItemDecision.verdict) == Verdict.HOLD.value,
            col(ItemVersion.state) != ItemState.RETIRED.value,
        )
    )
    return frozenset(rows.scalars())


def parameters_before_hold(session: Session) -> dict[UUID, Parameters]:
    """Give what each item version that was ever held was measured by when it was last put on hold.

    One that is released would otherwise come back with nothing but its writer's rating, whatever had been estimated.
    """
    rows = session.execute(
        select(BankItem)
        .join(
            ItemDecision,
            (col(ItemDecision.item_version_id) == col(BankItem.item_version_id))
            & (col(ItemDecision.bank_id) == col(BankItem.bank_id)),
        )
        .where(col(ItemDecision.id).in_(_newest(Verdict.HOLD)))
    )
    return {row.item_version_id: Parameters.of_row(row) for row in rows.scalars()}


def _newest(*verdicts: Verdict) -> Select[Any]:
    """Select the newest decision of these kinds about each item version."""
    return (
        select(func.max(col(ItemDecision.id)))
        .where(col(ItemDecision.verdict).in_([verdict.value for verdict in verdicts]))
        .group_by(col(ItemDecision.item_version_id))
    )
