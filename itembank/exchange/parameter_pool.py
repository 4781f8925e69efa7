"""Rows of a parameter file as the engine's item pool."""

from __future__ import annotations

from collections.abc import Iterable

from engine.response_models import ItemParameters, ItemPool
from itembank.exchange.parameter_files import ParameterRow


def pool_of(rows: Iterable[ParameterRow]) -> ItemPool:
    """Make a pool of parameter rows.

    Raises:
        EngineError: A parameter is one that the engine can't measure by; names the item.
    """
    return ItemPool.from_items(
        [
            ItemParameters(
                item_id=row.item_id,
                model=row.model,
                discrimination=row.discrimination,
                difficulty=row.difficulty,
                unit=row.unit,
                element=row.element,
                criterion=row.criterion,
            )
            for row in rows
        ]
    )
