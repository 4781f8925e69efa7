"""How exact calibration is: log-likelihood, parameters and standard errors against a reference of high precision.

The reference maximises the marginal likelihood on 1,001 nodes by a general quasi-Newton method and Newton's steps, and
takes the standard errors from the inverse of the Hessian by differences of the exact gradient; it shares no code with
Samat. The data: LSAT7 as published, and simulated responses, complete and sparse. Figures published of R's mirt stand
beside LSAT7's. Run it from the repository with

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.calibration_accuracy [--json]

In the environment of the peers (PYTHONPATH=. .venv-peers/bin/python) PyPI's `mirt` at 61 nodes stands beside.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from benchmarks.simulated_responses import Work, draw
from benchmarks.targets import Figure, tell
from calibration import ResponseData, calibrate

NODES = np.linspace(-8, 8, 1_001)
LOG_WEIGHTS = -0.5 * NODES**2 - np.log(np.exp(-0.5 * NODES**2).sum())
DIFFERENCE, NEWTON_STEPS = 1e-4, 3
# At 201 nodes its quadrature breaks down: the log-likelihood is a sixth too low, the standard errors no numbers.
PEER_NODES = 61
# Patterns in binary order, 00000 first, the last item running fastest: Bock & Lieberman's LSAT section 7.
LSAT7 = (
    12,
    19,
    1,
    7,
    3,
    19,
    3,
    17,
    10,
    5,
    3,
    7,
    7,
    23,
    8,
    28,
    7,
    39,
    11,
    34,
    14,
    51,
    15,
    90,
    6,
    25,
    7,
    35,
    18,
    136,
    32,
    308,
)
PUBLISHED = ((0.988, 1.081, 1.706, 0.765, 0.736), (1.856, 0.808, 1.804, 0.486, 1.855), -2658.805)

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fit:
    """Log-likelihood, and a, b with their standard errors, each of shape (items,)."""

    log_likelihood: float
    a: FloatArray
    b: FloatArray
    se_a: FloatArray
    se_b: FloatArray


def lsat7() -> ResponseData:
    patterns = (np.arange(32)[:, None] >> np.arange(4, -1, -1)) & 1
    table = np.repeat(patterns, LSAT7, axis=0)
    person, item = np.divmod(np.arange(table.size), 5)
    return ResponseData.from_indices([f"P{k}" for k in range(len(table))], list("12345"), person, item, table.ravel())


def objective(data: ResponseData) -> Callable[[FloatArray], tuple[float, FloatArray]]:
    """Return minus the log-likelihood and its gradient as a function of slopes, then intercepts."""
    right, wrong = np.zeros((2, data.n_persons, data.n_items))
    right[data.person, data.item], wrong[data.person, data.item] = data.score, 1 - data.score

    def evaluate(vector: FloatArray) -> tuple[float, FloatArray]:
        slope, intercept = vector.reshape(2, -1)
        logits = slope[:, None] * NODES + intercept[:, None]
        logs = right @ -np.logaddexp(0, -logits) + wrong @ -np.logaddexp(0, logits) + LOG_WEIGHTS
        highest = logs.max(axis=1, keepdims=True)
        density = np.exp(logs - highest)
        total = density.sum(axis=1, keepdims=True)
        density /= total
        had, given = right.T @ density, (right + wrong).T @ density
        residual = had - given / (1 + np.exp(-logits))
        gradient = np.concatenate((residual @ NODES, residual.sum(axis=1)))
        return -float((highest + np.log(total)).sum()), -gradient

    return evaluate


def reference(data: ResponseData) -> Fit:
    """Maximise, then take Newton's steps with a Hessian by central differences until they are rounding."""
    evaluate = objective(data)
    items = data.n_items
    vector = minimize(evaluate, np.repeat((1.0, 0.0), items), jac=True, method="L-BFGS-B").x
    for _ in range(NEWTON_STEPS):
        hessian = differences(evaluate, vector)
        vector = vector - np.linalg.solve(hessian, evaluate(vector)[1])
    covariance = np.linalg.inv(differences(evaluate, vector))
    slope, intercept = vector.reshape(2, -1)
    place = np.arange(items)
    by_a, both, by_d = (
        covariance[place, place],
        covariance[place, place + items],
        covariance[place + items, place + items],
    )
    difficulty = -intercept / slope
    variance = (difficulty**2 * by_a + 2 * difficulty * both + by_d) / slope**2
    return Fit(-evaluate(vector)[0], slope, difficulty, np.sqrt(by_a), np.sqrt(variance))


