"""Calibrates items by persons of several groups whose abilities differ: concurrent calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from calibration.array_types import BoolArray, FloatArray
from calibration.ascent import Ascent, Progress, Summit
from calibration.calibration_result import CONVERGED, NOT_CONVERGED, CalibratedItem
from calibration.categories.bank_calibration import BankTask
from calibration.categories.bank_information import complete_information
from calibration.categories.calibrated_items import calibrated_items
from calibration.categories.group_problem import GroupCounts, GroupEstimates, GroupProblem
from calibration.categories.score_blocks import settled_scores
from calibration.categories.score_expectation import BankCurves
from calibration.chunks import Workplace
from calibration.errors import CalibrationError
from calibration.exclusions import Exclusion
from calibration.fixed_items import Known
from calibration.parameter_covariance import LEAST_SHARE_OBSERVED
from calibration.priors import Priors
from calibration.quadrature import AbilityGrid, adequate_grid
from calibration.responses import ResponseData
from calibration.taking_part import taking_part

GroupSummit = Summit[GroupEstimates, GroupCounts]


@dataclass(frozen=True, slots=True)
class GroupAbility:
    """Abilities of one group on the common scale.

    Args:
        group: Its name.
        mean: Mean.
        standard_deviation: Standard deviation.
        se_mean: Standard error of the mean: 0 where it is fixed, infinite where it is not known.
        se_standard_deviation: Likewise.
        n_persons: Persons.
    """

    group: str
    mean: float
    standard_deviation: float
    se_mean: float
    se_standard_deviation: float
    n_persons: int


@dataclass(frozen=True)
class GroupCalibration:
    """Outcome of a calibration of several groups.

    Args:
        status: ``"converged"`` or ``"not_converged"``.
        items: Calibrated items in the order of the data.
        groups: The groups, the reference first.
        log_likelihood: Marginal log-likelihood, without the priors.
        iterations: E-steps taken.
        n_nodes: Nodes of the ability grid.
        exclusions: Items and persons that took no part, and why.
    """

    status: str
    items: tuple[CalibratedItem, ...]
    groups: tuple[GroupAbility, ...]
    log_likelihood: float
    iterations: int
    n_nodes: int
    exclusions: tuple[Exclusion, ...]


def calibrate_groups(
    data: ResponseData,
    group_of: Mapping[str, str],
    *,
    reference: str,
    model: str = "2pl",
    models: Mapping[str, str] | None = None,
    priors: Priors | None = None,
    ratings: Mapping[str, float] | None = None,
    elements: Mapping[str, str] | None = None,
    fixed: Mapping[str, Known] | None = None,
    max_iterations: int = 500,
    tolerance: float = 1e-5,
    on_progress: Progress | None = None,
    workplace: Workplace | None = None,
) -> GroupCalibration:
    """Estimate the items' parameters together with the mean and standard deviation of each group's ability.

    The reference group's abilities are N(0, 1); under the Rasch model their standard deviation is estimated. Where
    items are fixed they set the scale, and the reference is a group like any other. Groups that answered different
    forms come onto one scale by the items that the forms share.

    Args:
        data: Scores.
        group_of: Group of every person.
        reference: Name of the group that sets the scale.
        model: "rasch", "2pl", "3pl", "grm" or "gpcm".
        models: Other models by item.
        priors: Priors as for :func:`calibration.calibrate`, taken as they are, or None.
        ratings: Writers' ratings of difficulty by item, for the priors.
        elements: Codes of the items' elements by item, for the priors.
        fixed: Items to leave as they are, as for :func:`calibration.calibrate`.
        max_iterations: Most E-steps; the cycle under way is finished.
        tolerance: Converged when a Newton step would move no parameter further.
        on_progress: Called with the number of E-steps and the log-likelihood after each.
        workplace: Where chunks of persons are worked on, this process unless given.

    Returns:
        Items and groups with standard errors.

    Raises:
        CalibrationError: An unknown model, a person without a group, no person of the reference group or no other
            group, groups that no items connect, or scores that the model does not have.
        Cancelled: The progress callback returned False.

    Reference:
        Bock & Zimowski (1997).
    """
    taking = taking_part(
        data, model=model, models=models, priors=priors, ratings=ratings, elements=elements, fixed=fixed
    )
    usable = taking.data
    names, members = _memberships(usable, group_of, reference)
    _refuse_unconnected(usable, names, members, known=np.array([name in taking.known for name in usable.item_ids]))
    task = taking.task(workplace=workplace)
    ascent = Ascent(max_iterations, tolerance, on_progress)
    problem, summit = _climb(ascent, task, _posed(task, members, len(names)))
    covariance = _covariance(problem.holding(summit.held, deviation=summit.held_deviation), summit)
    return GroupCalibration(
        status=CONVERGED if summit.converged and covariance is not None else NOT_CONVERGED,
        items=taking.reported(_items(task, summit, covariance)),
        groups=_abilities(names, members, summit, covariance),
        log_likelihood=summit.counts.log_likelihood,
        iterations=ascent.iterations,
        n_nodes=len(problem.parts[0].grid.nodes),
        exclusions=taking.exclusions,
    )


def _memberships(
    data: ResponseData, group_of: Mapping[str, str], reference: str
) -> tuple[tuple[str, ...], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    for person in data.person_ids:
        if person not in group_of:
            raise CalibrationError(f"person {person!r} belongs to no group", code="no_group")
    found = dict.fromkeys(group_of[person] for person in data.person_ids)
    if reference not in found or len(found) < 2:
        raise CalibrationError(
            f"groups with answers: {', '.join(map(repr, found))}; the reference {reference!r} and at least one other "
            "are expected",
            code="no_group",
        )
    names = (reference, *(name for name in found if name != reference))
    places = {name: place for place, name in enumerate(names)}
    return names, np.array([places[group_of[person]] for person in data.person_ids])


def _refuse_unconnected(
    data: ResponseData, names: Sequence[str], members: np.ndarray[tuple[int], np.dtype[np.int64]], *, known: BoolArray
) -> None:
    answered = np.zeros((len(names), data.n_items), dtype=bool)
    answered[members[data.person], data.item] = True
    reached, items = {0}, answered[0] | known
    while grown := {place for place in range(len(names)) if (answered[place] & items).any()} - reached:
        reached |= grown
        items = answered[list(reached)].any(axis=0) | known
    missing = [name for place, name in enumerate(names) if place not in reached]
    if missing:
        raise CalibrationError(
            f"group {missing[0]!r} answered no item that connects it with {names[0]!r}: their scales have nothing in "
            "common",
            code="no_anchors",
        )


def _posed(task: BankTask, members: np.ndarray[tuple[int], np.dtype[np.int64]], groups: int) -> GroupProblem:
    layout = task.layout()
    whole = task.problem(layout)
    highest = max(group.score_count for group in layout.groups) - 1
    parts = []
    for place in range(groups):
        own = settled_scores(_of_group(task.data, members == place), task.workplace, highest=highest)
        part = replace(whole, persons=own)
        parts.append(part if place == 0 else replace(part, free_mean=True, free_deviation=True, priors=None))
    return GroupProblem(tuple(parts))


def _of_group(data: ResponseData, inside: BoolArray) -> ResponseData:
    """Answers of some persons, with all items listed."""
    rows = inside[data.person]
    renumbered = np.cumsum(inside) - 1
    names = tuple(name for name, chosen in zip(data.person_ids, inside, strict=True) if chosen)
    return ResponseData(
        names, data.item_ids, renumbered[data.person[rows]].astype(np.int32), data.item[rows], data.score[rows]
    )


def _climb(ascent: Ascent, task: BankTask, problem: GroupProblem) -> tuple[GroupProblem, GroupSummit]:
    """Climb; climb on where an item turns out to be never guessed, or the grid too narrow or coarse."""
    layout = problem.parts[0].layout
    start = GroupEstimates(layout.groups, layout.parameters, np.tile([0.0, 1.0], (len(problem.parts), 1)))
    while True:
        summit = ascent.climb(problem, start)
        estimates = summit.estimates
        free = problem.parts[0].free_parameters
        unguessed = estimates.of_group(0).without_guessing() & free
        grid = _adequate(task, problem.parts[0].grid, summit)
        settled = grid is problem.parts[0].grid and not unguessed.any()
        if settled or ascent.iterations >= ascent.max_iterations:
            at_a_bound = summit.held_deviation or bool(summit.held.any())
            return problem, replace(summit, converged=summit.converged and settled and not at_a_bound)
        start = estimates
        problem = GroupProblem(
            tuple(replace(part, grid=grid, free_parameters=free & ~unguessed) for part in problem.parts)
        )


def _adequate(task: BankTask, grid: AbilityGrid, summit: GroupSummit) -> AbilityGrid:
    information = task.most_information(summit.estimates.of_group(0), grid, summit.held)
    for mean, deviation in summit.estimates.populations.tolist():
        grid = adequate_grid(grid, information=information, mean=mean, standard_deviation=deviation)
    return grid


def _covariance(problem: GroupProblem, summit: GroupSummit) -> FloatArray | None:
    """Invert the observed information; None where it is missing or the data do not identify some parameter."""
    if summit.information is None:
        return None
    free = problem.free
    chosen = np.ix_(free, free)
    covariance = np.zeros((len(free), len(free)))
    complete = np.zeros_like(covariance)
    items = summit.estimates.parameters.size
    for place, part in enumerate(problem.parts):
        estimates = summit.estimates.of_group(place)
        entries = np.concatenate((np.arange(items), items + 2 * place + np.arange(2)))
        tables = BankCurves.on_grid(estimates, part.grid)
        complete[np.ix_(entries, entries)] += complete_information(part, estimates, summit.counts.parts[place], tables)
    try:
        covariance[chosen] = cho_solve(cho_factor(summit.information[chosen]), np.eye(int(free.sum())))
        known = cho_solve(cho_factor(complete[chosen]), np.eye(int(free.sum())))
    except LinAlgError:
        return None
    if np.any(LEAST_SHARE_OBSERVED * np.diagonal(covariance)[free] > np.diagonal(known)):
        return None
    return covariance


def _items(task: BankTask, summit: GroupSummit, covariance: FloatArray | None) -> tuple[CalibratedItem, ...]:
    estimates = summit.estimates
    count, width = estimates.parameters.shape
    own = None
    if covariance is not None:
        blocks = covariance[: count * width, : count * width].reshape(count, width, count, width)
        own = tuple(blocks[item, :, item] for item in range(count))
    alone = Summit(
        estimates.of_group(0), summit.counts.parts[0], None, summit.converged, summit.held, summit.held_deviation
    )
    return calibrated_items(task.data, task.models, alone, own, fixed=task.is_fixed)


def _abilities(
    names: Sequence[str],
    members: np.ndarray[tuple[int], np.dtype[np.int64]],
    summit: GroupSummit,
    covariance: FloatArray | None,
) -> tuple[GroupAbility, ...]:
    populations = summit.estimates.populations
    errors = np.full(populations.shape, np.inf)
    if covariance is not None:
        errors = np.sqrt(np.diagonal(covariance)[summit.estimates.parameters.size :]).reshape(populations.shape)
    return tuple(
        GroupAbility(name, mean, deviation, se_mean, se_deviation, int((members == place).sum()))
        for place, (name, (mean, deviation), (se_mean, se_deviation)) in enumerate(
            zip(names, populations.tolist(), errors.tolist(), strict=True)
        )
    )
