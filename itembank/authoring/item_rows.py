"""The rows behind an item: taking one for a change, adding versions, moving them on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor
from itembank.authoring.content import ItemContent
from itembank.authoring.item_words import keep_words
from itembank.authoring.lifecycle import LIVE_STATES, ItemState
from itembank.errors import NotFound
from itembank.tables import Item, ItemMove, ItemVersion, Standard


def next_code(session: Session, *, standard_id: UUID, criterion: str) -> str:
    """Number a new item of a criterion; the standard's row is the lock that keeps two writers from the same number."""
    session.exec(select(Standard.id).where(Standard.id == standard_id).with_for_update()).one()
    prefix = f"{criterion}-"
    codes = session.exec(select(Item.code).where(col(Item.code).startswith(prefix, autoescape=True)))
    numbers = [int(tail) for code in codes if (tail := code.removeprefix(prefix)).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1:02d}"


def lock_item(session: Session, item_id: UUID) -> Item:
    """Take an item for a change.

    Raises:
        NotFound: There is no such item.
    """
    # What this transaction read before it had the lock may be out of date by now.
    query = select(Item).where(Item.id == item_id).with_for_update().execution_options(populate_existing=True)
    item = session.exec(query).first()
    if item is None:
        raise NotFound(what="item", name=item_id)
    return item


def read_version(session: Session, item: Item, number: int) -> ItemVersion:
    """Read one version of an item, fresh from the database."""
    query = select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.number == number)
    return session.exec(query.execution_options(populate_existing=True)).one()


def add_version(
    session: Session, *, actor: Actor, item: Item, content: ItemContent, number: int, now: datetime
) -> None:
    """Add a version as a draft."""
    version = ItemVersion(
        item_id=item.id,
        number=number,
        content=content.to_dict(),
        criterion=content.criterion,
        kind=content.type.value,
        testlet=content.testlet,
        difficulty_rating=content.difficulty_rating,
        state=ItemState.DRAFT.value,
        written_by=actor.person_id,
        writer_name=actor.display_name,
        written_at=now,
    )
    session.add(version)
    session.flush()
    keep_words(session, item=item, version=version, content=content)
    session.add(
        ItemMove(
            item_version_id=version.id, from_state=None, to_state=ItemState.DRAFT.value,
            person_id=actor.person_id, actor_name=actor.display_name, at=now,
        )
    )  # fmt: skip
    session.flush()


def move_version(
    session: Session, *, actor: Actor, version: ItemVersion, to_state: ItemState, note: str, now: datetime
) -> None:
    """Put a version into another state and keep the step."""
    session.add(
        ItemMove(
            item_version_id=version.id, from_state=version.state, to_state=to_state.value, note=note,
            person_id=actor.person_id, actor_name=actor.display_name, at=now,
        )
    )  # fmt: skip
    version.state = to_state.value
    session.add(version)
    session.flush()


def retire_succeeded(session: Session, *, actor: Actor, item: Item, successor: ItemVersion, now: datetime) -> None:
    """Retire the versions whose place a version takes."""
    # A version in pretest takes no place in exams yet: the operational one stays until its successor is released.
    states = LIVE_STATES if successor.state == ItemState.OPERATIONAL else (ItemState.PRETEST,)
    earlier = session.exec(
        select(ItemVersion).where(
            ItemVersion.item_id == item.id,
            ItemVersion.id != successor.id,
            col(ItemVersion.state).in_([state.value for state in states]),
        )
    )
    for version in earlier.all():
        move_version(session, actor=actor, version=version, to_state=ItemState.RETIRED, note="", now=now)


def live_version(rows: Iterable[ItemVersion]) -> ItemVersion | None:
    """Pick the version in use: the operational one, else the one in pretest."""
    by_state = {row.state: row for row in rows}
    return by_state.get(ItemState.OPERATIONAL.value) or by_state.get(ItemState.PRETEST.value)
