"""Writing the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.tables import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditView:
    """One line of the audit log."""

    at: datetime
    actor_name: str
    action: str
    subject_kind: str
    subject: str
    details: dict[str, Any]


def record(
    session: Session, *, actor: Actor, action: str, kind: str, subject: object, now: datetime, **details: Any
) -> None:
    """Add a line to the audit log: who did what to what.

    Args:
        session: The transaction of the deed itself, so that neither stands without the other.
        actor: Who did it.
        action: A short word for the deed, such as ``item.approve``.
        kind: What kind of thing it was done to.
        subject: Its code or id.
        now: When.
        **details: What else should be known, JSON-safe.
    """
    session.add(
        AuditEntry(
            at=now,
            person_id=actor.person_id,
            actor_name=actor.display_name,
            action=action,
            subject_kind=kind,
            subject=str(subject),
            details=details,
        )
    )


def list_entries(
    session: Session, *, actor: Actor, limit: int = 200, offset: int = 0, subject: str | None = None
) -> tuple[AuditView, ...]:
    """Read the newest lines of the audit log, newest first.

    Args:
        session: The transaction.
        actor: An administrator.
        limit: How many at most.
        offset: How many of the newest to skip.
        subject: Only what was done to the thing of this code or id.

    Raises:
        NotAllowed: The actor is not an administrator.
    """
    actor.require(Role.ADMINISTRATOR)
    query = select(AuditEntry).order_by(col(AuditEntry.id).desc()).offset(offset).limit(limit)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    return tuple(
        AuditView(row.at, row.actor_name, row.action, row.subject_kind, row.subject, row.details)
        for row in session.exec(query)
    )
