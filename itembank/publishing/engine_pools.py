"""Rows of a bank as the engine's item pools: what counts, what is tried out, and what of the two must not meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Any

from engine.response_models import ItemParameters, ItemPool
from itembank.tables import BankItem

#: Of items with one of these the engine works out the location itself.
_LOCATED_BY = frozenset({"thresholds", "category_intercepts"})


@dataclass(frozen=True, slots=True)
class EnginePools:
    """One unit's items in a bank, as `engine.design.prepare_exam` takes them."""

    pool: ItemPool
    pretest_pool: ItemPool | None
    pretest_enemies: tuple[tuple[str, str], ...]


def engine_pools(rows: Sequence[tuple[BankItem, int]], *, minds_errors: bool = True) -> EnginePools:
    """Make the pools of a unit, their items in the order of the rows.

    Args:
        rows: What the bank keeps of each item, with the number of its version.
        minds_errors: Whether the standard errors of the parameters are told; without them they count as known.

    Returns:
        The pools; the ids of their items are item codes, but a version that is tried out beside one that counts has
        its number added.

    Raises:
        EngineError: There is no item that counts, or the engine can't measure by a parameter; names the item.
    """
    counting = {row.item_code: row for row, _ in rows if not row.pretest}
    tried_out = {
        f"{row.item_code} (v{number})" if row.item_code in counting else row.item_code: row
        for row, number in rows
        if row.pretest
    }
    return EnginePools(
        pool=_pool(counting if minds_errors else {code: _sure(row) for code, row in counting.items()}),
        # Tried out one by one, whatever text they share: each question shows it.
        pretest_pool=_pool(tried_out, testlets=False) if tried_out else None,
        pretest_enemies=tuple(_meetings(tried_out, counting.values())),
    )


def _pool(rows: Mapping[str, BankItem], *, testlets: bool = True) -> ItemPool:
    ids = {row.item_code: item_id for item_id, row in rows.items()}
    items = [engine_item(row, ids=ids) for row in rows.values()]
    return ItemPool.from_items(items if testlets else [replace(item, testlet="") for item in items])


def _sure(row: BankItem) -> BankItem:
    known = {name: value for name, value in row.parameters.items() if name != "covariance"}
    return BankItem(**(row.model_dump() | {"se_discrimination": 0.0, "se_difficulty": 0.0, "parameters": known}))


def engine_item(row: BankItem, *, ids: Mapping[str, str]) -> ItemParameters:
    """Give an item as the engine measures by it.

    Args:
        row: What the bank keeps of it.
        ids: The engine's ids of the items of its pool, by item code; enemies elsewhere are left out.
    """
    further: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.parameters.items()
    }
    return ItemParameters(
        item_id=ids[row.item_code],
        model=row.model,
        discrimination=row.discrimination,
        difficulty=nan if _LOCATED_BY & further.keys() else row.difficulty,
        unit=row.unit,
        element=row.element,
        criterion=row.criterion,
        enemies=tuple(ids[code] for code in row.enemies if code in ids),
        testlet=row.testlet,
        attributes=tuple(sorted(row.attributes.items())),
        expected_seconds=row.expected_seconds,
        se_discrimination=row.se_discrimination,
        se_difficulty=row.se_difficulty,
        **further,
    )


def _meetings(tried_out: Mapping[str, BankItem], counting: Iterable[BankItem]) -> Iterator[tuple[str, str]]:
    """Pair what is tried out with what it must not meet: its enemies, and the version whose place it may take."""
    among = {row.item_code: frozenset(row.enemies) for row in counting}
    for item_id, row in tried_out.items():
        for code, enemies in among.items():
            if code == row.item_code or code in row.enemies or row.item_code in enemies:
                yield item_id, code
