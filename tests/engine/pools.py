"""Item pools and exams of known shape for the engine's tests."""

import numpy as np

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.design import ExamDesign, PreparedExam, prepare_exam
from engine.response_models import ItemPool


def pool_of(items: int, *, criteria: int = 10, elements: int = 3, seed: int = 1) -> ItemPool:
    """A 2PL pool of one unit whose items are spread evenly over criteria, and criteria over elements."""
    draws = np.random.default_rng(seed)
    places = [index % criteria for index in range(items)]
    return ItemPool(
        item_ids=tuple(f"item-{index:03d}" for index in range(items)),
        discrimination=draws.lognormal(np.log(1.1), 0.3, items),
        difficulty=draws.normal(-0.2, 1.1, items),
        units=("U",) * items,
        elements=tuple(f"U-E{place % elements}" for place in places),
        criteria=tuple(f"U-E{place % elements}-{place}" for place in places),
    )


def one_of_each_criterion(pool: ItemPool) -> Blueprint:
    """At least one item of every criterion."""
    return Blueprint(tuple(Bounds("criterion", code, minimum=1) for code in sorted(set(pool.criteria))))


def exam_of(pool: ItemPool, *, blueprint: Blueprint | None = None, **options: object) -> PreparedExam:
    """An exam of 10 to 30 items with one item of each criterion and a cut of -0.3, unless told otherwise."""
    settings: dict[str, object] = {"minimum_length": 10, "maximum_length": 30, "cut_score": -0.3} | options
    return prepare_exam(
        ExamDesign(blueprint=one_of_each_criterion(pool) if blueprint is None else blueprint, **settings),
        pool,  # type: ignore[arg-type]
    )
