"""Pretest items in a sitting: at which questions they are asked, and which of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.ability.ability_grid import mean_and_sd, probability_above
from engine.blueprints.shadow_test import assemble
from engine.blueprints.testlets import pending_in_testlet
from engine.design import WEIGHT_DIGITS, PreparedExam
from engine.explanations.decision_grounds import Grounds, LastAnswer
from engine.pretest.parameter_information import variance_reduction
from engine.randomness import generator
from engine.response_models import FloatArray
from engine.selection.item_selection import RECORDED_CANDIDATES, Decision
from engine.selection.selection_weights import item_weights

RULE = "pretest"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class PretestMoment:
    """What the choice of a pretest item depends on.

    Args:
        exam: The prepared exam, with a pretest pool.
        seed: Seed of the sitting.
        administered: Pool positions of the scored items answered, in order.
        tried: Positions in the pretest pool of the items tried out, in order.
        posterior: Posterior on the exam's grid after the scored answers, shape (nodes,).
        ineligible: Pool positions that exposure control keeps back from the scored items.
        answers_before: How many answers each pretest item got in other sittings since its standard errors were
            estimated, in the order of the pretest pool; empty where that is not known.
    """

    exam: PreparedExam
    seed: int
    administered: Sequence[int]
    tried: Sequence[int]
    posterior: FloatArray
    ineligible: Sequence[int] = ()
    answers_before: Sequence[int] = ()


def pretest_places(exam: PreparedExam, seed: int) -> tuple[int, ...]:
    """Draw the questions at which a sitting asks its pretest items.

    They lie among the questions 2 to minimum length + pretest items: never the first, and all of them are reached
    before the exam can end by itself.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting.

    Returns:
        Numbers of questions, from 1, rising, one for each pretest item.
    """
    if not exam.pretest_items:
        return ()
    draws = generator(seed, 0, "pretest places").random(exam.design.minimum_length + exam.pretest_items - 1)
    lowest = np.argsort(draws, kind="stable")[: exam.pretest_items]
    return tuple(sorted((lowest + 2).tolist()))


def is_due(exam: PreparedExam, places: Sequence[int], *, administered: Sequence[int], tried: int) -> bool:
    """Say whether the next question is one for a pretest item.

    Args:
        exam: The prepared exam.
        places: What `pretest_places` drew.
        administered: Pool positions of the scored items answered, in order.
        tried: How many pretest items are answered.

    Returns:
        True at the place drawn, and after it as long as the item could not be asked there, such as inside a testlet.
    """
    reached = tried < len(places) and len(administered) + tried + 1 >= places[tried]
    return reached and pending_in_testlet(exam.pool.testlets, administered) is None


def choose_pretest_item(moment: PretestMoment, *, last: LastAnswer | None = None) -> Decision | None:
    """Choose the pretest item that a sitting tries out next.

    With the probability that the design sets it is any of those left, so that each gets answers whatever is believed of
    it; else the one whose discrimination and difficulty one answer of this examinee is expected to narrow most, after
    what answers in other sittings have taught. Items about which nothing is left to learn come last.

    Left out are enemies of an item tried out before, items of its testlet, and enemies of a scored item that is
    answered or stands in the present plan. Scored items are chosen as if there were no pretest items, so an enemy that
    enters the plan later does come.

    Args:
        moment: What the choice depends on.
        last: The last scored answer, for the record.

    Returns:
        The choice and its reasons, None if no item is left to try.

    Reference:
        van der Linden & Ren (2015).
    """
    exam = moment.exam
    assert exam.pretest_pool is not None
    left = _items_left(moment)
    if not left:
        return None
    worth = _worth(moment)
    ranked = sorted(left, key=lambda item: (-worth[item], item))
    chosen, draw, by_chance = _drawn(moment, left, ranked)
    theta, standard_error = mean_and_sd(exam.grid.nodes, moment.posterior)
    names = exam.pretest_pool.item_ids
    return Decision(
        position=len(moment.administered) + len(moment.tried) + 1,
        planned_length=exam.design.planned_length(len(moment.administered)),
        theta=theta,
        standard_error=standard_error,
        probability_competent=probability_above(exam.above_cut, moment.posterior),
        rule=RULE,
        candidates=tuple((names[item], float(worth[item])) for item in ranked[:RECORDED_CANDIDATES]),
        item_id=names[chosen],
        random_draw=draw,
        ineligible=0,
        grounds=Grounds(
            cut_score=exam.design.cut_score,
            weight=float(worth[chosen]),
            rank=ranked.index(chosen) + 1,
            considered=len(left),
            drawn_from=len(left) if by_chance else 1,
            last_answer=last,
            kept_out=None,
            random_share=exam.design.pretest_random_share,
            by_chance=by_chance,
        ),
    )


def _worth(moment: PretestMoment) -> FloatArray:
    """Return the expected reduction of each pretest item's variance, shape (pretest items,).

    Answers in other sittings count as those of examinees spread like the prior.
    """
    exam = moment.exam
    assert exam.pretest_pool is not None
    before = np.array(moment.answers_before or (0,) * len(exam.pretest_pool), dtype=np.float64)
    collected = before[:, None] * exam.pretest_information_expected
    expected = exam.pretest_information @ moment.posterior
    return variance_reduction(exam.pretest_pool, expected, collected=collected).round(WEIGHT_DIGITS)


def _drawn(moment: PretestMoment, left: Sequence[int], ranked: Sequence[int]) -> tuple[int, float | None, bool]:
    """Return the item, the random number that decided, and whether chance took it."""
    share = moment.exam.design.pretest_random_share
    if len(left) == 1 or share == 0:
        return ranked[0], None, False
    draw = float(generator(moment.seed, len(moment.tried) + 1, "pretest item").random())
    if draw >= share:
        return ranked[0], draw, False
    # Below the share the number is as good as new for the pick, once it is stretched to the unit interval.
    return left[int(draw / share * len(left))], draw, True


def _items_left(moment: PretestMoment) -> list[int]:
    """Return the positions in the pretest pool of the items that may be tried out, in the order of the pool."""
    pool = moment.exam.pretest_pool
    assert pool is not None
    tried = set(moment.tried)
    rivals = [members for members in (*pool.enemies, *pool.testlets) if not tried.isdisjoint(members)]
    closed = tried.union(*rivals)
    left = [item for item in range(len(pool)) if item not in closed]
    enemies = moment.exam.pretest_enemies
    if not any(item in enemies for item in left):
        return left
    planned = _planned(moment)
    return [item for item in left if planned.isdisjoint(enemies.get(item, ()))]


def _planned(moment: PretestMoment) -> set[int]:
    """Return the pool positions of the scored items answered or planned at present."""
    exam = moment.exam
    theta, _standard_error = mean_and_sd(exam.grid.nodes, moment.posterior)
    weights = item_weights(
        exam, seed=moment.seed, position=len(moment.administered) + 1, theta=theta, posterior=moment.posterior
    )
    shadow = assemble(
        exam.tree,
        weights,
        length=exam.design.planned_length(len(moment.administered)),
        administered=moment.administered,
        ineligible=moment.ineligible,
        extends_to=exam.design.maximum_length,
    )
    return set(shadow.tolist())
