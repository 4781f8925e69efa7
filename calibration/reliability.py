"""How far scores repeat themselves: α, ω and the standard error of measurement; marginal reliability for any test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.array_types import FloatArray
from calibration.errors import CalibrationError
from calibration.responses import ResponseData

#: One factor is determined by the correlations of three items or more.
LEAST_FOR_FACTOR = 3
LEAST_ITEMS = 2
LEAST_PERSONS = 30


@dataclass(frozen=True, slots=True)
class Reliability:
    """Reliability of the number of points on a linear form.

    Args:
        alpha: Cronbach's α; with scores 0 and 1 the Kuder–Richardson formula 20.
        omega: McDonald's ω: the share of variance due to the one factor that explains the correlations best; None with
            fewer than three items that vary, or where those correlations allow no factor (see ``exhausted_item``).
        exhausted_item: An item of which the factor would explain more than there is (a Heywood case), or None.
        mean: Mean number of points.
        standard_deviation: Standard deviation of the number of points.
        standard_error_of_measurement: In points, by α.
        n_persons: Persons.
        n_items: Items.
    """

    alpha: float
    omega: float | None
    exhausted_item: str | None
    mean: float
    standard_deviation: float
    standard_error_of_measurement: float
    n_persons: int
    n_items: int


def reliability(data: ResponseData, *, adaptive: bool) -> Reliability:
    """Estimate the reliability of the number of points.

    Args:
        data: Answers of persons who all answered all items.
        adaptive: Whether items were chosen by the ability shown so far.

    Returns:
        The coefficients.

    Raises:
        CalibrationError: Adaptive or incomplete data, whose numbers of points do not compare; fewer than 30 persons or
            two items; or nobody differing from anybody.

    Reference:
        Cronbach (1951); McDonald (1999), chapter 6.
    """
    _refuse(data, adaptive=adaptive)
    scores = data.score.reshape(data.n_persons, data.n_items).astype(np.float64)
    covariance = np.cov(scores, rowvar=False)
    total = float(covariance.sum())
    if total <= 0:
        raise CalibrationError("all persons have the same number of points", code="no_spread")
    alpha = data.n_items / (data.n_items - 1) * (1 - float(np.trace(covariance)) / total)
    omega, exhausted = _omega(covariance)
    return Reliability(
        alpha=alpha,
        omega=omega,
        exhausted_item=None if exhausted is None else data.item_ids[exhausted],
        mean=float(scores.sum(axis=1).mean()),
        standard_deviation=math.sqrt(total),
        standard_error_of_measurement=math.sqrt(total * (1 - max(0.0, alpha))),
        n_persons=data.n_persons,
        n_items=data.n_items,
    )


def _refuse(data: ResponseData, *, adaptive: bool) -> None:
    if adaptive:
        raise CalibrationError(
            "items were chosen by ability: everybody is right about as often, whatever the items are like, so α, ω and "
            "numbers of points mean nothing; take the marginal reliability",
            code="adaptive",
        )
    if data.n_responses != data.n_persons * data.n_items:
        raise CalibrationError(
            f"{data.n_responses} answers of {data.n_persons} persons to {data.n_items} items: α and ω need everybody's "
            "answer to each; take one form at a time, or the marginal reliability",
            code="not_linear",
        )
    if data.n_items < LEAST_ITEMS or data.n_persons < LEAST_PERSONS:
        raise CalibrationError(
            f"{data.n_persons} persons and {data.n_items} items; {LEAST_PERSONS} persons and {LEAST_ITEMS} items or "
            "more are needed",
            code="too_few_answers",
        )


def _omega(covariance: FloatArray) -> tuple[float | None, int | None]:
    spread = np.sqrt(np.diagonal(covariance))
    varied = np.flatnonzero(spread > 0)
    if len(varied) < LEAST_FOR_FACTOR:
        return None, None
    own = spread[varied]
    loadings = one_factor_loadings(covariance[np.ix_(varied, varied)] / np.outer(own, own))
    exhausted = np.flatnonzero(np.abs(loadings) >= 1 - 1e-6)
    if exhausted.size:
        return None, int(varied[exhausted[0]])
    common = float(loadings @ own) ** 2
    return common / (common + float(own**2 @ (1 - loadings**2))), None


def one_factor_loadings(correlation: npt.ArrayLike) -> FloatArray:
    """Find the loadings of one factor that leave the smallest squared residual correlations.

    Args:
        correlation: Shape (items, items), three items or more.

    Returns:
        Loadings between −1 and 1, shape (items,), their sum not negative; an end of that range says that no factor
        explains these correlations.

    Reference:
        Harman & Jones (1966), minres.
    """
    from scipy.optimize import minimize

    known = np.array(correlation, dtype=np.float64)
    np.fill_diagonal(known, 0.0)

    def misfit(loadings: FloatArray) -> tuple[float, FloatArray]:
        apart = known - np.outer(loadings, loadings)
        np.fill_diagonal(apart, 0.0)
        return 0.5 * float((apart**2).sum()), -2 * apart @ loadings

    values, vectors = np.linalg.eigh(known + np.eye(len(known)))
    start = np.clip(vectors[:, -1] * math.sqrt(max(float(values[-1]) - 1, 0.1)), -0.9, 0.9)
    found = minimize(
        misfit,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-1.0, 1.0)] * len(start),
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5000, "maxfun": 50000},
    )
    return np.asarray(found.x * (1.0 if found.x.sum() >= 0 else -1.0))


def marginal_reliability(standard_errors: npt.ArrayLike, *, standard_deviation: float = 1.0) -> float:
    """Tell what share of the variance of ability is known of the average person, for linear and adaptive tests.

    Args:
        standard_errors: Of the persons' abilities, shape (persons,).
        standard_deviation: Of ability in their population.

    Returns:
        1 − E[SE²] / σ²; below 0 where the test says less than the population.

    Raises:
        CalibrationError: There are no standard errors, one is not a positive number, or the deviation is not.

    Reference:
        Green, Bock, Humphreys, Linn & Reckase (1984).
    """
    errors = np.asarray(standard_errors, dtype=np.float64)
    if not errors.size or not (np.isfinite(errors) & (errors > 0)).all() or not standard_deviation > 0:
        raise CalibrationError(
            f"{errors.size} standard errors and a standard deviation of {standard_deviation:g}; one error or more, and "
            "positive numbers alone, are expected",
            code="bad_option",
        )
    return 1 - float(np.mean(errors**2)) / standard_deviation**2
