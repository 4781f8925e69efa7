"""The grounds of a decision that a person asks for: what the last answer changed, what kept better items out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.ability.ability_grid import mean_and_sd, posterior_of, probability_above
from engine.blueprints.blueprint import ENEMY_LEVEL, ROOT, BlueprintTree
from engine.design import PreparedExam
from engine.response_models import FloatArray

GROUNDS_DIGITS = 12
# Records of items that count are the same as those written before there were pretest items.
_OF_PRETEST_ITEMS = ("random_share", "by_chance")

EXPOSURE = "exposure"
ENEMY = "enemy"
MAXIMUM = "maximum"
MINIMUM = "minimum"
TESTLET = "testlet"
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a posterior says: its mean, its standard deviation and P(theta >= cut score)."""

    theta: float
    standard_error: float
    probability_competent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """The answer before a decision, and what the posterior said before that answer.

    Args:
        item_id: The item answered.
        response: The scored response.
        highest: The highest score of the item.
        before: The standing before the answer.
    """

    item_id: str
    response: int
    highest: int
    before: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEffect:
    """What an answer changed: the answer with the standing before it, and the standing after it."""

    answer: LastAnswer
    after: Standing

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON: the fields of the answer and "after"."""
        document = asdict(self.answer) | {"after": asdict(self.after)}
        return {name: _rounded(value) for name, value in document.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOut:
    """The heaviest item that was not to be had, and the constraint in its way.

    Args:
        item_id: The item, heavier than every one that could be given.
        weight: Its weight.
        constraint: "exposure" (it sits this sitting out), "enemy" (of an item in the test), "maximum" (a part of the
            standard has its most items already), "minimum" (its place is kept for a part that lacks items), "testlet"
            (of items that are given all or none, it being one of them or in their place) or "other".
        level: Level of that part, "" where there is none.
        code: Code of that part, or the enemies, or the items of the testlet; "" where there is none.
        limit: The maximum or minimum, or the number of items of the testlet; None where there is none.
    """

    item_id: str
    weight: float
    constraint: str
    level: str = ""
    code: str = ""
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a record of a decision holds beside the choice itself.

    Args:
        cut_score: The cut score.
        weight: Weight of the item chosen.
        rank: Its place among the items that could be given, from 1.
        considered: How many there were: the items still planned.
        drawn_from: How many of the best the draw was made from, 1 where nothing was drawn.
        last_answer: The last scored answer, None before any.
        kept_out: The heaviest item that a constraint kept out, None where the heaviest of all could be given.
        random_share: Probability with which a pretest item is taken by chance, None for an item that counts.
        by_chance: Whether it was, None for an item that counts.
    """

    cut_score: float
    weight: float
    rank: int
    considered: int
    drawn_from: int
    last_answer: LastAnswer | None
    kept_out: KeptOut | None
    random_share: float | None = None
    by_chance: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON, with floats rounded so that platforms agree."""
        return {
            name: _rounded(value)
            for name, value in asdict(self).items()
            if name not in _OF_PRETEST_ITEMS or value is not None
        }


def standing(exam: PreparedExam, posterior: FloatArray) -> Standing:
    """Return what a posterior on the exam's grid, shape (nodes,), says."""
    theta, standard_error = mean_and_sd(exam.grid.nodes, posterior)
    probability = probability_above(exam.above_cut, posterior)
    return Standing(theta=theta, standard_error=standard_error, probability_competent=probability)


def last_answer(
    exam: PreparedExam, *, administered: Sequence[int], responses: Sequence[int], log_posterior: FloatArray
) -> LastAnswer | None:
    """Return the last answer of a sitting with the standing before it, None before any answer.

    Args:
        exam: The prepared exam.
        administered: Pool positions of the items answered, in order.
        responses: Scored responses to them.
        log_posterior: Log of the posterior after them up to a constant, shape (nodes,).
    """
    if not administered:
        return None
    item, response = administered[-1], responses[-1]
    before = posterior_of(log_posterior - exam.answer_likelihood.added_by_last(administered, responses))
    return LastAnswer(
        item_id=exam.pool.item_ids[item],
        response=response,
        highest=int(exam.pool.category_counts[item]) - 1,
        before=standing(exam, before),
    )


