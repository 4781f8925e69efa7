"""Exams: designing one on a unit, enrolling candidates, opening and closing times, extra time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from engine.design import ExamDesign
from itembank import audit
from itembank.actor import Actor, Role
from itembank.delivery.design_limits import MAXIMUM_MINUTES, check_limits
from itembank.delivery.exposure_reach import items_in_force, least_exposure, limit_out_of_reach
from itembank.delivery.proposed_design import default_design
from itembank.delivery.records import deadline_of, prepared_exam
from itembank.delivery.task_limits import check_tasks, check_time_for_tasks
from itembank.errors import IllegalMove, InvalidInput, NotFound
from itembank.framework.errors import UnknownCode
from itembank.framework.store import current_standard, standard_by_id
from itembank.publishing.banks import bank_in_force
from itembank.publishing.pools import unit_pool
from itembank.standard_setting.cuts import proposed_cut
from itembank.tables import Enrolment, Exam, Person, RoleAssignment, Sitting

EXAM_READERS = (Role.ADMINISTRATOR, Role.PSYCHOMETRICIAN)
FIRST_YEAR, LAST_YEAR = 2000, 2200
_NAMES_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class ExamView:
    """An exam as those who run it see it."""

    id: UUID
    title: str
    unit: str
    unit_title: str
    design: ExamDesign
    time_limit_minutes: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    created_at: datetime
    created_by: str
    enrolled: int
    started: int
    finished: int
    #: Share of candidates that the most used item goes to at least, with the bank in force; None where it has no items.
    least_exposure: float | None

    @property
    def exposure_out_of_reach(self) -> bool:
        """Whether the design asks for less exposure than can be kept."""
        return limit_out_of_reach(self.design, self.least_exposure)


@dataclass(frozen=True, slots=True)
class EnrolmentView:
    """A candidate of an exam and how far he is."""

    person_id: UUID
    username: str
    display_name: str
    simulated: bool
    extra_minutes: int
    sitting_id: UUID | None
    started_at: datetime | None
    finished_at: datetime | None
    finish_reason: str | None


def propose_design(session: Session, *, actor: Actor, unit: str) -> ExamDesign:
    """Propose a design for a unit on the bank in force.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: The standard has no such unit.
        BankTooSmall: The bank has no item for the unit.
    """
    actor.require(*EXAM_READERS)
    bank = bank_in_force(session)
    try:
        found = current_standard(session).framework.unit(unit)
    except UnknownCode:
        raise NotFound(what="unit", name=unit) from None
    pool = unit_pool(session, bank_id=bank.id, unit=unit)
    cut = proposed_cut(session, standard_id=bank.standard_id, unit=unit)
    return default_design(found, pool_size=len(pool.pool), rated=pool.rated, cut=cut)


def create_exam(
    session: Session,
    *,
    actor: Actor,
    title: str,
    unit: str,
    design: ExamDesign,
    now: datetime,
    time_limit_minutes: int | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> ExamView:
    """Create an exam after checking that the bank in force can fill its blueprint.

    Raises:
        NotAllowed: The actor is not an administrator.
        InvalidInput: A field can't be taken.
        BankTooSmall: The blueprint can't be filled; the message names what the bank lacks.
    """
    actor.require(Role.ADMINISTRATOR)
    if not title.strip():
        raise InvalidInput(field="title", expected="a title")
    _check_times(time_limit_minutes, opens_at, closes_at)
    standard = current_standard(session)
    check_design(session, unit=unit, design=design)
    check_time_for_tasks(design, time_limit_minutes=time_limit_minutes)
    exam = Exam(
        title=title.strip()[:300],
        standard_id=standard.id,
        unit=unit,
        design=design.to_dict(),
        time_limit_minutes=time_limit_minutes,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=now,
        created_by=actor.display_name,
    )
    session.add(exam)
    session.flush()
    audit.record(session, actor=actor, action="exam.create", kind="exam", subject=exam.id, now=now, title=exam.title)
    return exam_view(session, actor=actor, exam_id=exam.id)


def check_design(session: Session, *, unit: str, design: ExamDesign) -> None:
    """Refuse a design that can't be delivered on the bank in force.

    Raises:
        InvalidInput: The design is one candidate's, informed by what that candidate sat before; or a field of it goes
            beyond what makes sense, or asks for more written tasks than the bank has.
        BankTooSmall: Names the constraint and what the bank lacks.
    """
    if design.prior_origin is not None:
        raise InvalidInput(field="prior_origin", expected="null; earlier sittings inform single sittings, not an exam")
    check_limits(design)
    bank_id = bank_in_force(session).id
    prepared_exam(unit_pool(session, bank_id=bank_id, unit=unit), design.to_dict())
    check_tasks(session, bank_id=bank_id, unit=unit, design=design)


def set_times(
    session: Session,
    *,
    actor: Actor,
    exam_id: UUID,
    time_limit_minutes: int | None,
    opens_at: datetime | None,
    closes_at: datetime | None,
    now: datetime,
) -> ExamView:
    """Change when an exam may be started and how long it takes; running sittings follow a longer limit at once.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such exam.
        InvalidInput: The exam would close before it opens, or the limit makes no sense.
    """
    actor.require(Role.ADMINISTRATOR)
    exam = _exam(session, exam_id)
    _check_times(time_limit_minutes, opens_at, closes_at)
    check_time_for_tasks(design_for(exam), time_limit_minutes=time_limit_minutes)
    exam.time_limit_minutes, exam.opens_at, exam.closes_at = time_limit_minutes, opens_at, closes_at
    session.add(exam)
    audit.record(
        session, actor=actor, action="exam.times", kind="exam", subject=exam.id, now=now,
        time_limit_minutes=time_limit_minutes,
        opens_at=opens_at.isoformat() if opens_at else None,
        closes_at=closes_at.isoformat() if closes_at else None,
    )  # fmt: skip
    return exam_view(session, actor=actor, exam_id=exam.id)


def enrol(session: Session, *, actor: Actor, exam_id: UUID, usernames: Iterable[str], now: datetime) -> int:
    """Enrol candidates by user name; those enrolled already stay as they are.

    Returns:
        How many were enrolled anew.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such exam, or no candidate of a given name; then nobody is enrolled.
    """
    actor.require(Role.ADMINISTRATOR)
    exam = _exam(session, exam_id, lock=True)
    enrolled = set(session.exec(select(Enrolment.person_id).where(Enrolment.exam_id == exam.id)))
    names = list(dict.fromkeys(name.strip().lower() for name in usernames if name.strip()))
    known = _candidates(session, names)
    added = 0
    for username in names:
        person_id = known.get(username)
        if person_id is None:
            raise NotFound(what="candidate", name=username)
        if person_id not in enrolled:
            session.add(Enrolment(exam_id=exam.id, person_id=person_id, enrolled_at=now))
            added += 1
            audit.record(
                session, actor=actor, action="exam.enrol", kind="exam", subject=exam.id, now=now, candidate=username
            )
    return added


def _candidates(session: Session, names: Sequence[str]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for start in range(0, len(names), _NAMES_A_QUERY):
        rows = session.exec(
            select(Person.username, Person.id)
            .join(RoleAssignment, col(RoleAssignment.person_id) == col(Person.id))
            .where(
                col(Person.username).in_(names[start : start + _NAMES_A_QUERY]),
                RoleAssignment.role == Role.CANDIDATE.value,
            )
        )
        found.update(rows.all())
    return found


def grant_extra_time(
    session: Session, *, actor: Actor, exam_id: UUID, person_id: UUID, minutes: int, now: datetime
) -> None:
    """Set a candidate's extra minutes, before or during the sitting.

    A sitting whose time is over stays over: its candidate may have read the result by then.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: The person is not enrolled.
        IllegalMove: The candidate's sitting is over.
        InvalidInput: The minutes are not between 0 and a day.
    """
    actor.require(Role.ADMINISTRATOR)
    if not 0 <= minutes <= MAXIMUM_MINUTES:
        raise InvalidInput(field="extra_minutes", expected=f"a whole number from 0 to {MAXIMUM_MINUTES}")
    enrolment = session.get(Enrolment, (exam_id, person_id))
    if enrolment is None:
        raise NotFound(what="enrolment", name=person_id)
    if _is_over(session, enrolment, now):
        raise IllegalMove(what="sitting", state="finished", move="extra time")
    enrolment.extra_minutes = minutes
    session.add(enrolment)
    person = session.get(Person, person_id)
    audit.record(
        session, actor=actor, action="exam.extra_time", kind="exam", subject=exam_id, now=now,
        candidate=person.username if person else str(person_id), minutes=minutes,
    )  # fmt: skip


def exam_view(session: Session, *, actor: Actor, exam_id: UUID) -> ExamView:
    """Describe an exam.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: There is no such exam.
    """
    actor.require(*EXAM_READERS)
    return _views(session, [_exam(session, exam_id)])[0]


def list_exams(session: Session, *, actor: Actor) -> tuple[ExamView, ...]:
    """List the exams, the newest first.

    Raises:
        NotAllowed: The actor does not run exams.
    """
    actor.require(*EXAM_READERS)
    return tuple(_views(session, session.exec(select(Exam).order_by(col(Exam.created_at).desc())).all()))


def list_enrolments(
    session: Session, *, actor: Actor, exam_id: UUID, include_simulated: bool = False
) -> tuple[EnrolmentView, ...]:
    """List an exam's candidates by name, with how far each is.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: There is no such exam.
    """
    actor.require(*EXAM_READERS)
    _exam(session, exam_id)
    query = (
        select(Enrolment, Person, Sitting)
        .join(Person, col(Person.id) == col(Enrolment.person_id))
        .join(
            Sitting,
            (col(Sitting.exam_id) == col(Enrolment.exam_id)) & (col(Sitting.person_id) == col(Enrolment.person_id)),
            isouter=True,
        )
        .where(Enrolment.exam_id == exam_id)
        .order_by(Person.display_name)
    )
    if not include_simulated:
        query = query.where(col(Person.simulated).is_(False))
    return tuple(
        EnrolmentView(
            person_id=person.id,
            username=person.username,
            display_name=person.display_name,
            simulated=person.simulated,
            extra_minutes=enrolment.extra_minutes,
            sitting_id=sitting.id if sitting else None,
            started_at=sitting.started_at if sitting else None,
            finished_at=sitting.finished_at if sitting else None,
            finish_reason=sitting.finish_reason if sitting else None,
        )
        for enrolment, person, sitting in session.exec(query)
    )


def design_for(exam: Exam) -> ExamDesign:
    """Read an exam's design."""
    return ExamDesign.from_dict(exam.design)


