"""Doing a calibration run: answers in, parameters on the bank's scale out; the bank itself is never touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import update
from sqlmodel import Session, col, select

from calibration.calibration_result import CANCELLED, CalibratedItem
from calibration.chunks import Workplace
from calibration.errors import CalibrationError
from calibration.linking import LEAST_ANCHORS
from itembank.calibration_runs.base_scale import calibrated_item
from itembank.calibration_runs.estimation import Estimation, EstimationTask, estimate
from itembank.calibration_runs.model_choice import model_of_the_rest, models_of_items, takes_parts
from itembank.calibration_runs.progress import Progress
from itembank.calibration_runs.recent_sittings import RecentSittings, recent_sittings
from itembank.calibration_runs.recorded_responses import (
    AnswerCount,
    RecordedResponses,
    VersionLabel,
    count_everything,
    groups_of_sittings,
    load_responses,
    version_labels,
)
from itembank.calibration_runs.results import read_items
from itembank.calibration_runs.results_document import RunOutcome, linked
from itembank.calibration_runs.run_settings import RunSettings
from itembank.calibration_runs.shadow_scoring import preview_impact
from itembank.calibration_runs.states import RunState
from itembank.calibration_runs.workplaces import site_workplace
from itembank.clock import utc_now
from itembank.database import Database
from itembank.diagnostics.circumstances import Circumstances, load_circumstances
from itembank.diagnostics.diagnose import diagnose
from itembank.diagnostics.record import document_of
from itembank.framework.document import Framework
from itembank.framework.store import standard_by_id
from itembank.publishing.parameters import CALIBRATED, Parameters
from itembank.settings import load_settings
from itembank.tables import BankItem, CalibrationRun

log = structlog.get_logger("samat.calibration")

#: A run whose server went down so often while it computed is the likely reason, by the memory that it needs.
MOST_ATTEMPTS = 3

OpenWorkplace = Callable[[int], AbstractContextManager[Workplace]]


@dataclass(frozen=True)
class _Material:
    model: str
    settings: RunSettings
    recorded: RecordedResponses
    everything: AnswerCount
    groups: dict[str, str]
    labels: dict[str, VersionLabel]
    elements: dict[str, str]
    base: dict[UUID, Parameters]
    fixed: dict[str, CalibratedItem]
    recent: RecentSittings
    circumstances: Circumstances


def execute_run(
    database: Database,
    run_id: UUID,
    *,
    clock: Callable[[], datetime] = utc_now,
    stopping: Callable[[], bool] = lambda: False,
    workplace: OpenWorkplace = site_workplace,
) -> bool:
    """Take up a waiting run and carry it to its end; however it ends, its record says so.

    Args:
        database: The database; no transaction is held while the calibration computes.
        run_id: The run.
        clock: Tells the time.
        stopping: Tells that this process is being stopped; the run then goes back to waiting for another.
        workplace: Opens the place where so many answers are worked on.

    Returns:
        Whether the run was this call's to execute; another process may have taken it.
    """
    claim = _claimed(database, run_id, now=clock())
    if claim is None:
        return False
    progress = Progress(database, run_id, clock=clock, stopping=stopping)
    try:
        with progress.pulse():
            ending = _computed(database, run_id, claim, progress, workplace)
    except CalibrationError as error:
        ending = _Ending(RunState.FAILED, message=str(error))
    except Exception as error:
        # Whatever it was, the psychometrician must not look at a run that seems to go on for ever.
        log.exception("calibration failed", run=str(run_id))
        message = f"unexpected {type(error).__name__}; the server's log has the details"
        ending = _Ending(RunState.FAILED, message=message)
    _finish(database, run_id, claim, ending, now=clock())
    return True


@dataclass(frozen=True)
class _Ending:
    state: RunState
    message: str = ""
    iterations: int = 0
    log_likelihood: float | None = None
    results: dict[str, Any] | None = None


def _claimed(database: Database, run_id: UUID, *, now: datetime) -> int | None:
    """Take up a waiting run; tell which attempt it is, None where another process was faster."""
    with database.writing() as session:
        connection = session.connection()
        claimed = connection.execute(
            update(CalibrationRun)
            .where(col(CalibrationRun.id) == run_id, col(CalibrationRun.state) == RunState.WAITING.value)
            .values(
                state=RunState.RUNNING.value,
                heartbeat_at=now,
                attempts=CalibrationRun.attempts + 1,
                iteration=0,
                log_likelihood=None,
                seconds_left=None,
            )
        )
        if claimed.rowcount != 1:
            return None
        return int(
            connection.execute(
                select(col(CalibrationRun.attempts)).where(col(CalibrationRun.id) == run_id)
            ).scalar_one()
        )


def _computed(database: Database, run_id: UUID, claim: int, progress: Progress, workplace: OpenWorkplace) -> _Ending:
    if claim > MOST_ATTEMPTS:
        raise CalibrationError(
            f"the server went down {MOST_ATTEMPTS} times while it computed this; it may need more memory than there is",
            code="server_lost",
        )
    material = _load(database, run_id)
    with workplace(material.recorded.data.n_responses) as place:
        estimation = _estimated(material, progress, place)
    result = estimation.result
    results = None if result.status == CANCELLED else _results(material, estimation, progress)
    if results is None:
        return _Ending(RunState.WAITING if progress.stopped else RunState.CANCELLED)
    return _Ending(RunState.DONE, "", result.iterations, result.log_likelihood, results)


def _load(database: Database, run_id: UUID) -> _Material:
    with database.reading() as session:
        run = session.exec(select(CalibrationRun).where(CalibrationRun.id == run_id)).one()
        settings = RunSettings.from_dict(run.settings)
        standard_id, unit, simulated = run.standard_id, run.unit, run.include_simulated
        recorded = load_responses(
            session,
            standard_id=standard_id,
            unit=unit,
            include_simulated=simulated,
            with_parts=takes_parts(run.model),
        )
        rows = session.exec(select(BankItem).where(BankItem.bank_id == run.base_bank_id, BankItem.unit == unit)).all()
        base = {row.item_version_id: Parameters.of_row(row) for row in rows}
        answered = {UUID(version_id) for version_id in recorded.data.item_ids}
        left_out = {UUID(version_id) for version_id in recorded.neutralised}
        labels = version_labels(session, answered | base.keys() | left_out)
        return _Material(
            model=run.model,
            settings=settings,
            recorded=recorded,
            everything=count_everything(session, standard_id=standard_id, unit=unit),
            groups=_groups(session, run, settings),
            labels=labels,
            elements=_elements(standard_by_id(session, standard_id).framework, labels),
            base=base,
            fixed=_fixed(rows, answered, labels) if settings.fixes_items else {},
            recent=recent_sittings(session, standard_id=standard_id, unit=unit, include_simulated=simulated),
            circumstances=load_circumstances(session, recorded.data, standard_id=standard_id, unit=unit),
        )


def _groups(session: Session, run: CalibrationRun, settings: RunSettings) -> dict[str, str]:
    if settings.groups == "none":
        return {}
    return groups_of_sittings(
        session,
        standard_id=run.standard_id,
        unit=run.unit,
        include_simulated=run.include_simulated,
        by=settings.groups,
        zone=ZoneInfo(load_settings().time_zone),
    )


def _fixed(rows: Sequence[BankItem], answered: set[UUID], labels: dict[str, VersionLabel]) -> dict[str, CalibratedItem]:
    """Choose the items that stay as they are: operational, calibrated, and answered."""
    fixed = {
        str(row.item_version_id): calibrated_item(str(row.item_version_id), Parameters.of_row(row))
        for row in rows
        if not row.pretest and row.parameter_source == CALIBRATED and row.item_version_id in answered
    }
    if len(fixed) < LEAST_ANCHORS:
        raise CalibrationError(
            f"{len(fixed)} calibrated operational items were answered; {LEAST_ANCHORS} are needed to set the scale",
            code="no_anchors",
        )
    if not any(str(version_id) not in fixed for version_id in answered):
        raise CalibrationError("every answered item is calibrated already; there is none to try out", code="no_trials")
    for name, item in fixed.items():
        if item.discrimination <= 0:
            raise CalibrationError(f"item {labels[name].code} has no positive discrimination", code="bad_fixed_item")
    return fixed


def _elements(framework: Framework, labels: Mapping[str, VersionLabel]) -> dict[str, str]:
    """Find each item's element; a criterion that the standard has no longer belongs to none."""
    known = {criterion.code: element.code for element in framework.elements for criterion in element.criteria}
    return {name: known.get(label.criterion, "") for name, label in labels.items()}


