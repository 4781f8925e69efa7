"""Items that come in and go out as files: all of a file or nothing of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.authoring.admission import check_criterion
from itembank.authoring.content import ItemContent
from itembank.authoring.enemies import add_enemies, check_reason
from itembank.authoring.items import create_item
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.roles import BANK_READERS
from itembank.authoring.starter import starter_enemies, starter_items
from itembank.authoring.testlets import MemberOfTestlet, check_no_enemies, check_one_unit, members_of_testlets
from itembank.errors import InvalidInput, UnreadableFile
from itembank.framework.store import current_standard
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


def export_items(session: Session, *, actor: Actor) -> tuple[ExchangedItem, ...]:
    """Give the newest version of every item with its enemies, by code.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    rows = session.exec(
        select(Item.id, Item.code, ItemVersion.state, ItemVersion.content)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(ItemVersion.number) == col(Item.head_version))
        .order_by(Item.code)
    ).all()
    codes = {item_id: code for item_id, code, _, _ in rows}
    enemies: dict[UUID, list[ExchangedEnemy]] = defaultdict(list)
    for pair in session.exec(select(EnemyPair)):
        enemies[pair.first_item_id].append(ExchangedEnemy(codes[pair.second_item_id], pair.reason))
        enemies[pair.second_item_id].append(ExchangedEnemy(codes[pair.first_item_id], pair.reason))
    return tuple(
        ExchangedItem(code, state, ItemContent.from_dict(content), _by_code(enemies[item_id]))
        for item_id, code, state, content in rows
    )


def import_items(
    session: Session, *, actor: Actor, items: Sequence[ExchangedItem], file: str, now: datetime, preview: bool = False
) -> tuple[str, ...]:
    """Store imported items as drafts, whatever state the file gives: a file can't approve anything.

    Args:
        session: The transaction; the caller's rollback undoes all of a refused import.
        actor: An item writer.
        items: What the file holds; an item without a code gets one.
        file: The file's name, for messages.
        now: When.
        preview: Check everything and store nothing.

    Returns:
        The codes of the stored items; in a preview those that the file gives.

    Raises:
        NotAllowed: The actor is not an item writer.
        UnreadableFile: An item can't be taken; names it and what was expected.
    """
    actor.require(Role.ITEM_WRITER)
    _check(session, items, file=file)
    if preview:
        return tuple(item.code for item in items)
    codes = tuple(
        create_item(session, actor=actor, content=item.content, now=now, code=item.code or None).code for item in items
    )
    _store_enemies(session, actor=actor, items=zip(codes, items, strict=True), file=file, now=now)
    return codes


def _check(session: Session, items: Sequence[ExchangedItem], *, file: str) -> None:
    framework = current_standard(session).framework
    taken = set(session.exec(select(Item.code)))
    known = taken | {item.code for item in items}
    named = [(item.code or f"number {number}", item) for number, item in enumerate(items, start=1)]
    members = [
        *members_of_testlets(session),
        *(MemberOfTestlet(name, item.content.testlet, item.content.criterion) for name, item in named),
    ]
    for name, item in named:
        try:
            check_criterion(framework, item.content.criterion)
            if item.content.testlet:
                check_one_unit(item.content, item=name, members=members, framework=framework)
            _check_enemies(item, known=known, members=members)
        except InvalidInput as error:
            raise UnreadableFile(file=file, expected=f"item {name}: {error}") from error
        if item.code and item.code in taken:
            raise UnreadableFile(file=file, expected=f"item {name}: a code that is not taken yet")
        taken.add(item.code)


def _check_enemies(item: ExchangedItem, *, known: Collection[str], members: Sequence[MemberOfTestlet]) -> None:
    codes = {enemy.code for enemy in item.enemies}
    for code in sorted(codes):
        if code not in known or code in ("", item.code):
            raise InvalidInput(field="enemies", expected=f"codes of other items of the file or the bank, not {code!r}")
    for enemy in item.enemies:
        if enemy.reason:
            check_reason(enemy.reason)
    if item.content.testlet:
        check_no_enemies(item.content.testlet, members=members, enemies=codes, field="enemies")


def _store_enemies(
    session: Session, *, actor: Actor, items: Iterable[tuple[str, ExchangedItem]], file: str, now: datetime
) -> None:
    pairs: dict[frozenset[str], str] = {}
    for code, item in items:
        for enemy in item.enemies:
            # Both may name each other; the first reason given stands.
            pairs[frozenset((code, enemy.code))] = pairs.get(frozenset((code, enemy.code))) or enemy.reason
    wanted = {code for pair in pairs for code in pair}
    stored = {item.code: item for item in session.exec(select(Item)) if item.code in wanted}
    for pair, reason in sorted(pairs.items(), key=lambda entry: sorted(entry[0])):
        one, other = (stored[code] for code in sorted(pair))
        add_enemies(
            session, actor=actor, item=one, other=other, reason=reason or f"file {PurePath(file).name}", now=now
        )


def _by_code(enemies: Iterable[ExchangedEnemy]) -> tuple[ExchangedEnemy, ...]:
    return tuple(sorted(enemies, key=lambda enemy: enemy.code))
