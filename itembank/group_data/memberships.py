"""Who is in which group: loading it all or not at all, for one person or many, after a look at what would happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.errors import InvalidInput
from itembank.group_data.bases import require_basis
from itembank.group_data.entered_rows import EnteredRow, rows_of
from itembank.group_data.variables import categories_of, find_variable
from itembank.tables import GroupMembership, GroupVariable, Person

_A_QUERY = 500


class RowProblem(StrEnum):
    """Why a row can't be taken."""

    CELLS = "cells"
    NO_USERNAME = "no_username"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_CATEGORY = "unknown_category"
    TWICE = "twice"
    SIMULATED_PERSON = "simulated_person"
    REAL_PERSON = "real_person"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that can't be taken, and why."""

    number: int
    username: str
    category: str
    problem: RowProblem


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading some rows would do, or did: all of it, or nothing where a row is refused.

    It says nothing of what was on record before: a guess held against that would tell who is in which group.
    ``counts`` are the rows of each group by its code.
    """

    rows: int
    counts: Mapping[str, int]
    refused: tuple[RefusedRow, ...]


def preview_people(
    session: Session, *, actor: Actor, variable_id: UUID, rows: Sequence[EnteredRow], now: datetime
) -> LoadReport:
    """Tell what loading these rows would do; nothing is stored but that somebody looked, and at how many rows.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such variable.
        NoLawfulBasis: None is in force.
    """
    actor.require(Role.ADMINISTRATOR)
    variable = find_variable(session, variable_id)
    basis = require_basis(session, variable, now=now)
    report = _Plan.of(session, variable, rows).report
    audit.record(
        session, actor=actor, action="group.preview", kind="group", subject=variable.id, now=now,
        title=variable.name_th, people=report.rows, reference=basis.reference,
    )  # fmt: skip
    return report


def load_people(
    session: Session, *, actor: Actor, variable_id: UUID, rows: Sequence[EnteredRow], now: datetime
) -> LoadReport:
    """Store the group of each person named; who is not named keeps what is on record.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such variable.
        NoLawfulBasis: None is in force.
        InvalidInput: A row can't be taken, and so none is; names the first.
    """
    actor.require(Role.ADMINISTRATOR)
    variable = find_variable(session, variable_id, lock=True)
    basis = require_basis(session, variable, now=now)
    plan = _Plan.of(session, variable, rows)
    if plan.report.refused:
        first = plan.report.refused[0]
        raise InvalidInput(field="rows", expected=f"no refused row; row {first.number} is: {first.problem.value}")
    plan.carry_out(session)
    audit.record(
        session, actor=actor, action="group.load", kind="group", subject=variable.id, now=now,
        title=variable.name_th, people=plan.report.rows, reference=basis.reference,
    )  # fmt: skip
    return plan.report


def set_person(
    session: Session, *, actor: Actor, variable_id: UUID, username: str, category: str, now: datetime
) -> None:
    """Store the group of one person.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such variable.
        NoLawfulBasis: None is in force.
        InvalidInput: There is no such person or group.
    """
    actor.require(Role.ADMINISTRATOR)
    variable = find_variable(session, variable_id, lock=True)
    basis = require_basis(session, variable, now=now)
    plan = _Plan.of(session, variable, rows_of([(username, category)]))
    for refused in plan.report.refused:
        field = "category" if refused.problem is RowProblem.UNKNOWN_CATEGORY else "username"
        raise InvalidInput(field=field, expected=f"somebody to be put into a group ({refused.problem.value})")
    plan.carry_out(session)
    audit.record(
        session, actor=actor, action="group.load", kind="group", subject=variable.id, now=now,
        title=variable.name_th, people=1, reference=basis.reference,
    )  # fmt: skip


def forget_person(session: Session, *, actor: Actor, variable_id: UUID, username: str, now: datetime) -> None:
    """Delete the group of one person, such as one who takes a consent back; no basis is needed for that.

    The answer does not tell whether anything was on record: that would tell about the person.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such variable.
        InvalidInput: There is no such person.
    """
    actor.require(Role.ADMINISTRATOR)
    variable = find_variable(session, variable_id, lock=True)
    person = _people(session, [username.strip().lower()]).get(username.strip().lower())
    if person is None:
        raise InvalidInput(field="username", expected="somebody to be forgotten (unknown_person)")
    of_variable = col(GroupMembership.variable_id) == variable.id
    session.exec(delete(GroupMembership).where(of_variable, col(GroupMembership.person_id) == person.id))
    audit.record(
        session, actor=actor, action="group.forget", kind="group", subject=variable.id, now=now,
        title=variable.name_th, people=1,
    )  # fmt: skip


@dataclass(frozen=True)
class _Plan:
    """Rows held against what is on record."""

    variable_id: UUID
    added: Mapping[UUID, str]
    changed: Mapping[UUID, str]
    report: LoadReport

    @classmethod
    def of(cls, session: Session, variable: GroupVariable, rows: Sequence[EnteredRow]) -> _Plan:
        people = _people(session, {row.username.lower() for row in rows})
        codes = {one.code for one in categories_of(session, variable.id)}
        names = Counter(row.username.lower() for row in rows)
        refused, wanted = [], dict[UUID, str]()
        for row in rows:
            problem = _problem(row, people, codes, names, simulated=variable.simulated)
            if problem is not None:
                refused.append(RefusedRow(row.number, row.username, row.category, problem))
            else:
                wanted[people[row.username.lower()].id] = row.category
        known = _on_record(session, variable.id)
        added = {person: code for person, code in wanted.items() if person not in known}
        changed = {person: code for person, code in wanted.items() if known.get(person, code) != code}
        report = LoadReport(
            rows=len(rows),
            counts=Counter(wanted.values()),
            refused=tuple(refused),
        )
        return cls(variable.id, added, changed, report)

    def carry_out(self, session: Session) -> None:
        rows = [{"variable_id": self.variable_id, "person_id": one, "category": to} for one, to in self.added.items()]
        if rows:
            session.connection().execute(insert(GroupMembership), rows)
        of_variable = col(GroupMembership.variable_id) == self.variable_id
        for person, code in self.changed.items():
            session.connection().execute(
                update(GroupMembership)
                .where(of_variable, col(GroupMembership.person_id) == person)
                .values(category=code)
            )


def _problem(
    row: EnteredRow, people: Mapping[str, Person], codes: Collection[str], names: Counter[str], *, simulated: bool
) -> RowProblem | None:
    person = people.get(row.username.lower())
    if row.cells != 2:
        return RowProblem.CELLS
    if not row.username:
        return RowProblem.NO_USERNAME
    if person is None:
        return RowProblem.UNKNOWN_PERSON
    if person.simulated != simulated:
        return RowProblem.SIMULATED_PERSON if person.simulated else RowProblem.REAL_PERSON
    if row.category not in codes:
        return RowProblem.UNKNOWN_CATEGORY
    return RowProblem.TWICE if names[row.username.lower()] > 1 else None


def _people(session: Session, usernames: Collection[str]) -> dict[str, Person]:
    found = {}
    for some in _parts(sorted(usernames)):
        for person in session.exec(select(Person).where(col(Person.username).in_(some))):
            found[person.username] = person
    return found


def _on_record(session: Session, variable_id: UUID) -> dict[UUID, str]:
    query = select(GroupMembership.person_id, GroupMembership.category)
    return dict(session.exec(query.where(GroupMembership.variable_id == variable_id)).all())


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _A_QUERY):
        yield names[start : start + _A_QUERY]
