"""The order in which things are shown that must not be shown in the order in which they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def mixed_order(texts: Sequence[str]) -> tuple[int, ...]:
    """Give kept places in an order that has nothing to do with how they are kept, which may happen to be the same.

    It depends on nothing but the texts, so that an item version looks the same wherever and whenever it is asked.
    Writers tend to enter the right choice first, or choices line by line. Were the kept order never shown, two
    choices would always be crossed, and whoever knew that would know the key.

    Args:
        texts: The texts as they are kept, in the language that the item was written in.

    Returns:
        A permutation of their places.
    """
    together = "\n".join(texts)
    return tuple(
        sorted(
            range(len(texts)),
            key=lambda place: (sha256(f"{together}\n{texts[place]}".encode(errors="surrogatepass")).digest(), place),
        )
    )


def shown_order(texts: Sequence[str]) -> tuple[int, ...]:
    """Give kept places in a mixed order other than the kept one, which is the key of what is put in order.

    Args:
        texts: The texts as they are kept, at least three that differ.

    Returns:
        A permutation of their places.
    """
    order = mixed_order(texts)
    return order[1:] + order[:1] if order == tuple(range(len(texts))) else order
