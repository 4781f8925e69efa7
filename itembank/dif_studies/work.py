"""Doing a study: answers of two groups in, verdicts on items out; nobody's group is written anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlmodel import col

from calibration.calibration_result import CalibratedItem
from calibration.dif import StudyCancelledError, dif_study
from calibration.dif.groups import GROUP_TOO_SMALL
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
from itembank.dif_studies.studies import FEWEST_IN_GROUP
from itembank.errors import NoLawfulBasis
from itembank.group_data.bases import BasisState, basis_view
from itembank.group_data.variables import find_variable
from itembank.tables import DifStudyRun

log = structlog.get_logger("samat.dif")

#: A study whose server went down so often while it computed is the likely reason, by the memory that it needs.
MOST_ATTEMPTS = 3


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
    claim = _claimed(database, run_id, now=clock())
    if claim is None:
        return False
    heartbeat = Heartbeat(database, run_id, table=DifStudyRun, clock=clock, stopping=stopping)
    try:
        with heartbeat.pulse():
            ending = _Ending(StudyState.DONE, results=_done(database, run_id, claim, heartbeat, now=clock()))
    except StudyCancelledError:
        ending = _Ending(StudyState.WAITING if heartbeat.stopped else StudyState.CANCELLED)
    except NoLawfulBasis as error:
        ending = _Ending.failed(Failure(FailureKind.NO_LAWFUL_BASIS, str(error)))
    except CalibrationError as error:
        ending = _Ending.failed(Failure.of_refusal(error.code, str(error)))
    except Exception as error:
        # Whatever it was, nobody must look at a study that seems to go on for ever.
        log.exception("study failed", run=str(run_id))
        ending = _Ending.failed(Failure(FailureKind.UNEXPECTED, type(error).__name__))
    _finish(database, run_id, claim, ending, now=clock())
    return True


@dataclass(frozen=True)
class _Ending:
    state: StudyState
    message: str = ""
    results: StudyResults | None = None

    @classmethod
    def failed(cls, failure: Failure) -> _Ending:
        return cls(StudyState.FAILED, failure.to_record())


def _claimed(database: Database, run_id: UUID, *, now: datetime) -> int | None:
    """Take up a waiting study; tell which attempt it is, None where another process was faster."""
    with database.writing() as session:
        connection = session.connection()
        claimed = connection.execute(
            update(DifStudyRun)
            .where(col(DifStudyRun.id) == run_id, col(DifStudyRun.state) == StudyState.WAITING.value)
            .values(
                state=StudyState.RUNNING.value,
                heartbeat_at=now,
                attempts=DifStudyRun.attempts + 1,
                round=0,
                done=0,
                total=0,
            )
        )
        if claimed.rowcount != 1:
            return None
        return int(
            connection.execute(select(col(DifStudyRun.attempts)).where(col(DifStudyRun.id) == run_id)).scalar_one()
        )


def _done(database: Database, run_id: UUID, claim: int, heartbeat: Heartbeat, *, now: datetime) -> StudyResults:
    if claim > MOST_ATTEMPTS:
        raise CalibrationError(
            f"the server went down {MOST_ATTEMPTS} times while it computed this; it may need more memory than there is",
            code=FailureKind.SERVER_LOST,
        )
    return _computed(_load(database, run_id, now=now), heartbeat)


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
    _require_enough(members, (run.reference, run.focal))
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


def _require_enough(members: Sequence[str], codes: tuple[str, str]) -> None:
    """Refuse groups that shrank since the study was asked for, or of whose items too few are in the bank."""
    for code in codes:
        if members.count(code) < FEWEST_IN_GROUP:
            raise CalibrationError(
                f"a group has fewer than {FEWEST_IN_GROUP} people with answers that can be used", code=GROUP_TOO_SMALL
            )


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


def _finish(database: Database, run_id: UUID, claim: int, ending: _Ending, *, now: datetime) -> None:
    with database.writing() as session:
        run = session.get_one(DifStudyRun, run_id, with_for_update=True)
        if run.state != StudyState.RUNNING or run.attempts != claim:
            # Taken for dead, for example because the machine slept, it was taken up by another process meanwhile.
            log.warning("a study that another process took over has ended", run=str(run_id))
            return
        if run.cancel_requested and ending.state is not StudyState.FAILED:
            ending = _Ending(StudyState.CANCELLED)
        if ending.results is not None and basis_view(session, run.basis_id, now=now).state is not BasisState.IN_FORCE:
            # What was computed from data that may not be used any more must not be kept.
            variable = find_variable(session, run.variable_id)
            ending = _Ending.failed(Failure(FailureKind.NO_LAWFUL_BASIS, str(NoLawfulBasis(title=variable.name_th))))
        run.state, run.message = ending.state.value, ending.message
        run.results = None if ending.results is None else ending.results.to_dict()
        run.finished_at = None if ending.state is StudyState.WAITING else now
        if ending.state is StudyState.WAITING:
            # A server that was stopped in order says nothing against the study.
            run.attempts -= 1
        session.add(run)
