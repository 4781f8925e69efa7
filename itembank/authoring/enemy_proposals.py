"""Pairs of items that say nearly the same, proposed as enemies: found in the background, decided by a person."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, select, update

from itembank import audit
from itembank.actor import Actor
from itembank.authoring.enemies import check_reason, in_order
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.likeness import bank_words
from itembank.authoring.roles import BANK_READERS, ENEMY_DECLARERS
from itembank.database import Database
from itembank.errors import NotFound
from itembank.framework.store import current_standard
from itembank.tables import AlikePair, EnemyPair, Item, ItemVersion, ItemWords, Standard

#: Items compared in one go: short transactions, so that nobody who writes waits for them.
_ITEMS_AT_ONCE = 500
_FIRST, _SECOND = aliased(Item), aliased(Item)
_FIRST_VERSION, _SECOND_VERSION = aliased(ItemVersion), aliased(ItemVersion)


@dataclass(frozen=True, slots=True)
class ProposedItem:
    """One item of a proposed pair by its newest version."""

    id: UUID
    code: str
    criterion: str
    state: ItemState
    stem: str
    language: str


@dataclass(frozen=True, slots=True)
class ProposedEnemies:
    """Two items that are alike, and who dismissed the thought that they are enemies, when and why, if anybody did."""

    first: ProposedItem
    second: ProposedItem
    similarity: float
    dismissed_because: str | None
    dismissed_by: str | None
    dismissed_at: datetime | None


def propose_enemies(database: Database, *, now: datetime) -> int:
    """Look for items alike within each unit where wordings have changed since the last look, some hundreds at a time.

    Args:
        database: The database.
        now: When.

    Returns:
        How many items were compared; 0 when nothing is left to compare.
    """
    # Found in one transaction and written in another: comparing takes time, in which nobody should wait for its lock.
    with database.reading() as session:
        changed = dict(
            session.exec(
                select(ItemWords.item_id, ItemWords.stamp)
                .where(col(ItemWords.compared).is_(False))
                .limit(_ITEMS_AT_ONCE)
            ).all()
        )
        if not changed:
            return 0
        found = bank_words(session).pairs(session, _items_of_units(session), of=changed.keys())
    with database.writing() as session:
        # Whose words have changed again meanwhile, or whom another server has just compared, is left alone.
        taken = [item_id for item_id, stamp in changed.items() if _take(session, item_id, stamp)]
        _replace_pairs(session, found, of=taken, now=now)
    return len(changed)


def proposed_enemies(
    session: Session, *, actor: Actor, dismissed: bool = False, offset: int = 0, limit: int = 25
) -> tuple[ProposedEnemies, ...]:
    """List the pairs that wait for a person's decision, the most alike first, or those that somebody dismissed.

    Pairs that are enemies already, share a testlet or have a retired item need no decision.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        dismissed: Those that were dismissed instead, the last one first.
        offset: How many to skip.
        limit: How many to give at most.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    order = col(AlikePair.dismissed_at).desc() if dismissed else col(AlikePair.similarity).desc()
    rows = session.execute(
        _joined(AlikePair, _FIRST, _FIRST_VERSION, _SECOND, _SECOND_VERSION)
        .where(*_open(dismissed=dismissed))
        .order_by(order, _FIRST.code, _SECOND.code)
        .offset(offset)
        .limit(limit)
    )
    return tuple(
        ProposedEnemies(
            first=_item(first, first_version),
            second=_item(second, second_version),
            similarity=pair.similarity,
            dismissed_because=pair.dismissed_because,
            dismissed_by=pair.dismissed_by,
            dismissed_at=pair.dismissed_at,
        )
        for pair, first, first_version, second, second_version in rows
    )


