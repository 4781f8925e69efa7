"""Assignments: who is asked to write how many items for a criterion, by when, and how far that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import sqlalchemy
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.content_problems import MAXIMUM_RATING, MINIMUM_RATING
from itembank.authoring.lifecycle import ItemState
from itembank.calibration_runs.recorded_responses import versions_of
from itembank.clock import local_day
from itembank.errors import AlreadyExists, IllegalMove, InvalidInput, NotFound
from itembank.framework.errors import UnknownCode
from itembank.framework.store import current_standard
from itembank.storable_text import can_be_kept
from itembank.tables import Item, ItemVersion, Person, RoleAssignment, WritingAssignment

#: Those who plan what the bank is to hold.
ASSIGNERS = (Role.REVIEWER, Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR)
READERS = (Role.ITEM_WRITER, *ASSIGNERS)

MOST_ITEMS = 50
#: A day further away is a slip of the pen, such as a year of the Buddhist era.
LONGEST_TIME = timedelta(days=5 * 366)
LONGEST_NOTE = 2_000

#: A draft is on its writer's desk still; from here on it is handed in.
_HANDED_IN = tuple(state for state in ItemState if state not in (ItemState.DRAFT, ItemState.RETIRED))


class AssignmentState(StrEnum):
    """How an assignment stands."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """What somebody is asked to write."""

    criterion: str
    wanted: int
    writer_id: UUID
    due_on: date
    difficulty_rating: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """An item written for an assignment."""

    item_id: UUID
    code: str
    state: ItemState


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """An assignment and what became of it.

    Items count by themselves: those that the writer began for the criterion since the assignment was made, the oldest
    first where the writer has several assignments for it. ``writer_writes`` is false once the writer may not sign in or
    is no item writer any more.
    """

    id: UUID
    criterion: str
    wanted: int
    difficulty_rating: int | None
    writer_id: UUID
    writer_name: str
    due_on: date
    note: str
    assigned_by: str
    assigned_at: datetime
    state: AssignmentState
    items: tuple[WrittenItem, ...]
    withdrawn_by: str
    withdrawn_reason: str
    may_withdraw: bool
    writer_writes: bool

    @property
    def handed_in(self) -> int:
        """Items sent to review, or further."""
        return sum(item.state in _HANDED_IN for item in self.items)

    @property
    def places(self) -> int:
        """Items that are not even begun."""
        return max(0, self.wanted - len(self.items))


@dataclass(frozen=True, slots=True)
class AssignableWriter:
    """Somebody who may be asked to write."""

    person_id: UUID
    name: str
    username: str


def assignable_writers(session: Session, *, actor: Actor) -> tuple[AssignableWriter, ...]:
    """List the item writers who may sign in, by name.

    Raises:
        NotAllowed: The actor does not assign.
    """
    actor.require(*ASSIGNERS)
    rows = session.exec(
        select(Person)
        .join(RoleAssignment, col(RoleAssignment.person_id) == col(Person.id))
        .where(RoleAssignment.role == Role.ITEM_WRITER.value, col(Person.active).is_(True))
        .order_by(Person.display_name, Person.username)
    )
    return tuple(AssignableWriter(person.id, person.display_name, person.username) for person in rows)


def assign(
    session: Session, *, actor: Actor, plan: AssignmentPlan, now: datetime, assignment_id: UUID | None = None
) -> AssignmentView:
    """Ask a writer for items.

    Args:
        session: The transaction.
        actor: Somebody who assigns.
        plan: What is asked.
        now: When.
        assignment_id: Chosen by the face, so that a form sent twice makes one assignment.

    Raises:
        NotAllowed: The actor does not assign.
        AlreadyExists: The id belongs to another assignment.
        InvalidInput: Something of the plan can't be taken; names the field.
    """
    actor.require(*ASSIGNERS)
    if assignment_id is not None and (made := session.get(WritingAssignment, assignment_id)) is not None:
        if (made.criterion, made.wanted, made.writer_id) != (plan.criterion, plan.wanted, plan.writer_id):
            raise AlreadyExists(what="assignment", name=assignment_id)
        return _one(session, actor, made, today=local_day(now))
    standard = current_standard(session)
    try:
        element = standard.framework.element_of(plan.criterion)
    except UnknownCode:
        raise InvalidInput(field="criterion", expected="the code of a performance criterion") from None
    if not element.is_written:
        raise InvalidInput(field="criterion", expected="a criterion that is examined in writing")
    _check(session, actor, plan, now)
    row = WritingAssignment(
        id=assignment_id or uuid4(),
        standard_id=standard.id,
        criterion=plan.criterion,
        wanted=plan.wanted,
        difficulty_rating=plan.difficulty_rating,
        writer_id=plan.writer_id,
        due_on=plan.due_on,
        note=plan.note.strip(),
        assigned_by=actor.display_name,
        assigned_by_id=actor.person_id,
        assigned_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor=actor, action="assignment.make", kind="assignment", subject=row.id, now=now,
        criterion=plan.criterion, wanted=plan.wanted, writer=str(plan.writer_id), due_on=plan.due_on.isoformat(),
    )  # fmt: skip
    return _one(session, actor, row, today=local_day(now))


def withdraw(session: Session, *, actor: Actor, assignment_id: UUID, reason: str, now: datetime) -> AssignmentView:
    """Take an assignment back; what was written for it stays.

    Raises:
        NotAllowed: The actor does not assign.
        NotFound: There is no such assignment.
        IllegalMove: It is done or withdrawn already.
        InvalidInput: No reason is given.
    """
    actor.require(*ASSIGNERS)
    if not reason.strip() or len(reason) > LONGEST_NOTE or not can_be_kept(reason):
        raise InvalidInput(field="reason", expected=f"a reason of at most {LONGEST_NOTE} characters")
    row = session.exec(select(WritingAssignment).where(WritingAssignment.id == assignment_id).with_for_update()).first()
    if row is None:
        raise NotFound(what="assignment", name=assignment_id)
    state = _one(session, actor, row, today=local_day(now)).state
    if state in (AssignmentState.DONE, AssignmentState.WITHDRAWN):
        raise IllegalMove(what="assignment", state=state.value, move="withdraw")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.display_name, reason.strip()
    session.add(row)
    session.flush()
    audit.record(session, actor=actor, action="assignment.withdraw", kind="assignment", subject=row.id, now=now)
    return _one(session, actor, row, today=local_day(now))


def list_assignments(session: Session, *, actor: Actor, today: date) -> tuple[AssignmentView, ...]:
    """List assignments, open ones first, then by day: all of them for those who assign, else the actor's own.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*READERS)
    of_writer = () if actor.has(*ASSIGNERS) else (col(WritingAssignment.writer_id) == actor.person_id,)
    views = _views(session, actor, today, *of_writer)
    closed = (AssignmentState.DONE, AssignmentState.WITHDRAWN)
    return tuple(sorted(views, key=lambda view: (view.state in closed, view.due_on, view.criterion, str(view.id))))


