"""Who calls: the person behind the bearer token. Cookies count for nothing here."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.transaction import Now, Transaction
from itembank.actor import Actor
from itembank.errors import NotSignedIn
from itembank.people.sign_in import actor_of_token

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="The token that POST /sessions gave, as `Authorization: Bearer TOKEN`.",
)

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def _token(credentials: Credentials) -> str:
    if credentials is None:
        raise NotSignedIn
    return credentials.credentials


#: The bearer token as it was sent; whether it opens anything is for ``Caller`` to say.
BearerToken = Annotated[str, Depends(_token)]


def _caller(token: BearerToken, session: Transaction, now: Now) -> Actor:
    actor = actor_of_token(session, token=token, now=now)
    if actor is None:
        raise NotSignedIn
    return actor


#: The person on whose behalf the request is made.
Caller = Annotated[Actor, Depends(_caller)]
