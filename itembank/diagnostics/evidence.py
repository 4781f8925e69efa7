"""What a run's diagnostics rest on: the items with sound estimates, the answers to them, and their circumstances."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, TypedDict
from uuid import UUID

import numpy as np
import numpy.typing as npt

from calibration.calibrated_pool import pool_for
from calibration.calibration_result import FIXED, NO_GUESSING, CalibratedItem, CalibrationResult
from calibration.leave_one_out import answers_beside_expectations
from calibration.linking import Link
from calibration.person_likelihoods import log_likelihoods
from calibration.quadrature import DEFAULT_GRID
from calibration.responses import ResponseData
from engine.ability.ability_grid import means_and_sds, posterior_of
from itembank.calibration_runs.recorded_responses import VersionLabel
from itembank.diagnostics.circumstances import Circumstances
from itembank.diagnostics.findings import Refusal
from itembank.publishing.parameters import Parameters

#: Of items with fewer answers every figure would be chance.
LEAST_ANSWERS: Final = 30
TOO_FEW_ANSWERS: Final = "too_few_answers"
#: Flags of estimates that stand for ability all the same.
_SOUND_FLAGS: Final = (None, NO_GUESSING, FIXED, "one_category")


@dataclass(frozen=True, slots=True)
class Found:
    """What one part found: fields of the run's findings, fields of items by item version, and what it refused."""

    run: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()


class Population(TypedDict):
    """Mean and standard deviation of ability."""

    mean: float
    standard_deviation: float


@dataclass(frozen=True, eq=False, slots=True)
class Beside:
    """Answers beside what their persons' other answers let expect, in the order of the data, shape (answers,)."""

    expected: npt.NDArray[np.float64]
    surprise: npt.NDArray[np.float64]
    ability: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evidence:
    """A run's sound items and the answers to them, on the run's own scale.

    Args:
        data: Answers to sound items.
        items: Those items, in the order of the data.
        unsound: The other estimated items, with the reason.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.
        link: From the run's scale to that of the base bank.
        circumstances: Of the answers.
        labels: What the item versions are called.
        base: Parameters in the base bank by item version.
    """

    data: ResponseData
    items: tuple[CalibratedItem, ...]
    unsound: Mapping[str, str]
    mean: float
    standard_deviation: float
    link: Link
    circumstances: Circumstances
    labels: Mapping[str, VersionLabel]
    base: Mapping[str, Parameters]

    @classmethod
    def of(
        cls,
        result: CalibrationResult,
        *,
        data: ResponseData,
        circumstances: Circumstances,
        labels: Mapping[str, VersionLabel],
        base: Mapping[UUID, Parameters],
        link: Link,
    ) -> Evidence:
        """Keep the items whose estimates can stand for ability, and the answers to them."""
        sound = {item.item_id: item for item in result.items if _is_sound(item)}
        known = np.fromiter((name in sound for name in data.item_ids), dtype=bool, count=data.n_items)
        rows = known[data.item]
        kept = data.select(rows)
        return cls(
            data=kept,
            items=tuple(sound[name] for name in kept.item_ids),
            unsound={item.item_id: item.flag or "" for item in result.items if item.item_id not in sound},
            mean=result.latent_mean,
            standard_deviation=result.latent_sd,
            link=link,
            circumstances=circumstances.among(rows, np.unique(data.person[rows])),
            labels=labels,
            base={str(version_id): parameters for version_id, parameters in base.items()},
        )

    @property
    def population(self) -> Population:
        """Mean and standard deviation of ability, as the numerics take them."""
        return {"mean": self.mean, "standard_deviation": self.standard_deviation}

    def on_base_scale(self, ability: float) -> float:
        """Express an ability on the scale of the base bank."""
        return self.link.slope * ability + self.link.intercept

    def on_run_scale(self, item: CalibratedItem) -> CalibratedItem:
        """Express an item of the base bank on the scale of the run."""
        back = Link("back", 1.0 / self.link.slope, -self.link.intercept / self.link.slope)
        return back.transform(item)

    @cached_property
    def answers(self) -> npt.NDArray[np.intp]:
        """How many answers each item has, shape (items,)."""
        return np.bincount(self.data.item, minlength=self.data.n_items)

    @cached_property
    def enough(self) -> frozenset[str]:
        """Items with enough answers to be judged."""
        pairs = zip(self.data.item_ids, self.answers, strict=True)
        return frozenset(name for name, count in pairs if count >= LEAST_ANSWERS)

    @cached_property
    def beside(self) -> Beside:
        """All answers beside what their persons' other answers let expect."""
        expected, surprise, ability = (np.zeros(self.data.n_responses) for _ in range(3))
        for one in answers_beside_expectations(self.data, self.items, **self.population):
            expected[one.rows] = one.expected
            surprise[one.rows] = (one.score - one.expected) / np.sqrt(one.variance)
            ability[one.rows] = one.ability
        return Beside(expected, surprise, ability)

    @cached_property
    def abilities(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Expected abilities on the run's scale and their standard errors, shape (persons,) each."""
        nodes = DEFAULT_GRID.nodes
        logs = pool_for(self.data, self.items).log_probabilities(nodes)
        log_prior = DEFAULT_GRID.log_weights(self.mean, self.standard_deviation)
        return means_and_sds(nodes, posterior_of(log_likelihoods(self.data, logs) + log_prior))

    def among(self, rows: npt.NDArray[np.bool_]) -> Evidence:
        """Keep some answers."""
        data = self.data.select(rows)
        own = {item.item_id: item for item in self.items}
        return replace(
            self,
            data=data,
            items=tuple(own[name] for name in data.item_ids),
            circumstances=self.circumstances.among(rows, np.unique(self.data.person[rows])),
        )


def _is_sound(item: CalibratedItem) -> bool:
    return item.flag in _SOUND_FLAGS and item.discrimination > 0 and math.isfinite(item.difficulty)
