"""Prior distributions of item parameters, and what writers' ratings tell before any answer exists."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from calibration.array_types import FloatArray
from calibration.errors import CalibrationError

MIDDLE_RATING = 3.0
LOWEST_RATING = 1.0
HIGHEST_RATING = 5.0
SMALLEST_SPREAD = 0.2
LARGEST_SPREAD = 4.0
SECTIONS = 30
SMALLEST_PRECISION = 1e-6
# Hyperpriors: γ₀ within 1, γ₁ within .35 and ln τ within .3 of what was expected before any data (one sd each).
LINE_PRECISION = (1.0**-2, 0.35**-2)
LOG_SPREAD_SD = 0.3


PRIOR_ROUNDS = 20
PRIOR_SETTLED = 2e-3


@dataclass(frozen=True)
class Priors:
    """Normal priors on ln a and on b, the latter centred by a rating of difficulty where there is one.

    The defaults take ratings to correlate .5 with difficulty: with ratings of standard deviation .7 and difficulties
    of standard deviation 1, the regression is .7 a step and √(1 − .5²) ≈ .85 stays unexplained.

    Args:
        log_discrimination_mean: Mean of ln a.
        log_discrimination_sd: Standard deviation of ln a.
        difficulty_mean: γ₀, the mean of b at the middle rating, 3, and of items without a rating.
        difficulty_per_rating: γ₁, the change of b for each step of the rating.
        difficulty_sd: τ, the standard deviation of b about that line.
        learn_difficulty: Re-estimate γ₀, γ₁ and τ from the data (empirical Bayes).
        guessing_logit_mean: Mean of ln(c / (1 − c)) in the 3PL; at the default c is one in five.
        guessing_logit_sd: Its standard deviation.

    Reference:
        Mislevy (1986), Bayes modal estimation in item response models; Swaminathan, Hambleton, Sireci, Xing & Rizavi
        (2003) on judgements of difficulty as priors.
    """

    log_discrimination_mean: float = 0.0
    log_discrimination_sd: float = 0.35
    difficulty_mean: float = 0.0
    difficulty_per_rating: float = 0.7
    difficulty_sd: float = 0.85
    learn_difficulty: bool = True
    guessing_logit_mean: float = -math.log(4.0)
    guessing_logit_sd: float = 0.5

    def __post_init__(self) -> None:
        for name in ("log_discrimination_sd", "difficulty_sd", "guessing_logit_sd"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise CalibrationError(f"{name} is {value}; a positive number is expected", code="bad_prior")

    def difficulty_means(self, ratings: FloatArray) -> FloatArray:
        """Prior means of b.

        Args:
            ratings: Writers' ratings, not-a-number where there is none, shape (items,).

        Returns:
            Shape (items,).
        """
        steps = np.where(np.isnan(ratings), 0.0, ratings - MIDDLE_RATING)
        means: FloatArray = self.difficulty_mean + self.difficulty_per_rating * steps
        return means


def difficulty_prior(rating: float | None, *, priors: Priors | None = None) -> tuple[float, float]:
    """Tell the difficulty to expect of an item that nobody has answered yet.

    Args:
        rating: The writer's rating from 1 (easy) to 5 (hard), or None.
        priors: The regression of difficulty on rating; its defaults if not given.

    Returns:
        Mean and standard deviation of the difficulty, in logits. The discrimination to score by is that of
        :func:`discrimination_of_guess`.

    Raises:
        CalibrationError: A rating outside 1 to 5.
    """
    known = Priors() if priors is None else priors
    if rating is None:
        return known.difficulty_mean, known.difficulty_sd
    require_rating(rating)
    return known.difficulty_mean + known.difficulty_per_rating * (rating - MIDDLE_RATING), known.difficulty_sd


def discrimination_of_guess(discrimination: float, difficulty_sd: float) -> float:
    """Tell how steep the curve to expect of an item is whose difficulty is known only up to a standard deviation.

    To score by the steeper curve of the item itself would take the guessed difficulty for the true one, and the answers
    to say more than they do: 90 % intervals of ability then hold 85 %.

    Args:
        discrimination: Of the item itself, whatever its difficulty.
        difficulty_sd: Standard deviation of the difficulty.

    Returns:
        Discrimination of the logistic curve nearest to the mean of the item's curves over N(b, sd²), within .004.

    Reference:
        MacKay (1992), The evidence framework applied to classification networks.
    """
    return discrimination / math.sqrt(1.0 + math.pi / 8.0 * (discrimination * difficulty_sd) ** 2)


def require_rating(rating: float, *, item_id: str = "") -> None:
    """Refuse a rating that is not on the scale.

    Args:
        rating: The rating.
        item_id: The item it belongs to, for the message.

    Raises:
        CalibrationError: A rating outside 1 to 5.
    """
    if not LOWEST_RATING <= rating <= HIGHEST_RATING:
        where = f"item {item_id!r}: " if item_id else ""
        raise CalibrationError(f"{where}difficulty rating {rating}; 1 to 5 is expected", code="bad_rating")


def learn_difficulty(
    priors: Priors, *, origin: Priors, difficulty: FloatArray, variance: FloatArray, ratings: FloatArray
) -> Priors:
    """Re-estimate γ₀, γ₁ and τ from what the answers alone say about the difficulties.

    Each posterior N(b, v) is taken apart into its prior and a normal likelihood of variance s²; the hyperparameters
    maximise the likelihood of b ~ N(γ₀ + γ₁ (rating − 3), τ² + s²) with the line integrated out. So items with few
    answers count little, and τ does not shrink as it would if the already shrunken difficulties were regressed. Weak
    normal hyperpriors about ``origin`` keep a handful of items from settling the matter.

    Args:
        priors: The priors under which the posteriors came about.
        origin: The priors before any data.
        difficulty: Posterior modes of b, shape (items,).
        variance: Posterior variances of b, shape (items,).
        ratings: Ratings, not-a-number where there is none, shape (items,).

    Returns:
        New priors.

    Reference:
        Morris (1983), Parametric empirical Bayes inference; restricted likelihood after Harville (1977).
    """
    precision = 1.0 / variance - priors.difficulty_sd**-2
    telling = np.isfinite(precision) & (precision > SMALLEST_PRECISION)
    prior_mean = priors.difficulty_means(ratings)
    estimate = (difficulty / variance - prior_mean * priors.difficulty_sd**-2)[telling] / precision[telling]
    known = ratings[telling]
    steps = np.where(np.isnan(known), 0.0, known - MIDDLE_RATING)
    regression = _Regression(
        outcome=estimate,
        error_variance=1.0 / precision[telling],
        design=np.stack((np.ones_like(steps), steps), axis=1),
        expected_line=np.array((origin.difficulty_mean, origin.difficulty_per_rating)),
        expected_spread=origin.difficulty_sd,
    )
    spread = regression.best_spread()
    mean, per_rating = regression.fit(spread).line
    return replace(priors, difficulty_mean=float(mean), difficulty_per_rating=float(per_rating), difficulty_sd=spread)


def prior_distance(before: Priors, after: Priors) -> float:
    """Tell how far the learnt part of the priors moved.

    Args:
        before: Priors.
        after: Priors.

    Returns:
        The largest change of γ₀, γ₁ and τ.
    """
    return max(
        abs(before.difficulty_mean - after.difficulty_mean),
        abs(before.difficulty_per_rating - after.difficulty_per_rating),
        abs(before.difficulty_sd - after.difficulty_sd),
    )


@dataclass(frozen=True, eq=False)
class _Fit:
    line: FloatArray
    log_density: float


@dataclass(frozen=True, eq=False)
class _Regression:
    """Difficulties with known error variances on ratings, with normal hyperpriors."""

    outcome: FloatArray
    error_variance: FloatArray
    design: FloatArray
    expected_line: FloatArray
    expected_spread: float

    def fit(self, spread: float) -> _Fit:
        """Fit the line at one τ, and compute how probable that τ is."""
        weight = 1.0 / (spread**2 + self.error_variance)
        normal = self.design.T @ (weight[:, None] * self.design) + np.diag(LINE_PRECISION)
        residual = self.outcome - self.design @ self.expected_line
        pull = self.design.T @ (weight * residual)
        shift = np.linalg.solve(normal, pull)
        log_density = (
            0.5 * (np.log(weight).sum() - np.linalg.slogdet(normal)[1] - weight @ residual**2 + pull @ shift)
            - 0.5 * (math.log(spread / self.expected_spread) / LOG_SPREAD_SD) ** 2
        )
        line: FloatArray = self.expected_line + shift
        return _Fit(line, float(log_density))

    def best_spread(self) -> float:
        """Find the maximum by golden section over ln τ."""
        ratio = (math.sqrt(5.0) - 1.0) / 2.0
        low, high = math.log(SMALLEST_SPREAD), math.log(LARGEST_SPREAD)
        for _ in range(SECTIONS):
            left, right = high - ratio * (high - low), low + ratio * (high - low)
            if self.fit(math.exp(left)).log_density < self.fit(math.exp(right)).log_density:
                low = left
            else:
                high = right
        return math.exp(0.5 * (low + high))
