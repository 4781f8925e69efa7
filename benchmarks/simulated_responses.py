"""Responses drawn from known items, for the benchmarks of calibration."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.responses import ResponseData

FloatArray = npt.NDArray[np.float64]
PERSONS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Work:
    """One data set: persons, items, how many items each person answers, and the model they were drawn from."""

    persons: int
    items: int
    answers: int
    model: str = "2pl"

    @property
    def name(self) -> str:
        """What the row of the table is called."""
        sparse = "" if self.answers == self.items else f", {self.answers} answers each"
        return f"{self.model.upper()} {self.persons:,} × {self.items}{sparse}"


@dataclass(frozen=True, eq=False)
class Truth:
    """Responses and the parameters from which they were drawn."""

    data: ResponseData
    discrimination: FloatArray
    difficulty: FloatArray
    guessing: FloatArray


def draw(work: Work, seed: int) -> Truth:
    """Draw items and answers, some persons at a time so that little memory is used."""
    generator = np.random.default_rng(seed)
    discrimination = np.exp(generator.normal(0.1, 0.3, work.items))
    difficulty = generator.normal(0, 1, work.items)
    guessing = generator.uniform(0.1, 0.3, work.items) if work.model == "3pl" else np.zeros(work.items)
    items, scores = [], []
    for first in range(0, work.persons, PERSONS_AT_ONCE):
        count = min(PERSONS_AT_ONCE, work.persons - first)
        ability = np.repeat(generator.normal(0, 1, count), work.answers)
        item = _chosen(generator, count, work)
        right = guessing[item] + (1 - guessing[item]) / (
            1 + np.exp(-discrimination[item] * (ability - difficulty[item]))
        )
        items.append(item)
        scores.append((generator.random(len(item)) < right).astype(np.int8))
    person = np.repeat(np.arange(work.persons, dtype=np.int32), work.answers)
    names = [f"P{k}" for k in range(work.persons)], [f"I{k}" for k in range(work.items)]
    data = ResponseData.from_indices(*names, person, np.concatenate(items), np.concatenate(scores))
    return Truth(data, discrimination, difficulty, guessing)


def _chosen(generator: np.random.Generator, persons: int, work: Work) -> npt.NDArray[np.int32]:
    if work.answers == work.items:
        return np.tile(np.arange(work.items, dtype=np.int32), persons)
    order = np.argpartition(generator.random((persons, work.items), dtype=np.float32), work.answers, axis=1)
    return np.sort(order[:, : work.answers].astype(np.int32), axis=1).ravel()


def draw_stratified(*, persons: int, items: int, answers: int, seed: int) -> Truth:
    """Draw many persons quickly, straight into place: each answers one item out of every stretch of the bank."""
    generator = np.random.default_rng(seed)
    discrimination = np.exp(generator.normal(0.1, 0.3, items))
    difficulty = generator.normal(0, 1, items)
    edges = np.linspace(0, items, answers + 1).astype(np.int32)
    item = np.empty((persons, answers), dtype=np.int32)
    score = np.empty((persons, answers), dtype=np.int8)
    for first in range(0, persons, PERSONS_AT_ONCE):
        rows = slice(first, min(first + PERSONS_AT_ONCE, persons))
        count = rows.stop - first
        item[rows] = edges[:-1] + (generator.random((count, answers)) * np.diff(edges)).astype(np.int32)
        chosen, ability = item[rows], generator.normal(0, 1, (count, 1))
        right = 1 / (1 + np.exp(-discrimination[chosen] * (ability - difficulty[chosen])))
        score[rows] = generator.random((count, answers)) < right
    data = ResponseData.from_indices(
        [f"P{k}" for k in range(persons)],
        [f"I{k}" for k in range(items)],
        np.repeat(np.arange(persons, dtype=np.int32), answers),
        item.ravel(),
        score.ravel(),
    )
    return Truth(data, discrimination, difficulty, np.zeros(items))
