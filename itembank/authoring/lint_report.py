"""What the rules of item writing say of a whole bank: flaws, near duplicates, and how the keys are spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from itembank.actor import Actor
from itembank.authoring.content import ItemContent
from itembank.authoring.exchange import export_items
from itembank.authoring.flaws.flaw import Flaw
from itembank.authoring.flaws.lint import KeyBalance, balance_flaws, flaws_of, key_balance
from itembank.authoring.flaws.near_duplicates import SimilarPair, similar_pairs
from itembank.authoring.starter import starter_items


@dataclass(frozen=True, slots=True)
class ItemFlaws:
    """An item with flaws."""

    code: str
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True)
class LintReport:
    """A bank under the rules.

    ``flaws`` are those of the bank as a whole; ``similar`` the pairs of near duplicates, the most alike first.
    ``criteria`` and ``ratings`` count the items of each performance criterion and of each difficulty rating,
    ``translated`` those that have a wording in another language.
    """

    n_items: int
    criteria: Mapping[str, int]
    ratings: Mapping[int, int]
    translated: int
    items: tuple[ItemFlaws, ...]
    flaws: tuple[Flaw, ...]
    similar: tuple[SimilarPair, ...]
    keys: tuple[KeyBalance, ...]

    @property
    def by_rule(self) -> dict[str, int]:
        """How many items each rule warns of, the most first."""
        seen = Counter(rule for item in self.items for rule in {flaw.rule.value for flaw in item.flaws})
        return dict(seen.most_common())


def lint(contents: Mapping[str, ItemContent]) -> LintReport:
    """Hold every item, and the set of them, against the rules.

    Args:
        contents: Items by code.
    """
    balances = key_balance(contents.values())
    found = ((code, flaws_of(content)) for code, content in contents.items())
    return LintReport(
        n_items=len(contents),
        criteria=dict(sorted(Counter(content.criterion for content in contents.values()).items())),
        ratings=dict(sorted(Counter(content.difficulty_rating for content in contents.values()).items())),
        translated=sum(bool(content.translations) for content in contents.values()),
        items=tuple(ItemFlaws(code, flaws) for code, flaws in found if flaws),
        flaws=balance_flaws(balances),
        similar=similar_pairs(contents),
        keys=balances,
    )


def lint_bank(session: Session, *, actor: Actor) -> LintReport:
    """Hold the newest version of every item in the database against the rules.

    Raises:
        NotAllowed: The actor may not read the bank.
    """
    return lint({item.code: item.content for item in export_items(session, actor=actor)})


def lint_starter_bank() -> LintReport:
    """Hold the shipped items against the rules."""
    return lint(dict(starter_items()))
