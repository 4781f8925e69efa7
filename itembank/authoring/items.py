"""Items: creating, saving as new versions, moving through review, reading with history; listing is next door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.admission import check_admission
from itembank.authoring.content import ItemContent
from itembank.authoring.item_list import ItemLine as ItemLine
from itembank.authoring.item_list import item_line as item_line
from itembank.authoring.item_list import list_items as list_items
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
from itembank.authoring.reviewing.votes import UNKEPT, VOTE_OF_MOVE, has_voted, vote_on_item
from itembank.authoring.roles import BANK_READERS
from itembank.errors import EditConflict, IllegalMove, InvalidInput, NotFound
from itembank.framework.store import current_standard, standard_by_id
from itembank.storable_text import can_be_kept
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
    #: Whether the actor wrote any of the versions, of which the newest is made.
    head_is_own: bool
    #: Whether the actor has voted on the newest version since it was sent to review.
    head_is_voted: bool


def create_item(
    session: Session,
    *,
    actor: Actor,
    content: ItemContent,
    now: datetime,
    code: str | None = None,
    sample: bool = False,
    item_id: UUID | None = None,
) -> ItemView:
    """Create an item as a draft.

    Args:
        session: The transaction.
        actor: An item writer.
        content: What it says.
        now: When.
        code: Its code; None for the next one of its criterion.
        sample: Whether it is shipped with the product.
        item_id: The id that it gets, so that the same request sent twice makes one item; None for any.

    Raises:
        NotAllowed: The actor is not an item writer.
        InvalidInput: The criterion does not exist, its element has no written exam, or the testlet can't take the item.
        EditConflict: There is an item of this id already, and it says something else.
    """
    actor.require(Role.ITEM_WRITER)
    standard = current_standard(session)
    # Numbering locks the standard: a second request of the same id waits here and then finds the item.
    code = code or next_code(session, standard_id=standard.id, criterion=content.criterion)
    earlier = session.get(Item, item_id) if item_id else None
    if earlier is not None:
        return _made_before(session, actor=actor, item=earlier, content=content)
    check_admission(session, framework=standard.framework, content=content)
    item = Item(code=code, standard_id=standard.id, created_at=now, sample=sample)
    if item_id:
        item.id = item_id
    session.add(item)
    session.flush()
    add_version(session, actor=actor, item=item, content=content, number=1, now=now)
    audit.record(session, actor=actor, action="item.create", kind="item", subject=item.code, now=now)
    return item_view(session, actor=actor, item_id=item.id)


def _made_before(session: Session, *, actor: Actor, item: Item, content: ItemContent) -> ItemView:
    head = read_version(session, item, item.head_version)
    if ItemContent.from_dict(head.content) != content:
        raise EditConflict(current=item.head_version, started_from=0)
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
        EditConflict: Somebody saved another version in the meantime, other than the same person the same content.
        IllegalMove: The newest version is under review; withdraw it first.
        InvalidInput: The criterion can't take items, or the testlet can't take this one.
    """
    actor.require(Role.ITEM_WRITER)
    item = lock_item(session, item_id)
    head = read_version(session, item, item.head_version)
    same = ItemContent.from_dict(head.content) == content
    if started_from != item.head_version:
        # The second press of a double click brings what the first has saved.
        if same and started_from == item.head_version - 1 and actor.person_id and head.written_by == actor.person_id:
            return item_view(session, actor=actor, item_id=item.id)
        raise EditConflict(current=item.head_version, started_from=started_from)
    if head.state == ItemState.IN_REVIEW:
        raise IllegalMove(what="item", state=head.state, move="edit")
    check_admission(session, framework=standard_by_id(session, item.standard_id).framework, content=content, item=item)
    if same:
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

    Retiring takes the version in use out of it, also while a newer one is being written or reviewed. To approve or to
    return is to vote without a check list: a version that needs several approvals stays in review until the last.

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
        OwnWork: The actor wrote a version of the item and the move needs somebody else.
        AlreadyVoted: The actor has voted on this version.
        InvalidInput: The move needs a note with the reason.
    """
    actor.require(*BANK_READERS)
    item = lock_item(session, item_id)
    version = read_version(session, item, item.head_version)
    if concerns_live_version(move_name, head=ItemState(version.state)):
        version = _live_version(session, item) or version
    move, target = next_state(ItemState(version.state), move_name)
    actor.require(*move.roles)
    if move_name in VOTE_OF_MOVE:
        vote_on_item(
            session, actor=actor, item_id=item_id, vote=VOTE_OF_MOVE[move_name], now=now, note=note,
            version_seen=version_seen,
        )  # fmt: skip
        return item_view(session, actor=actor, item_id=item_id)
    if version_seen is not None and version_seen != version.number:
        raise EditConflict(current=version.number, started_from=version_seen)
    if move.needs_note and not note.strip():
        raise InvalidInput(field="note", expected="the reason, in a sentence", reason="note_missing")
    if not can_be_kept(note):
        raise InvalidInput(field="note", expected=UNKEPT)
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
    own = actor.person_id is not None and any(row.written_by == actor.person_id for row in versions.values())
    state = ItemState(head.state)
    voted = state is ItemState.IN_REVIEW and has_voted(session, actor=actor, version=head)
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
            state,
            actor.roles,
            may_vote=not own and not voted,
            has_other_live_version=live is not None and live.id != head.id,
        ),
        may_edit=actor.has(Role.ITEM_WRITER) and state is not ItemState.IN_REVIEW,
        head_is_own=own,
        head_is_voted=voted,
    )


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