def _estimated(material: _Material, progress: Progress, workplace: Workplace) -> Estimation:
    data, labels = material.recorded.data, material.labels
    task = EstimationTask(
        data=data,
        model=model_of_the_rest(material.model),
        models=models_of_items(material.model, data, {name: label.highest_score for name, label in labels.items()}),
        ratings={name: float(label.rating) for name, label in labels.items()},
        elements=material.elements,
        fixed=material.fixed,
        groups=material.groups,
    )
    return estimate(task, material.settings, on_progress=progress, workplace=workplace)


def _results(material: _Material, estimation: Estimation, progress: Progress) -> dict[str, Any] | None:
    """Write down what was found, and what publishing it would change; None if that work was ended."""
    base = {str(version_id): parameters for version_id, parameters in material.base.items()}
    outcome = RunOutcome(
        estimation=estimation,
        link=linked(estimation.result, base, material.settings),
        recorded=material.recorded,
        everything=material.everything,
        labels=material.labels,
        base=base,
        model=material.model,
    )
    results = outcome.document()
    if not estimation.result.converged:
        return results
    new = material.base | {UUID(item.item_version_id): item.parameters() for item in read_items(results) if item.usable}
    impact = preview_impact(material.recent, new, going_on=progress.going_on)
    if impact is None:
        return None
    diagnostics = diagnose(
        estimation.result,
        data=material.recorded.data,
        circumstances=material.circumstances,
        labels=material.labels,
        base=material.base,
        link=outcome.link.link,
        going_on=progress.going_on,
    )
    if diagnostics is None:
        return None
    return results | {"impact": asdict(impact), "diagnostics": document_of(diagnostics)}


def _finish(database: Database, run_id: UUID, claim: int, ending: _Ending, *, now: datetime) -> None:
    with database.writing() as session:
        run = session.exec(select(CalibrationRun).where(CalibrationRun.id == run_id).with_for_update()).one()
        if run.state != RunState.RUNNING or run.attempts != claim:
            # Taken for dead, for example because the machine slept, it was taken up by another process meanwhile.
            log.warning("a calibration that another process took over has ended", run=str(run_id))
            return
        if run.cancel_requested and ending.state is not RunState.FAILED:
            ending = _Ending(RunState.CANCELLED)
        run.state = ending.state.value
        run.message = ending.message
        run.results = ending.results
        run.seconds_left = None
        run.finished_at = None if ending.state is RunState.WAITING else now
        if ending.state is RunState.WAITING:
            # A server that was stopped in order says nothing against the run.
            run.attempts -= 1
        if ending.results is not None:
            run.iteration = ending.iterations
            run.log_likelihood = ending.log_likelihood
        session.add(run)
