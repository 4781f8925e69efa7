"""The items of a bank as a study matches people by them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

import numpy as np
from sqlmodel import Session, col, select

from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError
from calibration.exclusions import Exclusion
from calibration.responses import ResponseData
from itembank.calibration_runs.base_scale import calibrated_item
from itembank.publishing.parameters import CALIBRATED, Parameters
from itembank.tables import BankItem, ItemVersion

NO_PARAMETERS, OTHER_MODEL, NEGATIVE_DISCRIMINATION = "no_parameters", "other_model", "negative_discrimination"
#: Models whose curves a study knows.
MODELS = frozenset({"rasch", "1pl", "2pl", "3pl", "grm", "gpcm"})


def parameters_of_unit(session: Session, *, bank_id: UUID, unit: str) -> dict[str, Parameters]:
    """Read what a bank measures a unit's items by, by item version."""
    rows = session.exec(select(BankItem).where(BankItem.bank_id == bank_id, BankItem.unit == unit))
    return {str(row.item_version_id): Parameters.of_row(row) for row in rows}


def items_of(session: Session, versions: Collection[UUID]) -> dict[str, str]:
    """Tell which item each version is of."""
    rows = session.exec(select(ItemVersion.id, ItemVersion.item_id).where(col(ItemVersion.id).in_(versions)))
    return {str(version): str(item) for version, item in rows}


def matchable(
    data: ResponseData, parameters: Mapping[str, Parameters]
) -> tuple[ResponseData, tuple[CalibratedItem, ...], tuple[Exclusion, ...]]:
    """Keep the answers to items that people can be matched by.

    Args:
        data: Answers.
        parameters: Of the bank's items.

    Returns:
        The answers kept, the items they are to, and the other items with the reason.

    Raises:
        CalibrationError: No item is left.
    """
    reasons = [_reason(parameters.get(name)) for name in data.item_ids]
    left_out = tuple(
        Exclusion("item", name, reason) for name, reason in zip(data.item_ids, reasons, strict=True) if reason
    )
    kept = np.array([reason is None for reason in reasons])
    if not kept.any():
        raise CalibrationError("no item that was answered has parameters in the bank", code=NO_PARAMETERS)
    chosen = data.select(kept[data.item])
    return chosen, tuple(calibrated_item(name, parameters[name]) for name in chosen.item_ids), left_out


def rests_on_answers(parameters: Mapping[str, Parameters]) -> frozenset[str]:
    """Name the item versions whose parameters are more than a writer's rating."""
    return frozenset(name for name, known in parameters.items() if known.source == CALIBRATED)


def _reason(known: Parameters | None) -> str | None:
    if known is None:
        return NO_PARAMETERS
    if known.model not in MODELS:
        return OTHER_MODEL
    return None if known.discrimination > 0 else NEGATIVE_DISCRIMINATION
