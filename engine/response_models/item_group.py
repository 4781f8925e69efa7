"""Items of a pool that one family of models answers for at a stroke."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.response_models.array_types import FloatArray, IntArray
from engine.response_models.item_parameters import ItemParameters
from engine.response_models.model_family import ModelFamily
from engine.response_models.response_model import RESPONSE_MODELS


@dataclass(frozen=True, eq=False, slots=True)
class ItemGroup:
    """Items of one family and one number of categories, so that their tables have no gaps.

    Args:
        family: Their formulas.
        positions: Places in the pool, rising, shape (items,).
        parameters: The family's columns, shape (items, columns).
    """

    family: ModelFamily
    positions: IntArray
    parameters: FloatArray

    @property
    def categories(self) -> int:
        """Number of categories of each item."""
        return self.family.categories(self.parameters)


def groups_of(items: Sequence[ItemParameters]) -> tuple[ItemGroup, ...]:
    """Sort items into groups.

    Args:
        items: The items of a pool, in its order.

    Returns:
        Groups in the order in which their first items stand.
    """
    gathered: dict[tuple[ModelFamily, int], list[tuple[int, tuple[float, ...]]]] = {}
    for position, item in enumerate(items):
        model = RESPONSE_MODELS[item.model]
        columns = model.columns(item)
        gathered.setdefault((model.family, len(columns)), []).append((position, columns))
    return tuple(
        ItemGroup(
            family,
            np.array([position for position, _columns in rows], dtype=np.int64),
            np.array([columns for _position, columns in rows], dtype=np.float64),
        )
        for (family, _width), rows in gathered.items()
    )


def groups_at(groups: Sequence[ItemGroup], places: IntArray) -> tuple[ItemGroup, ...]:
    """Pick items from groups.

    Args:
        groups: The groups of a pool.
        places: Pool positions of the items wanted.

    Returns:
        The groups of a pool that holds these items in this order.
    """
    row = np.empty(sum(len(group.positions) for group in groups), dtype=np.int64)
    picked = []
    for group in groups:
        row[:] = -1
        row[group.positions] = np.arange(len(group.positions))
        rows = row[places]
        inside = np.flatnonzero(rows >= 0).astype(np.int64)
        if inside.size:
            picked.append(ItemGroup(group.family, inside, group.parameters[rows[inside]]))
    return tuple(picked)
