"""Doing a study: answers of two groups in, verdicts on items out; nobody's group is written anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlmodel import col

from calibration.calibration_result import CalibratedItem
from calibration.dif import StudyCancelledError, dif_study
from calibration.errors import CalibrationError
from calibration.responses import ResponseData
from itembank.background_runs.heartbeat import Heartbeat
from itembank.calibration_runs.recorded_responses import VersionLabel, version_labels
from itembank.clock import utc_now
from itembank.database import Database
from itembank.dif_studies.bank_items import items_of, matchable, parameters_of_unit, rests_on_answers
from itembank.dif_studies.failures import Failure, FailureKind
from itembank.dif_studies.grouped_responses import load_grouped_responses
from itembank.dif_studies.results import StudyFacts, StudyResults, study_results
from itembank.dif_studies.states import StudyState
from itembank.errors import NoLawfulBasis
from itembank.group_data.bases import BasisState, basis_view
from itembank.group_data.variables import find_variable
from itembank.tables import DifStudyRun

log = structlog.get_logger("samat.dif")


@dataclass(frozen=True)
class _Material:
    method: str
    purify: bool
    reference: str
    focal: str
    data: ResponseData
    group_of: Mapping[str, str]
    items: tuple[CalibratedItem, ...]
    labels: dict[str, VersionLabel]
    facts: StudyFacts


def execute_study(
    database: Database,
    run_id: UUID,
    *,
    clock: Callable[[], datetime] = utc_now,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Take up a waiting study and carry it to its end; however it ends, its record says so.

    Args:
        database: The database; no transaction is held while the study computes.
        run_id: The study.
        clock: Tells the time.
        stopping: Tells that this process is being stopped; the study then goes back to waiting for another.

    Returns:
        Whether the study was this call's to execute; another process may have taken it.
    """
    if not _claim(database, run_id, now=clock()):
        return False
    heartbeat = Heartbeat(database, run_id, table=DifStudyRun, clock=clock, stopping=stopping)
    try:
        results = _computed(_load(database, run_id, now=clock()), heartbeat)
        _finish(database, run_id, state=StudyState.DONE, now=clock(), results=results)
    except StudyCancelledError:
        state = StudyState.WAITING if heartbeat.stopped else StudyState.CANCELLED
        _finish(database, run_id, state=state, now=clock())
    except NoLawfulBasis as error:
        _fail(database, run_id, Failure(FailureKind.NO_LAWFUL_BASIS, str(error)), now=clock())
    except CalibrationError as error:
        _fail(database, run_id, Failure.of_refusal(error.code, str(error)), now=clock())
    except Exception as error:
        # Whatever it was, nobody must look at a study that seems to go on for ever.
        log.exception("study failed", run=str(run_id))
        _fail(database, run_id, Failure(FailureKind.UNEXPECTED, type(error).__name__), now=clock())
    return True


def _claim(database: Database, run_id: UUID, *, now: datetime) -> bool:
    with database.writing() as session:
        claimed = session.connection().execute(
            update(DifStudyRun)
            .where(col(DifStudyRun.id) == run_id, col(DifStudyRun.state) == StudyState.WAITING.value)
            .values(state=StudyState.RUNNING.value, heartbeat_at=now, round=0, done=0, total=0)
        )
        return claimed.rowcount == 1


def _load(database: Database, run_id: UUID, *, now: datetime) -> _Material:
    with database.reading() as session:
        run = session.get_one(DifStudyRun, run_id)
        variable = find_variable(session, run.variable_id)
        # It may have been withdrawn, or its last day be over, since the study was asked for.
        if basis_view(session, run.basis_id, now=now).state is not BasisState.IN_FORCE:
            raise NoLawfulBasis(title=variable.name_th)
        grouped = load_grouped_responses(
            session,
            standard_id=run.standard_id,
            unit=run.unit,
            variable=variable,
            categories=(run.reference, run.focal),
        )
        parameters = parameters_of_unit(session, bank_id=run.bank_id, unit=run.unit)
        versions = [UUID(name) for name in grouped.data.item_ids]
        labels, item_ids = version_labels(session, versions), items_of(session, versions)
    data, items, left_out = matchable(grouped.data, parameters)
    members = [grouped.group_of[name] for name in data.person_ids]
    facts = StudyFacts(
        n_reference=members.count(run.reference),
        n_focal=members.count(run.focal),
        n_responses=data.n_responses,
        further_sittings=grouped.further_sittings,
        simulated=variable.simulated,
        without_parameters=left_out,
        calibrated=rests_on_answers(parameters),
        item_ids=item_ids,
    )
    return _Material(run.method, run.purify, run.reference, run.focal, data, grouped.group_of, items, labels, facts)


def _computed(material: _Material, heartbeat: Heartbeat) -> StudyResults:
    study = dif_study(
        material.data,
        material.group_of,
        reference=material.reference,
        focal=material.focal,
        items=material.items,
        method=material.method,
        purify=material.purify,
        on_item=lambda round_, done, total: heartbeat.beat(round=round_, done=done, total=total),
    )
    return study_results(study, labels=material.labels, facts=material.facts)


def _fail(database: Database, run_id: UUID, failure: Failure, *, now: datetime) -> None:
    _finish(database, run_id, state=StudyState.FAILED, now=now, message=failure.to_record())


def _finish(
    database: Database,
    run_id: UUID,
    *,
    state: StudyState,
    now: datetime,
    message: str = "",
    results: StudyResults | None = None,
) -> None:
    with database.writing() as session:
        run = session.get_one(DifStudyRun, run_id, with_for_update=True)
        if run.cancel_requested and state is not StudyState.FAILED:
            state, results = StudyState.CANCELLED, None
        if results is not None:
            basis = basis_view(session, run.basis_id, now=now)
            if basis.state is not BasisState.IN_FORCE:
                # What was computed from data that may not be used any more must not be kept.
                variable = find_variable(session, run.variable_id)
                failure = Failure(FailureKind.NO_LAWFUL_BASIS, str(NoLawfulBasis(title=variable.name_th)))
                state, message, results = StudyState.FAILED, failure.to_record(), None
        run.state, run.message = state.value, message
        run.results = None if results is None else results.to_dict()
        run.finished_at = None if state is StudyState.WAITING else now
        session.add(run)
