"""A made-up candidate's way through an exam: the delivering engine, with answers drawn from a true ability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from calibration.priors import difficulty_prior, discrimination_of_guess
from engine.design import PreparedExam
from engine.exposure.exposure_bins import EligibilityDraw
from engine.randomness import generator
from engine.response_models import ItemPool
from engine.selection.item_selection import Decision
from engine.sittings.sitting import SittingState, pending_item_id, record, start
from itembank.publishing.pools import UnitPool

#: How far true difficulties lie from what the writers' ratings say, and true discriminations from what they promise.
_SD_OF_DIFFICULTY, _SD_OF_LOG_DISCRIMINATION = 0.6, 0.3


@dataclass(frozen=True, slots=True)
class SimulatedAnswer:
    """A question with its answer: which item, why it was asked, its score and the seconds since the start."""

    item_id: str
    decision: Decision
    score: int
    elapsed_seconds: float


@dataclass(frozen=True)
class TrueItems:
    """The items of a unit as they truly are: steeper or flatter, harder or easier than the bank takes them to be.

    Args:
        items: What the bank has, tried out or not.
        seed: Seed of the differences.
    """

    items: UnitPool
    seed: int

    @cached_property
    def _differences(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        draws = generator(self.seed, 0, "demo items")
        number = len(self.items.item_ids)
        # A guessed difficulty makes the bank's curve flatter than the item's own.
        steeper = 1.0 / discrimination_of_guess(1.0, difficulty_prior(None)[1])
        ratios = steeper * np.exp(_SD_OF_LOG_DISCRIMINATION * draws.standard_normal(number))
        return ratios, _SD_OF_DIFFICULTY * draws.standard_normal(number)

    def score(self, item_id: str, *, theta: float, draw: float) -> int:
        """Draw a score: the true item is at one ability what the bank's item is at another."""
        place = self.items.index_of_item[item_id]
        pool, index = self._pool_with(place)
        ratios, shifts = self._differences
        difficulty = float(pool.difficulty[index])
        elsewhere = difficulty + float(ratios[place]) * (theta - difficulty - float(shifts[place]))
        chances = np.exp(pool.log_probabilities([elsewhere])[index, :, 0])
        return int(np.searchsorted(chances.cumsum(), draw * chances.sum(), side="right"))

    def _pool_with(self, place: int) -> tuple[ItemPool, int]:
        counting = len(self.items.pool)
        if place < counting or self.items.pretest_pool is None:
            return self.items.pool, place
        return self.items.pretest_pool, place - counting


@dataclass(frozen=True, slots=True)
class SimulatedWay:
    """A sitting from the first question to the end."""

    answers: tuple[SimulatedAnswer, ...]
    state: SittingState


def take_exam(
    exam: PreparedExam,
    truth: TrueItems,
    *,
    seed: int,
    theta: float,
    draw: EligibilityDraw,
    draws: np.random.Generator,
    trials: Mapping[str, int],
) -> SimulatedWay:
    """Answer until the engine ends the sitting.

    Args:
        exam: The prepared exam.
        truth: The items as they are.
        seed: Seed of the sitting.
        theta: True ability.
        draw: What exposure control keeps back.
        draws: What chance there is in answers and in the time they take.
        trials: How many answers the items tried out have got, by id.
    """
    state = start(
        exam,
        seed=seed,
        ineligible=draw.everywhere,
        ineligible_by_bin=draw.by_bin,
        elapsed_seconds=0.0,
        pretest_counts=trials,
    )
    answers, elapsed = list[SimulatedAnswer](), 0.0
    while (item_id := pending_item_id(exam, state)) is not None:
        assert state.decision is not None
        score = truth.score(item_id, theta=theta, draw=float(draws.random()))
        # People take half a minute to two minutes a question; clocks count microseconds.
        elapsed = round(elapsed + float(draws.gamma(shape=4.0, scale=14.0)), 6)
        answers.append(SimulatedAnswer(item_id, state.decision, score, elapsed))
        state = record(exam, state, item_id=item_id, response=score, elapsed_seconds=elapsed)
    return SimulatedWay(tuple(answers), state)
