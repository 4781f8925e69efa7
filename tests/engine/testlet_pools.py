"""Item pools with testlets, and candidates whose answers depend on a testlet's effect."""

from collections.abc import Callable

import numpy as np

from engine.design import PreparedExam
from engine.response_models import ItemParameters, ItemPool
from engine.sittings.sitting import pending_item_id, record, start
from engine.sittings.sitting_state import SittingState


def pool_with_testlets(
    items: int = 60, *, size: int = 4, every: int = 2, seed: int = 1, models: str = "mixed"
) -> ItemPool:
    """A pool in which every so many blocks of neighbours are a testlet, over three elements of two criteria each.

    The items of a testlet lie in one element and in both of its criteria.
    """
    draws = np.random.default_rng(seed)
    rows = []
    for place in range(items):
        block = place // size
        element, criterion = f"E{block % 3}", f"E{block % 3}-{place % 2}"
        a, b = float(draws.lognormal(0.2, 0.2)), float(draws.normal(0, 0.8))
        steps = tuple((b + np.array([-0.7, 0.0, 0.8])[: 2 + place % 2]).tolist())
        kind = place % 4 if models == "mixed" else 0
        model, fields = [
            ("2pl", {"difficulty": b}),
            ("grm", {"thresholds": steps}),
            ("2pl", {"difficulty": b}),
            ("gpcm", {"thresholds": steps[::-1]}),
        ][kind]
        rows.append(
            ItemParameters(
                f"item-{place:02d}",
                model,
                a,
                unit="U",
                element=element,
                criterion=criterion,
                testlet=f"T{block}" if block % every == 0 else "",
                **fields,
            )
        )
    return ItemPool.from_items(rows)


def sit(exam: PreparedExam, *, seed: int, score: Callable[[int], int], **options: object) -> SittingState:
    """Take a candidate through an exam; `score` answers the item at a pool position."""
    state = start(exam, seed=seed, **options)  # type: ignore[arg-type]
    while state.next_item is not None:
        item_id = str(pending_item_id(exam, state))
        state = record(exam, state, item_id=item_id, response=score(state.next_item))
    return state


def candidate(pool: ItemPool, *, theta: float, effect_sd: float, seed: int) -> Callable[[int], int]:
    """A candidate who answers by the testlet model, each testlet with an effect of its own."""
    draws = np.random.default_rng(seed)
    effects = np.zeros(len(pool))
    for members in pool.testlets:
        effects[list(members)] = effect_sd * draws.standard_normal()
    table = pool.log_probabilities(theta + effects)[np.arange(len(pool)), :, np.arange(len(pool))]
    cumulative = np.exp(table).cumsum(axis=1)
    chances = draws.random(len(pool))
    return lambda item: int((chances[item] > cumulative[item, :-1]).sum())
