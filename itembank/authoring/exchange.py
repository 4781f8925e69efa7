"""Items that come in and go out as files: all of a file or nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.items import BANK_READERS, check_criterion, create_item
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.starter import starter_items
from itembank.errors import InvalidInput, UnreadableFile
from itembank.framework.store import current_standard
from itembank.tables import Item, ItemVersion


@dataclass(frozen=True, slots=True)
class ExchangedItem:
    """An item as a file holds it."""

    code: str
    state: str
    content: ItemContent


def starter_rows() -> tuple[ExchangedItem, ...]:
    """Give the shipped starter bank; its items are operational once installed."""
    return tuple(ExchangedItem(code, ItemState.OPERATIONAL.value, content) for code, content in starter_items())


def export_items(session: Session, *, actor: Actor) -> tuple[ExchangedItem, ...]:
    """Give the newest version of every item, by code.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    rows = session.exec(
        select(Item.code, ItemVersion.state, ItemVersion.content)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(ItemVersion.number) == col(Item.head_version))
        .order_by(Item.code)
    )
    return tuple(ExchangedItem(code, state, ItemContent.from_dict(content)) for code, state, content in rows)


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
    framework = current_standard(session).framework
    taken = set(session.exec(select(Item.code)))
    for number, item in enumerate(items, start=1):
        name = item.code or f"number {number}"
        try:
            check_criterion(framework, item.content.criterion)
        except InvalidInput as error:
            raise UnreadableFile(file=file, expected=f"item {name}: {error}") from error
        if item.code and item.code in taken:
            raise UnreadableFile(file=file, expected=f"item {name}: a code that is not taken yet")
        taken.add(item.code)
    if preview:
        return tuple(item.code for item in items)
    return tuple(
        create_item(session, actor=actor, content=item.content, now=now, code=item.code or None).code for item in items
    )
