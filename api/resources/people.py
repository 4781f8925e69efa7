"""People: their accounts, roles and passwords."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.actor import Role
from itembank.people import accounts
from itembank.people.accounts import NewPassword, PersonView

router = APIRouter(prefix="/people", tags=["people"])

_PERSON = {
    "id": "9d3e8c1b-0d70-4a5f-8f0d-7f6d3c2e1a90",
    "username": "somchai",
    "display_name": "สมชาย ใจดี",
    "roles": ["candidate"],
    "active": True,
    "simulated": False,
    "created_at": "2026-11-22T05:00:00Z",
}
_NEW_PASSWORD = {"person": _PERSON, "password": "kvtm-3pqd-8hfw-x2ns"}


class PersonShown(Shown):
    """A person as an administrator sees one."""

    model_config = example(**_PERSON)

    id: UUID
    username: str
    display_name: str
    roles: list[Role]
    active: bool
    simulated: bool
    created_at: datetime


class PeopleShown(Shown):
    """People by user name."""

    model_config = example(people=[_PERSON])

    people: list[PersonShown]


class NewPasswordShown(Shown):
    """A person with a password to hand over; it can't be shown again."""

    model_config = example(**_NEW_PASSWORD)

    person: PersonShown
    password: str


class PersonSent(Sent):
    """A person to create; a random password is made."""

    model_config = example(username="somchai", display_name="สมชาย ใจดี", roles=["candidate"])

    username: str
    display_name: str
    roles: list[Role]


class RolesSent(Sent):
    """Exactly the roles that a person shall have."""

    model_config = example(roles=["item_writer", "reviewer"])

    roles: list[Role]


class ActiveSent(Sent):
    """Whether a person may sign in."""

    model_config = example(active=False)

    active: bool


class PeopleFilter(Sent):
    """Whom to list."""

    role: Role | None = None
    search: str = Field(default="", max_length=200)
    include_simulated: bool = False


@router.get("", response_model=PeopleShown, summary="List people")
def list_people(wanted: Annotated[PeopleFilter, Query()], caller: Caller, session: Transaction) -> dict[str, object]:
    """List people by user name. For administrators."""
    return {
        "people": accounts.list_people(
            session,
            actor=caller,
            role=wanted.role,
            search=wanted.search,
            include_simulated=wanted.include_simulated,
        )
    }


@router.post("", response_model=NewPasswordShown, status_code=201, summary="Create a person")
def create_person(person: PersonSent, caller: Caller, session: Transaction, now: Now) -> NewPassword:
    """Create a person with roles and a random password, which only this response shows. For administrators."""
    return accounts.create_person(
        session,
        actor=caller,
        username=person.username,
        display_name=person.display_name,
        roles=person.roles,
        now=now,
    )


@router.get("/{person_id}", response_model=PersonShown, summary="Read a person")
def read_person(person_id: UUID, caller: Caller, session: Transaction) -> PersonView:
    """Describe one person. For administrators."""
    return accounts.person_view(session, actor=caller, person_id=person_id)


@router.put("/{person_id}/roles", response_model=PersonShown, summary="Set a person's roles")
def set_roles(person_id: UUID, wanted: RolesSent, caller: Caller, session: Transaction, now: Now) -> PersonView:
    """Give a person exactly these roles. For administrators, who can't take their own role away."""
    return accounts.set_roles(session, actor=caller, person_id=person_id, roles=wanted.roles, now=now)


@router.post("/{person_id}/password", response_model=NewPasswordShown, summary="Reset a password")
def reset_password(person_id: UUID, caller: Caller, session: Transaction, now: Now) -> NewPassword:
    """Make a new random password, which only this response shows, and end the person's sessions. For administrators."""
    return accounts.reset_password(session, actor=caller, person_id=person_id, now=now)


@router.put("/{person_id}/active", response_model=PersonShown, summary="Let a person sign in or not")
def set_active(person_id: UUID, wanted: ActiveSent, caller: Caller, session: Transaction, now: Now) -> PersonView:
    """Deactivate a person, or let him sign in again; nothing of his is deleted. For administrators."""
    return accounts.set_active(session, actor=caller, person_id=person_id, active=wanted.active, now=now)
