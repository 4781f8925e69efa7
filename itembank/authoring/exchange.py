"""Items that come in and go out as files: all of a file or nothing of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from uuid import UUID

from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.enemies import in_order
from itembank.authoring.import_checks import import_problems
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.many_drafts import PreparedDraft, prepare_drafts, store_drafts
from itembank.authoring.roles import BANK_READERS
from itembank.authoring.starter import starter_enemies, starter_items
from itembank.errors import UnreadableFile
from itembank.framework.store import current_standard
from itembank.media.cleaning import CleanImage
from itembank.media.images import store_clean_image
from itembank.tables import EnemyPair, Item, ItemVersion


@dataclass(frozen=True, slots=True)
class ExchangedEnemy:
    """An item that must not meet the one whose line names it, and why; a file need not give the reason."""

    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ExchangedItem:
    """An item as a file holds it."""

    code: str
    state: str
    content: ItemContent
    enemies: tuple[ExchangedEnemy, ...] = ()


def starter_rows() -> tuple[ExchangedItem, ...]:
    """Give the shipped starter bank; its items are operational once installed."""
    enemies: dict[str, list[ExchangedEnemy]] = defaultdict(list)
    for one, other, reason in starter_enemies():
        enemies[one].append(ExchangedEnemy(other, reason))
        enemies[other].append(ExchangedEnemy(one, reason))
    return tuple(
        ExchangedItem(code, ItemState.OPERATIONAL.value, content, _by_code(enemies[code]))
        for code, content in starter_items()
    )


def export_items(
    session: Session, *, actor: Actor, place: str | None = None, state: ItemState | None = None
) -> tuple[ExchangedItem, ...]:
    """Give the newest version of every item with its enemies, by code.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        place: Code of a criterion, an element or a unit; None for all.
        state: Only newest versions in this state.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    query = (
        select(Item.id, Item.code, ItemVersion.state, ItemVersion.content)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(ItemVersion.number) == col(Item.head_version))
        .order_by(Item.code)
    )
    if place:
        query = query.where(col(ItemVersion.criterion).in_(_criteria_under(session, place)))
    if state is not None:
        query = query.where(ItemVersion.state == state.value)
    rows = session.exec(query).all()
    enemies = _enemies_by_item(session)
    return tuple(
        ExchangedItem(code, state_name, ItemContent.from_dict(content), _by_code(enemies[item_id]))
        for item_id, code, state_name, content in rows
    )


def import_items(
    session: Session,
    *,
    actor: Actor,
    items: Sequence[ExchangedItem],
    file: str,
    now: datetime,
    preview: bool = False,
    images: Collection[CleanImage] = (),
    prepared: Sequence[PreparedDraft] | None = None,
) -> tuple[str, ...]:
    """Store imported items as drafts, whatever state the file gives: a file can't approve anything.

    Args:
        session: The transaction; the caller's rollback undoes all of a refused import.
        actor: An item writer.
        items: What the file holds; an item without a code gets one.
        file: The file's name, for messages.
        now: When.
        preview: Check everything and store nothing.
        images: Images of their texts that come with the file.
        prepared: The same items prepared outside the transaction, for which others would have to wait; they are
            prepared anew where a code was taken in the meantime.

    Returns:
        The codes of the stored items; in a preview those that the file gives.

    Raises:
        NotAllowed: The actor is not an item writer.
        UnreadableFile: An item can't be taken; names it and what was expected.
    """
    actor.require(Role.ITEM_WRITER)
    found = import_problems(session, items, images=[image.id for image in images])
    for place, problem in found.items():
        name = items[place].code or f"number {place + 1}"
        raise UnreadableFile(file=file, expected=f"item {name}: {problem}") from problem
    if preview:
        return tuple(item.code for item in items)
    for image in images:
        store_clean_image(session, actor=actor, image=image, now=now)
    drafts = prepared if prepared is not None and _still_free(session, prepared) else prepare(session, items)
    ids = store_drafts(session, actor=actor, drafts=drafts, now=now)
    codes = tuple(draft.code for draft in drafts)
    _store_enemies(session, actor=actor, items=list(zip(codes, items, strict=True)), ids=ids, file=file, now=now)
    return codes


def prepare(
    session: Session, items: Sequence[ExchangedItem], *, told: Callable[[int], None] = lambda _: None
) -> tuple[PreparedDraft, ...]:
    """Do for items what takes long and needs no turn to write.

    Args:
        session: A transaction that only reads.
        items: The items.
        told: Called with how many are prepared, again and again.
    """
    return prepare_drafts(session, ((item.code, item.content) for item in items), told=told)


def _still_free(session: Session, drafts: Sequence[PreparedDraft]) -> bool:
    return set(session.exec(select(Item.code))).isdisjoint(draft.code for draft in drafts)


def _store_enemies(
    session: Session,
    *,
    actor: Actor,
    items: Sequence[tuple[str, ExchangedItem]],
    ids: Mapping[str, UUID],
    file: str,
    now: datetime,
) -> None:
    pairs: dict[frozenset[str], str] = {}
    for code, item in items:
        for enemy in item.enemies:
            # Both may name each other; the first reason given stands.
            pairs[frozenset((code, enemy.code))] = pairs.get(frozenset((code, enemy.code))) or enemy.reason
    if not pairs:
        return
    known = dict(session.exec(select(Item.code, Item.id)).all()) | dict(ids)
    for pair, given in sorted(pairs.items(), key=lambda entry: sorted(entry[0])):
        one, other = sorted(pair)
        reason = given or f"file {PurePath(file).name}"
        first, second = in_order(known[one], known[other])
        session.add(
            EnemyPair(
                first_item_id=first,
                second_item_id=second,
                reason=reason,
                declared_by=actor.display_name,
                declared_at=now,
            )
        )
        audit.record(
            session, actor=actor, action="item.declare_enemies", kind="item", subject=one, now=now,
            enemy=other, reason=reason,
        )  # fmt: skip
    session.flush()


def _enemies_by_item(session: Session) -> Mapping[UUID, list[ExchangedEnemy]]:
    codes = dict(session.exec(select(Item.id, Item.code)).all())
    enemies: dict[UUID, list[ExchangedEnemy]] = defaultdict(list)
    for pair in session.exec(select(EnemyPair)):
        enemies[pair.first_item_id].append(ExchangedEnemy(codes[pair.second_item_id], pair.reason))
        enemies[pair.second_item_id].append(ExchangedEnemy(codes[pair.first_item_id], pair.reason))
    return enemies


def _criteria_under(session: Session, code: str) -> list[str]:
    units = current_standard(session).framework.units
    return [
        criterion.code
        for unit in units
        for element in unit.elements
        for criterion in element.criteria
        if code in (unit.code, element.code, criterion.code)
    ]


def _by_code(enemies: Iterable[ExchangedEnemy]) -> tuple[ExchangedEnemy, ...]:
    return tuple(sorted(enemies, key=lambda enemy: enemy.code))
