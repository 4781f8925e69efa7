"""A flaw: which rule, in which field, and what was seen."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """The rules, each with its source.

    Haladyna, Downing & Rodriguez (2002), A review of multiple-choice item-writing guidelines, gives nearly all of them;
    Moreno, Martínez & Muñiz (2006) order them anew; Tarrant & Ware (2008) measured what flaws cost examinees; key
    balance is Attali & Bar-Hillel's (2003). Haladyna & Rodriguez (2013), Developing and Validating Test Items, treat
    the other formats.
    """

    LONGEST_OPTION_IS_KEY = "longest_option_is_key"
    UNEQUAL_OPTIONS = "unequal_options"
    OVERLAPPING_OPTIONS = "overlapping_options"
    ABSOLUTE_WORDS = "absolute_words"
    ALL_OR_NONE = "all_or_none"
    REPEATED_WORDS = "repeated_words"
    ODD_ONE_OUT = "odd_one_out"
    NEGATIVE_STEM = "negative_stem"
    DOUBLE_NEGATIVE = "double_negative"
    BLANK_AT_BEGINNING = "blank_at_beginning"
    GRAMMAR_CLUE = "grammar_clue"
    LONG_TO_READ = "long_to_read"
    MISSING_RATIONALE = "missing_rationale"
    UNEXPLAINED_ABBREVIATION = "unexplained_abbreviation"
    KEY_POSITIONS = "key_positions"
    LAST_BY_ELIMINATION = "last_by_elimination"
    EXACT_DECIMAL = "exact_decimal"


#: Who says so, by rule.
SOURCES = {
    Rule.LONGEST_OPTION_IS_KEY: "Haladyna, Downing & Rodriguez (2002), guideline 24",
    Rule.UNEQUAL_OPTIONS: "Haladyna, Downing & Rodriguez (2002), guideline 24",
    Rule.OVERLAPPING_OPTIONS: "Haladyna, Downing & Rodriguez (2002), guideline 22",
    Rule.ABSOLUTE_WORDS: "Haladyna, Downing & Rodriguez (2002), guideline 28a",
    Rule.ALL_OR_NONE: "Haladyna, Downing & Rodriguez (2002), guidelines 25 and 26",
    Rule.REPEATED_WORDS: "Haladyna, Downing & Rodriguez (2002), guideline 28b",
    Rule.ODD_ONE_OUT: "Haladyna, Downing & Rodriguez (2002), guidelines 23 and 28d",
    Rule.NEGATIVE_STEM: "Haladyna, Downing & Rodriguez (2002), guideline 17",
    Rule.DOUBLE_NEGATIVE: "Haladyna, Downing & Rodriguez (2002), guidelines 17 and 27",
    Rule.BLANK_AT_BEGINNING: "Haladyna, Downing & Rodriguez (2002), guideline 15",
    Rule.GRAMMAR_CLUE: "Haladyna, Downing & Rodriguez (2002), guideline 28c",
    Rule.LONG_TO_READ: "Haladyna, Downing & Rodriguez (2002), guideline 13",
    Rule.MISSING_RATIONALE: "Standards for Educational and Psychological Testing (2014), standard 4.8",
    Rule.UNEXPLAINED_ABBREVIATION: "Haladyna, Downing & Rodriguez (2002), guideline 12",
    Rule.KEY_POSITIONS: "Attali & Bar-Hillel (2003)",
    Rule.LAST_BY_ELIMINATION: "Haladyna & Rodriguez (2013), matching format",
    Rule.EXACT_DECIMAL: "Standards for Educational and Psychological Testing (2014), standard 4.18",
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """What looks wrong, and where.

    Attributes:
        rule: The rule that the text seems to break.
        field: ``"stem"``, ``"options"``, ``"options.2"`` for the second option, ``"prompts.2"`` for the second line or
            gap, ``"tolerance"`` or ``"rationale"``.
        seen: What gave it away, as it stands in the text; empty where the field says enough.
        numbers: Figures behind it, by name.
    """

    rule: Rule
    field: str
    seen: str = ""
    numbers: dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def source(self) -> str:
        """Who says that this is a flaw."""
        return SOURCES[self.rule]