def count_proposals(session: Session, *, actor: Actor, dismissed: bool = False) -> int:
    """Count the pairs that wait for a person's decision, or those that somebody dismissed.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    count: int = session.execute(_joined(func.count()).where(*_open(dismissed=dismissed))).scalar_one()
    return count


def item_code(session: Session, *, actor: Actor, item_id: UUID) -> str:
    """Give an item's code.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such item.
    """
    actor.require(*BANK_READERS)
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound(what="item", name=item_id)
    return item.code


def dismiss_proposal(session: Session, *, actor: Actor, first: UUID, second: UUID, reason: str, now: datetime) -> None:
    """Decide that two items may meet although they are alike; the pair is not proposed again unless their words change.

    Args:
        session: The transaction.
        actor: An item writer, a reviewer or a psychometrician.
        first: One item.
        second: The other.
        reason: Why, in a sentence.
        now: When.

    Raises:
        NotAllowed: The actor has none of these roles.
        InvalidInput: The reason is missing or can't be kept.
        NotFound: The pair is not proposed.
    """
    actor.require(*ENEMY_DECLARERS)
    check_reason(reason)
    pair = _pair(session, first, second)
    pair.dismissed_because, pair.dismissed_by, pair.dismissed_at = reason.strip(), actor.display_name, now
    _record(session, actor=actor, action="item.dismiss_enemies", pair=pair, now=now, reason=reason.strip())


def reopen_proposal(session: Session, *, actor: Actor, first: UUID, second: UUID, now: datetime) -> None:
    """Propose a dismissed pair anew.

    Raises:
        NotAllowed: The actor is no item writer, reviewer or psychometrician.
        NotFound: The pair is not among those that were found alike.
    """
    actor.require(*ENEMY_DECLARERS)
    pair = _pair(session, first, second)
    pair.dismissed_because = pair.dismissed_by = pair.dismissed_at = None
    _record(session, actor=actor, action="item.reopen_enemies", pair=pair, now=now)


def _take(session: Session, item_id: UUID, stamp: int) -> bool:
    same = (col(ItemWords.item_id) == item_id, col(ItemWords.stamp) == stamp, col(ItemWords.compared).is_(False))
    return session.connection().execute(update(ItemWords).where(*same).values(compared=True)).rowcount == 1


def _items_of_units(session: Session) -> list[list[UUID]]:
    if session.exec(select(Standard.id)).first() is None:
        return []
    units = {
        criterion.code: unit.code
        for unit in current_standard(session).framework.units
        for element in unit.elements
        for criterion in element.criteria
    }
    items: dict[str, list[UUID]] = defaultdict(list)
    rows = session.exec(
        select(Item.id, ItemVersion.criterion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(ItemVersion.number) == col(Item.head_version))
    )
    for item_id, criterion in rows:
        if criterion in units:
            items[units[criterion]].append(item_id)
    return list(items.values())


def _replace_pairs(
    session: Session, found: dict[tuple[UUID, UUID], float], *, of: Collection[UUID], now: datetime
) -> None:
    either = or_(col(AlikePair.first_item_id).in_(of), col(AlikePair.second_item_id).in_(of))
    undecided = col(AlikePair.dismissed_at).is_(None)
    session.connection().execute(delete(AlikePair).where(either, undecided))
    pairs = session.exec(select(AlikePair).where(either))
    decided = {(pair.first_item_id, pair.second_item_id): pair for pair in pairs}
    for ids, pair in decided.items():
        # A person's decision outlives what is found, as long as it is about the same words; the log keeps it for good.
        if not math.isclose(found.get(ids, pair.similarity), pair.similarity):
            pair.dismissed_because = pair.dismissed_by = pair.dismissed_at = None
            pair.similarity, pair.found_at = found[ids], now
    session.add_all(
        AlikePair(first_item_id=first, second_item_id=second, similarity=similarity, found_at=now)
        for (first, second), similarity in found.items()
        if (first, second) not in decided and not {first, second}.isdisjoint(of)
    )
    session.flush()


def _joined(*columns: Any) -> Any:
    return (
        select_columns(*columns)
        .select_from(AlikePair)
        .join(_FIRST, col(_FIRST.id) == col(AlikePair.first_item_id))
        .join(_SECOND, col(_SECOND.id) == col(AlikePair.second_item_id))
        .join(_FIRST_VERSION, _newest(_FIRST_VERSION, _FIRST))
        .join(_SECOND_VERSION, _newest(_SECOND_VERSION, _SECOND))
    )


def _newest(version: Any, item: Any) -> ColumnElement[bool]:
    return and_(version.item_id == item.id, version.number == item.head_version)


def _open(*, dismissed: bool) -> Sequence[ColumnElement[bool]]:
    decided = col(AlikePair.dismissed_at)
    declared = exists().where(
        col(EnemyPair.first_item_id) == col(AlikePair.first_item_id),
        col(EnemyPair.second_item_id) == col(AlikePair.second_item_id),
    )
    first, second = _FIRST_VERSION, _SECOND_VERSION
    return (
        decided.is_not(None) if dismissed else decided.is_(None),
        ~declared,
        or_(col(first.testlet) == "", col(first.testlet) != col(second.testlet)),
        col(first.state) != ItemState.RETIRED.value,
        col(second.state) != ItemState.RETIRED.value,
    )


def _pair(session: Session, first: UUID, second: UUID) -> AlikePair:
    pair = session.get(AlikePair, in_order(first, second), with_for_update=True)
    if pair is None:
        raise NotFound(what="proposed pair", name=f"{first}, {second}")
    return pair


def _record(session: Session, *, actor: Actor, action: str, pair: AlikePair, now: datetime, **details: str) -> None:
    session.add(pair)
    session.flush()
    codes = session.exec(
        select(Item.code).where(col(Item.id).in_((pair.first_item_id, pair.second_item_id))).order_by(Item.code)
    ).all()
    audit.record(session, actor=actor, action=action, kind="item", subject=codes[0], now=now, enemy=codes[1], **details)


def _item(item: Item, version: ItemVersion) -> ProposedItem:
    return ProposedItem(
        id=item.id,
        code=item.code,
        criterion=version.criterion,
        state=ItemState(version.state),
        stem=version.content["stem"],
        language=version.content.get("language", "th"),
    )
