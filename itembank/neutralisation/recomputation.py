"""A sitting's outcome as a pure function of its exam, its answers and the neutralisations that concern it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from engine.design import PreparedExam
from engine.outcomes.marked_tasks import with_tasks
from engine.outcomes.verdicts import SittingOutcome, outcomes
from engine.outcomes.without_items import UnmetMinimum, state_of_answers, unmet_minima
from engine.sittings.task_evidence import TaskEvidence
from itembank.neutralisation.best_result import best_choice
from itembank.neutralisation.rules import Rule
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
        before: The result without the last neutralisation.
        without: The result with the last neutralisation's item left out, whether it is told or not.
        adopted: Whether each neutralisation's item is left out of what is told, in the order of the neutralisations.
    """

    told: Judged
    before: Judged
    without: Judged
    adopted: tuple[bool, ...]

    @property
    def replaced(self) -> bool:
        """Whether the last neutralisation changes what is told."""
        return self.told.outcome != self.before.outcome


def recompute(
    exam: PreparedExam,
    pool: UnitPool,
    answers: Sequence[tuple[UUID, int]],
    weighings: Sequence[Weighing],
    *,
    tasks: TaskEvidence | None = None,
) -> Recomputed:
    """Weigh all neutralisations of a sitting together; their order makes no difference to what is told.

    An item that one of them takes out for everybody is left out. Of those that are left out for gain alone, what
    gives the candidate the best result is.

    Args:
        exam: The sitting's prepared exam.
        pool: The unit's items in the sitting's bank.
        answers: Item version and score of every answer, in order.
        weighings: The neutralisations, in the order in which they came in force.
        tasks: What the marks of its written tasks say; None where its exam has none.

    Raises:
        EngineError: The answers are none that a sitting of this exam can have.
        KeyError: An answered item version is not in the bank.
    """
    responses = [(pool.item_ids[pool.index_of_version[version]], score) for version, score in answers]
    items = [pool.item_ids[pool.index_of_version[weighing.item_version_id]] for weighing in weighings]

    @cache
    def judged(left_out: frozenset[str]) -> Judged:
        state = state_of_answers(exam, responses, left_out=left_out)
        state = state if tasks is None else with_tasks(state, tasks)
        return Judged(outcomes(exam, state), unmet_minima(exam, state))

    weighed = list(zip(weighings, items, strict=True))
    left_out, left_out_before = _left_out(weighed, judged), _left_out(weighed[:-1], judged)
    told, before = judged(left_out), judged(left_out_before)
    without = told if left_out.issuperset(items[-1:]) else judged(left_out_before.union(items[-1:]))
    return Recomputed(told, before, without, tuple(item in left_out for item in items))


def _left_out(weighed: Sequence[tuple[Weighing, str]], judged: Callable[[frozenset[str]], Judged]) -> frozenset[str]:
    for_all = frozenset(item for weighing, item in weighed if weighing.rule is Rule.ALL)
    optional = {item for _, item in weighed} - for_all
    return for_all | best_choice(optional, lambda some: judged(for_all | some).outcome)
