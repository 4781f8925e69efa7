"""The corrected versions of a sitting's outcome, each recomputed and compared with its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from engine.errors import EngineError
from itembank.delivery.outcome_document import verdicts_document
from itembank.delivery.outcome_versions import FIRST, CorrectedOutcome, corrections_of
from itembank.delivery.record_differences import differences_between
from itembank.delivery.records import SittingRecord
from itembank.neutralisation.recomputation import Recomputed, Weighing, recompute


@dataclass(frozen=True, slots=True)
class ReplayedVersion:
    """One recomputation of a sitting's outcome after the fact.

    Attributes:
        number: Its number; None where the result stayed what it was.
        recorded_at: When it was recomputed.
        decided_by: Who decided.
        neutralisation_id: The neutralisation that brought it.
        taken_back: Whether it came of taking that back.
        left_out: Ids of the items whose answers do not count in it.
        outcome: The verdicts as recomputed now; None where they can't be.
        differences: Where record and recomputation differ.
    """

    number: int | None
    recorded_at: datetime
    decided_by: str
    neutralisation_id: UUID
    taken_back: bool
    left_out: tuple[str, ...]
    outcome: dict[str, Any] | None
    differences: tuple[str, ...]


def replayed_versions(session: Session, *, loaded: SittingRecord) -> tuple[ReplayedVersion, ...]:
    """Recompute every version of a sitting's outcome from its answers and the neutralisations it was told with."""
    corrections = corrections_of(session, sitting_id=loaded.sitting.id)
    return tuple(_replayed(loaded, version) for version in corrections)


def gaps_between(versions: Sequence[ReplayedVersion]) -> tuple[str, ...]:
    """Tell whether versions are missing among those on record."""
    numbers = [version.number for version in versions if version.number is not None]
    expected = list(range(FIRST + 1, FIRST + 1 + len(numbers)))
    return () if numbers == expected else (f"versions: recorded {numbers}, recomputed {expected}",)


def _replayed(loaded: SittingRecord, version: CorrectedOutcome) -> ReplayedVersion:
    weighings = [Weighing.from_record(entry) for entry in version.weighed]
    answers = [(answer.item_version_id, answer.score) for answer in loaded.answers]
    recomputed: Recomputed | None
    try:
        reason = loaded.sitting.finish_reason
        tasks = None if loaded.tasks is None else loaded.tasks.evidence(loaded.prepared, finish_reason=reason)
        recomputed = recompute(loaded.prepared, loaded.unit_pool, answers, weighings, tasks=tasks)
    except (EngineError, KeyError):
        # The report has to tell what can't be recomputed, as the record does.
        recomputed = None
    pool, places = loaded.unit_pool, loaded.unit_pool.index_of_version
    return ReplayedVersion(
        number=version.number,
        recorded_at=version.recorded_at,
        decided_by=version.decided_by,
        neutralisation_id=version.neutralisation_id,
        taken_back=version.taken_back,
        left_out=tuple(sorted(pool.item_ids[place] for one, place in places.items() if one in version.left_out)),
        outcome=None if recomputed is None else verdicts_document(recomputed.told.outcome),
        differences=_differences(version, recomputed),
    )


def _differences(version: CorrectedOutcome, recomputed: Recomputed | None) -> tuple[str, ...]:
    if recomputed is None:
        return () if version.message else ("version: recorded an outcome, recomputed nothing",)
    if version.message:
        # Whatever kept it from being recomputed then does so no more.
        return (f"version: recorded {version.message}, recomputed an outcome",)
    adopted = [entry["adopted"] for entry in version.weighed]
    return (
        *differences_between(version.document, verdicts_document(recomputed.told.outcome), path="version"),
        *differences_between(adopted, list(recomputed.adopted), path="version.adopted"),
    )
