"""Fields of items that a format has no place for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from itembank.authoring.content import ItemContent, ItemType
from itembank.authoring.exchange import ExchangedItem
from itembank.exchange.item_file import Loss

#: What an item may say beyond its question; a format that carries one of them names it.
_FIELDS: Final = (
    "criterion", "cognitive_level", "difficulty_rating", "source", "testlet", "stimulus", "partial_credit",
    "rationale", "translations",
)  # fmt: skip
#: Where a criterion can't be carried, nothing that is said about the place in the standard can.
_OF_THE_STANDARD: Final = frozenset({"cognitive_level", "difficulty_rating"})


def counts_otherwise(content: ItemContent) -> tuple[Loss, ...]:
    """Name the rule of an item whose parts count together where programs count parts of such items one by one."""
    by_parts = content.type in (ItemType.MATCHING, ItemType.INLINE_CHOICE) or len(content.key) > 1
    return (Loss("all or nothing", "parts count one by one"),) if by_parts and not content.partial_credit else ()


def losses_of_fields(item: ExchangedItem, *, carried: Collection[str]) -> tuple[Loss, ...]:
    """Name the fields that an item fills and a format leaves behind.

    Args:
        item: The item.
        carried: Names of the fields that the format has a place for; ``rationales`` are those of the options and
            ``enemies`` the items that must not meet it.
    """
    lost = [
        Loss(name)
        for name in _FIELDS
        if name not in carried and name not in _OF_THE_STANDARD and getattr(item.content, name)
    ]
    if "rationales" not in carried and any(option.rationale for option in item.content.options):
        lost.append(Loss("rationales"))
    if "enemies" not in carried and item.enemies:
        lost.append(Loss("enemies"))
    return tuple(lost)