def open_places(session: Session, *, standard_id: UUID) -> dict[str, int]:
    """Count by criterion the items that people who still write are asked for and have not begun."""
    found: dict[str, int] = defaultdict(int)
    pairs = _with_items(session, standard_id)
    writing = _writing(session, {row.writer_id for row, _ in pairs})
    for row, items in pairs:
        if row.withdrawn_at is None and row.writer_id in writing:
            found[row.criterion] += max(0, row.wanted - len(items))
    return dict(found)


def _check(session: Session, actor: Actor, plan: AssignmentPlan, now: datetime) -> None:
    if not 1 <= plan.wanted <= MOST_ITEMS:
        raise InvalidInput(field="wanted", expected=f"a whole number from 1 to {MOST_ITEMS}")
    rating = plan.difficulty_rating
    if rating is not None and not MINIMUM_RATING <= rating <= MAXIMUM_RATING:
        raise InvalidInput(field="difficulty_rating", expected="a whole number from 1 to 5, or nothing")
    if not local_day(now) <= plan.due_on <= local_day(now) + LONGEST_TIME:
        raise InvalidInput(field="due_on", expected="today or a later day, within five years")
    if len(plan.note) > LONGEST_NOTE or not can_be_kept(plan.note):
        raise InvalidInput(field="note", expected=f"at most {LONGEST_NOTE} characters")
    if plan.writer_id not in {writer.person_id for writer in assignable_writers(session, actor=actor)}:
        raise InvalidInput(field="writer_id", expected="an item writer who may sign in")


def _one(session: Session, actor: Actor, row: WritingAssignment, *, today: date) -> AssignmentView:
    # Its writer's other assignments for the criterion share the items that are written for it.
    shared = (col(WritingAssignment.writer_id) == row.writer_id, col(WritingAssignment.criterion) == row.criterion)
    return next(view for view in _views(session, actor, today, *shared) if view.id == row.id)


