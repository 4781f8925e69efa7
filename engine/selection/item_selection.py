"""The choice of the next item, with a record that explains it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engine.ability.ability_grid import mean_and_sd, probability_above
from engine.blueprints.testlets import with_whole_testlets
from engine.design import PreparedExam
from engine.explanations.decision_grounds import Grounds, LastAnswer, grounds_of
from engine.randomness import generator
from engine.response_models import FloatArray
from engine.selection.planned_test import planned_test

RECORDED_CANDIDATES = 10
RECORDED_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why an item was chosen.

    Args:
        position: Number of the question in the sitting, from 1, pretest items counted.
        planned_length: Length of the shadow test it was taken from.
        theta: Mean of the posterior before it.
        standard_error: Standard deviation of that posterior.
        probability_competent: P(theta >= cut score) under that posterior.
        rule: How items were weighted; "pretest" for one that is tried out and does not count.
        candidates: The best of the items considered, as (item id, weight), at most ten.
        item_id: The item chosen.
        random_draw: The number in [0, 1) that picked among the best, or None where nothing was drawn.
        ineligible: How many items exposure control kept back in this sitting.
        grounds: What an explanation of the choice needs besides.
    """

    position: int
    planned_length: int
    theta: float
    standard_error: float
    probability_competent: float
    rule: str
    candidates: tuple[tuple[str, float], ...]
    item_id: str
    random_draw: float | None
    ineligible: int
    grounds: Grounds | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON, with floats rounded so that platforms agree."""
        document = {
            name: round(value, RECORDED_DIGITS) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }
        document["candidates"] = [
            {"item_id": item_id, "weight": round(weight, RECORDED_DIGITS)} for item_id, weight in self.candidates
        ]
        del document["grounds"]
        return document if self.grounds is None else document | self.grounds.to_dict()


def choose_item(
    exam: PreparedExam,
    *,
    seed: int,
    ineligible: Sequence[int],
    administered: Sequence[int],
    posterior: FloatArray,
    last: LastAnswer | None = None,
    pretest_answers: int = 0,
) -> Decision:
    """Choose the next item of a sitting from a shadow test: an item by itself, or the first one of a testlet.

    Nothing but the number of the question depends on pretest items: what is drawn is drawn by the number of scored
    answers.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting.
        ineligible: Pool positions that exposure control keeps back.
        administered: Pool positions of the items answered, in order; fewer than the maximum length.
        posterior: Posterior on the exam's grid after these answers, shape (nodes,).
        last: The last of these answers, for the record.
        pretest_answers: How many pretest items were answered besides.

    Returns:
        The choice and its reasons.

    Raises:
        InfeasibleBlueprint: If the answered items are part of no test that meets the blueprint.
    """
    design, position = exam.design, len(administered) + 1
    theta, standard_error = mean_and_sd(exam.grid.nodes, posterior)
    weights, shadow = planned_test(
        exam, seed=seed, theta=theta, posterior=posterior, administered=administered, ineligible=ineligible
    )
    free = shadow[len(administered) :].tolist()
    openings = [item for item in free if item not in exam.tree.testlet_followers]
    kept_back = set(with_whole_testlets(exam.tree.testlets, ineligible))
    chosen, draw = _drawn(openings, kept_back, design.randomesque, seed, position)
    return Decision(
        position=position + pretest_answers,
        planned_length=len(shadow),
        theta=theta,
        standard_error=standard_error,
        probability_competent=probability_above(exam.above_cut, posterior),
        rule=design.selection,
        candidates=tuple((exam.pool.item_ids[item], float(weights[item])) for item in free[:RECORDED_CANDIDATES]),
        item_id=exam.pool.item_ids[chosen],
        random_draw=draw,
        ineligible=len(ineligible),
        grounds=grounds_of(
            exam,
            weights=weights,
            shadow=shadow.tolist(),
            answered=len(administered),
            chosen=chosen,
            drawn_from=1 if draw is None else min(design.randomesque, len(openings)),
            ineligible=list(kept_back),
            last=last,
        ),
    )


def _drawn(
    free: Sequence[int], ineligible: set[int], randomesque: int, seed: int, position: int
) -> tuple[int, float | None]:
    """Take the best item, or one of the best few; an ineligible one only where nothing else is left to give."""
    eligible = [item for item in free if item not in ineligible] if ineligible else free
    best = (eligible or free)[:randomesque]
    if len(best) == 1:
        return best[0], None
    draw = float(generator(seed, position, "randomesque").random())
    return best[int(draw * len(best))], draw
