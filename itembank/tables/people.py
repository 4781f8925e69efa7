"""People, their roles, their sign-ins and the failed attempts to sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from itembank.tables.columns import UtcDateTime


class Person(SQLModel, table=True):
    """Somebody who can sign in (or, when simulated, never could)."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    username: str = Field(unique=True, max_length=80)
    display_name: str = Field(max_length=200)
    password_hash: str | None = Field(default=None, max_length=200)
    active: bool = True
    simulated: bool = Field(default=False, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class RoleAssignment(SQLModel, table=True):
    """A role that a person holds."""

    __tablename__ = "role_assignment"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    role: str = Field(primary_key=True, max_length=30)


class SignInSession(SQLModel, table=True):
    """A signed-in browser or client. Only the hash of its token is kept, so a copy of the table opens nothing."""

    __tablename__ = "sign_in_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FailedSignIn(SQLModel, table=True):
    """One failed attempt, counted by name and by address; old ones are swept away."""

    __tablename__ = "failed_sign_in"

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(index=True, max_length=80)
    address: str = Field(index=True, max_length=60)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
