"""How a bank is used: exposure rates, the overlap between sittings, items never seen and items seen too often."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import InvalidParameters
from engine.exposure.least_rate import out_of_reach
from engine.response_models import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """Usage of the items of a bank over many sittings.

    Args:
        items: Number of items.
        sittings: Number of sittings.
        mean_length: Mean number of items of a sitting.
        max_exposure: Largest share of sittings that administered one item.
        smallest_possible: The least that the largest share could be: mean length over items.
        overlap: Share of its items that a sitting has in common with another, on average over all pairs.
        even_overlap: What the overlap would be if all items were used alike.
        unused: Ids of the items that no sitting administered.
        over_limit: Ids of the items above the limit, the most used first; none without a limit.
        limit_out_of_reach: Whether the limit is below `smallest_possible`, so that no control can keep it.
    """

    items: int
    sittings: float
    mean_length: float
    max_exposure: float
    smallest_possible: float
    overlap: float
    even_overlap: float
    unused: tuple[str, ...]
    over_limit: tuple[str, ...]
    limit_out_of_reach: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def usage_report(
    item_ids: tuple[str, ...], administered: FloatArray, sittings: float, *, limit: float | None = None
) -> UsageReport:
    """Report how the items of a bank were used.

    Args:
        item_ids: Ids of the items.
        administered: Sittings that administered each item, shape (items,).
        sittings: Number of sittings, above 0.
        limit: Largest share of sittings that should administer an item, or None.

    Returns:
        The report.

    Raises:
        InvalidParameters: If there is no sitting, no item was administered, or a count is impossible.
    """
    counts = np.asarray(administered, dtype=np.float64)
    if counts.shape != (len(item_ids),) or not (np.isfinite(counts) & (counts >= 0)).all():
        raise InvalidParameters("usage needs one count of 0 or more per item")
    if not sittings > 0 or counts.sum() <= 0 or counts.max() > sittings * (1 + 1e-12):
        raise InvalidParameters(
            f"usage needs at least one sitting with items, and no item in more of them than the {sittings!r} there are"
        )
    rates = counts / sittings
    order = np.argsort(-rates, kind="stable").tolist()
    mean_length = float(rates.sum())
    return UsageReport(
        items=len(item_ids),
        sittings=float(sittings),
        mean_length=mean_length,
        max_exposure=float(rates.max()),
        smallest_possible=mean_length / len(item_ids),
        overlap=pairwise_overlap(rates, sittings=sittings),
        even_overlap=mean_length / len(item_ids),
        unused=tuple(item_ids[item] for item in np.flatnonzero(counts == 0).tolist()),
        over_limit=() if limit is None else tuple(item_ids[item] for item in order if rates[item] > limit),
        limit_out_of_reach=out_of_reach(limit, mean_length / len(item_ids)),
    )


def overlap_rate(rates: FloatArray) -> float:
    """Return the share of its items that a sitting has in common with one further sitting to come.

    T = Σr²/n̄, which is (N/n̄)·S²ᵣ + n̄/N for N items with exposure rates r of variance S²ᵣ and mean length n̄ = Σr.

    Args:
        rates: Exposure rates, shape (items,), not all 0.

    Returns:
        The rate.

    Reference:
        Chen, Ankenmann & Spray (2003).
    """
    return float(np.square(rates).sum() / rates.sum())


def pairwise_overlap(rates: FloatArray, *, sittings: float) -> float:
    """Return the mean number of items shared by two of the given sittings, over the mean length.

    The rate of `overlap_rate` pairs a sitting with itself too; here such pairs are left out, which matters while there
    are few sittings.

    Args:
        rates: Exposure rates, shape (items,), not all 0.
        sittings: Number of sittings they were counted over; without a second one there is no overlap.

    Returns:
        The rate, 0 with one sitting.

    Reference:
        Chen, Ankenmann & Spray (2003).
    """
    if sittings <= 1:
        return 0.0
    return max(0.0, (sittings * overlap_rate(rates) - 1) / (sittings - 1))
