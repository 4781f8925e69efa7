"""Accounts: creating people, giving roles, resetting passwords."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from itembank import audit
from itembank.actor import Actor, Role
from itembank.errors import AlreadyExists, IllegalMove, InvalidInput, NotFound
from itembank.people.passwords import hash_password, random_password
from itembank.people.sign_in import revoke_sessions_of
from itembank.tables import Enrolment, Person, RoleAssignment

_PEOPLE_A_QUERY = 500
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,79}")


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as an administrator sees one."""

    id: UUID
    username: str
    display_name: str
    roles: tuple[Role, ...]
    active: bool
    simulated: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password to hand over once; it is stored only as a hash."""

    person: PersonView
    password: str


def create_person(
    session: Session,
    *,
    actor: Actor,
    username: str,
    display_name: str,
    roles: Iterable[Role],
    now: datetime,
    password: str | None = None,
) -> NewPassword:
    """Create a person with roles and a password (a random one unless given).

    Raises:
        NotAllowed: The actor is not an administrator.
        InvalidInput: The name, a role or the password can't be taken.
        AlreadyExists: The user name is taken.
    """
    actor.require(Role.ADMINISTRATOR)
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise InvalidInput(field="username", expected="2 to 80 of a–z, 0–9 and . _ @ + -")
    if not display_name.strip():
        raise InvalidInput(field="display_name", expected="a name")
    chosen = _checked_roles(roles)
    if session.exec(select(Person).where(Person.username == username)).first():
        raise AlreadyExists(what="person", name=username)
    password = password or random_password()
    person = Person(
        username=username,
        display_name=display_name.strip()[:200],
        password_hash=hash_password(password),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        # Two administrators, or one who pressed twice: the other one came first.
        raise AlreadyExists(what="person", name=username) from None
    session.add_all(RoleAssignment(person_id=person.id, role=role.value) for role in chosen)
    audit.record(
        session, actor=actor, action="person.create", kind="person", subject=username, now=now,
        roles=[role.value for role in chosen],
    )  # fmt: skip
    return NewPassword(person=_view(person, chosen), password=password)


def list_people(
    session: Session,
    *,
    actor: Actor,
    include_simulated: bool = False,
    role: Role | None = None,
    search: str = "",
    offset: int = 0,
    limit: int | None = None,
) -> tuple[PersonView, ...]:
    """List the people by user name.

    Args:
        session: The transaction.
        actor: An administrator.
        include_simulated: List those of a simulation too.
        role: Only holders of this role.
        search: Only people whose user name or name holds this text.
        offset: How many to skip.
        limit: How many to give at most; None for all.

    Raises:
        NotAllowed: The actor is not an administrator.
    """
    actor.require(Role.ADMINISTRATOR)
    query = _found(include_simulated=include_simulated, role=role, search=search)
    people = session.exec(query.order_by(Person.username).offset(offset).limit(limit)).all()
    return _views(session, people)


def count_people(
    session: Session, *, actor: Actor, include_simulated: bool = False, role: Role | None = None, search: str = ""
) -> int:
    """Count whom ``list_people`` would list without a limit.

    Raises:
        NotAllowed: The actor is not an administrator.
    """
    actor.require(Role.ADMINISTRATOR)
    query = _found(include_simulated=include_simulated, role=role, search=search)
    return session.exec(select(func.count()).select_from(query.subquery())).one()


def list_enrollable(session: Session, *, actor: Actor, exam_id: UUID, limit: int) -> tuple[PersonView, ...]:
    """List candidates by user name who may sign in and are not enrolled in an exam yet, simulated ones apart.

    Raises:
        NotAllowed: The actor is not an administrator.
    """
    actor.require(Role.ADMINISTRATOR)
    enrolled = select(Enrolment.person_id).where(Enrolment.exam_id == exam_id)
    query = _found(include_simulated=False, role=Role.CANDIDATE, search="").where(
        col(Person.active).is_(True), col(Person.id).not_in(enrolled)
    )
    return _views(session, session.exec(query.order_by(Person.username).limit(limit)).all())


def _found(*, include_simulated: bool, role: Role | None, search: str) -> SelectOfScalar[Person]:
    query = select(Person)
    if not include_simulated:
        query = query.where(col(Person.simulated).is_(False))
    if role is not None:
        holders = select(RoleAssignment.person_id).where(RoleAssignment.role == role.value)
        query = query.where(col(Person.id).in_(holders))
    if wanted := search.strip():
        query = query.where(
            col(Person.username).icontains(wanted, autoescape=True)
            | col(Person.display_name).icontains(wanted, autoescape=True)
        )
    return query


def _views(session: Session, people: Sequence[Person]) -> tuple[PersonView, ...]:
    roles: dict[UUID, list[Role]] = {}
    for start in range(0, len(people), _PEOPLE_A_QUERY):
        some = [person.id for person in people[start : start + _PEOPLE_A_QUERY]]
        held = select(RoleAssignment).where(col(RoleAssignment.person_id).in_(some))
        for assignment in session.exec(held):
            roles.setdefault(assignment.person_id, []).append(Role(assignment.role))
    return tuple(_view(person, roles.get(person.id, ())) for person in people)


def person_view(session: Session, *, actor: Actor, person_id: UUID) -> PersonView:
    """Describe one person.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such person.
    """
    actor.require(Role.ADMINISTRATOR)
    return _view(_person(session, person_id), _roles_of(session, person_id))


def set_roles(session: Session, *, actor: Actor, person_id: UUID, roles: Iterable[Role], now: datetime) -> PersonView:
    """Give a person exactly these roles.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such person.
        IllegalMove: An administrator would take the role from himself and could lock everybody out.
    """
    actor.require(Role.ADMINISTRATOR)
    person = _person(session, person_id, lock=True)
    chosen = _checked_roles(roles)
    if person.id == actor.person_id and Role.ADMINISTRATOR not in chosen:
        raise IllegalMove(what="administrator", state="you", move="taking the role from yourself")
    session.exec(delete(RoleAssignment).where(col(RoleAssignment.person_id) == person.id))
    session.add_all(RoleAssignment(person_id=person.id, role=role.value) for role in chosen)
    audit.record(
        session, actor=actor, action="person.roles", kind="person", subject=person.username, now=now,
        roles=[role.value for role in chosen],
    )  # fmt: skip
    return _view(person, chosen)


def reset_password(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> NewPassword:
    """Give a person a new random password and sign him out everywhere.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such person.
    """
    actor.require(Role.ADMINISTRATOR)
    person = _person(session, person_id)
    password = random_password()
    person.password_hash = hash_password(password)
    session.add(person)
    revoke_sessions_of(session, person_id=person.id, now=now)
    audit.record(session, actor=actor, action="person.password", kind="person", subject=person.username, now=now)
    return NewPassword(person=_view(person, _roles_of(session, person.id)), password=password)


def set_active(session: Session, *, actor: Actor, person_id: UUID, active: bool, now: datetime) -> PersonView:
    """Let a person sign in again, or no longer; nothing of his is deleted.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such person.
        IllegalMove: Nobody shuts himself out.
    """
    actor.require(Role.ADMINISTRATOR)
    person = _person(session, person_id)
    if person.id == actor.person_id and not active:
        raise IllegalMove(what="administrator", state="you", move="deactivating yourself")
    person.active = active
    session.add(person)
    if not active:
        revoke_sessions_of(session, person_id=person.id, now=now)
    action = "person.activate" if active else "person.deactivate"
    audit.record(session, actor=actor, action=action, kind="person", subject=person.username, now=now)
    return _view(person, _roles_of(session, person.id))


def _person(session: Session, person_id: UUID, *, lock: bool = False) -> Person:
    person = session.get(Person, person_id, with_for_update={"key_share": True} if lock else None)
    if person is None:
        raise NotFound(what="person", name=person_id)
    return person


def _roles_of(session: Session, person_id: UUID) -> tuple[Role, ...]:
    rows = session.exec(select(RoleAssignment.role).where(RoleAssignment.person_id == person_id))
    return tuple(Role(role) for role in rows)


def _checked_roles(roles: Iterable[Role]) -> tuple[Role, ...]:
    chosen = tuple(role for role in Role if role in set(roles))
    if not chosen:
        raise InvalidInput(field="roles", expected="at least one role")
    return chosen


def _view(person: Person, roles: Iterable[Role]) -> PersonView:
    held = set(roles)
    return PersonView(
        id=person.id,
        username=person.username,
        display_name=person.display_name,
        roles=tuple(role for role in Role if role in held),
        active=person.active,
        simulated=person.simulated,
        created_at=person.created_at,
    )
