"""Outcomes with answers left out: what a sitting says once some of its items are found to be faulty."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.blueprints.blueprint import ROOT
from engine.design import PreparedExam
from engine.sittings.answers import with_answers
from engine.sittings.sitting_state import SittingState

NOTHING_LEFT_OUT: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetMinimum:
    """A part of the standard from which fewer items were answered than an exam has to take from it.

    Args:
        level: "exam", "unit", "element" or "criterion".
        code: Code of the part, "" for the exam as a whole.
        needed: Items that are needed.
        answered: Items that were answered and count.
    """

    level: str
    code: str
    needed: int
    answered: int


def state_of_answers(
    exam: PreparedExam, responses: Sequence[tuple[str, int]], *, left_out: Collection[str] = NOTHING_LEFT_OUT
) -> SittingState:
    """Return what an exam's outcomes depend on, from the answers that count alone.

    The items that follow an answer are what they were: nobody can be asked again. So nothing is selected here, and the
    answers that remain enter the posterior in their order, those of a testlet by what remains of it.

    Args:
        exam: The prepared exam.
        responses: Item id and scored response of every answer, in order; those to pretest items do not count.
        left_out: Ids of items whose answers do not count either.

    Returns:
        A state with nothing pending, to be judged by `engine.outcomes.verdicts.outcomes`.

    Raises:
        IllegalTransition: If an item is answered twice.
        InvalidResponse: If a response is not a category of its item.
        UnknownItem: If the pool lacks an item.
    """
    blank = SittingState(seed=0, ineligible=(), administered=(), responses=(), log_posterior=exam.grid.log_prior)
    without_count = exam.pretest_positions
    counting = [(item, score) for item, score in responses if item not in left_out and item not in without_count]
    return with_answers(exam, blank, counting)


def unmet_minima(exam: PreparedExam, state: SittingState) -> tuple[UnmetMinimum, ...]:
    """Name the parts of the standard whose minimum a sitting's answers do not reach, the exam as a whole first.

    Args:
        exam: The prepared exam.
        state: The sitting.

    Returns:
        The parts in the order of the blueprint; none where all evidence that the design asks for is there.
    """
    tree = exam.tree
    counts = tree.count(state.administered)
    found = []
    for group, (level, code, minimum) in enumerate(zip(tree.levels, tree.codes, tree.minima, strict=True)):
        needed = max(minimum, exam.design.minimum_length) if group == ROOT else minimum
        if counts[group] < needed:
            # The exam's label is anything its author liked; only parts of the standard have codes.
            shown = "" if group == ROOT else code
            found.append(UnmetMinimum(level=level, code=shown, needed=needed, answered=counts[group]))
    return tuple(found)
