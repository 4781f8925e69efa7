"""Where two JSON documents differ, one of them recorded and the other recomputed."""

from __future__ import annotations

import math
from typing import Any

#: Records are rounded to twelve digits; what differs by more than this was decided otherwise.
_TOLERANCE = 1e-9


def differences_between(recorded: Any, recomputed: Any, *, path: str) -> list[str]:
    """Name every place where two JSON documents differ, numbers within a tolerance of 1e-9.

    Keys that the record does not have are no difference: it may be older than they are.
    """
    if isinstance(recorded, dict) and isinstance(recomputed, dict):
        found = []
        for key in sorted(recorded):
            found += differences_between(recorded.get(key), recomputed.get(key), path=f"{path}.{key}")
        return found
    if isinstance(recorded, list) and isinstance(recomputed, list) and len(recorded) == len(recomputed):
        found = []
        for index, (left, right) in enumerate(zip(recorded, recomputed, strict=True)):
            found += differences_between(left, right, path=f"{path}[{index}]")
        return found
    if _equal(recorded, recomputed):
        return []
    return [f"{path}: recorded {recorded!r}, recomputed {recomputed!r}"]


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return math.isclose(left, right, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    return bool(left == right)
