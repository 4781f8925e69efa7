"""What others do to an item while one edits it: who has it open, and which version somebody saved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.authoring.item_rows import read_version
from itembank.errors import NotFound
from itembank.tables import DeskDraft, Item, Person

#: A page asks every twenty seconds; who has not asked three times running has closed it.
OPEN_FOR = timedelta(seconds=70)


@dataclass(frozen=True, slots=True)
class OpenElsewhere:
    """Somebody else who has the item open."""

    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class NewerVersion:
    """A version that was saved after the one that is edited."""

    number: int
    writer_name: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class WorkOfOthers:
    """Everything that somebody who edits an item should know of others."""

    open_elsewhere: tuple[OpenElsewhere, ...] = ()
    newer: NewerVersion | None = None


def work_of_others(session: Session, *, actor: Actor, item_id: UUID, started_from: int, now: datetime) -> WorkOfOthers:
    """Tell what others do to an item.

    Args:
        session: The transaction.
        actor: An item writer.
        item_id: The item that is edited.
        started_from: The version that is edited.
        now: When.

    Raises:
        NotAllowed: The actor is not an item writer.
        NotFound: There is no such item.
    """
    actor.require(Role.ITEM_WRITER)
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound(what="item", name=item_id)
    query = (
        select(Person.display_name, DeskDraft.opened_at)
        .join(DeskDraft, col(DeskDraft.person_id) == col(Person.id))
        .where(DeskDraft.item_id == item_id, DeskDraft.person_id != actor.person_id, DeskDraft.seen_at > now - OPEN_FOR)
        .order_by(col(DeskDraft.opened_at))
    )
    return WorkOfOthers(
        open_elsewhere=tuple(OpenElsewhere(name, since) for name, since in session.exec(query)),
        newer=_newer(session, item, started_from),
    )


def _newer(session: Session, item: Item, started_from: int) -> NewerVersion | None:
    if item.head_version <= started_from:
        return None
    head = read_version(session, item, item.head_version)
    return NewerVersion(head.number, head.writer_name, head.written_at)
