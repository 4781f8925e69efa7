"""Applying a neutralisation, or taking it back: versions in batches, then one moment from which all are told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import COMMAND_LINE
from itembank.calibration_runs.recorded_responses import versions_of
from itembank.neutralisation.claim import Claim
from itembank.neutralisation.concerned_sittings import ConcernedSitting, count_concerned, load_concerned
from itembank.neutralisation.corrections import correction
from itembank.neutralisation.recomputation import Weighing
from itembank.neutralisation.scope import in_force
from itembank.neutralisation.states import CorrectionState, NeutralisationState, Task
from itembank.publishing.pools import unit_pool
from itembank.tables import AuditEntry, CorrectionRun, Exam, Neutralisation, OutcomeVersion

BATCH = 200
#: So few results may be recomputed while sittings that end have to wait.
MOST_AT_THE_END = 20


def apply(claim: Claim, neutralisation: Neutralisation, *, task: Task) -> None:
    """Recompute the results of all sittings concerned and put the neutralisation in force, or out of it.

    What is written before belongs to the run and is seen by nobody; taken up again, a run goes on behind it. In the
    last transaction no sitting of the unit can end, so that none is missed between the last look and the change.

    Raises:
        LostClaim: The run is another process's by now.
        Stopped: The process is being stopped.
    """
    with claim.database.reading() as session:
        total = count_concerned(session, neutralisation)
        done = session.exec(select(func.count()).select_from(OutcomeVersion).where(_of(claim.run_id))).one()
    while True:
        with claim.database.writing() as session:
            claim.go_on(session, done=min(done, total), total=total)
        with claim.database.reading() as session:
            sittings = load_concerned(session, neutralisation, limit=BATCH, not_in_run=claim.run_id)
            few = len(sittings) <= MOST_AT_THE_END
            versions = [] if few else _versions(session, claim, neutralisation, sittings, task=task)
        if few and _finish(claim, neutralisation, task=task):
            return
        with claim.database.writing() as session:
            claim.hold(session)
            session.add_all(versions)
        done += len(versions)


def _versions(
    session: Session,
    claim: Claim,
    neutralisation: Neutralisation,
    sittings: tuple[ConcernedSitting, ...],
    *,
    task: Task,
) -> list[OutcomeVersion]:
    others = [one for one in in_force(session) if one.id != neutralisation.id]
    decided_by = neutralisation.approved_by if task is Task.APPLY else neutralisation.closed_by
    found = []
    for sitting in sittings:
        weighings = list(sitting.weighings(others))
        if task is Task.APPLY:
            weighings.append(Weighing.of(neutralisation))
        found.append(
            correction(
                sitting,
                unit_pool(session, bank_id=sitting.pool_key[0], unit=sitting.pool_key[1]),
                weighings,
                neutralisation_id=neutralisation.id,
                run_id=claim.run_id,
                decided_by=decided_by or "",
                now=claim.clock(),
            )
        )
    return found


def _finish(claim: Claim, neutralisation: Neutralisation, *, task: Task) -> bool:
    """Write the last versions and change what is told, unless more sittings have ended than others may wait for."""
    with claim.database.writing() as session:
        run = claim.hold(session)
        _hold_exams(session, neutralisation)
        sittings = load_concerned(session, neutralisation, limit=MOST_AT_THE_END + 1, not_in_run=claim.run_id)
        if len(sittings) > MOST_AT_THE_END:
            return False
        session.add_all(_versions(session, claim, neutralisation, sittings, task=task))
        session.flush()
        _change(session, run, neutralisation, task=task, now=claim.clock())
        return True


def _hold_exams(session: Session, neutralisation: Neutralisation) -> None:
    """Hold the exams of the unit as a sitting that ends holds its own (see `ending`)."""
    exams = (
        select(Exam.id)
        .where(col(Exam.standard_id).in_(versions_of(neutralisation.standard_id)), Exam.unit == neutralisation.unit)
        .order_by(col(Exam.id))
    )
    session.exec(exams.with_for_update(key_share=True)).all()


def _change(session: Session, run: CorrectionRun, neutralisation: Neutralisation, *, task: Task, now: datetime) -> None:
    row = session.exec(select(Neutralisation).where(Neutralisation.id == neutralisation.id).with_for_update()).one()
    if task is Task.APPLY:
        row.state, row.applied_at = NeutralisationState.IN_FORCE.value, now
    else:
        row.state, row.taken_back_at = NeutralisationState.TAKEN_BACK.value, now
    run.state, run.finished_at = CorrectionState.DONE.value, now
    # Those that ended meanwhile are among them.
    numbers = session.exec(select(OutcomeVersion.sitting_id, OutcomeVersion.number).where(_of(run.id))).all()
    run.done = run.total = len(numbers)
    session.add_all([row, run])
    corrected = [(sitting_id, number) for sitting_id, number in numbers if number is not None]
    _write_log(session, row, corrected, task=task, now=now)
    audit.record(
        session, actor=COMMAND_LINE, action=f"neutralisation.done_{task.value}", kind="neutralisation",
        subject=row.id, now=now, sittings=len(numbers), corrected=len(corrected),
    )  # fmt: skip


def _of(run_id: UUID) -> ColumnElement[bool]:
    return col(OutcomeVersion.run_id) == run_id


def _write_log(
    session: Session,
    row: Neutralisation,
    corrected: list[tuple[UUID, int]],
    *,
    task: Task,
    now: datetime,
) -> None:
    """Note with each sitting that its result was corrected, in one statement however many they are."""
    if not corrected:
        return
    by_id, by_name = (row.approved_by_id, row.approved_by) if task is Task.APPLY else (row.closed_by_id, row.closed_by)
    session.connection().execute(
        insert(AuditEntry),
        [
            {
                "at": now,
                "person_id": by_id,
                "actor_name": by_name or "",
                "action": "sitting.correct",
                "subject_kind": "sitting",
                "subject": str(sitting_id),
                "details": {"version": number, "neutralisation": str(row.id)},
            }
            for sitting_id, number in corrected
        ],
    )
