"""A published bank as the engine reads it: one item pool a unit, and the content of each item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from uuid import UUID

from sqlmodel import Session, col, select

from engine.response_models import ItemPool
from itembank.authoring.content import ItemContent
from itembank.errors import BankTooSmall
from itembank.publishing.engine_pools import engine_pools
from itembank.publishing.parameters import PRIOR
from itembank.tables import Bank, BankItem, ItemVersion


@dataclass(frozen=True)
class UnitPool:
    """The items of one unit in one published bank, those that count before those that are tried out.

    Args:
        bank_id: The bank.
        unit: The unit of competence.
        pool: The items that count. Their ids are item codes, so that a decision record can be read by people; within
            one bank a code stands for exactly one version that counts.
        pretest_pool: The items that are tried out, None where there are none. One that is a new version of an item that
            counts has its code with the number of the version.
        pretest_enemies: Ids of an item that is tried out and of one that counts, for all pairs that must not meet.
        rated: How many of the items that count are measured by nothing but their writers' ratings.
        versions: Item versions, in the order of both pools, one after the other.
        contents: What they say.
    """

    bank_id: UUID
    unit: str
    pool: ItemPool
    pretest_pool: ItemPool | None
    pretest_enemies: tuple[tuple[str, str], ...]
    rated: int
    versions: tuple[UUID, ...]
    contents: tuple[ItemContent, ...]

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        """Ids of all items, in the order of versions and contents."""
        return self.pool.item_ids + (self.pretest_pool.item_ids if self.pretest_pool is not None else ())

    @cached_property
    def index_of_version(self) -> dict[UUID, int]:
        """Places in versions and contents by item version."""
        return {version: index for index, version in enumerate(self.versions)}

    @cached_property
    def index_of_item(self) -> dict[str, int]:
        """Places in versions and contents by item id."""
        return {item_id: index for index, item_id in enumerate(self.item_ids)}


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
    found = session.exec(
        select(BankItem, ItemVersion)
        .join(ItemVersion, col(ItemVersion.id) == col(BankItem.item_version_id))
        .where(BankItem.bank_id == bank_id, BankItem.unit == unit)
    ).all()
    # Like items are taken in the order of the pool. A database would sort by its locale, which a replay must not feel.
    rows = sorted(found, key=lambda row: (row[0].pretest, row[0].item_code, row[1].number))
    if all(row.pretest for row, _ in rows):
        raise BankTooSmall(reason=f"it has no item for unit {unit}.")
    minds_errors = session.get_one(Bank, bank_id).minds_errors
    pools = engine_pools([(row, version.number) for row, version in rows], minds_errors=minds_errors)
    return UnitPool(
        bank_id=bank_id,
        unit=unit,
        pool=pools.pool,
        pretest_pool=pools.pretest_pool,
        pretest_enemies=pools.pretest_enemies,
        rated=sum(row.parameter_source == PRIOR for row, _ in rows if not row.pretest),
        versions=tuple(version.id for _, version in rows),
        contents=tuple(ItemContent.from_dict(version.content) for _, version in rows),
    )
