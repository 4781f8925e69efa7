"""How many questions a sitting may take, as people are told: one that is tried out is a question, too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, func, select

from engine.design import ExamDesign
from itembank.tables import BankItem


@dataclass(frozen=True, slots=True)
class ShownLength:
    """Fewest and most questions, those that are tried out included, and how many of these there are."""

    minimum: int
    maximum: int
    tried_out: int


def shown_length(design: ExamDesign, *, pretest_pool_size: int) -> ShownLength:
    """Tell how many questions a sitting of a design may take.

    All questions that are tried out are asked before the answers can end an exam, so they count at both ends. Where the
    clock may end it, though, none is asked once the time is over, so that fewer questions are possible.

    Args:
        design: The design.
        pretest_pool_size: How many items the bank tries out in the unit; no sitting can try out more.
    """
    tried_out = min(design.pretest_items, pretest_pool_size)
    surely = 0 if "time" in design.stop_rules else tried_out
    return ShownLength(design.minimum_length + surely, design.maximum_length + tried_out, tried_out)


def pretest_pool_sizes(session: Session, *, bank_ids: Iterable[UUID]) -> dict[tuple[UUID, str], int]:
    """Count the items that banks try out, by bank and unit, in one query; units without any are left out."""
    rows = session.exec(
        select(BankItem.bank_id, BankItem.unit, func.count())
        .where(col(BankItem.bank_id).in_(sorted(set(bank_ids))), col(BankItem.pretest).is_(True))
        .group_by(col(BankItem.bank_id), col(BankItem.unit))
    )
    return {(bank_id, unit): count for bank_id, unit, count in rows}
