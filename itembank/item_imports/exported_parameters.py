"""Calibrated parameters of the bank in force, for formats that have a place for them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session, select

from itembank.errors import NotFound
from itembank.exchange.parameter_files import ParameterRow
from itembank.publishing.banks import bank_in_force
from itembank.publishing.parameters import CALIBRATED
from itembank.tables import BankItem


def parameters_of(session: Session) -> Mapping[str, ParameterRow]:
    """Give the parameters that came from answers, by item code; none where no bank is in force."""
    try:
        bank = bank_in_force(session)
    except NotFound:
        return {}
    rows = session.exec(select(BankItem).where(BankItem.bank_id == bank.id, BankItem.parameter_source == CALIBRATED))
    return {row.item_code: _parameters(row) for row in rows}


def _parameters(row: BankItem) -> ParameterRow:
    further = row.parameters
    return ParameterRow(
        item_id=row.item_code,
        model=row.model,
        discrimination=row.discrimination,
        difficulty=row.difficulty,
        unit=row.unit,
        element=row.element,
        criterion=row.criterion,
        se_discrimination=row.se_discrimination,
        se_difficulty=row.se_difficulty,
        guessing=float(further.get("guessing", 0.0)),
        upper_asymptote=float(further.get("upper_asymptote", 1.0)),
        thresholds=tuple(float(value) for value in further.get("thresholds", ())),
    )
