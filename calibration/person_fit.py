"""Whether a person's answers go with the ability that they show: the likelihood of the pattern, standardised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from calibration.array_types import BoolArray, FloatArray
from calibration.calibrated_pool import pool_for
from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError
from calibration.exclusions import Exclusion
from calibration.responses import ResponseData
from engine.ability.estimation import score_patterns
from engine.response_models import ItemPool

METHODS = ("wle", "map")
LEAST_ANSWERS = 5
TOO_FEW_ANSWERS = "too_few_answers"
NO_ESTIMATE = "no_estimate"
NO_SPREAD = "no_spread"
PERSONS_AT_A_TIME = 2048
# Below this the items say the same of every pattern, as items at the person's own ability do under the Rasch model.
LEAST_VARIANCE = 1e-6


@dataclass(frozen=True, eq=False)
class PersonFit:
    """Persons with the likelihoods of their patterns; all columns of shape (persons judged,).

    Args:
        person_ids: Who.
        theta: Estimated ability.
        answers: Answers.
        lz: Standardised log-likelihood, as if ability were known.
        lz_star: Standardised with regard to its being estimated: about N(0, 1) for persons who answer as the curves
            say; low for patterns that surprise, as right answers to hard and wrong ones to easy items do.
        p_value: Chance of a pattern as surprising.
        left_out: Persons who cannot be judged: ``"too_few_answers"``, ``"no_estimate"`` or ``"no_spread"`` (every
            pattern of theirs would be as likely).
    """

    person_ids: tuple[str, ...]
    theta: FloatArray
    answers: npt.NDArray[np.int64]
    lz: FloatArray
    lz_star: FloatArray
    p_value: FloatArray
    left_out: tuple[Exclusion, ...]


def person_fit(
    data: ResponseData,
    items: Sequence[CalibratedItem],
    *,
    method: str = "wle",
    mean: float = 0.0,
    standard_deviation: float = 1.0,
    least_answers: int = LEAST_ANSWERS,
) -> PersonFit:
    """Standardise the likelihood of each person's answers at the estimated ability.

    On adaptive data the items lie about the person's ability, so that hardly any pattern surprises, and the statistic
    has little to say; take :func:`calibration.sitting_watch.watch_sitting` there.

    Args:
        data: Answers of linear tests, complete or not.
        items: Calibrated items, among them all that were answered.
        method: "wle" (weighted likelihood) or "map" (mode of the posterior): how ability is estimated.
        mean: Mean of the prior of "map".
        standard_deviation: Its standard deviation.
        least_answers: Answers that a person needs to be judged.

    Returns:
        The persons who can be judged, in the order of the data, and the others with the reason.

    Raises:
        CalibrationError: An unknown method, or an item that is not calibrated.

    Reference:
        Drasgow, Levine & Williams (1985) for lz; Snijders (2001) for lz*; Sinharay (2016) for items of several scores.
    """
    if method not in METHODS:
        raise CalibrationError(f"method {method!r}; {', '.join(METHODS)} are expected", code="bad_option")
    pool = pool_for(data, items)
    theta = np.concatenate(list(_abilities(data, pool, method, mean, standard_deviation)))
    known = np.isfinite(theta)
    sums = _Sums.over(data, pool, np.where(known, theta, 0.0))
    answers = np.bincount(data.person, minlength=data.n_persons)
    slope = sums.covariance / np.maximum(sums.information, 1e-300)
    variance = sums.variance - slope * sums.covariance
    no_verdict = np.where(~known, NO_ESTIMATE, np.where(variance < LEAST_VARIANCE * answers, NO_SPREAD, ""))
    reasons = np.where(answers < least_answers, TOO_FEW_ANSWERS, no_verdict)
    judged = reasons == ""
    # Of an estimate that solves r₀ + Σ s = 0 the sum of the answers' slopes is −r₀, whatever the method.
    lz_star = (sums.surprise - slope * sums.score)[judged] / np.sqrt(variance[judged])
    return PersonFit(
        person_ids=_named(data, judged),
        theta=theta[judged],
        answers=answers[judged],
        lz=sums.surprise[judged] / np.sqrt(sums.variance[judged]),
        lz_star=lz_star,
        p_value=np.asarray(ndtr(lz_star)),
        left_out=tuple(Exclusion("person", data.person_ids[k], str(reasons[k])) for k in np.flatnonzero(~judged)),
    )


def _named(data: ResponseData, chosen: BoolArray) -> tuple[str, ...]:
    return tuple(data.person_ids[place] for place in np.flatnonzero(chosen))


def _abilities(data: ResponseData, pool: ItemPool, method: str, mean: float, deviation: float) -> Iterator[FloatArray]:
    """Estimate abilities some persons at a time, so that the table of their answers stays small."""
    for start in range(0, data.n_persons, PERSONS_AT_A_TIME):
        end = min(start + PERSONS_AT_A_TIME, data.n_persons)
        rows = slice(*np.searchsorted(data.person, [start, end]).tolist())
        table = np.full((end - start, data.n_items), -1)
        table[data.person[rows] - start, data.item[rows]] = data.score[rows]
        yield score_patterns(pool, table, method=method, prior_mean=mean, prior_sd=deviation).theta


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over each person's answers at the person's ability, each of shape (persons,).

    Args:
        surprise: Log-likelihood of the answers less its expectation.
        score: Derivatives of the log-likelihood by ability.
        variance: Variances of the log-probabilities.
        covariance: Their covariances with the derivatives.
        information: Variances of the derivatives.
    """

    surprise: FloatArray
    score: FloatArray
    variance: FloatArray
    covariance: FloatArray
    information: FloatArray

    @classmethod
    def over(cls, data: ResponseData, pool: ItemPool, theta: FloatArray) -> _Sums:
        columns = np.zeros((5, data.n_responses))
        for place, name in enumerate(data.item_ids):
            rows = np.flatnonzero(data.item == place)
            group = pool.groups_for([name])[0]
            ability = theta[data.person[rows]]
            logs = group.family.log_probabilities(group.parameters, ability)[0]
            slopes = group.family.first_derivatives(group.parameters, ability)[0]
            chances = np.exp(logs)
            had = data.score[rows].astype(np.int64), np.arange(len(rows))
            apart = logs - (chances * logs).sum(axis=0)
            columns[:, rows] = (
                apart[had],
                slopes[had],
                (chances * apart**2).sum(axis=0),
                (chances * apart * slopes).sum(axis=0),
                (chances * slopes**2).sum(axis=0),
            )
        sums = [np.bincount(data.person, weights=column, minlength=data.n_persons) for column in columns]
        return cls(*(np.asarray(total, dtype=np.float64) for total in sums))
