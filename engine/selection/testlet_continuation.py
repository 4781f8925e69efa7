"""The next item within a testlet: nothing is chosen, its items follow one another."""

from collections.abc import Sequence

from engine.ability.ability_grid import mean_and_sd, probability_above
from engine.design import PreparedExam
from engine.explanations.decision_grounds import Grounds, LastAnswer
from engine.response_models import FloatArray
from engine.selection.item_selection import Decision
from engine.selection.selection_weights import item_weights

RULE = "testlet"


def next_in_testlet(
    exam: PreparedExam,
    *,
    left: Sequence[int],
    seed: int,
    administered: Sequence[int],
    posterior: FloatArray,
    last: LastAnswer | None = None,
    pretest_answers: int = 0,
) -> Decision:
    """Return the next item of a testlet that is begun.

    Args:
        exam: The prepared exam.
        left: Pool positions of the testlet's items that are not answered yet, in pool order.
        seed: Seed of the sitting.
        administered: Pool positions of the items answered, in order.
        posterior: Posterior on the exam's grid after these answers, shape (nodes,).
        last: The last of these answers, for the record.
        pretest_answers: How many pretest items were answered besides.

    Returns:
        The first of them, with all that are left as the candidates.
    """
    design, position = exam.design, len(administered) + 1
    theta, standard_error = mean_and_sd(exam.grid.nodes, posterior)
    weights = item_weights(exam, seed=seed, position=position, theta=theta, posterior=posterior)
    return Decision(
        position=position + pretest_answers,
        planned_length=design.planned_length(len(administered)),
        theta=theta,
        standard_error=standard_error,
        probability_competent=probability_above(exam.above_cut, posterior),
        rule=RULE,
        candidates=tuple((exam.pool.item_ids[item], float(weights[item])) for item in left),
        item_id=exam.pool.item_ids[left[0]],
        random_draw=None,
        ineligible=0,
        grounds=Grounds(
            cut_score=design.cut_score,
            weight=float(weights[left[0]]),
            rank=1,
            considered=len(left),
            drawn_from=1,
            last_answer=last,
            kept_out=None,
        ),
    )
