"""Ability estimates with standard errors, and a status where no finite estimate exists."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.ability.ability_grid import EapGrid, posterior_of
from engine.ability.expected_abilities import expected_abilities
from engine.ability.likelihood_modes import likelihood_modes
from engine.errors import InvalidResponse, InvalidSetting
from engine.response_models import FloatArray, IntArray, ItemPool

METHODS = ("eap", "map", "mle", "wle")
NOT_ADMINISTERED = -1
# Examinees times items times categories that are worked on at once.
CELLS_AT_A_TIME = 2**19
ROWS_TOGETHER = 64

Parameters = ItemPool | tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True, eq=False)
class AbilityEstimate:
    """The ability of one examinee.

    Args:
        theta: Estimate; nan where the status says that no finite one exists.
        standard_error: Under "eap" the posterior standard deviation; otherwise 1/√I with the expected information I at
            the estimate, under "map" with the prior's precision added to it; nan with theta.
        status: "ok", "no_responses", "all_correct", "all_incorrect", "out_of_range" or "not_converged".
        posterior: Under "eap" the posterior probabilities on the nodes, shape (nodes,).
        nodes: Under "eap" the nodes, shape (nodes,).
    """

    theta: float
    standard_error: float
    status: str
    posterior: FloatArray | None = None
    nodes: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class AbilityScores:
    """The abilities of many examinees, fields as in `AbilityEstimate`, each of shape (examinees,)."""

    theta: FloatArray
    standard_error: FloatArray
    status: tuple[str, ...]


def estimate_ability(
    parameters: Parameters,
    responses: npt.ArrayLike,
    *,
    method: str = "eap",
    prior_mean: float = 0.0,
    prior_sd: float = 1.0,
    lower: float | None = None,
    upper: float | None = None,
    nodes: int | None = None,
) -> AbilityEstimate:
    """Estimate the ability of one examinee.

    Args:
        parameters: An item pool, or discriminations and difficulties of two-parameter items, each of shape (items,).
        responses: Scores from 0 to the item's highest, -1 not administered; shape (items,), in the order of the
            parameters.
        method: "eap", "map", "mle" (maximum likelihood) or "wle" (weighted likelihood).
        prior_mean: Mean of the normal prior of "eap" and "map".
        prior_sd: Standard deviation of that prior.
        lower: Lowest node of the "eap" grid.
        upper: Highest node of the "eap" grid.
        nodes: Number of nodes of the "eap" grid.

    Returns:
        The estimate, with a status.

    Raises:
        InvalidSetting: If the method is unknown or the prior or grid is impossible.
        InvalidResponse: If a response is neither -1 nor a category of its item, or there is not one per item.

    Reference:
        Bock & Mislevy (1982); Warm (1989).
    """
    row = np.asarray(responses)
    if row.ndim != 1:
        raise InvalidResponse(f"the responses of one examinee are one row, not an array of shape {row.shape}")
    grid = EapGrid.normal(prior_mean=prior_mean, prior_sd=prior_sd, lower=lower, upper=upper, nodes=nodes)
    pool = _pool_of(parameters)
    table = _checked_responses(row[None, :], pool)
    scores = _scores(pool, table, method=method, grid=grid, prior_mean=prior_mean, prior_sd=prior_sd)
    posterior = _posterior(pool, table[0], grid) if method == "eap" else None
    return AbilityEstimate(
        theta=float(scores.theta[0]),
        standard_error=float(scores.standard_error[0]),
        status=scores.status[0],
        posterior=posterior,
        nodes=None if posterior is None else grid.nodes,
    )


def score_patterns(
    parameters: Parameters,
    responses: npt.ArrayLike,
    *,
    method: str = "eap",
    prior_mean: float = 0.0,
    prior_sd: float = 1.0,
    lower: float | None = None,
    upper: float | None = None,
    nodes: int | None = None,
) -> AbilityScores:
    """Estimate the abilities of many examinees at once.

    Args:
        parameters: An item pool, or discriminations and difficulties of two-parameter items, each of shape (items,).
        responses: Scores from 0 to the item's highest, -1 not administered; shape (examinees, items).
        method: "eap", "map", "mle" (maximum likelihood) or "wle" (weighted likelihood).
        prior_mean: Mean of the normal prior of "eap" and "map".
        prior_sd: Standard deviation of that prior.
        lower: Lowest node of the "eap" grid.
        upper: Highest node of the "eap" grid.
        nodes: Number of nodes of the "eap" grid.

    Returns:
        Estimates, standard errors and statuses in the order of the examinees.

    Raises:
        InvalidSetting: If the method is unknown or the prior or grid is impossible.
        InvalidResponse: If a response is neither -1 nor a category of its item, or there is not one column per item.
    """
    grid = EapGrid.normal(prior_mean=prior_mean, prior_sd=prior_sd, lower=lower, upper=upper, nodes=nodes)
    pool = _pool_of(parameters)
    table = _checked_responses(np.asarray(responses), pool)
    return _scores(pool, table, method=method, grid=grid, prior_mean=prior_mean, prior_sd=prior_sd)


def _scores(
    pool: ItemPool, table: IntArray, *, method: str, grid: EapGrid, prior_mean: float, prior_sd: float
) -> AbilityScores:
    if method not in METHODS:
        raise InvalidSetting(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    if method == "eap":
        return _expected_scores(pool, table, grid)
    parts = [
        likelihood_modes(pool, rows, method=method, prior_mean=prior_mean, prior_sd=prior_sd)
        for rows in _chunks(table, pool)
    ]
    return AbilityScores(
        theta=np.concatenate([part.theta for part in parts]) if parts else np.empty(0),
        standard_error=np.concatenate([part.standard_error for part in parts]) if parts else np.empty(0),
        status=tuple(status for part in parts for status in part.status),
    )


def _expected_scores(pool: ItemPool, table: IntArray, grid: EapGrid) -> AbilityScores:
    lowest, highest = _extremes(table)
    same_items = bool(((lowest >= 0) | (highest < 0)).all())
    theta, standard_error = expected_abilities(pool, table, grid, same_items=same_items)
    if same_items and bool((lowest >= 0).any()):
        return AbilityScores(theta, standard_error, ("ok",) * len(table))
    answered = (table != NOT_ADMINISTERED).any(axis=1)
    return AbilityScores(theta, standard_error, tuple(np.where(answered, "ok", "no_responses").tolist()))


def _chunks(table: IntArray, pool: ItemPool) -> Iterator[IntArray]:
    """Cut the examinees into pieces, so that memory stays small however many there are."""
    rows = max(CELLS_AT_A_TIME // (len(pool) * pool.categories), 1)
    for start in range(0, len(table), rows):
        yield table[start : start + rows].astype(np.int64, copy=False)


def _pool_of(parameters: Parameters) -> ItemPool:
    if isinstance(parameters, ItemPool):
        return parameters
    discrimination, difficulty = (np.asarray(column, dtype=np.float64) for column in parameters)
    names = tuple(f"item {index + 1}" for index in range(discrimination.size))
    blank = ("",) * len(names)
    return ItemPool(names, discrimination, difficulty, blank, blank, blank)


def _posterior(pool: ItemPool, responses: IntArray, grid: EapGrid) -> FloatArray:
    answered = np.flatnonzero(responses != NOT_ADMINISTERED)
    logs = pool.log_probabilities(grid.nodes)[answered, responses[answered]]
    return posterior_of(grid.log_prior + logs.sum(axis=0))


def _checked_responses(table: npt.NDArray[np.generic], pool: ItemPool) -> IntArray:
    if table.ndim != 2 or table.shape[1] != len(pool):
        raise InvalidResponse(f"responses need one column for each of {len(pool)} items, not the shape {table.shape}")
    if table.dtype.kind == "i":
        lowest, highest = _extremes(table)  # type: ignore[arg-type]
        if (lowest >= NOT_ADMINISTERED).all() and (highest < pool.category_counts).all():
            return table  # type: ignore[return-value]
    scores = table.astype(np.float64)
    known = (scores >= NOT_ADMINISTERED) & (scores < pool.category_counts) & (scores == np.floor(scores))
    if not known.all():
        examinee, item = (int(place) for place in np.argwhere(~known)[0])
        raise InvalidResponse(
            f"examinee {examinee + 1}, item {pool.item_ids[item]!r}: a response is a whole number from 0 to "
            f"{pool.category_counts[item] - 1}, or -1 (not administered), not {table[examinee, item]}"
        )
    return table.astype(np.int64, copy=False)


def _extremes(table: IntArray) -> tuple[IntArray, IntArray]:
    """Return the lowest and highest response to each item; both say "not administered" where there are none."""
    whole = len(table) // ROWS_TOGETHER * ROWS_TOGETHER
    # Rows laid end to end, for the processor takes long rows at a stride.
    long = table[:whole].reshape(-1, ROWS_TOGETHER * table.shape[1])
    found = []
    for extreme in (np.minimum, np.maximum):
        parts = [table[whole:], np.full((1, table.shape[1]), NOT_ADMINISTERED) if not len(table) else table[:1]]
        if len(long):
            parts.append(extreme.reduce(long, axis=0).reshape(ROWS_TOGETHER, -1))
        found.append(np.asarray(extreme.reduce(np.concatenate(parts), axis=0), dtype=np.int64))
    return found[0], found[1]
