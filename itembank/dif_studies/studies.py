"""Studies: asking for one, following it, reading what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from calibration.dif.study import METHODS
from itembank import audit
from itembank.actor import Actor, Role
from itembank.dif_studies.failures import Failure
from itembank.dif_studies.grouped_responses import people_with_answers
from itembank.dif_studies.results import StudyResults
from itembank.dif_studies.states import OPEN_STATES, StudyState, possible_moves, require_move
from itembank.errors import InvalidInput, NotFound, TooFewInGroup
from itembank.framework.errors import UnknownCode
from itembank.framework.store import StoredStandard, current_standard, standard_by_id
from itembank.group_data.bases import BasisView, basis_view, require_basis
from itembank.group_data.variables import Category, categories_of, find_variable
from itembank.publishing.banks import bank_in_force, find_bank_in_force, lock_banks
from itembank.tables import Bank, DifStudyRun, GroupVariable

#: Fewer people in a group are not compared: a verdict would be chance, and could tell about one of them.
FEWEST_IN_GROUP = 50


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study. ``results`` are there once it is done, except in a list; ``failure`` if it failed."""

    id: UUID
    unit: str
    unit_title: str
    bank_number: int
    bank_in_force: bool
    variable_id: UUID
    name_th: str
    name_en: str
    simulated: bool
    reference: Category
    focal: Category
    method: str
    purify: bool
    basis: BasisView
    state: StudyState
    cancel_requested: bool
    round: int
    done: int
    total: int
    failure: Failure | None
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    possible_moves: tuple[str, ...]
    counts: Mapping[str, int]
    results: StudyResults | None


def request_study(
    session: Session,
    *,
    actor: Actor,
    unit: str,
    variable_id: UUID,
    reference: str,
    focal: str,
    now: datetime,
    method: str = METHODS[0],
    purify: bool = True,
) -> StudyView:
    """Ask whether the items of a unit work alike for two groups; a worker takes it up.

    Asking again for what is still waiting or running gives that study: a double click starts nothing twice.

    Args:
        session: The transaction.
        actor: A psychometrician.
        unit: Code of the unit of competence.
        variable_id: What tells the groups apart.
        reference: Code of the group that the other is held against.
        focal: Code of the group that an item might put at a disadvantage.
        now: When.
        method: ``"mantel_haenszel"``, ``"logistic"`` or ``"likelihood_ratio"``.
        purify: Whether items that differ are taken out of what people are matched on.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such unit or variable, or no bank in force.
        InvalidInput: The method or a group does not exist, or both groups are the same.
        NoLawfulBasis: None is in force for the variable.
        TooFewInGroup: Fewer than 50 people of a group have answered questions of the unit.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    standard = current_standard(session)
    _unit_title(standard, unit)
    variable = find_variable(session, variable_id)
    basis = require_basis(session, variable, now=now)
    _require_sensible(session, variable, reference=reference, focal=focal, method=method)
    lock_banks(session)
    run = DifStudyRun(
        standard_id=standard.id,
        unit=unit,
        bank_id=bank_in_force(session).id,
        variable_id=variable.id,
        basis_id=basis.id,
        reference=reference,
        focal=focal,
        method=method,
        purify=purify,
        state=StudyState.WAITING.value,
        requested_by=actor.display_name,
        requested_at=now,
    )
    same = _same_that_is_open(session, run)
    return _shown(session, same or _started(session, actor, run, variable, basis), now=now)


def request_again(session: Session, *, actor: Actor, run_id: UUID, now: datetime) -> StudyView:
    """Ask for a new study with the settings of one that is over; the old record stays as it is.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such study.
        IllegalMove: It is not over.
        NoLawfulBasis: As for :func:`request_study`.
        TooFewInGroup: Likewise, such as after the data were deleted.
    """
    run = _locked(session, actor, run_id)
    require_move(run.state, "again")
    return request_study(
        session,
        actor=actor,
        unit=run.unit,
        variable_id=run.variable_id,
        reference=run.reference,
        focal=run.focal,
        method=run.method,
        purify=run.purify,
        now=now,
    )


def list_studies(
    session: Session, *, actor: Actor, now: datetime, unit: str | None = None, limit: int = 50
) -> tuple[StudyView, ...]:
    """List the newest studies first, without their results.

    Raises:
        NotAllowed: The actor is not a psychometrician.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    query = select(DifStudyRun).order_by(col(DifStudyRun.requested_at).desc()).limit(limit)
    if unit is not None:
        query = query.where(DifStudyRun.unit == unit)
    return tuple(_shown(session, run, now=now, in_full=False) for run in session.exec(query).all())


