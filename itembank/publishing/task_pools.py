"""The written tasks of a published bank as the engine reads them, and what each of them says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from sqlmodel import Session, col, func, select

from engine.response_models import ItemPool
from itembank.authoring.content import ItemContent
from itembank.publishing.engine_pools import engine_item
from itembank.tables import BankItem, BankTask, ItemVersion


@dataclass(frozen=True)
class UnitTasks:
    """The tasks of one unit in one published bank.

    Args:
        pool: The tasks as the engine measures by them, their ids being item codes; None where there are none.
        versions: Item versions, in the order of the pool.
        contents: What they say.
        enemies: Codes of the items and tasks that each must not meet.
    """

    pool: ItemPool | None
    versions: tuple[UUID, ...]
    contents: tuple[ItemContent, ...]
    enemies: tuple[frozenset[str], ...]

    def __len__(self) -> int:
        return len(self.versions)

    @property
    def task_ids(self) -> tuple[str, ...]:
        """Ids of the tasks, in the order of versions and contents."""
        return () if self.pool is None else self.pool.item_ids

    def content(self, version_id: UUID) -> ItemContent:
        """Give what a task says.

        Raises:
            ValueError: It is none of these.
        """
        return self.contents[self.versions.index(version_id)]

    def task_id(self, version_id: UUID) -> str:
        """Give the id of a task.

        Raises:
            ValueError: It is none of these.
        """
        return self.task_ids[self.versions.index(version_id)]

    def enemies_by_id(self, item_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """Name what each task must not meet by the ids that a unit's pools use.

        Args:
            item_ids: Ids of the unit's items; a version that is tried out beside another has its number after the code.
        """
        return {
            task: frozenset(codes) | {item for item in item_ids if item.partition(" (v")[0] in codes}
            for task, codes in zip(self.task_ids, self.enemies, strict=True)
        }


_MAXIMUM_KEPT = 64
_kept: dict[tuple[UUID, str], UnitTasks] = {}
_lock = Lock()


def unit_tasks(session: Session, *, bank_id: UUID, unit: str) -> UnitTasks:
    """Load a unit's tasks; a published bank never changes, so a process keeps what it has read."""
    key = (bank_id, unit)
    found = _kept.get(key)
    if found is None:
        found = _load(session, bank_id=bank_id, unit=unit)
        with _lock:
            if len(_kept) >= _MAXIMUM_KEPT:
                _kept.clear()
            _kept[key] = found
    return found


def count_tasks(session: Session, *, bank_id: UUID) -> dict[str, int]:
    """Count a bank's tasks by unit; units without any are left out."""
    rows = session.exec(
        select(BankTask.unit, func.count()).where(BankTask.bank_id == bank_id).group_by(col(BankTask.unit))
    )
    return dict(rows.all())


def _load(session: Session, *, bank_id: UUID, unit: str) -> UnitTasks:
    found = session.exec(
        select(BankTask, ItemVersion)
        .join(ItemVersion, col(ItemVersion.id) == col(BankTask.item_version_id))
        .where(BankTask.bank_id == bank_id, BankTask.unit == unit)
    ).all()
    # A database would sort by its locale, which a replay must not feel.
    rows = sorted(found, key=lambda row: row[0].item_code)
    items = [engine_item(BankItem(**row.model_dump()), ids={row.item_code: row.item_code}) for row, _ in rows]
    return UnitTasks(
        pool=ItemPool.from_items(items) if items else None,
        versions=tuple(version.id for _, version in rows),
        contents=tuple(ItemContent.from_dict(version.content) for _, version in rows),
        enemies=tuple(frozenset(row.enemies) for row, _ in rows),
    )
