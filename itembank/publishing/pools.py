"""A published bank as the engine reads it: one item pool a unit, and the content of each item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from uuid import UUID

from sqlmodel import Session, col, select

from engine.response_models import ItemParameters, ItemPool
from itembank.authoring.content import ItemContent
from itembank.errors import BankTooSmall
from itembank.tables import BankItem, ItemVersion


@dataclass(frozen=True)
class UnitPool:
    """The items of one unit in one published bank.

    ``item_ids`` of the pool are item codes, so that a decision record can be read by people; within one bank a code
    stands for exactly one version.
    """

    bank_id: UUID
    unit: str
    pool: ItemPool
    versions: tuple[UUID, ...]
    contents: tuple[ItemContent, ...]

    @cached_property
    def index_of_version(self) -> dict[UUID, int]:
        """Positions in the pool by item version."""
        return {version: index for index, version in enumerate(self.versions)}


_MAXIMUM_KEPT = 64
_kept: dict[tuple[UUID, str], UnitPool] = {}
_lock = Lock()


def unit_pool(session: Session, *, bank_id: UUID, unit: str) -> UnitPool:
    """Load a unit's pool; a published bank never changes, so a process keeps what it has read.

    Raises:
        BankTooSmall: The bank has no item for the unit.
    """
    key = (bank_id, unit)
    found = _kept.get(key)
    if found is None:
        found = _load(session, bank_id=bank_id, unit=unit)
        with _lock:
            if len(_kept) >= _MAXIMUM_KEPT:
                _kept.clear()
            _kept[key] = found
    return found


def _load(session: Session, *, bank_id: UUID, unit: str) -> UnitPool:
    rows = session.exec(
        select(BankItem, ItemVersion)
        .join(ItemVersion, col(ItemVersion.id) == col(BankItem.item_version_id))
        .where(BankItem.bank_id == bank_id, BankItem.unit == unit)
    ).all()
    if not rows:
        raise BankTooSmall(reason=f"it has no item for unit {unit}.")
    # Like items are taken in the order of the pool. A database would sort by its locale, which a replay must not feel.
    rows = sorted(rows, key=lambda row: row[0].item_code)
    items = [
        ItemParameters(
            item_id=row.item_code,
            model=row.model,
            discrimination=row.discrimination,
            difficulty=row.difficulty,
            unit=row.unit,
            element=row.element,
            criterion=row.criterion,
        )
        for row, _ in rows
    ]
    return UnitPool(
        bank_id=bank_id,
        unit=unit,
        pool=ItemPool.from_items(items),
        versions=tuple(version.id for _, version in rows),
        contents=tuple(ItemContent.from_dict(version.content) for _, version in rows),
    )
