"""How low the exposure limit of an exam can be with the items that the bank in force has for its unit."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session, col, func, select

from engine.design import ExamDesign
from engine.exposure.least_rate import least_rate, out_of_reach
from itembank.publishing.banks import find_bank_in_force
from itembank.tables import BankItem


def items_in_force(session: Session) -> Mapping[str, int]:
    """Count the items that count by unit, in the bank in force; nothing where no bank is."""
    bank = find_bank_in_force(session)
    if bank is None:
        return {}
    rows = session.exec(
        select(BankItem.unit, func.count())
        .where(BankItem.bank_id == bank.id, col(BankItem.pretest).is_(False))
        .group_by(col(BankItem.unit))
    )
    return dict(rows.all())


def least_exposure(design: ExamDesign, *, items: int) -> float | None:
    """Return the share of candidates that the most used item goes to at least, None where there are no items."""
    return least_rate(design, items=items) if items else None


def limit_out_of_reach(design: ExamDesign, least: float | None) -> bool:
    """Say whether a design asks for less exposure than can be kept; delivery then comes as near to it as it can."""
    return least is not None and out_of_reach(design.maximum_exposure, least)
