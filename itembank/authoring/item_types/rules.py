"""The one table of item types and their rules."""

from __future__ import annotations

from itembank.authoring.item_types.choice import ChoiceRule
from itembank.authoring.item_types.constructed_response import ConstructedResponseRule
from itembank.authoring.item_types.inline_choice import InlineChoiceRule
from itembank.authoring.item_types.matching import MatchingRule
from itembank.authoring.item_types.numeric import NumericRule
from itembank.authoring.item_types.ordering import OrderingRule
from itembank.authoring.item_types.question import CHOICE_TYPES, ItemType, TypeRule
from itembank.authoring.item_types.short_text import ShortTextRule

_RULES: dict[ItemType, TypeRule] = {
    **{kind: ChoiceRule(kind) for kind in CHOICE_TYPES},
    ItemType.MATCHING: MatchingRule(),
    ItemType.ORDERING: OrderingRule(),
    ItemType.INLINE_CHOICE: InlineChoiceRule(),
    ItemType.NUMERIC: NumericRule(),
    ItemType.SHORT_TEXT: ShortTextRule(),
    ItemType.CONSTRUCTED_RESPONSE: ConstructedResponseRule(),
}


def rule_of(kind: ItemType) -> TypeRule:
    """Give the rule of an item type."""
    return _RULES[kind]
