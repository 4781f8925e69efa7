"""A published bank that differs from the one before."""

from __future__ import annotations

from sqlmodel import Session, select

from itembank.actor import Actor
from itembank.publishing.banks import BankView, bank_in_force, publish_bank
from itembank.publishing.parameters import Parameters
from itembank.tables import BankItem
from tests.support.institution import NOON


def publish_another(session: Session, *, actor: Actor, note: str = "", by: float = 0.01) -> BankView:
    """Publish the items of the bank in force once more, the first of DT600 harder than before by so much."""
    bank = bank_in_force(session)
    query = select(BankItem).where(BankItem.bank_id == bank.id, BankItem.unit == "DT600").order_by(BankItem.item_code)
    item = session.exec(query).first()
    assert item is not None
    harder = Parameters("2pl", item.discrimination, item.difficulty + by, 0.1, 0.1, "calibration", 100)
    return publish_bank(session, actor=actor, now=NOON, note=note, calibrated={item.item_version_id: harder})
