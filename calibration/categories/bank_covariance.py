"""Sampling covariances of the estimated parameters, item by item."""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from calibration.array_types import FloatArray
from calibration.ascent import Summit
from calibration.categories.bank_estimates import BankEstimates
from calibration.categories.bank_information import complete_information
from calibration.categories.bank_problem import BankProblem
from calibration.categories.score_expectation import BankCurves, ScoreCounts
from calibration.parameter_covariance import LEAST_SHARE_OBSERVED


def bank_covariance(problem: BankProblem, summit: Summit[BankEstimates, ScoreCounts]) -> tuple[FloatArray, ...] | None:
    """Invert the observed information.

    Args:
        problem: What was free, with the items held at a bound taken out.
        summit: Where the information was computed.

    Returns:
        For each item the covariance matrix of its entries of the parameter table, 0 where fixed; None where the
        information is missing or the data do not identify some parameter.
    """
    if summit.information is None:
        return None
    free = problem.free
    factor = cho_factor(summit.information[np.ix_(free, free)])
    covariance = np.zeros((len(free), len(free)))
    covariance[np.ix_(free, free)] = cho_solve(factor, np.eye(int(free.sum())))
    tables = BankCurves.on_grid(summit.estimates, problem.grid)
    complete = complete_information(problem, summit.estimates, summit.counts, tables)
    try:
        known = cho_solve(cho_factor(complete[np.ix_(free, free)]), np.eye(int(free.sum())))
    except LinAlgError:
        return None
    if np.any(LEAST_SHARE_OBSERVED * np.diagonal(covariance)[free] > np.diagonal(known)):
        return None
    items, width = summit.estimates.parameters.shape
    own = covariance[:-2, :-2].reshape(items, width, items, width)
    return tuple(own[item, :, item] for item in range(items))
