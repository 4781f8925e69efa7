"""Cold start: what deciding by items that hardly anybody has answered costs, against deciding by the true parameters.

Banks of 60 items with a ~ LN(ln 1.1, .3²) and b ~ N(−.2, 1.1²); writers rate difficulty from 1 to 5, and their ratings
correlate .5 with it. Fifty persons answer 24 items each, so that each item has some 20 answers (and more persons for
more answers), and the bank is calibrated with the default priors on those ratings. Then other candidates of N(0, 1)
answer 24 random items each, and pass where an ability at the cut or above is likelier than not: once by the true
parameters and once by the estimated ones, on the same answers.

The cut is −.3. By estimated parameters it is taken in two ways: as that number, on a scale that fifty persons define;
and as judges set it, a share right of the bank, which the estimated parameters carry back to their own scale.
Run it from the repository with

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.cold_start [--json] [--banks N] [--candidates N]
"""

import argparse
from collections import defaultdict
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from benchmarks.targets import Figure, tell
from calibration import Priors, ResponseData, calibrate
from calibration.priors import difficulty_prior, discrimination_of_guess
from engine.ability.ability_grid import EapGrid, posterior_of, probabilities_above

ITEMS, ANSWERS, CUT = 60, 24, -0.3
RATING_CORRELATION, RATING_SD, DIFFICULTY_SD = 0.5, 0.7, 1.1
# The target is that of the first.
ANSWERS_PER_ITEM = (20, 50, 100)
MOST_POINTS_LOST = 0.5
#: The bank's own distribution as the prior, ratings rounded to steps of .75 included: nothing more could be known.
KNOWING = Priors(
    log_discrimination_mean=float(np.log(1.1)),
    log_discrimination_sd=0.3,
    difficulty_mean=-0.2,
    difficulty_per_rating=RATING_CORRELATION * DIFFICULTY_SD / 0.75,
    difficulty_sd=DIFFICULTY_SD * sqrt(1 - RATING_CORRELATION**2),
    learn_difficulty=False,
)

FloatArray = npt.NDArray[np.float64]
Curves = tuple[FloatArray, FloatArray]


def answers_of(generator: np.random.Generator, ability: FloatArray, curves: Curves) -> npt.NDArray[np.int8]:
    """Draw 24 random items for each person and the answers to them; −1 elsewhere."""
    a, b = curves
    right = generator.random((len(ability), ITEMS)) < 1 / (1 + np.exp(-a * (ability[:, None] - b)))
    place = np.argsort(generator.random(right.shape), axis=1)[:, :ANSWERS]
    table = np.full(right.shape, -1, dtype=np.int8)
    np.put_along_axis(table, place, np.take_along_axis(right.astype(np.int8), place, axis=1), axis=1)
    return table


def ratings_of(generator: np.random.Generator, difficulty: FloatArray) -> dict[str, float]:
    """Draw what writers think of the items, in whole steps."""
    standard = (difficulty + 0.2) / DIFFICULTY_SD
    noise = sqrt(1 - RATING_CORRELATION**2) * generator.normal(size=ITEMS)
    rating = np.clip(np.round(3 + RATING_SD * (RATING_CORRELATION * standard + noise)), 1, 5)
    return {f"i{place}": float(value) for place, value in enumerate(rating)}


def calibrated(table: npt.NDArray[np.int8], ratings: dict[str, float], priors: Priors) -> Curves:
    """Calibrate the pretest; an item that took no part is expected to be what its rating says."""
    person, item = np.nonzero(table >= 0)
    names = [f"P{k}" for k in range(len(table))], [f"i{k}" for k in range(ITEMS)]
    data = ResponseData.from_indices(*names, person, item, table[person, item])
    result = calibrate(data, priors=priors, ratings=ratings)
    if not result.converged:
        raise SystemExit(f"a calibration of {len(table)} persons did not converge")
    a, b = rated(ratings)
    for place, name in enumerate(names[1]):
        if name in result.parameters:
            a[place], b[place] = result.parameters[name]
    return a, b


