"""Prior distributions of item parameters, and what writers' ratings tell before any answer exists."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

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
# A unit has a handful of elements, which tell little of how far apart elements are: ln ω within .5.
LOG_ELEMENT_SD = 0.5
SMALLEST_ELEMENT_SD, LARGEST_ELEMENT_SD = 0.02, 2.0
ELEMENT_ROUNDS = 4

ElementArray = npt.NDArray[np.str_]


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
        difficulty_sd: τ, the standard deviation of b about that line and its element's shift.
        learn_difficulty: Re-estimate γ₀, γ₁, τ and, where elements are told, ω and their shifts from the data
            (empirical Bayes).
        guessing_logit_mean: Mean of ln(c / (1 − c)) in the 3PL; at the default c is one in five.
        guessing_logit_sd: Its standard deviation.
        element_sd: ω, the standard deviation of how much harder items of one element are than those of another.
        element_effects: The learnt shift of each element, by its code; none before any data.

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
    element_sd: float = 0.3
    element_effects: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        for name in ("log_discrimination_sd", "difficulty_sd", "guessing_logit_sd", "element_sd"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise CalibrationError(f"{name} is {value}; a positive number is expected", code="bad_prior")

    def difficulty_means(self, ratings: FloatArray, elements: ElementArray | None = None) -> FloatArray:
        """Prior means of b.

        Args:
            ratings: Writers' ratings, not-a-number where there is none, shape (items,).
            elements: Codes of the items' elements, empty where there is none, shape (items,).

        Returns:
            Shape (items,).
        """
        steps = np.where(np.isnan(ratings), 0.0, ratings - MIDDLE_RATING)
        means: FloatArray = self.difficulty_mean + self.difficulty_per_rating * steps
        if elements is None or not self.element_effects:
            return means
        shifts = dict(self.element_effects)
        shift = np.array([shifts.get(str(element), 0.0) for element in elements], dtype=np.float64)
        shifted: FloatArray = means + shift
        return shifted


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
    priors: Priors,
    *,
    origin: Priors,
    difficulty: FloatArray,
    variance: FloatArray,
    ratings: FloatArray,
    elements: ElementArray | None = None,
) -> Priors:
    """Re-estimate γ₀, γ₁, τ, ω and the elements' shifts from what the answers alone say about the difficulties.

    Each posterior N(b, v) is taken apart into its prior and a normal likelihood of variance s²; the hyperparameters
    maximise the likelihood of b ~ N(γ₀ + γ₁ (rating − 3) + u, τ² + s²), u ~ N(0, ω²) one for each element, with the
    line and the shifts integrated out. So items with few
    answers count little, and τ does not shrink as it would if the already shrunken difficulties were regressed. Weak
    normal hyperpriors about ``origin`` keep a handful of items from settling the matter.

    Args:
        priors: The priors under which the posteriors came about.
        origin: The priors before any data.
        difficulty: Posterior modes of b, shape (items,).
        variance: Posterior variances of b, shape (items,).
        ratings: Ratings, not-a-number where there is none, shape (items,).
        elements: Codes of the items' elements, empty where there is none; None to expect no shifts.

    Returns:
        New priors.

    Reference:
        Morris (1983), Parametric empirical Bayes inference; restricted likelihood after Harville (1977).
    """
    precision = 1.0 / variance - priors.difficulty_sd**-2
    telling = np.isfinite(precision) & (precision > SMALLEST_PRECISION)
    prior_mean = priors.difficulty_means(ratings, elements)
    estimate = (difficulty / variance - prior_mean * priors.difficulty_sd**-2)[telling] / precision[telling]
    known = ratings[telling]
    steps = np.where(np.isnan(known), 0.0, known - MIDDLE_RATING)
    names = [] if elements is None else sorted({str(code) for code in elements[telling]} - {""})
    places = [] if elements is None else [elements[telling] == name for name in names]
    regression = _Regression(
        outcome=estimate,
        error_variance=1.0 / precision[telling],
        design=np.stack((np.ones_like(steps), steps, *places), axis=1).astype(np.float64),
        expected_line=np.array((origin.difficulty_mean, origin.difficulty_per_rating, *(0.0 for _ in names))),
        expected_spread=origin.difficulty_sd,
        expected_between=origin.element_sd,
    )
    spread, between = regression.best_spreads()
    mean, per_rating, *shifts = regression.fit(spread, between).line.tolist()
    return replace(
        priors,
        difficulty_mean=mean,
        difficulty_per_rating=per_rating,
        difficulty_sd=spread,
        element_sd=between,
        element_effects=tuple(zip(names, shifts, strict=True)),
    )


def prior_distance(before: Priors, after: Priors) -> float:
    """Tell how far the learnt part of the priors moved.

    Args:
        before: Priors.
        after: Priors.

    Returns:
        The largest change of γ₀, γ₁, τ and an element's shift.
    """
    earlier, later = dict(before.element_effects), dict(after.element_effects)
    return max(
        *(abs(earlier.get(code, 0.0) - shift) for code, shift in later.items()),
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
    """Difficulties with known error variances on ratings and elements, with normal hyperpriors."""

    outcome: FloatArray
    error_variance: FloatArray
    design: FloatArray
    expected_line: FloatArray
    expected_spread: float
    expected_between: float

    @property
    def elements(self) -> int:
        """Number of elements."""
        return int(self.design.shape[1]) - len(LINE_PRECISION)

    def fit(self, spread: float, between: float) -> _Fit:
        """Fit line and shifts at one τ and one ω, and compute how probable those are."""
        weight = 1.0 / (spread**2 + self.error_variance)
        precision = (*LINE_PRECISION, *(between**-2 for _ in range(self.elements)))
        normal = self.design.T @ (weight[:, None] * self.design) + np.diag(precision)
        residual = self.outcome - self.design @ self.expected_line
        pull = self.design.T @ (weight * residual)
        shift = np.linalg.solve(normal, pull)
        log_density = (
            0.5 * (np.log(weight).sum() - np.linalg.slogdet(normal)[1] - weight @ residual**2 + pull @ shift)
            - 0.5 * (math.log(spread / self.expected_spread) / LOG_SPREAD_SD) ** 2
        )
        if self.elements:
            log_density -= self.elements * math.log(between)
            log_density -= 0.5 * (math.log(between / self.expected_between) / LOG_ELEMENT_SD) ** 2
        line: FloatArray = self.expected_line + shift
        return _Fit(line, float(log_density))

    def best_spreads(self) -> tuple[float, float]:
        """Find τ and ω where their density is highest, in turns; without elements ω stays what was expected."""
        between = self.expected_between
        spread = _highest(lambda tau: self.fit(tau, between).log_density, SMALLEST_SPREAD, LARGEST_SPREAD)
        for _ in range(ELEMENT_ROUNDS if self.elements else 0):
            between = _highest(
                lambda omega, tau=spread: self.fit(tau, omega).log_density,  # type: ignore[misc]
                SMALLEST_ELEMENT_SD,
                LARGEST_ELEMENT_SD,
            )
            spread = _highest(
                lambda tau, omega=between: self.fit(tau, omega).log_density,  # type: ignore[misc]
                SMALLEST_SPREAD,
                LARGEST_SPREAD,
            )
        return spread, between


def _highest(log_density: Callable[[float], float], smallest: float, largest: float) -> float:
    """Find the maximum by golden section over the logarithm."""
    ratio = (math.sqrt(5.0) - 1.0) / 2.0
    low, high = math.log(smallest), math.log(largest)
    for _ in range(SECTIONS):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if log_density(math.exp(left)) < log_density(math.exp(right)):
            low = left
        else:
            high = right
    return math.exp(0.5 * (low + high))
