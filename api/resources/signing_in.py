"""Signing in and out, and who one is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api.authentication import BearerToken, Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Place, Transaction
from itembank.actor import Actor, Role
from itembank.people.sign_in import SignedIn, sign_in, sign_out

router = APIRouter(tags=["signing in"])

_ME = {"username": "somchai", "display_name": "สมชาย ใจดี", "roles": ["candidate"], "simulated": False}
_CREDENTIALS = {"username": "somchai", "password": "kvtm-3pqd-8hfw-x2ns"}
_SESSION = {
    "token": "Zb0vJ6v8n0c8dQ0u0O0mV2mC1xq1b3r1bq7m0a2bWkE",
    "expires_at": "2026-11-22T21:00:00Z",
    "person": _ME,
}


class CredentialsSent(Sent):
    """A user name with its password."""

    model_config = example(**_CREDENTIALS)

    username: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class Me(Shown):
    """The person who calls."""

    model_config = example(**_ME)

    username: str
    display_name: str
    roles: list[Role]
    simulated: bool


class SessionShown(Shown):
    """A fresh session. The token is shown only here."""

    model_config = example(**_SESSION)

    token: str
    expires_at: datetime
    person: Me


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


@router.post("/sessions", status_code=201, summary="Sign in")
def open_session(
    credentials: CredentialsSent, request: Request, place: Place, address: Annotated[str, Depends(_address)], now: Now
) -> SessionShown:
    """Check a user name and password and open a session.

    A candidate who signs in is signed out everywhere else. Too many failed attempts for a name or from an address are
    refused for a quarter of an hour.
    """
    signed_in = sign_in(
        request.app.state.database,
        username=credentials.username,
        password=credentials.password,
        address=address,
        settings=request.app.state.settings,
        now=now,
    )
    return _session_shown(signed_in)


@router.delete("/sessions/current", status_code=204, summary="Sign out")
def close_session(token: BearerToken, caller: Caller, session: Transaction, now: Now) -> None:
    """Close the session of the token that the request carries."""
    sign_out(session, token=token, now=now)


@router.get("/me", summary="Who I am")
def who_i_am(caller: Caller) -> Me:
    """Tell whose token this is and which roles that person has."""
    return _me(caller)


def _me(actor: Actor) -> Me:
    return Me(
        username=actor.username,
        display_name=actor.display_name,
        roles=[role for role in Role if role in actor.roles],
        simulated=actor.simulated,
    )


def _session_shown(signed_in: SignedIn) -> SessionShown:
    return SessionShown(token=signed_in.token, expires_at=signed_in.expires_at, person=_me(signed_in.actor))
