"""Fitting a run's model in the way that was asked for: one population or several, normal or as the answers show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from calibration.ascent import Cancelled
from calibration.calibration_result import CANCELLED, CalibratedItem, CalibrationResult
from calibration.categories.group_calibration import GroupAbility, GroupCalibration, calibrate_groups
from calibration.categories.latent_histogram import Histogram, HistogramCalibration, calibrate_with_histogram
from calibration.chunks import Workplace
from calibration.marginal_likelihood import calibrate
from calibration.responses import ResponseData
from itembank.calibration_runs.run_settings import RunSettings


@dataclass(frozen=True, eq=False)
class EstimationTask:
    """What is to be fitted.

    Args:
        data: The answers.
        model: Model of the items that follow none of their own.
        models: Other models by item.
        ratings: Writers' ratings by item.
        elements: Codes of the items' elements.
        fixed: Items that stay as they are.
        groups: Group of every person; nothing where all are of one population.
    """

    data: ResponseData
    model: str
    models: Mapping[str, str]
    ratings: Mapping[str, float]
    elements: Mapping[str, str]
    fixed: Mapping[str, CalibratedItem]
    groups: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Estimation:
    """What was fitted.

    Args:
        result: Items, and mean and standard deviation of all abilities together.
        groups: Abilities of each group, the largest first; empty where all are of one population.
        abilities: The estimated distribution, None where it was taken to be normal.
        normal_log_likelihood: Log-likelihood with a normal distribution in place of the estimated one.
    """

    result: CalibrationResult
    groups: tuple[GroupAbility, ...] = ()
    abilities: Histogram | None = None
    normal_log_likelihood: float | None = None


def estimate(
    task: EstimationTask, settings: RunSettings, *, on_progress: Callable[[int, float], bool], workplace: Workplace
) -> Estimation:
    """Fit the model.

    Where priors are learnt from ratings, a first fit with one normal population learns them; groups and histograms
    take them over.

    Args:
        task: What is to be fitted.
        settings: The choices.
        on_progress: Called with the number of E-steps and the log-likelihood; False cancels.
        workplace: Where chunks of persons are worked on.

    Returns:
        The estimates; a cancelled one has no items.

    Raises:
        CalibrationError: There is nothing to calibrate, or the answers don't fit the model.
    """
    first = calibrate(
        task.data,
        model=task.model,
        models=task.models,
        priors=settings.prior_distributions(),
        ratings=task.ratings,
        elements=task.elements,
        fixed=task.fixed,
        on_progress=on_progress,
        workplace=workplace,
    )
    several, estimated = bool(task.groups), settings.abilities == "histogram"
    if first.status == CANCELLED or not (several or estimated):
        return Estimation(first)
    further = _Further(task, first, _counted_on(first.iterations, on_progress), workplace)
    try:
        return further.by_groups() if several else further.with_histogram()
    except Cancelled:
        return Estimation(replace(first, status=CANCELLED, items=()))


def _counted_on(iterations: int, on_progress: Callable[[int, float], bool]) -> Callable[[int, float], bool]:
    return lambda iteration, log_likelihood: on_progress(iterations + iteration, log_likelihood)


@dataclass(frozen=True, eq=False)
class _Further:
    """A second fit, with the priors that a first one learnt."""

    task: EstimationTask
    first: CalibrationResult
    on_progress: Callable[[int, float], bool]
    workplace: Workplace

    def by_groups(self) -> Estimation:
        names, sizes = np.unique(list(self.task.groups.values()), return_counts=True)
        found = calibrate_groups(
            self.task.data,
            self.task.groups,
            reference=str(names[np.argmax(sizes)]),
            model=self.task.model,
            models=self.task.models,
            priors=self.first.priors,
            ratings=self.task.ratings,
            elements=self.task.elements,
            fixed=self.task.fixed,
            on_progress=self.on_progress,
            workplace=self.workplace,
        )
        persons = np.array([group.n_persons for group in found.groups])
        means = np.array([group.mean for group in found.groups])
        deviations = np.array([group.standard_deviation for group in found.groups])
        mean = float(persons @ means / persons.sum())
        variance = float(persons @ (deviations**2 + (means - mean) ** 2) / persons.sum())
        groups = tuple(sorted(found.groups, key=lambda group: -group.n_persons))
        return Estimation(self._result(found, mean, variance, found.n_nodes), groups)

    def with_histogram(self) -> Estimation:
        found = calibrate_with_histogram(
            self.task.data,
            model=self.task.model,
            models=self.task.models,
            priors=self.first.priors,
            ratings=self.task.ratings,
            elements=self.task.elements,
            fixed=self.task.fixed,
            on_progress=self.on_progress,
            workplace=self.workplace,
        )
        abilities = found.abilities
        mean = float(abilities.weights @ abilities.nodes)
        result = self._result(found, mean, abilities.moment(2), len(abilities.nodes))
        return Estimation(result, (), abilities, found.normal_log_likelihood)

    def _result(
        self, found: GroupCalibration | HistogramCalibration, mean: float, variance: float, nodes: int
    ) -> CalibrationResult:
        return replace(
            self.first,
            status=found.status,
            items=found.items,
            log_likelihood=found.log_likelihood,
            iterations=self.first.iterations + found.iterations,
            latent_mean=mean,
            latent_sd=variance**0.5,
            n_nodes=nodes,
            exclusions=found.exclusions,
        )
