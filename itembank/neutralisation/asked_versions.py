"""The versions of an item that sittings were asked, found by its code."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from itembank.errors import InvalidInput, NotFound
from itembank.tables import BankItem, Item, ItemVersion, RecordedAnswer


@dataclass(frozen=True, slots=True)
class AskedVersion:
    """A version of an item with the unit that it measures and how many sittings answered it."""

    version_id: UUID
    standard_id: UUID
    unit: str
    number: int
    answers: int


def asked_version(session: Session, *, code: str, number: int | None) -> AskedVersion:
    """Find the version of an item that is meant.

    Args:
        session: The transaction.
        code: The item's code.
        number: The version; None where only one was ever asked.

    Raises:
        NotFound: There is no such item.
        InvalidInput: The version was never asked, or several were and none is named.
    """
    item = session.exec(select(Item).where(Item.code == code.strip())).first()
    if item is None:
        raise NotFound(what="item", name=code.strip())
    asked = _asked(session, item)
    if not asked:
        raise InvalidInput(field="code", expected=f"an item that sittings answered; nobody has answered {item.code}")
    found = [version for version in asked if number in (None, version.number)]
    if len(found) != 1:
        known = ", ".join(str(version.number) for version in asked)
        raise InvalidInput(field="version", expected=f"one of the versions that sittings answered: {known}")
    return found[0]


def _asked(session: Session, item: Item) -> tuple[AskedVersion, ...]:
    counts = session.exec(
        select(ItemVersion.id, ItemVersion.number, func.count())
        .join(RecordedAnswer, col(RecordedAnswer.item_version_id) == col(ItemVersion.id))
        .where(ItemVersion.item_id == item.id)
        .group_by(col(ItemVersion.id), col(ItemVersion.number))
        .order_by(col(ItemVersion.number))
    ).all()
    return tuple(
        AskedVersion(version_id, item.standard_id, _unit(session, version_id), number, answers)
        for version_id, number, answers in counts
    )


def _unit(session: Session, version_id: UUID) -> str:
    # Whatever bank asked it, a version belongs to one criterion and so to one unit.
    return session.exec(select(BankItem.unit).where(BankItem.item_version_id == version_id)).first() or ""
