"""Signing in and out: revocable sessions whose tokens are stored only as hashes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.database import Database
from itembank.errors import TooManyAttempts, WrongCredentials
from itembank.people.passwords import password_matches
from itembank.settings import Settings
from itembank.tables import FailedSignIn, Person, RoleAssignment, SignInSession

_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh sign-in: the token to hand to the browser or client, shown nowhere else."""

    token: str
    actor: Actor
    expires_at: datetime


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(
    database: Database, *, username: str, password: str, address: str, settings: Settings, now: datetime
) -> SignedIn:
    """Check a name and password and open a session.

    Unlike other use cases it runs transactions of its own: a refused attempt has to stay counted, and hashing takes
    so long that nobody's answer may wait for it behind a write lock.

    A candidate who signs in anew is signed out everywhere else: an exam is sat in one place.

    Args:
        database: The database.
        username: As entered.
        password: As entered.
        address: Where the attempt comes from.
        settings: How many attempts are allowed, and how long a session lasts.
        now: When.

    Raises:
        TooManyAttempts: The name or the address has failed too often lately.
        WrongCredentials: Name and password do not match, or the person may not sign in.
    """
    with database.reading() as session:
        _refuse_too_many(session, username=username, address=address, settings=settings, now=now)
        person = session.exec(select(Person).where(Person.username == _folded(username))).first()
    matches = password_matches(password, person.password_hash if person else None)
    with database.writing() as session:
        if person is not None and matches:
            present = _as_it_is_now(session, person)
            if present is not None:
                return _open_session(session, person=present, settings=settings, now=now)
        _note_failure(session, username=username, address=address, now=now)
    raise WrongCredentials


def _refuse_too_many(session: Session, *, username: str, address: str, settings: Settings, now: datetime) -> None:
    recent = col(FailedSignIn.at) > now - _WINDOW
    count = select(func.count()).select_from(FailedSignIn).where(recent)
    by_name = session.exec(count.where(FailedSignIn.username == _folded(username))).one()
    by_address = session.exec(count.where(FailedSignIn.address == address)).one()
    if by_name >= settings.sign_in_attempts or by_address >= settings.sign_in_attempts_per_address:
        raise TooManyAttempts(minutes=int(_WINDOW.total_seconds() // 60))


def _note_failure(session: Session, *, username: str, address: str, now: datetime) -> None:
    session.exec(delete(FailedSignIn).where(col(FailedSignIn.at) <= now - _WINDOW))
    session.add(FailedSignIn(username=_folded(username), address=address[:60], at=now))


def _as_it_is_now(session: Session, checked: Person) -> Person | None:
    """Take a person's row whose password was found right, unless the person may no longer sign in with it.

    While the password was being checked an administrator may have reset it or shut the person out; a session opened
    after that would outlive it. The lock also keeps two sign-ins of one candidate from both staying open.
    """
    query = select(Person).where(Person.id == checked.id).with_for_update()
    person = session.exec(query.execution_options(populate_existing=True)).one()
    return person if person.active and person.password_hash == checked.password_hash else None


def _open_session(session: Session, *, person: Person, settings: Settings, now: datetime) -> SignedIn:
    actor = _actor(session, person)
    if actor.roles == frozenset({Role.CANDIDATE}):
        revoke_sessions_of(session, person_id=person.id, now=now)
    token = secrets.token_urlsafe(32)
    expires_at = now + timedelta(minutes=settings.session_minutes)
    session.add(SignInSession(token_hash=_hash(token), person_id=person.id, created_at=now, expires_at=expires_at))
    audit.record(session, actor=actor, action="sign_in", kind="person", subject=person.username, now=now)
    return SignedIn(token=token, actor=actor, expires_at=expires_at)


def actor_of_token(session: Session, *, token: str, now: datetime) -> Actor | None:
    """Find who is signed in with this token, or nobody."""
    row = session.exec(
        select(SignInSession, Person)
        .join(Person, col(Person.id) == col(SignInSession.person_id))
        .where(SignInSession.token_hash == _hash(token))
    ).first()
    if row is None:
        return None
    signed_in, person = row
    if signed_in.revoked_at is not None or signed_in.expires_at <= now or not person.active:
        return None
    return _actor(session, person)


def sign_out(session: Session, *, token: str, now: datetime) -> None:
    """Close the session of this token; an unknown token is nothing to close."""
    session.exec(
        update(SignInSession)
        .where(col(SignInSession.token_hash) == _hash(token), col(SignInSession.revoked_at).is_(None))
        .values(revoked_at=now)
    )


def revoke_sessions_of(session: Session, *, person_id: UUID, now: datetime) -> None:
    """Sign a person out everywhere."""
    session.exec(
        update(SignInSession)
        .where(col(SignInSession.person_id) == person_id, col(SignInSession.revoked_at).is_(None))
        .values(revoked_at=now)
    )


def _actor(session: Session, person: Person) -> Actor:
    roles = session.exec(select(RoleAssignment.role).where(RoleAssignment.person_id == person.id))
    return Actor(
        person_id=person.id,
        username=person.username,
        display_name=person.display_name,
        roles=frozenset(Role(role) for role in roles),
        simulated=person.simulated,
    )


def _folded(username: str) -> str:
    return username.replace("\0", "").strip().lower()[:80]
