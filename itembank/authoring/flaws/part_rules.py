"""Rules for what the types beyond plain options are made of: lines to match, gaps, numbers."""

from __future__ import annotations

from itembank.authoring.content import ItemType
from itembank.authoring.flaws.flaw import Flaw, Rule
from itembank.authoring.flaws.option_rules import stands_out
from itembank.authoring.flaws.wording import Wording
from itembank.authoring.item_types.numeric import read_number


def longest_choice_is_key(content: Wording) -> list[Flaw]:
    """In a gap, too, whoever knows nothing takes the longest choice."""
    if content.type != ItemType.INLINE_CHOICE:
        return []
    found = []
    for number, gap in enumerate(content.prompts, start=1):
        wrong = [text for place, text in enumerate(gap.options) if place != gap.key]
        if wrong and 0 <= gap.key < len(gap.options):
            found += stands_out(f"prompts.{number}", gap.options[gap.key], wrong)
    return found


def last_by_elimination(content: Wording) -> list[Flaw]:
    """Where each choice fits exactly one line, whoever knows all but one gets the last for nothing."""
    keys = [prompt.key for prompt in content.prompts]
    if content.type != ItemType.MATCHING or sorted(keys) != list(range(len(content.options))):
        return []
    return [Flaw(Rule.LAST_BY_ELIMINATION, "options", numbers={"lines": len(keys), "choices": len(content.options)})]


def exact_decimal(content: Wording) -> list[Flaw]:
    """A number with decimals that has to be met exactly asks how one rounds, not what one knows."""
    if content.type != ItemType.NUMERIC or content.number is None:
        return []
    value, tolerance = read_number(content.number.value), read_number(content.number.tolerance)
    if value is None or tolerance is None or tolerance or value == int(value):
        return []
    return [Flaw(Rule.EXACT_DECIMAL, "tolerance", seen=content.number.value)]
