"""Enemy items: pairs that must not meet in one sitting, such as when one gives the other away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, or_, select

from itembank import audit
from itembank.actor import Actor
from itembank.authoring.item_rows import lock_item
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.roles import BANK_READERS, ENEMY_DECLARERS
from itembank.authoring.testlets import check_no_enemies, members_of_testlets
from itembank.errors import AlreadyExists, InvalidInput, NotFound
from itembank.storable_text import can_be_kept
from itembank.tables import EnemyPair, Item, ItemVersion

#: Characters at most in a reason.
MAXIMUM_REASON = 2_000


@dataclass(frozen=True, slots=True)
class EnemyView:
    """An item that must not meet another one, and who said so, when and why."""

    id: UUID
    code: str
    criterion: str
    state: ItemState
    stem: str
    language: str
    reason: str
    declared_by: str
    declared_at: datetime


def enemies(session: Session, *, actor: Actor, item_id: UUID) -> tuple[EnemyView, ...]:
    """List an item's enemies by code.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such item.
    """
    actor.require(*BANK_READERS)
    if session.get(Item, item_id) is None:
        raise NotFound(what="item", name=item_id)
    pairs = {_other(pair, item_id): pair for pair in _pairs_with(session, item_id)}
    if not pairs:
        return ()
    rows = session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(Item.id).in_(pairs), col(ItemVersion.number) == col(Item.head_version))
        .order_by(Item.code)
    )
    return tuple(_view(item, version, pairs[item.id]) for item, version in rows)


def declare_enemies(
    session: Session, *, actor: Actor, item_id: UUID, code: str, reason: str, now: datetime
) -> tuple[EnemyView, ...]:
    """Declare that two items must not meet in one sitting; the next published bank keeps them apart.

    The same declaration again, such as at a double click, changes nothing.

    Args:
        session: The transaction.
        actor: An item writer, a reviewer or a psychometrician.
        item_id: One item.
        code: Code of the other.
        reason: Why, in a sentence.
        now: When.

    Returns:
        The enemies of the first item.

    Raises:
        NotAllowed: The actor has none of these roles.
        NotFound: There is no such item.
        AlreadyExists: They are enemies for another reason already.
        InvalidInput: The reason is missing or can't be kept, no item has the code, it is the same item, or both belong
            to one testlet.
    """
    actor.require(*ENEMY_DECLARERS)
    item, other = _lock_both(session, item_id, code, reason)
    known = _find(session, item, other)
    if known is not None and known.reason != reason.strip():
        raise AlreadyExists(what="enemy pair", name=f"{item.code}, {other.code}")
    if known is None:
        add_enemies(session, actor=actor, item=item, other=other, reason=reason.strip(), now=now)
    return enemies(session, actor=actor, item_id=item.id)


def part_enemies(
    session: Session, *, actor: Actor, item_id: UUID, code: str, reason: str, now: datetime
) -> tuple[EnemyView, ...]:
    """Declare that two items may meet again, from the next published bank on.

    Args:
        session: The transaction.
        actor: An item writer, a reviewer or a psychometrician.
        item_id: One item.
        code: Code of the other.
        reason: Why, in a sentence; the audit log keeps it.
        now: When.

    Returns:
        The enemies of the first item that remain.

    Raises:
        NotAllowed: The actor has none of these roles.
        NotFound: There is no such item, or they are no enemies (any more).
        InvalidInput: The reason is missing or can't be kept, no item has the code, or it is the same item.
    """
    actor.require(*ENEMY_DECLARERS)
    item, other = _lock_both(session, item_id, code, reason)
    pair = _find(session, item, other)
    if pair is None:
        raise NotFound(what="enemy pair", name=f"{item.code}, {other.code}")
    session.delete(pair)
    session.flush()
    audit.record(
        session, actor=actor, action="item.part_enemies", kind="item", subject=item.code, now=now,
        enemy=other.code, reason=reason.strip(),
    )  # fmt: skip
    return enemies(session, actor=actor, item_id=item.id)


def add_enemies(session: Session, *, actor: Actor, item: Item, other: Item, reason: str, now: datetime) -> None:
    """Store two items as enemies, with a line in the audit log.

    Raises:
        InvalidInput: Both belong to one testlet.
    """
    members = members_of_testlets(session)
    for testlet in sorted({member.testlet for member in members if member.item == item.code}):
        check_no_enemies(testlet, members=members, enemies={other.code}, field="code")
    first, second = in_order(item.id, other.id)
    session.add(
        EnemyPair(
            first_item_id=first, second_item_id=second, reason=reason, declared_by=actor.display_name, declared_at=now
        )
    )
    session.flush()
    audit.record(
        session, actor=actor, action="item.declare_enemies", kind="item", subject=item.code, now=now,
        enemy=other.code, reason=reason,
    )  # fmt: skip


def enemies_of(session: Session, item_ids: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Give the enemies of each of some items among these items, such as those of a bank.

    Args:
        session: The transaction.
        item_ids: The items.

    Returns:
        A set for every item, empty for one without enemies among the others; symmetric.
    """
    found: dict[UUID, set[UUID]] = {item_id: set() for item_id in item_ids}
    # All pairs: a bank of ten thousand items would be too many parameters for one statement, its pairs are few.
    for pair in session.exec(select(EnemyPair)):
        if pair.first_item_id in found and pair.second_item_id in found:
            found[pair.first_item_id].add(pair.second_item_id)
            found[pair.second_item_id].add(pair.first_item_id)
    return {item_id: frozenset(others) for item_id, others in found.items()}


