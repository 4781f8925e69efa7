"""What was observed of an item, to be held against the curve that its bank measures by."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from calibration.curves import ObservedProportion, answers_with_curves, observed_proportions
from calibration.dif.matching import population_of
from calibration.errors import CalibrationError
from calibration.person_likelihoods import log_likelihoods
from calibration.quadrature import DEFAULT_GRID
from calibration.responses import ResponseData
from engine.response_models import ItemParameters
from itembank.calibration_runs.item_curves import curve_parameters
from itembank.calibration_runs.recorded_responses import load_newest_responses, load_responses_around
from itembank.publishing.parameters import Parameters
from itembank.tables import Bank, BankItem

#: Fewer answers than these to a bin make its proportion a matter of chance.
ANSWERS_A_BIN, MOST_BINS = 15, 10
#: Sittings that tell the population: its mean to a twentieth of its spread, which the answers outweigh.
SITTINGS_LOOKED_AT = 500


def observed_points(
    session: Session, *, bank: Bank, unit: str, item_version_id: UUID
) -> tuple[ObservedProportion, ...]:
    """Count the answers to an item by ability, as the answers of each sitting, this one included, tell it.

    Args:
        session: The transaction.
        bank: The bank whose parameters count; answers to items that it does not have are left out.
        unit: Code of the unit of competence.
        item_version_id: An item version of the bank that somebody answered.

    Returns:
        The points in order of ability; none where no answer counts.
    """
    standard_id, name = bank.standard_id, str(item_version_id)
    try:
        around = load_responses_around(session, standard_id=standard_id, unit=unit, item_version_id=item_version_id)
        newest = load_newest_responses(session, standard_id=standard_id, unit=unit, sittings=SITTINGS_LOOKED_AT)
    except CalibrationError:  # neutralised items alone were answered
        return ()
    curves = _curves(session, bank, unit)
    usable, _ = answers_with_curves(around, curves)
    if name not in usable.item_ids:
        return ()
    mean, deviation = population_on_bank_scale(newest, curves)
    answers = int((usable.item == usable.item_ids.index(name)).sum())
    bins = max(1, min(MOST_BINS, answers // ANSWERS_A_BIN))
    return observed_proportions(usable, curves, items=[name], latent_mean=mean, latent_sd=deviation, bins=bins)[name]


def population_on_bank_scale(data: ResponseData, curves: Mapping[str, ItemParameters]) -> tuple[float, float]:
    """Estimate mean and standard deviation of ability from the answers of sittings chosen whatever they answered.

    Sittings that were asked a certain item are no such choice: an adaptive exam asks by ability.

    Args:
        data: All answers of those sittings.
        curves: The items' curves, on the bank's scale.
    """
    usable, pool = answers_with_curves(data, curves)
    if pool is None:
        return 0.0, 1.0
    return population_of(log_likelihoods(usable, pool.log_probabilities(DEFAULT_GRID.nodes)), DEFAULT_GRID)


def _curves(session: Session, bank: Bank, unit: str) -> dict[str, ItemParameters]:
    rows = session.exec(select(BankItem).where(BankItem.bank_id == bank.id, col(BankItem.unit) == unit))
    return {
        str(row.item_version_id): curve_parameters(Parameters.of_row(row), item_id=str(row.item_version_id))
        for row in rows
    }