def rated(ratings: dict[str, float]) -> Curves:
    """Return the curves to expect before there are answers."""
    expected = [difficulty_prior(rating) for rating in ratings.values()]
    return np.array([discrimination_of_guess(1.0, sd) for _, sd in expected]), np.array([mean for mean, _ in expected])


def decision_accuracy(table: npt.NDArray[np.int8], ability: FloatArray, curves: Curves, *, cut: float = CUT) -> float:
    """Return how many of a hundred candidates are decided rightly by some parameters and a cut on their scale."""
    grid, (a, b) = EapGrid.normal(), curves
    logits = a[:, None] * (grid.nodes - b[:, None])
    logs = (table == 1) @ -np.logaddexp(0, -logits) + (table == 0) @ -np.logaddexp(0, logits)
    above = probabilities_above(grid.weights_above(cut), posterior_of(logs + grid.log_prior))
    return 100 * float(np.mean((above >= 0.5) == (ability >= CUT)))


def share_right(curves: Curves, theta: float) -> float:
    """Return the share of the bank that somebody of an ability answers rightly."""
    return float(np.mean(1 / (1 + np.exp(-curves[0] * (theta - curves[1])))))


def carried_cut(truth: Curves, curves: Curves) -> float:
    """Return where the share right that is asked for lies on the estimated scale."""
    asked = share_right(truth, CUT)
    return float(brentq(lambda theta: share_right(curves, theta) - asked, -8, 8))


def measure(banks: int, candidates: int) -> list[Figure]:
    right: dict[str, list[float]] = defaultdict(list)
    error: list[float] = []
    for bank in range(banks):
        generator = np.random.default_rng(900 + bank)
        truth = np.exp(generator.normal(np.log(1.1), 0.3, ITEMS)), generator.normal(-0.2, DIFFICULTY_SD, ITEMS)
        ratings, ability = ratings_of(generator, truth[1]), generator.normal(size=candidates)
        exam = answers_of(generator, ability, truth)
        right["true parameters"].append(decision_accuracy(exam, ability, truth))
        ways = {"ratings alone": rated(ratings)}
        for answers in ANSWERS_PER_ITEM:
            pretest = answers_of(generator, generator.normal(size=answers * ITEMS // ANSWERS), truth)
            ways[f"{answers} answers an item"] = calibrated(pretest, ratings, Priors())
            if answers == ANSWERS_PER_ITEM[0]:
                ways["the same, priors that know the bank"] = calibrated(pretest, ratings, KNOWING)
        for name, curves in ways.items():
            right[f"{name}, cut −.3"].append(decision_accuracy(exam, ability, curves))
            cut = carried_cut(truth, curves)
            right[f"{name}, cut carried"].append(decision_accuracy(exam, ability, curves, cut=cut))
        first = ways[f"{ANSWERS_PER_ITEM[0]} answers an item"]
        error.append(float(np.sqrt(np.mean((first[1] - truth[1]) ** 2))))
    return summed_up(f"{banks} banks × {candidates:,} candidates", right, error)


def summed_up(work: str, right: dict[str, list[float]], error: list[float]) -> list[Figure]:
    truth = np.array(right.pop("true parameters"))
    figures = [Figure(work, "decided rightly by true parameters, %", *_mean(truth), digits=2)]
    for name, values in right.items():
        most = MOST_POINTS_LOST if name.startswith(f"{ANSWERS_PER_ITEM[0]} ") else None
        figures.append(Figure(work, f"points lost: {name}", *_mean(truth - np.array(values)), most=most, digits=2))
    figures.append(Figure(work, f"RMSE of b after {ANSWERS_PER_ITEM[0]} answers an item", *_mean(np.array(error))))
    return figures


def _mean(values: FloatArray) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values, ddof=1) / sqrt(len(values)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--banks", type=int, default=40, help="banks, at least 2 (default 40)")
    parser.add_argument("--candidates", type=int, default=4_000, help="candidates of each bank (default 4,000)")
    options = parser.parse_args()
    tell(measure(options.banks, options.candidates), name="cold start", as_json=options.json)


if __name__ == "__main__":
    main()