def grounds_of(
    exam: PreparedExam,
    *,
    weights: FloatArray,
    shadow: Sequence[int],
    answered: int,
    chosen: int,
    drawn_from: int,
    ineligible: Sequence[int],
    last: LastAnswer | None,
) -> Grounds:
    """Return the grounds of a choice.

    Args:
        exam: The prepared exam.
        weights: Weight of each item of the pool, shape (items,).
        shadow: Pool positions of the shadow test, administered items first, the others from the best to the worst.
        answered: How many are administered.
        chosen: Pool position of the item chosen.
        drawn_from: How many of the best it was drawn from.
        ineligible: Pool positions that exposure control keeps back.
        last: The answer before.

    Returns:
        The grounds.
    """
    free = list(shadow[answered:])
    return Grounds(
        cut_score=exam.design.cut_score,
        weight=float(weights[chosen]),
        rank=free.index(chosen) + 1,
        considered=len(free),
        drawn_from=drawn_from,
        last_answer=last,
        kept_out=_heaviest_kept_out(exam, weights, shadow, free, set(ineligible)),
    )


def _heaviest_kept_out(
    exam: PreparedExam, weights: FloatArray, shadow: Sequence[int], free: Sequence[int], ineligible: set[int]
) -> KeptOut | None:
    left_out = np.array(weights)
    left_out[list(shadow)] = -np.inf
    item = int(np.argmax(left_out))
    if left_out[item] <= max(weights[place] for place in free):
        return None
    constraint, level, code, limit = (
        (EXPOSURE, "", "", None) if item in ineligible else _constraint_against(exam.tree, item, shadow, free)
    )
    return KeptOut(
        item_id=exam.pool.item_ids[item],
        weight=float(weights[item]),
        constraint=constraint,
        level=level,
        code=code,
        limit=limit,
    )


def _constraint_against(
    tree: BlueprintTree, item: int, shadow: Sequence[int], free: Sequence[int]
) -> tuple[str, str, str, int | None]:
    """Name the constraint that keeps an item from taking the place of the worst item of the shadow test.

    That the swap is impossible is certain, because the shadow test is the heaviest. So either a group around the item
    is full, or a group that the worst item leaves would fall below its minimum, or a bound across the groups is hit. In
    place of one item that belongs to a testlet stand all of them, and any of these may be what is in the way.
    """
    block = next((members for members in tree.testlets if item in members), (item,))
    met = sorted({enemy for member in block for enemy in tree.enemies.get(member, ())}.intersection(shadow))
    if met:
        return ENEMY, "", "; ".join(tree.item_ids[enemy] for enemy in met), None
    counts = tree.count(shadow)
    around = list(tree.groups_around(item))
    for group in around:
        if group != ROOT and counts[group] >= tree.maxima[group]:
            kind = ENEMY if tree.levels[group] == ENEMY_LEVEL else MAXIMUM
            return kind, tree.levels[group], tree.codes[group], tree.maxima[group]
    tied = [members for place in (item, *reversed(free)) for members in tree.testlets if place in members]
    if tied and not {item, free[-1]}.isdisjoint(tied[0]):
        return _testlet_in_the_way(tree, tied[0])
    for group in tree.groups_around(free[-1]):
        if group not in around and counts[group] <= tree.minima[group]:
            return MINIMUM, tree.levels[group], tree.codes[group], tree.minima[group]
    return _testlet_in_the_way(tree, tied[0]) if tied else (OTHER, "", "", None)


def _testlet_in_the_way(tree: BlueprintTree, members: Sequence[int]) -> tuple[str, str, str, int | None]:
    return TESTLET, "", "; ".join(tree.item_ids[item] for item in members), len(members)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, GROUNDS_DIGITS)
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return value
