"""All rules over one item, and over a set of items."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from scipy.special import chdtrc

from itembank.authoring.content import LANGUAGES, ItemContent, ItemType
from itembank.authoring.content_problems import MAXIMUM_STIMULUS
from itembank.authoring.flaws import option_rules, part_rules, stem_rules
from itembank.authoring.flaws.flaw import Flaw, Rule
from itembank.authoring.flaws.wording import Wording
from itembank.authoring.item_types.question import MAXIMUM_OPTION, MAXIMUM_STEM

_RULES: Final[tuple[Callable[[Wording], list[Flaw]], ...]] = (
    stem_rules.negative_stem,
    stem_rules.double_negative,
    stem_rules.blank_at_beginning,
    stem_rules.long_to_read,
    stem_rules.unexplained_abbreviation,
    option_rules.longest_option_is_key,
    option_rules.unequal_options,
    option_rules.overlapping_options,
    option_rules.absolute_words,
    option_rules.all_or_none,
    option_rules.repeated_words,
    option_rules.odd_one_out,
    option_rules.grammar_clue,
    option_rules.missing_rationale,
    part_rules.longest_choice_is_key,
    part_rules.last_by_elimination,
    part_rules.exact_decimal,
)
#: Fewer keys say nothing about their balance; a set as uneven by chance is one in a hundred.
_FEWEST_KEYS, _CHANCE = 20, 0.01


@dataclass(frozen=True, slots=True)
class KeyBalance:
    """How often each option was the key, among single-choice items with the same number of options."""

    options: int
    counts: tuple[int, ...]
    probability: float

    @property
    def says_nothing(self) -> bool:
        """Whether there are too few keys to tell anything by."""
        return sum(self.counts) < _FEWEST_KEYS

    @property
    def out_of_balance(self) -> bool:
        """Whether chance hardly ever spreads keys so unevenly."""
        return not self.says_nothing and self.probability < _CHANCE


def flaws_of(content: Wording) -> tuple[Flaw, ...]:
    """Find the flaws of one item, those of the stem first; a draft may lack anything.

    Where a text is longer than any item's may be, its length is what has to be told.
    """
    if content.language not in LANGUAGES or _is_too_long(content):
        return ()
    return tuple(flaw for rule in _RULES for flaw in rule(content))


def _is_too_long(content: Wording) -> bool:
    choices = [option.text for option in content.options]
    choices += [text for prompt in content.prompts for text in (prompt.text, *prompt.options)]
    return (
        len(content.stem) > MAXIMUM_STEM
        or len(content.stimulus) > MAXIMUM_STIMULUS
        or any(len(text) > MAXIMUM_OPTION for text in choices)
    )


def key_balance(contents: Iterable[ItemContent]) -> tuple[KeyBalance, ...]:
    """Count key positions of single-choice items and test them against even ones.

    Reference:
        Attali & Bar-Hillel (2003), Guess where.
    """
    places: dict[int, Counter[int]] = defaultdict(Counter)
    for content in contents:
        if content.type is ItemType.SINGLE_CHOICE:
            places[len(content.options)][content.key[0]] += 1
    return tuple(balance_of(options, counted) for options, counted in sorted(places.items()))


def balance_of(options: int, counted: Mapping[int, int]) -> KeyBalance:
    """Test how often each option was the key against keys spread evenly.

    Args:
        options: How many options each item has.
        counted: How often each place, from 0, is the key.
    """
    counts = tuple(counted.get(place, 0) for place in range(options))
    even = sum(counts) / options
    statistic = math.fsum((count - even) ** 2 / even for count in counts)
    return KeyBalance(options, counts, float(chdtrc(options - 1, statistic)))


def balance_flaws(balances: Iterable[KeyBalance]) -> tuple[Flaw, ...]:
    """Give the sets whose keys are out of balance as flaws."""
    return tuple(
        Flaw(
            Rule.KEY_POSITIONS,
            "key",
            seen=", ".join(f"{chr(ord('A') + place)} {count}" for place, count in enumerate(balance.counts)),
            numbers={"options": balance.options, "items": sum(balance.counts)},
        )
        for balance in balances
        if balance.out_of_balance
    )
