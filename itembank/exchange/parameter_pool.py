"""Rows of a parameter file as the engine's item pool."""

from __future__ import annotations

from collections.abc import Iterable

from engine.response_models import ItemPool
from itembank.exchange.parameter_files import ParameterRow


def pool_of(rows: Iterable[ParameterRow]) -> ItemPool:
    """Make a pool of parameter rows.

    Raises:
        EngineError: A parameter is one that the engine can't measure by, or an enemy is not in the file; names the
            item.
    """
    return ItemPool.from_items([row.parameters for row in rows])
