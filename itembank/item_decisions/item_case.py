"""One item version before a decision: what speaks against it, what was decided, what may be, and what would follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.lifecycle import ItemState
from itembank.errors import NotFound
from itembank.item_decisions.decision_views import DecisionView, Standing, newest_decisions, standing
from itembank.item_decisions.exams_left_short import ShortExam, exams_left_short
from itembank.item_decisions.harm import HarmReason
from itembank.item_decisions.held_items import held_versions
from itembank.item_decisions.unit_harm import unit_harms
from itembank.item_decisions.verdicts import Verdict, possible_verdicts
from itembank.publishing.banks import bank_in_force
from itembank.tables import Bank, BankItem, Item, ItemVersion


@dataclass(frozen=True, slots=True)
class ItemCase:
    """What a decision about an item version rests on.

    ``verdicts`` are none where the version is neither in the bank in force nor on hold; ``short_exams`` could not be
    put together if it left the bank.
    """

    item_id: UUID
    version: int
    code: str
    unit: str
    content: ItemContent
    state: ItemState
    standing: Standing
    in_force: bool
    reasons: tuple[HarmReason, ...]
    decision: DecisionView | None
    verdicts: tuple[Verdict, ...]
    short_exams: tuple[ShortExam, ...]


def item_case(session: Session, *, actor: Actor, item_id: UUID, version: int, now: datetime) -> ItemCase:
    """Gather what a decision about an item version rests on.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such item or version, or no bank is in force.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    bank = bank_in_force(session)
    found = session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(Item.id == item_id, ItemVersion.number == version)
    ).first()
    if found is None:
        raise NotFound(what=f"version {version} of item", name=item_id)
    item, row = found
    entry = session.get(BankItem, (bank.id, row.id))
    held = row.id in held_versions(session)
    decision = newest_decisions(session, [row.id]).get(row.id)
    reasons = reasons_now(session, bank, entry) if entry else ()
    state = ItemState(row.state)
    leaving = entry is not None and not held
    return ItemCase(
        item_id=item.id,
        version=version,
        code=item.code,
        unit=entry.unit if entry else "",
        content=ItemContent.from_dict(row.content),
        state=state,
        standing=standing(state, decision, reasons),
        in_force=entry is not None,
        reasons=reasons,
        decision=decision,
        verdicts=possible_verdicts(state, held=held) if entry or held else (),
        short_exams=exams_left_short(session, bank=bank, unit=entry.unit, item_version_id=row.id, now=now)
        if entry and leaving
        else (),
    )


def reasons_now(session: Session, bank: Bank, entry: BankItem) -> tuple[HarmReason, ...]:
    """Collect what speaks against an item of a bank, the worst first.

    Only this item's answers are read: who decides holds a lock that candidates may be waiting for.
    """
    (unit,) = unit_harms(session, bank=bank, titles={entry.unit: ""}, item_version_id=entry.item_version_id)
    return unit.items[0].reasons
