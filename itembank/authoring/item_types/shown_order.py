"""The order in which things are shown that must not be shown in the order in which they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def shown_order(texts: Sequence[str]) -> tuple[int, ...]:
    """Give the kept places in the order in which they are shown.

    It depends on nothing but the texts, so that an item version looks the same wherever and whenever it is asked, and
    it is never the order in which they are kept, which would be the key.

    Args:
        texts: The texts as they are kept, at least two that differ.

    Returns:
        A permutation of their places.
    """
    together = "\n".join(texts)
    order = sorted(
        range(len(texts)), key=lambda place: (sha256(f"{together}\n{texts[place]}".encode()).digest(), place)
    )
    if order == list(range(len(texts))):
        order = order[1:] + order[:1]
    return tuple(order)
