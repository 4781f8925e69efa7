"""People and their roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Role
from itembank.errors import AlreadyExists, IllegalMove, InvalidInput, SamatError
from itembank.people.accounts import (
    count_people,
    create_person,
    list_people,
    person_view,
    reset_password,
    set_active,
    set_roles,
)
from web.page import Now, Page, SignedInPage, Transaction, actor_of
from web.pages.administration_entries import field_errors

#: People on one page of the list.
PAGE_SIZE = 50

router = APIRouter(prefix="/people")

Entered = Annotated[str, Form(max_length=200)]
EnteredRoles = Annotated[list[str] | None, Form()]


@router.get("")
def people_page(
    page: SignedInPage,
    session: Transaction,
    search: Annotated[str, Query(max_length=200)] = "",
    role: str = "",
    simulated: str = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """List people, found by name and role."""
    actor, wanted, with_simulated = actor_of(page), _known_role(role), bool(simulated)
    count = count_people(session, actor=actor, include_simulated=with_simulated, role=wanted, search=search)
    pages = max(1, -(-count // PAGE_SIZE))
    number = min(number, pages)
    people = list_people(
        session,
        actor=actor,
        include_simulated=with_simulated,
        role=wanted,
        search=search,
        offset=(number - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
    )
    filters = {"search": search, "role": role, "simulated": simulated}
    query = urlencode({name: value for name, value in filters.items() if value})
    return page.render(
        "administration/people.html",
        block="people",
        people=people,
        count=count,
        number=number,
        pages=pages,
        page_url=f"/administration/people?{query}&page={{page}}" if query else "/administration/people?page={page}",
        filters=filters,
        roles=list(Role),
    )


@router.get("/new")
def new_person_page(page: SignedInPage) -> Response:
    """Show an empty form."""
    actor_of(page).require(Role.ADMINISTRATOR)
    return _new_person(page, {"username": "", "display_name": "", "roles": []})


@router.post("")
def create_person_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    username: Entered = "",
    display_name: Entered = "",
    roles: EnteredRoles = None,
) -> Response:
    """Create a person and show the password in this answer only."""
    try:
        made = create_person(
            session,
            actor=actor_of(page),
            username=username,
            display_name=display_name,
            roles=_chosen(roles),
            now=now,
        )
    except (InvalidInput, AlreadyExists) as error:
        session.rollback()
        entered = {"username": username, "display_name": display_name, "roles": roles or []}
        return _new_person(page, entered, errors=_person_errors(page, error))
    return page.render("administration/password.html", made=made, created=True)


@router.get("/{person_id}")
def person_page(page: SignedInPage, session: Transaction, person_id: UUID) -> Response:
    """Show one person with what can be changed."""
    return _person(page, session, person_id)


@router.post("/{person_id}/roles")
def set_roles_page(
    page: SignedInPage, session: Transaction, now: Now, person_id: UUID, roles: EnteredRoles = None
) -> Response:
    """Give a person exactly the ticked roles."""
    try:
        set_roles(session, actor=actor_of(page), person_id=person_id, roles=_chosen(roles), now=now)
    except (InvalidInput, IllegalMove) as error:
        session.rollback()
        return _person(page, session, person_id, errors=_person_errors(page, error), chosen=roles or [])
    return page.redirect(f"/administration/people/{person_id}", notice="administration.notice_roles")


@router.post("/{person_id}/password")
def reset_password_page(
    page: SignedInPage, session: Transaction, now: Now, person_id: UUID, confirmed: Entered = ""
) -> Response:
    """Make a new password, end the person's sessions, and show the password in this answer only."""
    if not confirmed:
        return _person(page, session, person_id, errors={"confirmed": page.t("administration.error_confirmed")})
    made = reset_password(session, actor=actor_of(page), person_id=person_id, now=now)
    return page.render("administration/password.html", made=made, created=False)


@router.post("/{person_id}/active")
def set_active_page(
    page: SignedInPage, session: Transaction, now: Now, person_id: UUID, active: Entered = ""
) -> Response:
    """Let a person sign in again, or no longer."""
    try:
        set_active(session, actor=actor_of(page), person_id=person_id, active=active == "1", now=now)
    except IllegalMove:
        session.rollback()
        return _person(page, session, person_id, errors={"active": page.t("administration.error_own_account")})
    notice = "administration.notice_activated" if active == "1" else "administration.notice_deactivated"
    return page.redirect(f"/administration/people/{person_id}", notice=notice)


def _new_person(page: Page, entered: Mapping[str, Any], *, errors: Mapping[str, str] | None = None) -> Response:
    return page.render(
        "administration/person_new.html",
        status=422 if errors else 200,
        entered=entered,
        errors=errors or {},
        roles=list(Role),
    )


def _person(
    page: Page,
    session: Session,
    person_id: UUID,
    *,
    errors: Mapping[str, str] | None = None,
    chosen: list[str] | None = None,
) -> Response:
    person = person_view(session, actor=actor_of(page), person_id=person_id)
    return page.render(
        "administration/person.html",
        status=422 if errors else 200,
        person=person,
        chosen=[role.value for role in person.roles] if chosen is None else chosen,
        errors=errors or {},
        roles=list(Role),
        own=person.id == actor_of(page).person_id,
    )


def _person_errors(page: Page, error: SamatError) -> Mapping[str, str]:
    if isinstance(error, AlreadyExists):
        return {"username": page.t("administration.error_taken", name=error.details["name"])}
    if isinstance(error, IllegalMove):
        return {"roles": page.t("administration.error_own_role")}
    return field_errors(error, page.t, otherwise="username")


def _known_role(entered: str) -> Role | None:
    if not entered:
        return None
    if entered not in set(Role):
        raise InvalidInput(field="role", expected=f"one of {', '.join(Role)}")
    return Role(entered)


def _chosen(entered: list[str] | None) -> list[Role]:
    return [role for role in map(_known_role, entered or []) if role is not None]
