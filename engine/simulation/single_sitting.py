"""One simulated examinee taken through an exam by the functions that deliver it."""

from collections.abc import Sequence

import numpy as np

from engine.design import PreparedExam
from engine.errors import InvalidSetting
from engine.response_models import ItemPool
from engine.simulation.cohort_sittings import response_draws
from engine.simulation.simulated_sittings import SimulatedSitting, record_of
from engine.simulation.true_items import TrueItems
from engine.sittings.sitting import pending_item_id, record, start
from engine.stop_rules.time_limit import RULE as TIME


def simulate_sitting(
    exam: PreparedExam,
    *,
    seed: int,
    theta: float,
    truth: ItemPool | TrueItems,
    ineligible: Sequence[str] = (),
    ineligible_by_bin: Sequence[Sequence[str]] = (),
) -> SimulatedSitting:
    """Take one examinee of known ability through an exam.

    Where the design stops by time, every item takes the time that it is expected to take.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting, on which the responses depend too.
        theta: True ability.
        truth: Items whose parameters generate the responses, in the order of the exam's pool; pretest items respond by
            their own.
        ineligible: Ids of the items that exposure control keeps back.
        ineligible_by_bin: Ids of those kept back besides in each exposure bin of the design.

    Returns:
        The finished sitting with its outcome.

    Raises:
        InvalidSetting: If the design stops by time and an item has no expected time.
    """
    items = truth if isinstance(truth, TrueItems) else TrueItems(pool=truth)
    tried_out = items if exam.pretest_pool is None else TrueItems(pool=exam.pretest_pool)
    elapsed = clock_at_start(exam)
    state = start(exam, seed=seed, ineligible=ineligible, ineligible_by_bin=ineligible_by_bin, elapsed_seconds=elapsed)
    draws = response_draws(seed, exam.design.maximum_length + exam.pretest_items)
    answers: list[tuple[str, int]] = []
    while (item_id := pending_item_id(exam, state)) is not None:
        asked = tried_out if item_id in exam.pretest_positions else items
        score = asked.scores(np.array([asked.pool.index_of(item_id)]), np.array([theta]), draws[[len(answers)]])
        answers.append((item_id, int(score[0])))
        if elapsed is not None:
            elapsed += _expected_seconds(exam, item_id)
        state = record(exam, state, item_id=item_id, response=int(score[0]), elapsed_seconds=elapsed)
    return record_of(exam, state, theta=theta, responses=tuple(answers))


def clock_at_start(exam: PreparedExam) -> float | None:
    """Return 0 where the design stops by time, None where nobody measures it.

    Raises:
        InvalidSetting: If the design stops by time and an item has no expected time.
    """
    if TIME not in exam.design.stop_rules:
        return None
    for pool in filter(None, (exam.pool, exam.pretest_pool)):
        if not pool.expected_seconds.all():
            item_id = pool.item_ids[int(np.argmin(pool.expected_seconds))]
            raise InvalidSetting(
                f"the stop rule 'time' can be simulated only with the expected time of every item: {item_id!r} has none"
            )
    return 0.0


def _expected_seconds(exam: PreparedExam, item_id: str) -> float:
    pool = exam.pretest_pool if exam.pretest_pool is not None and item_id in exam.pretest_positions else exam.pool
    return float(pool.expected_seconds[pool.index_of(item_id)])
