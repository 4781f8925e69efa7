"""What writers have typed and not saved: kept every few seconds, offered again, gone once it is saved or discarded.

Only the writer himself sees it. It need not be complete; what it says about an item counts for nothing before it is
saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, delete, select

from itembank.actor import Actor, Role
from itembank.authoring.desk.work_of_others import OPEN_FOR
from itembank.database import Database
from itembank.errors import InvalidInput, NotAllowed, NotFound
from itembank.storable_text import can_be_kept
from itembank.tables import DeskDraft, Item, Person

#: Characters at most, over all fields: an item with every text as long as it may be has about half as many.
MAXIMUM_CHARACTERS = 500_000
#: Rows of new items that one person may have in work: far more than anybody writes at once.
MOST_NEW_ITEMS = 50

#: How long it is remembered that an item was merely opened.
_REMEMBERED = timedelta(days=1)

#: The form's fields by name, each with its values.
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class KeptWork:
    """What somebody typed and did not save.

    Attributes:
        id: The key of the desk; a new item gets it as its id.
        item_id: The item that was edited; None for a new one.
        code: Its code; empty for a new one.
        fields: The form as it was typed.
        started_from: The version that was edited; 0 for a new item.
        saved_at: When it was kept last.
    """

    id: UUID
    item_id: UUID | None
    code: str
    fields: Fields
    started_from: int
    saved_at: datetime


def keep_work(
    session: Session,
    *,
    actor: Actor,
    fields: Fields | None,
    started_from: int,
    now: datetime,
    key: UUID | None = None,
    item_id: UUID | None = None,
) -> datetime | None:
    """Keep what somebody typed in place of what was kept before, and note that the item is open.

    Args:
        session: The transaction.
        actor: An item writer.
        fields: The form; None if nothing was typed since.
        started_from: The version that is edited; 0 for a new item.
        now: When.
        key: The key of the desk, for a new item.
        item_id: The item that is edited; None for a new one.

    Returns:
        When something was kept last; None if nothing is.

    Raises:
        NotAllowed: The actor is not an item writer, or the key is somebody else's.
        NotFound: There is no such item.
        InvalidInput: There is neither key nor item, the form is longer than any item or holds what no database keeps,
            or too many new items are in work.
    """
    person = _writer(actor)
    if fields is not None:
        _check_fields(fields)
    if item_id is not None and session.get(Item, item_id) is None:
        raise NotFound(what="item", name=item_id)
    # One person's windows take turns: each finds the row that another one made.
    session.exec(select(Person.id).where(Person.id == person).with_for_update()).one()
    row = _row(session, person=person, key=key, item_id=item_id)
    if row is None and item_id is not None:
        row = DeskDraft(person_id=person, item_id=item_id, opened_at=now, seen_at=now)
    if row is None:
        row = _row_of_new_item(session, person=person, key=key, now=now) if fields is not None else None
    if row is None:
        return None
    if now - row.seen_at >= OPEN_FOR:
        # Closed in between: what others are told is since when the item is open now.
        row.opened_at = now
    row.seen_at = now
    if fields is not None:
        row.document = {name: list(values) for name, values in fields.items()}
        row.started_from = started_from
        row.saved_at = now
    session.add(row)
    session.flush()
    return row.saved_at


def kept_work(session: Session, *, actor: Actor, key: UUID | None = None, item_id: UUID | None = None) -> KeptWork:
    """Give back what was typed and not saved.

    Args:
        session: The transaction.
        actor: The item writer who typed it.
        key: The key of the desk of a new item.
        item_id: The item that was edited.

    Raises:
        NotAllowed: The actor is not an item writer, or the key is somebody else's.
        NotFound: Nothing is kept.
    """
    row = _row(session, person=_writer(actor), key=key, item_id=item_id)
    if row is None or row.document is None or row.saved_at is None:
        raise NotFound(what="unsaved work", name=item_id or key)
    item = session.get(Item, row.item_id) if row.item_id else None
    return _view(row, item.code if item else "")


def unsaved_work(session: Session, *, actor: Actor) -> tuple[KeptWork, ...]:
    """List everything that somebody typed and did not save, the newest first.

    Raises:
        NotAllowed: The actor is not an item writer.
    """
    query = (
        select(DeskDraft, Item.code)
        .join(Item, col(DeskDraft.item_id) == col(Item.id), isouter=True)
        .where(DeskDraft.person_id == _writer(actor), col(DeskDraft.saved_at).is_not(None))
        .order_by(col(DeskDraft.saved_at).desc())
    )
    return tuple(_view(row, code or "") for row, code in session.exec(query))


def clear_desk(session: Session, *, actor: Actor, key: UUID | None = None, item_id: UUID | None = None) -> None:
    """Forget what was typed, since it was saved or is not wanted; nothing happens if nothing is kept.

    Raises:
        NotAllowed: The actor is not an item writer, or the key is somebody else's.
    """
    row = _row(session, person=_writer(actor), key=key, item_id=item_id)
    if row is not None:
        session.delete(row)
        session.flush()


def sweep_desks(database: Database, *, now: datetime) -> int:
    """Forget items that were opened a day ago and never written on; what was typed stays until its writer decides.

    Args:
        database: The database.
        now: When.

    Returns:
        How many were forgotten.
    """
    merely_opened = (col(DeskDraft.saved_at).is_(None), col(DeskDraft.seen_at) < now - _REMEMBERED)
    with database.reading() as session:
        if session.exec(select(DeskDraft.id).where(*merely_opened)).first() is None:
            return 0
    with database.writing() as session:
        return session.connection().execute(delete(DeskDraft).where(*merely_opened)).rowcount


def _writer(actor: Actor) -> UUID:
    actor.require(Role.ITEM_WRITER)
    if actor.person_id is None:
        # The command line has no desk.
        raise NotAllowed(needed=Role.ITEM_WRITER.value)
    return actor.person_id


def _row(session: Session, *, person: UUID, key: UUID | None, item_id: UUID | None) -> DeskDraft | None:
    if item_id is not None:
        query = select(DeskDraft).where(DeskDraft.person_id == person, DeskDraft.item_id == item_id)
        return session.exec(query).first()
    row = session.get(DeskDraft, key) if key else None
    if row is not None and row.person_id != person:
        raise NotAllowed(needed="of the person who typed it")
    return row


def _row_of_new_item(session: Session, *, person: UUID, key: UUID | None, now: datetime) -> DeskDraft | None:
    if key is None:
        raise InvalidInput(field="desk", expected="the key of the desk of a new item")
    if session.get(Item, key) is not None:
        # Typed a moment before the item was saved, arrived a moment after.
        return None
    query = select(DeskDraft.id).where(DeskDraft.person_id == person, col(DeskDraft.item_id).is_(None))
    if len(session.exec(query).all()) >= MOST_NEW_ITEMS:
        expected = f"at most {MOST_NEW_ITEMS} new items in work; save or discard one of them first"
        raise InvalidInput(field="document", expected=expected, reason="desk_full", most=MOST_NEW_ITEMS)
    return DeskDraft(id=key, person_id=person, opened_at=now, seen_at=now)


def _check_fields(fields: Fields) -> None:
    texts = [text for name, values in fields.items() for text in (name, *values)]
    if sum(map(len, texts)) > MAXIMUM_CHARACTERS:
        raise InvalidInput(field="document", expected=f"at most {MAXIMUM_CHARACTERS} characters in all fields")
    if not all(can_be_kept(text) for text in texts):
        raise InvalidInput(field="document", expected="text without null characters and unpaired surrogates")


def _view(row: DeskDraft, code: str) -> KeptWork:
    return KeptWork(
        id=row.id,
        item_id=row.item_id,
        code=code,
        fields=row.document or {},
        started_from=row.started_from,
        saved_at=row.saved_at or row.seen_at,
    )
