"""The order in which things are shown that must not be shown in the order in which they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from itertools import count


def mixed_order(texts: Sequence[str]) -> tuple[int, ...]:
    """Give kept places in an order that has nothing to do with how they are kept, which may happen to be the same.

    It depends on nothing but the texts, so that an item version looks the same wherever and whenever it is asked; and
    not on the order in which they are kept, or trying all orders would tell which of them leads to what is shown.
    Writers tend to enter the right choice first, or choices line by line. Were the kept order never shown, two
    choices would always be crossed, and whoever knew that would know the key.

    Args:
        texts: The texts as they are kept, in the language that the item was written in.

    Returns:
        A permutation of their places.
    """
    return _order(texts, attempt=0)


def shown_order(texts: Sequence[str]) -> tuple[int, ...]:
    """Give kept places in a mixed order other than the kept one, which is the key of what is put in order.

    Args:
        texts: The texts as they are kept.

    Returns:
        A permutation of their places; the kept one for a draft whose texts are all the same.
    """
    kept = tuple(range(len(texts)))
    if len(set(texts)) < 2:
        return kept
    # The next order has as little to do with the kept one as the first, which turned round would give it away. So the
    # same texts are shown in two orders at most, and what is shown rules out no more than what the candidate knows
    # anyway, except in the one of all orders that the first one happens to hit.
    return next(order for attempt in count() if (order := _order(texts, attempt=attempt)) != kept)


def _order(texts: Sequence[str], *, attempt: int) -> tuple[int, ...]:
    together = "\n".join((str(attempt), *sorted(texts)))
    return tuple(
        sorted(
            range(len(texts)),
            key=lambda place: (sha256(f"{together}\n{texts[place]}".encode(errors="surrogatepass")).digest(), place),
        )
    )
