"""Items: creating, saving as new versions, moving through review, reading with history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.admission import check_admission
from itembank.authoring.content import ItemContent
from itembank.authoring.item_rows import (
    add_version,
    live_version,
    lock_item,
    move_version,
    next_code,
    read_version,
    retire_succeeded,
)
from itembank.authoring.lifecycle import (
    LIVE_STATES,
    ItemState,
    Move,
    concerns_live_version,
    next_state,
    possible_moves,
)
from itembank.authoring.roles import BANK_READERS
from itembank.errors import EditConflict, IllegalMove, InvalidInput, NotFound, OwnWork
from itembank.framework.store import current_standard, standard_by_id
from itembank.tables import Item, ItemMove, ItemVersion


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of an item."""

    id: UUID
    number: int
    content: ItemContent
    state: ItemState
    writer_name: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class MoveView:
    """One step in an item's life."""

    version: int
    from_state: ItemState | None
    to_state: ItemState
    note: str
    actor_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item with its newest version, its history, and what this actor may do with it."""

    id: UUID
    code: str
    sample: bool
    unit: str
    element: str
    head: VersionView
    live: VersionView | None
    versions: tuple[VersionView, ...]
    moves: tuple[MoveView, ...]
    possible_moves: tuple[Move, ...]
    may_edit: bool
    head_is_own: bool


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in a list."""

    id: UUID
    code: str
    criterion: str
    type: str
    difficulty_rating: int
    state: ItemState
    version: int
    stem: str
    language: str
    writer_name: str
    written_at: datetime


def create_item(
    session: Session,
    *,
    actor: Actor,
    content: ItemContent,
    now: datetime,
    code: str | None = None,
    sample: bool = False,
) -> ItemView:
    """Create an item as a draft.

    Raises:
        NotAllowed: The actor is not an item writer.
        InvalidInput: The criterion does not exist, its element has no written exam, or the testlet can't take the item.
    """
    actor.require(Role.ITEM_WRITER)
    standard = current_standard(session)
    check_admission(session, framework=standard.framework, content=content)
    item = Item(
        code=code or next_code(session, standard_id=standard.id, criterion=content.criterion),
        standard_id=standard.id,
        created_at=now,
        sample=sample,
    )
    session.add(item)
    session.flush()
    add_version(session, actor=actor, item=item, content=content, number=1, now=now)
    audit.record(session, actor=actor, action="item.create", kind="item", subject=item.code, now=now)
    return item_view(session, actor=actor, item_id=item.id)


def save_item(
    session: Session, *, actor: Actor, item_id: UUID, content: ItemContent, started_from: int, now: datetime
) -> ItemView:
    """Save an edit as a new version in draft; the version in use stays in use until the new one is released.

    Args:
        session: The transaction.
        actor: An item writer.
        item_id: The item.
        content: What it says now.
        started_from: The version number that the editor was looking at.
        now: When.

    Raises:
        NotAllowed: The actor is not an item writer.
        NotFound: There is no such item.
        EditConflict: Somebody saved another version in the meantime.
        IllegalMove: The newest version is under review; withdraw it first.
        InvalidInput: The criterion can't take items, or the testlet can't take this one.
    """
    actor.require(Role.ITEM_WRITER)
    item = lock_item(session, item_id)
    head = read_version(session, item, item.head_version)
    if started_from != item.head_version:
        raise EditConflict(current=item.head_version, started_from=started_from)
    if head.state == ItemState.IN_REVIEW:
        raise IllegalMove(what="item", state=head.state, move="edit")
    check_admission(session, framework=standard_by_id(session, item.standard_id).framework, content=content, item=item)
    if ItemContent.from_dict(head.content) == content:
        return item_view(session, actor=actor, item_id=item.id)
    if head.state in (ItemState.DRAFT, ItemState.APPROVED):
        move_version(session, actor=actor, version=head, to_state=ItemState.RETIRED, note="", now=now)
    item.head_version += 1
    session.add(item)
    add_version(session, actor=actor, item=item, content=content, number=item.head_version, now=now)
    audit.record(
        session, actor=actor, action="item.save", kind="item", subject=item.code, now=now, version=item.head_version
    )
    return item_view(session, actor=actor, item_id=item.id)


def move_item(
    session: Session,
    *,
    actor: Actor,
    item_id: UUID,
    move_name: str,
    now: datetime,
    note: str = "",
    version_seen: int | None = None,
) -> ItemView:
    """Move an item's newest version on in its life: submit, withdraw, return, approve, pretest, release or retire.

    Retiring takes the version in use out of it, also while a newer one is being written or reviewed.

    Args:
        session: The transaction.
        actor: Somebody with a role that may make the move.
        item_id: The item.
        move_name: Name of the move.
        now: When.
        note: Why; some moves need it.
        version_seen: The version that the decision is about, so that nobody approves a wording he has not read; None
            for whichever is the newest.

    Raises:
        NotFound: There is no such item.
        EditConflict: A newer version than the one seen was saved in the meantime.
        IllegalMove: The move does not exist from its state.
        NotAllowed: None of the actor's roles may make the move.
        OwnWork: The actor wrote the version and the move needs somebody else.
        InvalidInput: The move needs a note with the reason.
    """
    actor.require(*BANK_READERS)
    item = lock_item(session, item_id)
    version = read_version(session, item, item.head_version)
    if concerns_live_version(move_name, head=ItemState(version.state)):
        version = _live_version(session, item) or version
    move, target = next_state(ItemState(version.state), move_name)
    actor.require(*move.roles)
    if move.by_another and actor.person_id is not None and actor.person_id == version.written_by:
        raise OwnWork
    if version_seen is not None and version_seen != version.number:
        raise EditConflict(current=version.number, started_from=version_seen)
    if move.needs_note and not note.strip():
        raise InvalidInput(field="note", expected="the reason, in a sentence", reason="note_missing")
    move_version(session, actor=actor, version=version, to_state=target, note=note.strip(), now=now)
    if target in LIVE_STATES:
        retire_succeeded(session, actor=actor, item=item, successor=version, now=now)
    audit.record(
        session, actor=actor, action=f"item.{move_name}", kind="item", subject=item.code, now=now,
        version=version.number, note=note.strip(),
    )  # fmt: skip
    return item_view(session, actor=actor, item_id=item.id)