def study_view(session: Session, *, actor: Actor, run_id: UUID, now: datetime) -> StudyView:
    """Show one study.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such study.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    run = session.get(DifStudyRun, run_id)
    if run is None:
        raise NotFound(what="study", name=run_id)
    return _shown(session, run, now=now)


def cancel_study(session: Session, *, actor: Actor, run_id: UUID, now: datetime) -> StudyView:
    """Cancel a study: one that waits at once, one that runs as soon as its worker looks.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such study.
        IllegalMove: The study is over.
    """
    run = _locked(session, actor, run_id)
    require_move(run.state, "cancel")
    run.cancel_requested = True
    if run.state == StudyState.WAITING:
        run.state, run.finished_at = StudyState.CANCELLED.value, now
    session.add(run)
    session.flush()
    audit.record(session, actor=actor, action="dif.cancel", kind="dif", subject=run.id, now=now, unit=run.unit)
    return _shown(session, run, now=now)


def _started(
    session: Session, actor: Actor, run: DifStudyRun, variable: GroupVariable, basis: BasisView
) -> DifStudyRun:
    """Put a new study among those that wait, if there are people enough."""
    _require_enough(session, run.standard_id, run.unit, variable, (run.reference, run.focal))
    session.add(run)
    session.flush()
    audit.record(
        session, actor=actor, action="dif.request", kind="dif", subject=run.id, now=run.requested_at,
        unit=run.unit, title=variable.name_th, reference=basis.reference,
    )  # fmt: skip
    return run


def _require_sensible(session: Session, variable: GroupVariable, *, reference: str, focal: str, method: str) -> None:
    codes = [one.code for one in categories_of(session, variable.id)]
    for field, code in (("reference", reference), ("focal", focal)):
        if code not in codes:
            raise InvalidInput(field=field, expected=f"one of {', '.join(codes)}")
    if reference == focal:
        raise InvalidInput(field="focal", expected="another group than the reference group")
    if method not in METHODS:
        raise InvalidInput(field="method", expected=f"one of {', '.join(METHODS)}")


def _require_enough(
    session: Session, standard_id: UUID, unit: str, variable: GroupVariable, codes: tuple[str, str]
) -> None:
    found = people_with_answers(session, standard_id=standard_id, unit=unit, variable=variable, categories=codes)
    names = {one.code: one.name_th for one in categories_of(session, variable.id)}
    for code in codes:
        if found.get(code, 0) < FEWEST_IN_GROUP:
            raise TooFewInGroup(name=names[code], needed=FEWEST_IN_GROUP)


def _same_that_is_open(session: Session, run: DifStudyRun) -> DifStudyRun | None:
    return session.exec(
        select(DifStudyRun).where(
            DifStudyRun.standard_id == run.standard_id,
            DifStudyRun.unit == run.unit,
            DifStudyRun.bank_id == run.bank_id,
            DifStudyRun.variable_id == run.variable_id,
            DifStudyRun.reference == run.reference,
            DifStudyRun.focal == run.focal,
            DifStudyRun.method == run.method,
            col(DifStudyRun.purify).is_(run.purify),
            col(DifStudyRun.cancel_requested).is_(False),
            col(DifStudyRun.state).in_([state.value for state in OPEN_STATES]),
        )
    ).first()


def _locked(session: Session, actor: Actor, run_id: UUID) -> DifStudyRun:
    actor.require(Role.PSYCHOMETRICIAN)
    run = session.exec(select(DifStudyRun).where(DifStudyRun.id == run_id).with_for_update()).first()
    if run is None:
        raise NotFound(what="study", name=run_id)
    return run


def _unit_title(standard: StoredStandard, unit: str) -> str:
    try:
        return standard.framework.unit(unit).title
    except UnknownCode:
        raise NotFound(what="unit", name=unit) from None


def _shown(session: Session, run: DifStudyRun, *, now: datetime, in_full: bool = True) -> StudyView:
    variable = find_variable(session, run.variable_id)
    categories = {one.code: one for one in categories_of(session, run.variable_id)}
    in_force = find_bank_in_force(session)
    results = None if run.results is None else StudyResults.from_dict(run.results)
    return StudyView(
        id=run.id,
        unit=run.unit,
        unit_title=_unit_title(standard_by_id(session, run.standard_id), run.unit),
        bank_number=session.get_one(Bank, run.bank_id).number,
        bank_in_force=in_force is not None and in_force.id == run.bank_id,
        variable_id=variable.id,
        name_th=variable.name_th,
        name_en=variable.name_en,
        simulated=variable.simulated,
        reference=categories[run.reference],
        focal=categories[run.focal],
        method=run.method,
        purify=run.purify,
        basis=basis_view(session, run.basis_id, now=now),
        state=StudyState(run.state),
        cancel_requested=run.cancel_requested,
        round=run.round,
        done=run.done,
        total=run.total,
        failure=Failure.from_record(run.message),
        requested_by=run.requested_by,
        requested_at=run.requested_at,
        finished_at=run.finished_at,
        possible_moves=possible_moves(StudyState(run.state)),
        counts={} if results is None else {name: results.count(name) for name in "ABC"},
        results=results if in_full else None,
    )
