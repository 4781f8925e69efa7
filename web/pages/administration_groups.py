"""Group data: variables with their lawful basis, and loading who is in which group after a look at the rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Role
from itembank.errors import AlreadyExists, IllegalMove, InvalidInput, NoLawfulBasis, SamatError
from itembank.group_data.bases import record_basis, withdraw_basis
from itembank.group_data.entered_rows import MOST_ROWS, decoded, read_rows
from itembank.group_data.legal_grounds import grounds_for
from itembank.group_data.memberships import forget_person, load_people, preview_people, set_person
from itembank.group_data.variables import Category, create_variable, list_variables, variable_view
from web.error_pages import STATUS, error_text
from web.long_forms import LongFormRoute
from web.page import Now, Page, SignedInPage, Transaction, actor_of

#: A page of lines may be pasted.
router = APIRouter(prefix="/groups", route_class=LongFormRoute)

#: Refused rows that a preview lists; who has more mends these first.
ROWS_SHOWN = 100
_ADDRESS = "/administration/groups"

Entered = Annotated[str, Form(max_length=1000)]


@router.get("")
def variables_page(page: SignedInPage, session: Transaction, now: Now) -> Response:
    """List the variables with the basis of each."""
    return page.render("groups/list.html", variables=list_variables(session, actor=actor_of(page), now=now))


@router.get("/new")
def new_variable_page(page: SignedInPage) -> Response:
    """Show an empty form."""
    actor_of(page).require(Role.ADMINISTRATOR)
    return _new(page, {})


@router.post("")
def create_variable_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    name_th: Entered = "",
    name_en: Entered = "",
    categories: Annotated[str, Form(max_length=10_000)] = "",
    sensitive: Entered = "",
) -> Response:
    """Define a variable, or show the form again as it was with what is wrong."""
    entered = {"name_th": name_th, "name_en": name_en, "categories": categories, "sensitive": sensitive}
    try:
        made = create_variable(
            session,
            actor=actor_of(page),
            name_th=name_th,
            name_en=name_en,
            categories=_read_categories(categories),
            sensitive=bool(sensitive),
            now=now,
        )
    except (InvalidInput, AlreadyExists) as error:
        session.rollback()
        return _new(page, entered, errors=_errors(page, error, otherwise="name_th"))
    return page.redirect(f"{_ADDRESS}/{made.id}", notice="groups.notice_created")


@router.get("/{variable_id}")
def variable_page(page: SignedInPage, session: Transaction, now: Now, variable_id: UUID) -> Response:
    """Show a variable with what can be done."""
    return _show(page, session, now, variable_id)


@router.post("/{variable_id}/basis")
def record_basis_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    variable_id: UUID,
    ground: Entered = "",
    reference: Entered = "",
    purpose: Annotated[str, Form(max_length=5000)] = "",
    valid_from: Entered = "",
    valid_until: Entered = "",
) -> Response:
    """Record a lawful basis."""
    entered = {
        "ground": ground, "reference": reference, "purpose": purpose, "valid_from": valid_from,
        "valid_until": valid_until,
    }  # fmt: skip
    try:
        record_basis(
            session,
            actor=actor_of(page),
            variable_id=variable_id,
            ground=ground,
            reference=reference,
            purpose=purpose,
            valid_from=_read_day(valid_from, field="valid_from"),
            valid_until=_read_day(valid_until, field="valid_until"),
            now=now,
        )
    except InvalidInput as error:
        session.rollback()
        errors = _errors(page, error, otherwise="ground")
        return _show(page, session, now, variable_id, errors=errors, entered=entered)
    return page.redirect(f"{_ADDRESS}/{variable_id}", notice="groups.notice_basis")


@router.post("/{variable_id}/preview")
def preview_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    variable_id: UUID,
    file: Annotated[UploadFile | None, File()] = None,
    rows: Annotated[str, Form()] = "",
) -> Response:
    """Tell what loading the rows of a file, or those pasted, would do; nothing is stored."""
    try:
        content = file.file.read() if file is not None else b""
        text = decoded(content, field="file") if content else rows
        read = read_rows(text, field="file" if content else "rows")
        report = preview_people(session, actor=actor_of(page), variable_id=variable_id, rows=read, now=now)
    except (InvalidInput, NoLawfulBasis) as error:
        session.rollback()
        errors = _errors(page, error, otherwise="rows")
        return _show(page, session, now, variable_id, errors=errors, entered={"rows": rows}, status=STATUS[error.kind])
    return page.render(
        "groups/preview.html",
        status=422 if report.refused else 200,
        variable=variable_view(session, actor=actor_of(page), variable_id=variable_id, now=now),
        report=report,
        shown=report.refused[:ROWS_SHOWN],
        text=text,
    )


@router.post("/{variable_id}/people")
def load_page(
    page: SignedInPage, session: Transaction, now: Now, variable_id: UUID, rows: Annotated[str, Form()] = ""
) -> Response:
    """Store the rows that a preview showed, or none of them."""
    try:
        read = read_rows(rows, field="rows")
        load_people(session, actor=actor_of(page), variable_id=variable_id, rows=read, now=now)
    except (InvalidInput, NoLawfulBasis) as error:
        session.rollback()
        errors = _errors(page, error, otherwise="rows")
        return _show(page, session, now, variable_id, errors=errors, entered={"rows": rows}, status=STATUS[error.kind])
    return page.redirect(f"{_ADDRESS}/{variable_id}", notice="groups.notice_loaded")


@router.post("/{variable_id}/person")
def set_person_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    variable_id: UUID,
    username: Entered = "",
    category: Entered = "",
) -> Response:
    """Store or delete the group of one person."""
    actor = actor_of(page)
    try:
        if category:
            set_person(session, actor=actor, variable_id=variable_id, username=username, category=category, now=now)
        else:
            forget_person(session, actor=actor, variable_id=variable_id, username=username, now=now)
    except (InvalidInput, NoLawfulBasis) as error:
        session.rollback()
        errors = _errors(page, error, otherwise="username")
        entered = {"username": username, "category": category}
        return _show(page, session, now, variable_id, errors=errors, entered=entered, status=STATUS[error.kind])
    return page.redirect(f"{_ADDRESS}/{variable_id}", notice="groups.notice_person")


@router.post("/{variable_id}/withdraw")
def withdraw_page(
    page: SignedInPage, session: Transaction, now: Now, variable_id: UUID, confirmed: Entered = ""
) -> Response:
    """Withdraw the basis and delete the data, once that was confirmed."""
    actor = actor_of(page)
    actor.require(Role.ADMINISTRATOR)
    if not confirmed:
        errors = {"confirmed": page.t("groups.error_confirmed")}
        return _show(page, session, now, variable_id, errors=errors)
    try:
        withdraw_basis(session, actor=actor, variable_id=variable_id, now=now)
    except IllegalMove as error:
        session.rollback()
        errors = {"confirmed": page.t("groups.error_nothing_to_withdraw")}
        return _show(page, session, now, variable_id, errors=errors, status=STATUS[error.kind])
    return page.redirect(f"{_ADDRESS}/{variable_id}", notice="groups.notice_withdrawn")


def _new(page: Page, entered: Mapping[str, str], *, errors: Mapping[str, str] | None = None) -> Response:
    return page.render("groups/new.html", status=422 if errors else 200, entered=entered, errors=errors or {})


def _show(
    page: Page,
    session: Session,
    now: Now,
    variable_id: UUID,
    *,
    errors: Mapping[str, str] | None = None,
    entered: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    variable = variable_view(session, actor=actor_of(page), variable_id=variable_id, now=now)
    return page.render(
        "groups/variable.html",
        status=status if errors else 200,
        variable=variable,
        grounds=grounds_for(sensitive=variable.sensitive),
        most_rows=MOST_ROWS,
        errors=errors or {},
        entered=entered or {},
    )


def _errors(page: Page, error: SamatError, *, otherwise: str) -> Mapping[str, str]:
    """Put a refusal beside its field."""
    if not isinstance(error, InvalidInput):
        return {otherwise: error_text(error, page.t)}
    field = str(error.details["field"])
    key = f"groups.error_{field}"
    return {field: page.t(key, most=MOST_ROWS) if page.t.has(key) else error_text(error, page.t)}


def _read_day(entered: str, *, field: str) -> date:
    try:
        return date.fromisoformat(entered.strip())
    except ValueError:
        raise InvalidInput(field=field, expected="a day, such as 2026-11-22") from None


def _read_categories(entered: str) -> list[Category]:
    """Read lines of ``code, Thai name, English name``."""
    found = []
    for line in filter(str.strip, entered.splitlines()):
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) != 3:
            raise InvalidInput(field="categories", expected=f"code, Thai name, English name; not {line.strip()}")
        found.append(Category(*cells))
    return found