def differences(evaluate: Callable[[FloatArray], tuple[float, FloatArray]], vector: FloatArray) -> FloatArray:
    steps = DIFFERENCE * np.eye(len(vector))
    rows = [(evaluate(vector + step)[1] - evaluate(vector - step)[1]) / (2 * DIFFERENCE) for step in steps]
    return np.asarray(np.array(rows) + np.array(rows).T) / 2


def ours(data: ResponseData) -> Fit:
    result = calibrate(data)
    names = ("discrimination", "difficulty", "se_discrimination", "se_difficulty")
    columns = (np.array([getattr(item, name) for item in result.items]) for name in names)
    return Fit(result.log_likelihood, *columns)


def theirs(data: ResponseData) -> Fit:
    import mirt

    table = np.full((data.n_persons, data.n_items), -1)
    table[data.person, data.item] = data.score
    result: Any = mirt.fit_mirt(table, "2PL", n_quadpts=PEER_NODES)
    found, errors = result.model.parameters, result.standard_errors
    a, b = (np.asarray(found[name]) for name in ("discrimination", "difficulty"))
    # Their log-likelihood rests on their nodes; the estimates are judged by the same sum as everybody's.
    value = -objective(data)(np.concatenate((a, -a * b)))[0]
    return Fit(value, a, b, *(np.asarray(errors[name]) for name in ("discrimination", "difficulty")))


def compared(work: str, program: str, fit: Fit, truth: Fit, *, asked: bool) -> list[Figure]:
    """Return the largest differences; only Samat is asked to keep within the targets."""
    relative = (truth.log_likelihood - fit.log_likelihood) / abs(truth.log_likelihood)
    differences_of = {
        "log-likelihood below the reference, relative": (relative, 1e-5, 9),
        "a: largest difference": (float(np.abs(fit.a - truth.a).max()), 0.01, 6),
        "b: largest difference": (float(np.abs(fit.b - truth.b).max()), 0.01, 6),
        "SE of a: largest difference, %": (100 * float(np.abs(fit.se_a / truth.se_a - 1).max()), 3.0, 4),
        "SE of b: largest difference, %": (100 * float(np.abs(fit.se_b / truth.se_b - 1).max()), 3.0, 4),
    }
    return [
        Figure(work, f"{program}: {name}", value, most=most if asked else None, digits=digits)
        for name, (value, most, digits) in differences_of.items()
    ]


def published(fit: Fit) -> list[Figure]:
    a, d, log_likelihood = (np.array(values) for values in PUBLISHED)
    work = "LSAT7 beside the figures published of R's mirt"
    return [
        Figure(work, "slopes: largest difference", float(np.abs(fit.a - a).max()), most=0.01, digits=4),
        Figure(work, "intercepts: largest difference", float(np.abs(-fit.a * fit.b - d).max()), most=0.01, digits=4),
        Figure(
            work, "log-likelihood: difference", float(np.abs(fit.log_likelihood - log_likelihood)), most=0.001, digits=5
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    works = {"LSAT7, 1,000 × 5": lsat7()}
    for work in (Work(2_000, 30, 30), Work(3_000, 60, 20)):
        works[work.name] = draw(work, seed=8).data
    figures = published(ours(works["LSAT7, 1,000 × 5"]))
    for name, data in works.items():
        truth = reference(data)
        figures += compared(name, "Samat", ours(data), truth, asked=True)
        if find_spec("mirt"):
            figures += compared(name, f"mirt, {PEER_NODES} nodes", theirs(data), truth, asked=False)
    tell(figures, name="accuracy", as_json=options.json)


if __name__ == "__main__":
    main()