def _exam(session: Session, exam_id: UUID, *, lock: bool = False) -> Exam:
    exam = session.get(Exam, exam_id, with_for_update={"key_share": True} if lock else None)
    if exam is None:
        raise NotFound(what="exam", name=exam_id)
    return exam


def _is_over(session: Session, enrolment: Enrolment, now: datetime) -> bool:
    sitting = session.exec(
        select(Sitting).where(Sitting.exam_id == enrolment.exam_id, Sitting.person_id == enrolment.person_id)
    ).first()
    if sitting is None:
        return False
    deadline = deadline_of(_exam(session, enrolment.exam_id), enrolment, sitting)
    return sitting.finished_at is not None or (deadline is not None and now > deadline)


def _check_times(limit: int | None, opens_at: datetime | None, closes_at: datetime | None) -> None:
    if limit is not None and not 1 <= limit <= MAXIMUM_MINUTES:
        raise InvalidInput(field="time_limit_minutes", expected=f"a whole number from 1 to {MAXIMUM_MINUTES}")
    for field, moment in (("opens_at", opens_at), ("closes_at", closes_at)):
        # Beyond these years a slip of the keyboard is likelier than a plan, and other time zones may not reach.
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise InvalidInput(field=field, expected=f"a moment in the years {FIRST_YEAR} to {LAST_YEAR}")
    if opens_at and closes_at and closes_at <= opens_at:
        raise InvalidInput(field="closes_at", expected="a moment after the exam opens")


