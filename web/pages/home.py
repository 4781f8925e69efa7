"""The way in: home, signing in and out, and the standard as a page to read."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from itembank.actor import Role
from itembank.errors import SamatError, TooManyAttempts, WrongCredentials
from itembank.framework.document import StandardWarning
from itembank.framework.store import current_standard
from itembank.people.sign_in import sign_in, sign_out
from web.error_pages import STATUS, error_text
from web.navigation import home_of
from web.page import AnyPage, Now, Page, Place, SignedInPage, Transaction, actor_of, stranger_page
from web.security import clear_session_cookie, set_session_cookie

router = APIRouter()

#: Those who work on the bank or run exams; candidates have no need of the whole standard here.
_READERS_OF_STANDARD = tuple(role for role in Role if role is not Role.CANDIDATE)

#: A path of this site: one slash, then neither a slash nor a backslash, which browsers would read as another host.
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


@router.get("/")
def home(page: AnyPage) -> Response:
    """Send a person to where the roles lead, and a stranger to the sign-in."""
    return page.redirect("/sign-in" if page.actor is None else home_of(page.actor))


@router.get("/sign-in")
def sign_in_page(page: AnyPage, next: str = "") -> Response:  # noqa: A002 - the address names it so
    """Show the sign-in form; whoever is signed in already is sent on."""
    if page.actor is not None:
        return page.redirect(_local_path(next) or home_of(page.actor))
    return _sign_in_form(page, next_url=_local_path(next))


@router.post("/sign-in")
def sign_in_with_password(
    request: Request,
    place: Place,
    now: Now,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",  # noqa: A002 - the form names it so
) -> Response:
    """Sign a person in by name and password."""
    page = stranger_page(request)
    next_url = _local_path(next)
    errors = {
        field: page.t(f"sign_in.{field}_missing")
        for field, value in (("username", username.strip()), ("password", password))
        if not value
    }
    if errors:
        return _sign_in_form(page, status=422, username=username, next_url=next_url, errors=errors)
    try:
        signed_in = sign_in(
            request.app.state.database,
            username=username,
            password=password,
            address=request.client.host if request.client else "",
            settings=page.settings,
            now=now,
        )
    except (WrongCredentials, TooManyAttempts) as error:
        return _refused(page, error, username=username, next_url=next_url)
    response = page.redirect(next_url or home_of(signed_in.actor))
    set_session_cookie(response, signed_in.token, settings=page.settings)
    return response


@router.post("/sign-out")
def sign_out_here(page: SignedInPage, session: Transaction, now: Now) -> Response:
    """Close the session and take its cookie back."""
    if page.token is not None:
        sign_out(session, token=page.token, now=now)
    response = page.redirect("/sign-in", notice="sign_in.notice_signed_out")
    clear_session_cookie(response, settings=page.settings)
    return response


@router.get("/standard")
def standard_page(page: SignedInPage, session: Transaction) -> Response:
    """Show the current standard as a tree, with what was odd in its text."""
    actor_of(page).require(*_READERS_OF_STANDARD)
    standard = current_standard(session)
    framework = standard.framework
    by_unit: dict[str, list[StandardWarning]] = defaultdict(list)
    for warning in framework.warnings:
        if warning.unit is not None:
            by_unit[warning.unit].append(warning)
    return page.render(
        "home.html",
        standard=standard,
        framework=framework,
        announced=date.fromisoformat(framework.announced) if framework.announced else None,
        counts=framework.counts(),
        warnings=dict(by_unit),
    )


def _refused(page: Page, error: SamatError, *, username: str, next_url: str) -> Response:
    # 401 would oblige the site to name a way for browsers to ask for credentials by themselves; this is a form.
    status = 422 if isinstance(error, WrongCredentials) else STATUS[error.kind]
    response = _sign_in_form(
        page, status=status, username=username, next_url=next_url, refusal=error_text(error, page.t)
    )
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(60 * int(error.details["minutes"]))
    return response


def _sign_in_form(
    page: Page,
    *,
    next_url: str,
    status: int = 200,
    username: str = "",
    errors: dict[str, str] | None = None,
    refusal: str | None = None,
) -> Response:
    return page.render(
        "sign_in.html", status=status, username=username, errors=errors or {}, refusal=refusal, next_url=next_url
    )


def _local_path(wanted: str) -> str:
    return wanted if _LOCAL_PATH.fullmatch(wanted) else ""
