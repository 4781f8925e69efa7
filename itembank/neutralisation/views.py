"""A neutralisation as those who decide on it see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.neutralisation.preview import NeutralisationPreview, Tally
from itembank.neutralisation.rules import Fault, Rule
from itembank.neutralisation.states import CorrectionState, NeutralisationState, Task, possible_moves
from itembank.tables import (
    CorrectionRun,
    Exam,
    Item,
    ItemVersion,
    Neutralisation,
    OutcomeVersion,
    Person,
    RoleAssignment,
    Sitting,
)

#: Who may propose, and who may approve what somebody else proposed.
DECIDERS = (Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far the newest run of a neutralisation is."""

    task: Task
    state: CorrectionState
    done: int
    total: int
    message: str


@dataclass(frozen=True, slots=True)
class CorrectedCount:
    """What became of the sittings concerned: results replaced, results left as they were, and those not recomputed."""

    replaced: Tally
    kept: Tally
    unscored: Tally


@dataclass(frozen=True, slots=True)
class NeutralisationView:
    """A neutralisation as one person sees it.

    ``preview`` is there once it is computed, ``corrected`` once it was applied; ``exams`` are titles, none for all.
    ``item_live`` says whether new exams may still ask the item version. Of a proposal ``possible_moves`` leaves out
    approving where this person proposed it (``needs_another_person``); ``may_approve`` names those who may then. In a
    list of them ``corrected`` and ``may_approve`` are left out.
    """

    id: UUID
    unit: str
    item_id: UUID
    item_code: str
    item_version: int
    item_head_version: int
    item_live: bool
    fault: Fault
    rule: Rule
    reason_th: str
    reason_en: str
    note: str
    exams: tuple[str, ...]
    begun_from: datetime | None
    begun_before: datetime | None
    state: NeutralisationState
    run: RunProgress | None
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    applied_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None
    closing_reason: str
    taken_back_at: datetime | None
    preview: NeutralisationPreview | None
    corrected: CorrectedCount | None
    possible_moves: tuple[str, ...]
    needs_another_person: bool
    may_approve: tuple[str, ...]


def shown(session: Session, row: Neutralisation, actor: Actor, *, in_full: bool) -> NeutralisationView:
    """Show one neutralisation to a person."""
    item, version = session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(ItemVersion.id == row.item_version_id)
    ).one()
    run, state, own = newest_run(session, row.id), NeutralisationState(row.state), is_own(row, actor)
    return NeutralisationView(
        id=row.id,
        unit=row.unit,
        item_id=item.id,
        item_code=item.code,
        item_version=version.number,
        item_head_version=item.head_version,
        item_live=version.state in ("operational", "pretest", "approved"),
        fault=Fault(row.fault),
        rule=Rule(row.rule),
        reason_th=row.reason_th,
        reason_en=row.reason_en,
        note=row.note,
        exams=_exam_titles(session, row),
        begun_from=row.begun_from,
        begun_before=row.begun_before,
        state=state,
        run=None if run is None else _progress(run),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        applied_at=row.applied_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        closing_reason=row.closing_reason,
        taken_back_at=row.taken_back_at,
        preview=NeutralisationPreview.from_dict(row.preview) if row.preview else None,
        corrected=_corrected(session, row) if in_full and row.applied_at is not None else None,
        possible_moves=possible_moves(
            state,
            has_preview=row.preview is not None,
            run=None if run is None else CorrectionState(run.state),
            own=own,
        ),
        needs_another_person=own and state is NeutralisationState.PROPOSED,
        may_approve=_may_approve(session, row) if in_full and state is NeutralisationState.PROPOSED else (),
    )


def newest_run(session: Session, neutralisation_id: UUID) -> CorrectionRun | None:
    """Find the newest run of a neutralisation."""
    return session.exec(
        select(CorrectionRun)
        .where(CorrectionRun.neutralisation_id == neutralisation_id)
        .order_by(col(CorrectionRun.requested_at).desc(), col(CorrectionRun.finished_at).desc().nulls_first())
    ).first()


def is_own(row: Neutralisation, actor: Actor) -> bool:
    """Tell whether a person proposed it; the command line counts as one person."""
    return row.proposed_by_id == actor.person_id


def _progress(run: CorrectionRun) -> RunProgress:
    return RunProgress(Task(run.task), CorrectionState(run.state), run.done, run.total, run.message)


def _exam_titles(session: Session, row: Neutralisation) -> tuple[str, ...]:
    if not row.exam_ids:
        return ()
    ids = [UUID(name) for name in row.exam_ids]
    return tuple(session.exec(select(Exam.title).where(col(Exam.id).in_(ids)).order_by(col(Exam.title))))


def _corrected(session: Session, row: Neutralisation) -> CorrectedCount:
    """Count what the run that applied it did; later versions of the same sittings don't change that."""
    applied = select(CorrectionRun.id).where(
        CorrectionRun.neutralisation_id == row.id,
        CorrectionRun.task == Task.APPLY.value,
        CorrectionRun.state == CorrectionState.DONE.value,
    )
    rows = session.exec(
        select(
            Sitting.simulated,
            func.count(),
            func.count(col(OutcomeVersion.number)),
            func.count(func.nullif(col(OutcomeVersion.message), "")),
        )
        .join(OutcomeVersion, col(OutcomeVersion.sitting_id) == col(Sitting.id))
        .where(col(OutcomeVersion.run_id).in_(applied))
        .group_by(col(Sitting.simulated))
    )
    counts = {bool(simulated): (told, every - told - lost, lost) for simulated, every, told, lost in rows}
    none = (0, 0, 0)
    replaced, kept, unscored = map(Tally, counts.get(False, none), counts.get(True, none))
    return CorrectedCount(replaced=replaced, kept=kept, unscored=unscored)


def _may_approve(session: Session, row: Neutralisation) -> tuple[str, ...]:
    """Name those with a fitting role who did not propose it."""
    people = session.exec(
        select(Person)
        .join(RoleAssignment, col(RoleAssignment.person_id) == col(Person.id))
        .where(col(Person.active).is_(True), col(RoleAssignment.role).in_([role.value for role in DECIDERS]))
        .order_by(Person.display_name)
    )
    return tuple(dict.fromkeys(person.display_name for person in people if person.id != row.proposed_by_id))