def _views(session: Session, exams: Iterable[Exam]) -> list[ExamView]:
    exams = list(exams)
    wanted = [exam.id for exam in exams]
    enrolled = dict(
        session.exec(
            select(Enrolment.exam_id, func.count())
            .where(col(Enrolment.exam_id).in_(wanted))
            .group_by(col(Enrolment.exam_id))
        ).all()
    )
    sittings = {
        exam_id: (started, finished)
        for exam_id, started, finished in session.exec(
            select(Sitting.exam_id, func.count(), func.count(col(Sitting.finished_at)))
            .where(col(Sitting.exam_id).in_(wanted))
            .group_by(col(Sitting.exam_id))
        )
    }
    # Where there are no exams there may be no standard either.
    items = items_in_force(session) if exams else {}
    views = []
    for exam in exams:
        started, finished = sittings.get(exam.id, (0, 0))
        design = design_for(exam)
        views.append(
            ExamView(
                id=exam.id,
                title=exam.title,
                unit=exam.unit,
                unit_title=standard_by_id(session, exam.standard_id).framework.unit(exam.unit).title,
                design=design,
                time_limit_minutes=exam.time_limit_minutes,
                opens_at=exam.opens_at,
                closes_at=exam.closes_at,
                created_at=exam.created_at,
                created_by=exam.created_by,
                enrolled=enrolled.get(exam.id, 0),
                started=started,
                finished=finished,
                least_exposure=least_exposure(design, items=items.get(exam.unit, 0)),
            )
        )
    return views