def _writing(session: Session, people: Collection[UUID]) -> set[UUID]:
    found = session.exec(
        select(Person.id)
        .join(RoleAssignment, col(RoleAssignment.person_id) == col(Person.id))
        .where(RoleAssignment.role == Role.ITEM_WRITER.value, col(Person.active).is_(True), col(Person.id).in_(people))
    )
    return set(found)


def _views(session: Session, actor: Actor, today: date, *narrowed: ColumnElement[bool]) -> list[AssignmentView]:
    pairs = _with_items(session, current_standard(session).id, *narrowed)
    wanted = {row.writer_id for row, _ in pairs}
    names = {
        person.id: person.display_name for person in session.exec(select(Person).where(col(Person.id).in_(wanted)))
    }
    writing = _writing(session, wanted)
    return [
        _view(row, items, names[row.writer_id], actor, today, writes=row.writer_id in writing) for row, items in pairs
    ]


def _with_items(
    session: Session, standard_id: UUID, *narrowed: ColumnElement[bool]
) -> list[tuple[WritingAssignment, list[WrittenItem]]]:
    """Pair assignments with the items written for them; each item counts for one."""
    rows = session.exec(
        select(WritingAssignment)
        .where(col(WritingAssignment.standard_id).in_(versions_of(standard_id)), *narrowed)
        .order_by(col(WritingAssignment.assigned_at), col(WritingAssignment.id))
    ).all()
    if not rows:
        return []
    written = _written(session, rows)
    pairs = []
    for row in rows:
        own = written.get((row.writer_id, row.criterion), [])
        mine = [item for begun, item in own if begun >= row.assigned_at and _before(begun, row.withdrawn_at)]
        mine = mine[: row.wanted]
        taken = {item.item_id for item in mine}
        written[(row.writer_id, row.criterion)] = [entry for entry in own if entry[1].item_id not in taken]
        pairs.append((row, mine))
    return pairs


def _before(moment: datetime, end: datetime | None) -> bool:
    return end is None or moment < end


def _written(
    session: Session, rows: Sequence[WritingAssignment]
) -> dict[tuple[UUID, str], list[tuple[datetime, WrittenItem]]]:
    """List items by writer and criterion, oldest first, each as its newest version stands."""
    first = (
        select(ItemVersion.item_id, ItemVersion.written_by)
        .where(
            ItemVersion.number == 1,
            col(ItemVersion.written_by).in_({row.writer_id for row in rows}),
            col(ItemVersion.written_at) >= min(row.assigned_at for row in rows),
        )
        .subquery()
    )
    newest = (col(ItemVersion.number) == col(Item.head_version), col(ItemVersion.state) != ItemState.RETIRED.value)
    what = (col(Item.created_at), col(Item.id), col(Item.code), col(ItemVersion.state))
    found = session.connection().execute(
        sqlalchemy.select(first.c.written_by, col(ItemVersion.criterion), *what)
        .join(Item, col(Item.id) == first.c.item_id)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(*newest)
        .order_by(col(Item.created_at), col(Item.code))
    )
    written: dict[tuple[UUID, str], list[tuple[datetime, WrittenItem]]] = defaultdict(list)
    for writer, criterion, begun, item_id, code, state in found:
        written[(writer, criterion)].append((begun, WrittenItem(item_id, code, ItemState(state))))
    return written


def _view(
    row: WritingAssignment, items: list[WrittenItem], writer_name: str, actor: Actor, today: date, *, writes: bool
) -> AssignmentView:
    handed_in = sum(item.state in _HANDED_IN for item in items)
    if row.withdrawn_at is not None:
        state = AssignmentState.WITHDRAWN
    elif handed_in >= row.wanted:
        state = AssignmentState.DONE
    else:
        state = AssignmentState.LATE if row.due_on < today else AssignmentState.OPEN
    closed = state in (AssignmentState.DONE, AssignmentState.WITHDRAWN)
    return AssignmentView(
        id=row.id,
        criterion=row.criterion,
        wanted=row.wanted,
        difficulty_rating=row.difficulty_rating,
        writer_id=row.writer_id,
        writer_name=writer_name,
        due_on=row.due_on,
        note=row.note,
        assigned_by=row.assigned_by,
        assigned_at=row.assigned_at,
        state=state,
        items=tuple(items),
        withdrawn_by=row.withdrawn_by,
        withdrawn_reason=row.withdrawn_reason,
        may_withdraw=not closed and actor.has(*ASSIGNERS),
        writer_writes=writes,
    )
