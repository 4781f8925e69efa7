"""Which version of an item exams use now."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor
from itembank.authoring.roles import BANK_READERS
from itembank.publishing.banks import find_bank_in_force
from itembank.tables import BankItem, ItemVersion


@dataclass(frozen=True, slots=True)
class ItemInForce:
    """A version of an item in the bank in force."""

    bank: int
    version: int


def item_in_force(session: Session, *, actor: Actor, item_id: UUID) -> ItemInForce | None:
    """Find the version of an item that the bank in force holds; None when exams don't use the item.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    bank = find_bank_in_force(session)
    if bank is None:
        return None
    version = session.exec(
        select(ItemVersion.number)
        .join(BankItem, col(BankItem.item_version_id) == col(ItemVersion.id))
        .where(BankItem.bank_id == bank.id, ItemVersion.item_id == item_id)
    ).first()
    return None if version is None else ItemInForce(bank=bank.number, version=version)
