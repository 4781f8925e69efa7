"""Doing a calibration run: answers in, parameters on the bank's scale out; the bank itself is never touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlmodel import Session, col, select

from calibration.calibration_result import CANCELLED, CalibrationResult
from calibration.errors import CalibrationError
from calibration.marginal_likelihood import calibrate
from calibration.priors import Priors
from itembank.calibration_runs.model_choice import model_of_the_rest, models_of_items, takes_parts
from itembank.calibration_runs.progress import Progress
from itembank.calibration_runs.recent_sittings import RecentSittings, recent_sittings
from itembank.calibration_runs.recorded_responses import (
    RecordedResponses,
    VersionLabel,
    load_responses,
    version_labels,
)
from itembank.calibration_runs.results import read_items, results_document
from itembank.calibration_runs.shadow_scoring import preview_impact
from itembank.calibration_runs.states import RunState
from itembank.clock import utc_now
from itembank.database import Database
from itembank.publishing.parameters import Parameters
from itembank.tables import BankItem, CalibrationRun

log = structlog.get_logger("samat.calibration")


@dataclass(frozen=True)
class _Material:
    model: str
    recorded: RecordedResponses
    labels: dict[str, VersionLabel]
    base: dict[UUID, Parameters]
    recent: RecentSittings


def execute_run(
    database: Database,
    run_id: UUID,
    *,
    clock: Callable[[], datetime] = utc_now,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Take up a waiting run and carry it to its end; however it ends, its record says so.

    Args:
        database: The database; no transaction is held while the calibration computes.
        run_id: The run.
        clock: Tells the time.
        stopping: Tells that this process is being stopped; the run then goes back to waiting for another.

    Returns:
        Whether the run was this call's to execute; another process may have taken it.
    """
    if not _claim(database, run_id, now=clock()):
        return False
    progress = Progress(database, run_id, clock=clock, stopping=stopping)
    try:
        material = _load(database, run_id)
        result = _calibrate(material, progress)
        results = None if result.status == CANCELLED else _results(material, result, progress)
        if results is None:
            state = RunState.WAITING if progress.stopped else RunState.CANCELLED
            _finish(database, run_id, state=state, now=clock())
            return True
        _finish(database, run_id, state=RunState.DONE, now=clock(), result=result, results=results)
    except CalibrationError as error:
        _finish(database, run_id, state=RunState.FAILED, now=clock(), message=str(error))
    except Exception as error:
        # Whatever it was, the psychometrician must not look at a run that seems to go on for ever.
        log.exception("calibration failed", run=str(run_id))
        message = f"unexpected {type(error).__name__}; the server's log has the details"
        _finish(database, run_id, state=RunState.FAILED, now=clock(), message=message)
    return True


def _claim(database: Database, run_id: UUID, *, now: datetime) -> bool:
    with database.writing() as session:
        claimed = session.connection().execute(
            update(CalibrationRun)
            .where(col(CalibrationRun.id) == run_id, col(CalibrationRun.state) == RunState.WAITING.value)
            .values(state=RunState.RUNNING.value, heartbeat_at=now, iteration=0, log_likelihood=None)
        )
        return claimed.rowcount == 1


def _load(database: Database, run_id: UUID) -> _Material:
    with database.reading() as session:
        run = session.exec(select(CalibrationRun).where(CalibrationRun.id == run_id)).one()
        recorded = load_responses(
            session,
            standard_id=run.standard_id,
            unit=run.unit,
            include_simulated=run.include_simulated,
            with_parts=takes_parts(run.model),
        )
        recent = recent_sittings(
            session, standard_id=run.standard_id, unit=run.unit, include_simulated=run.include_simulated
        )
        base = _base_parameters(session, run)
        answered = {UUID(version_id) for version_id in recorded.data.item_ids}
        labels = version_labels(session, answered | base.keys())
        return _Material(run.model, recorded, labels, base, recent)


def _base_parameters(session: Session, run: CalibrationRun) -> dict[UUID, Parameters]:
    rows = session.exec(select(BankItem).where(BankItem.bank_id == run.base_bank_id, BankItem.unit == run.unit))
    return {row.item_version_id: Parameters.of_row(row) for row in rows}


def _calibrate(material: _Material, progress: Progress) -> CalibrationResult:
    data, labels = material.recorded.data, material.labels
    return calibrate(
        data,
        model=model_of_the_rest(material.model),
        models=models_of_items(material.model, data, {name: label.highest_score for name, label in labels.items()}),
        priors=Priors(),
        ratings={name: float(label.rating) for name, label in labels.items()},
        on_progress=progress,
    )


def _results(material: _Material, result: CalibrationResult, progress: Progress) -> dict[str, Any] | None:
    """Write down what was found, and what publishing it would change; None if that work was ended."""
    results = results_document(
        result, recorded=material.recorded, labels=material.labels, base=material.base, model=material.model
    )
    if not result.converged:
        return results
    new = material.base | {UUID(item.item_version_id): item.parameters() for item in read_items(results) if item.usable}
    impact = preview_impact(material.recent, new, going_on=progress.going_on)
    return None if impact is None else results | {"impact": asdict(impact)}


def _finish(
    database: Database,
    run_id: UUID,
    *,
    state: RunState,
    now: datetime,
    message: str = "",
    result: CalibrationResult | None = None,
    results: dict[str, Any] | None = None,
) -> None:
    with database.writing() as session:
        run = session.exec(select(CalibrationRun).where(CalibrationRun.id == run_id).with_for_update()).one()
        if run.cancel_requested and state is not RunState.FAILED:
            state, result, results = RunState.CANCELLED, None, None
        run.state = state.value
        run.message = message
        run.results = results
        run.finished_at = None if state is RunState.WAITING else now
        if result is not None:
            run.iteration = result.iterations
            run.log_likelihood = result.log_likelihood
        session.add(run)
