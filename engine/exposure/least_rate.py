"""The least exposure rate that any control can keep: somebody has to be given every question."""

from engine.design import ExamDesign
from engine.errors import InvalidParameters

# A limit typed as a rounded share is not below the share that it was rounded from.
ROUNDING = 1e-3


def least_rate(design: ExamDesign, *, items: int) -> float:
    """Return the rate that the most used item has at least, whatever is done.

    Rates add up to the mean length of the sittings, so the largest is never below mean length over items. No sitting
    that runs its course is shorter than the design plans at its beginning; where they become longer, or the blueprint
    asks for much from few items, the rate that can be kept is higher.

    Args:
        design: The design.
        items: Number of items that a sitting draws on, 1 or more.

    Returns:
        The rate, at most 1.

    Raises:
        InvalidParameters: If there are no items.
    """
    if items < 1:
        raise InvalidParameters(f"a rate of exposure needs at least one item, not {items}")
    return min(1.0, design.planned_length(0) / items)


def out_of_reach(maximum_rate: float | None, least: float) -> bool:
    """Say whether a limit lies below the least rate that can be kept; without a limit it does not."""
    return maximum_rate is not None and maximum_rate < least * (1 - ROUNDING)