def _live_version(session: Session, item: Item) -> ItemVersion | None:
    in_use = [state.value for state in LIVE_STATES]
    return session.exec(
        select(ItemVersion)
        .where(ItemVersion.item_id == item.id, col(ItemVersion.state).in_(in_use))
        .order_by(col(ItemVersion.number).desc())
    ).first()


def item_view(session: Session, *, actor: Actor, item_id: UUID) -> ItemView:
    """Read an item with its history.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such item.
    """
    actor.require(*BANK_READERS)
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound(what="item", name=item_id)
    rows = session.exec(select(ItemVersion).where(ItemVersion.item_id == item.id).order_by(col(ItemVersion.number)))
    versions = {row.id: row for row in rows}
    head = next(row for row in versions.values() if row.number == item.head_version)
    live = live_version(versions.values())
    moves = session.exec(select(ItemMove).where(col(ItemMove.item_version_id).in_(versions)).order_by(col(ItemMove.id)))
    framework = standard_by_id(session, item.standard_id).framework
    element = framework.element_of(head.criterion)
    own = actor.person_id is not None and actor.person_id == head.written_by
    state = ItemState(head.state)
    return ItemView(
        id=item.id,
        code=item.code,
        sample=item.sample,
        unit=framework.unit_of(element.code).code,
        element=element.code,
        head=_version_view(head),
        live=_version_view(live) if live else None,
        versions=tuple(_version_view(row) for row in versions.values()),
        moves=tuple(_move_view(move, versions[move.item_version_id].number) for move in moves),
        possible_moves=possible_moves(
            state, actor.roles, own=own, has_other_live_version=live is not None and live.id != head.id
        ),
        may_edit=actor.has(Role.ITEM_WRITER) and state is not ItemState.IN_REVIEW,
        head_is_own=own,
    )


def list_items(
    session: Session,
    *,
    actor: Actor,
    criterion: str | None = None,
    state: ItemState | None = None,
    search: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[ItemLine, ...], int]:
    """List items by code, newest versions only.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        criterion: Code of a criterion, an element or a unit; None for all.
        state: Only newest versions in this state.
        search: Only items whose code, testlet or wording holds this text.
        offset: How many to skip.
        limit: How many to give at most.

    Returns:
        The lines, and how many there are in all.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    query = (
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(ItemVersion.number) == col(Item.head_version))
    )
    if criterion:
        query = query.where(col(ItemVersion.criterion).in_(_criteria_under(session, criterion)))
    if state is not None:
        query = query.where(ItemVersion.state == state.value)
    query = query.order_by(Item.code)
    if not search.strip():
        count = session.exec(select(func.count()).select_from(query.order_by(None).subquery())).one()
        page = session.exec(query.offset(offset).limit(limit)).all()
        return tuple(item_line(item, row) for item, row in page), count
    # The wording is inside a JSON document whose text SQLite escapes; a search therefore reads the rows.
    found = [(item, row) for item, row in session.exec(query) if _matches(item, row, search)]
    return tuple(item_line(item, row) for item, row in found[offset : offset + limit]), len(found)


def _criteria_under(session: Session, code: str) -> Sequence[str]:
    framework = current_standard(session).framework
    return [
        criterion.code
        for unit in framework.units
        for element in unit.elements
        for criterion in element.criteria
        if code in (unit.code, element.code, criterion.code)
    ]


def _matches(item: Item, row: ItemVersion, search: str) -> bool:
    wanted = search.strip().lower()
    if not wanted:
        return True
    shared = (row.testlet, row.content.get("stimulus", ""))
    texts = [item.code, *shared, row.content["stem"], *(option["text"] for option in row.content["options"])]
    return any(wanted in text.lower() for text in texts)


def _version_view(row: ItemVersion) -> VersionView:
    return VersionView(
        id=row.id,
        number=row.number,
        content=ItemContent.from_dict(row.content),
        state=ItemState(row.state),
        writer_name=row.writer_name,
        written_at=row.written_at,
    )


def _move_view(row: ItemMove, version: int) -> MoveView:
    return MoveView(
        version=version,
        from_state=ItemState(row.from_state) if row.from_state else None,
        to_state=ItemState(row.to_state),
        note=row.note,
        actor_name=row.actor_name,
        at=row.at,
    )


def item_line(item: Item, row: ItemVersion) -> ItemLine:
    """Describe an item by one of its versions, as lists show it."""
    return ItemLine(
        id=item.id,
        code=item.code,
        criterion=row.criterion,
        type=row.kind,
        difficulty_rating=row.difficulty_rating,
        state=ItemState(row.state),
        version=row.number,
        stem=row.content["stem"],
        language=row.content.get("language", "th"),
        writer_name=row.writer_name,
        written_at=row.written_at,
    )
