"""Responses simulated from known parameters."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.responses import ResponseData


@dataclass(frozen=True, eq=False)
class Simulated:
    """Responses and the parameters they came from."""

    data: ResponseData
    discrimination: npt.NDArray[np.float64]
    difficulty: npt.NDArray[np.float64]


def item_name(index: int) -> str:
    return f"item-{index:03d}"


def simulate(
    persons: int,
    items: int,
    *,
    answers: int | None = None,
    seed: int = 1,
    rasch: bool = False,
    ability_mean: float = 0.0,
    ability_sd: float = 1.0,
) -> Simulated:
    """Each person answers all items, or `answers` of them picked at random."""
    generator = np.random.default_rng(seed)
    discrimination = np.ones(items) if rasch else np.exp(generator.normal(0.1, 0.3, items))
    difficulty = generator.normal(0.0, 1.0, items)
    ability = generator.normal(ability_mean, ability_sd, persons)
    each = items if answers is None else answers
    chosen = np.sort(np.argsort(generator.random((persons, items)), axis=1)[:, :each], axis=1)
    person, item = np.repeat(np.arange(persons), each), chosen.ravel()
    right = 1 / (1 + np.exp(-discrimination[item] * (ability[person] - difficulty[item])))
    score = (generator.random(len(item)) < right).astype(np.int8)
    names = [f"person-{k}" for k in range(persons)], [item_name(k) for k in range(items)]
    return Simulated(ResponseData.from_indices(*names, person, item, score), discrimination, difficulty)
