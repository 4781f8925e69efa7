"""A sitting's outcome as a pure function of its exam, its answers and the neutralisations that concern it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine.design import PreparedExam
from engine.outcomes.verdicts import SittingOutcome, outcomes
from engine.outcomes.without_items import UnmetMinimum, state_of_answers, unmet_minima
from itembank.neutralisation.rules import Rule, compare_for_candidate
from itembank.publishing.pools import UnitPool
from itembank.tables import Neutralisation


@dataclass(frozen=True, slots=True)
class Weighing:
    """A neutralisation as it is weighed for one sitting."""

    neutralisation_id: UUID
    item_version_id: UUID
    rule: Rule

    @classmethod
    def of(cls, neutralisation: Neutralisation) -> Weighing:
        """Take what matters of a neutralisation."""
        return cls(neutralisation.id, neutralisation.item_version_id, Rule(neutralisation.rule))

    @classmethod
    def from_record(cls, entry: Mapping[str, Any]) -> Weighing:
        """Read one entry of a recorded version."""
        return cls(UUID(entry["neutralisation_id"]), UUID(entry["item_version_id"]), Rule(entry["rule"]))

    def to_record(self, *, adopted: bool) -> dict[str, Any]:
        """Write the entry of a version."""
        return {
            "neutralisation_id": str(self.neutralisation_id),
            "item_version_id": str(self.item_version_id),
            "rule": self.rule.value,
            "adopted": adopted,
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """What a sitting says with some items left out, and which minima its answers do not reach then."""

    outcome: SittingOutcome
    unmet: tuple[UnmetMinimum, ...]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A sitting recomputed.

    Attributes:
        told: The result to tell.
        before: The result before the last neutralisation was weighed.
        without: The result with the last neutralisation's item left out, whether it is told or not.
        adopted: Whether each neutralisation changed what is told, in the order in which they were weighed.
    """

    told: Judged
    before: Judged
    without: Judged
    adopted: tuple[bool, ...]


def recompute(
    exam: PreparedExam, pool: UnitPool, answers: Sequence[tuple[UUID, int]], weighings: Sequence[Weighing]
) -> Recomputed:
    """Weigh one neutralisation after the other, each against the result that those before it gave.

    Args:
        exam: The sitting's prepared exam.
        pool: The unit's items in the sitting's bank.
        answers: Item version and score of every answer, in order.
        weighings: The neutralisations, in the order in which they came in force.

    Raises:
        EngineError: The answers are none that a sitting of this exam can have.
        KeyError: An answered item version is not in the bank.
    """
    responses = [(pool.item_ids[pool.index_of_version[version]], score) for version, score in answers]
    left_out: frozenset[str] = frozenset()
    told = before = without = _judged(exam, responses, left_out)
    adopted = []
    for weighing in weighings:
        item_id = pool.item_ids[pool.index_of_version[weighing.item_version_id]]
        before, without = told, _judged(exam, responses, left_out | {item_id})
        adopted.append(weighing.rule is Rule.ALL or compare_for_candidate(without.outcome, before.outcome) > 0)
        if adopted[-1]:
            told, left_out = without, left_out | {item_id}
    return Recomputed(told, before, without, tuple(adopted))


def _judged(exam: PreparedExam, responses: Sequence[tuple[str, int]], left_out: frozenset[str]) -> Judged:
    state = state_of_answers(exam, responses, left_out=left_out)
    return Judged(outcomes(exam, state), unmet_minima(exam, state))
