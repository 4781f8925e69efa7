"""The newest finished calibration run of a unit, and what it estimated of each item version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from itembank.calibration_runs.item_statistics import ItemStatisticsLine
from itembank.calibration_runs.recorded_responses import versions_of
from itembank.calibration_runs.results import RunItem, read_items
from itembank.calibration_runs.states import RunState
from itembank.tables import CalibrationRun

#: States of runs whose estimates stand; a rejected run's do not.
_STANDING = (RunState.DONE, RunState.APPROVED, RunState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class NewestEstimates:
    """A finished run's estimates by item version."""

    run_id: UUID
    state: RunState
    finished_at: datetime | None
    n_simulated: int
    items: Mapping[UUID, RunItem]

    def in_force(self, line: ItemStatisticsLine) -> bool:
        """Tell whether an item of a bank is measured by these very estimates."""
        found = self.items.get(line.item_version_id)
        return found is not None and (found.a, found.b) == (line.discrimination, line.difficulty)


def newest_estimates(session: Session, *, standard_id: UUID, unit: str) -> NewestEstimates | None:
    """Find the newest finished run of a unit that converged and was not rejected.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.
    """
    runs = session.connection().execute(
        select(
            col(CalibrationRun.id),
            col(CalibrationRun.state),
            col(CalibrationRun.finished_at),
            col(CalibrationRun.results),
        )
        .where(
            col(CalibrationRun.standard_id).in_(versions_of(standard_id)),
            col(CalibrationRun.unit) == unit,
            col(CalibrationRun.state).in_([state.value for state in _STANDING]),
        )
        .order_by(col(CalibrationRun.finished_at).desc(), col(CalibrationRun.requested_at).desc())
    )
    for run_id, state, finished_at, results in runs:
        if results and results["summary"]["converged"]:
            items = {UUID(item.item_version_id): item for item in read_items(results)}
            return NewestEstimates(run_id, RunState(state), finished_at, results["summary"]["n_simulated"], items)
    return None