def enemy_codes(session: Session, *, item_id: UUID) -> frozenset[str]:
    """Give the codes of an item's enemies."""
    others = [_other(pair, item_id) for pair in _pairs_with(session, item_id)]
    return frozenset(session.exec(select(Item.code).where(col(Item.id).in_(others)))) if others else frozenset()


def check_reason(reason: str) -> None:
    """Refuse an empty reason, and one that no page could show.

    Raises:
        InvalidInput: Says what was expected.
    """
    if not reason.strip():
        raise InvalidInput(field="reason", expected="why, in a sentence", reason="enemy_reason")
    if len(reason) > MAXIMUM_REASON:
        raise InvalidInput(
            field="reason", expected=f"at most {MAXIMUM_REASON} characters", reason="text_long", maximum=MAXIMUM_REASON
        )
    if not can_be_kept(reason):
        raise InvalidInput(
            field="reason", expected="text without null characters and unpaired surrogates", reason="text_broken"
        )


def in_order(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Give two items in the one order in which a pair of them is kept."""
    return (one, other) if one < other else (other, one)


def _lock_both(session: Session, item_id: UUID, code: str, reason: str) -> tuple[Item, Item]:
    check_reason(reason)
    other_id = session.exec(select(Item.id).where(Item.code == code.strip())).first()
    if session.get(Item, item_id) is None:
        raise NotFound(what="item", name=item_id)
    if other_id is None:
        raise InvalidInput(field="code", expected=f"the code of an item; there is no {code}", reason="enemy_unknown")
    if other_id == item_id:
        raise InvalidInput(field="code", expected="the code of another item", reason="enemy_same")
    # In one order whoever asks, so that two who declare the same pair from both sides don't wait for each other.
    locked = {each: lock_item(session, each) for each in in_order(item_id, other_id)}
    return locked[item_id], locked[other_id]


def _find(session: Session, item: Item, other: Item) -> EnemyPair | None:
    return session.get(EnemyPair, in_order(item.id, other.id), populate_existing=True)


def _pairs_with(session: Session, item_id: UUID) -> tuple[EnemyPair, ...]:
    either = or_(col(EnemyPair.first_item_id) == item_id, col(EnemyPair.second_item_id) == item_id)
    return tuple(session.exec(select(EnemyPair).where(either)))


def _other(pair: EnemyPair, item_id: UUID) -> UUID:
    return pair.second_item_id if pair.first_item_id == item_id else pair.first_item_id


def _view(item: Item, version: ItemVersion, pair: EnemyPair) -> EnemyView:
    return EnemyView(
        id=item.id,
        code=item.code,
        criterion=version.criterion,
        state=ItemState(version.state),
        stem=version.content["stem"],
        language=version.content.get("language", "th"),
        reason=pair.reason,
        declared_by=pair.declared_by,
        declared_at=pair.declared_at,
    )
