"""A recomputed outcome as a version of a sitting's result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.errors import EngineError
from itembank.delivery.outcome_document import verdicts_document
from itembank.delivery.record_differences import differences_between
from itembank.errors import SamatError
from itembank.neutralisation.concerned_sittings import ConcernedSitting
from itembank.neutralisation.recomputation import Weighing
from itembank.publishing.pools import UnitPool
from itembank.tables import OutcomeVersion

#: What keeps one sitting from being recomputed must not keep the others from it; it is told with the sitting's version.
CANNOT_RECOMPUTE = (EngineError, SamatError, KeyError)

_JUDGED = ("unit", "elements")


def correction(
    sitting: ConcernedSitting,
    pool: UnitPool,
    weighings: Sequence[Weighing],
    *,
    neutralisation_id: UUID,
    run_id: UUID | None,
    decided_by: str,
    now: datetime,
) -> OutcomeVersion:
    """Recompute a sitting and make the version of it.

    It has a number only where something else is told than before: another result, or the same one for another reason,
    since the neutralisation that was its reason is taken back and another of the same item stays.

    Args:
        sitting: The sitting.
        pool: The items of its unit in its bank.
        weighings: The neutralisations to weigh, in order.
        neutralisation_id: Which of them, or which one taken back, brings the version.
        run_id: The run that makes it; None at the end of a sitting.
        decided_by: Who decided.
        now: When.
    """
    version = OutcomeVersion(
        sitting_id=sitting.id,
        neutralisation_id=neutralisation_id,
        run_id=run_id,
        document={},
        decided_by=decided_by,
        recorded_at=now,
    )
    try:
        recomputed = sitting.recomputed(pool, weighings)
        told = sitting.told or verdicts_document(sitting.recomputed(pool, ()).told.outcome)
    except CANNOT_RECOMPUTE as error:
        version.message = f"{type(error).__name__}: {error}"
        return version
    version.document = verdicts_document(recomputed.told.outcome)
    version.weighed = [
        weighing.to_record(adopted=adopted) for weighing, adopted in zip(weighings, recomputed.adopted, strict=True)
    ]
    if _tells_otherwise(told, version.document):
        version.number = sitting.number + 1
    elif sitting.told_for == neutralisation_id and all(one.neutralisation_id != neutralisation_id for one in weighings):
        adopted = [one for one, left_out in zip(weighings, recomputed.adopted, strict=True) if left_out]
        if adopted:
            version.number, version.neutralisation_id = sitting.number + 1, adopted[-1].neutralisation_id
    return version


def _tells_otherwise(told: dict[str, Any], document: dict[str, Any]) -> bool:
    return bool(differences_between({part: told[part] for part in _JUDGED}, document, path="outcome"))
