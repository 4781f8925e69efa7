"""Recovery study: bias, and coverage of 95 % intervals, of every kind of parameter under every model.

The true items are drawn from the priors under which the 3PL needs to be estimated; the other models are estimated by
plain maximum likelihood. With a prior an interval is a posterior's, and holds the truth as often as it says over items
that are drawn from that prior. Run it from the repository with

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.recovery [--json] [--replications N] [--persons N] [--items N]
"""

import argparse
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from benchmarks.targets import Figure, tell
from calibration import CalibratedItem, CalibrationResult, Priors, ResponseData, calibrate
from engine.response_models import ItemParameters, ItemPool

MODELS = ("rasch", "2pl", "3pl", "grm", "gpcm")
PRIORS = Priors(learn_difficulty=False)
WITHIN_95 = 1.959963984540054
THRESHOLDS, LEAST_APART = 3, 0.25

FloatArray = npt.NDArray[np.float64]
Found = dict[str, list[tuple[float, float, float]]]


def drawn_items(generator: np.random.Generator, model: str, count: int) -> list[ItemParameters]:
    """Draw items from the priors; thresholds of graded items are kept apart, for nobody could tell equal ones."""
    items = []
    for place in range(count):
        a = 1.0 if model == "rasch" else float(np.exp(generator.normal(0, PRIORS.log_discrimination_sd)))
        b = float(generator.normal(0, PRIORS.difficulty_sd))
        guessing = 0.0
        steps: tuple[float, ...] = ()
        if model == "3pl":
            guessing = float(1 / (1 + np.exp(-generator.normal(PRIORS.guessing_logit_mean, PRIORS.guessing_logit_sd))))
        if model in ("grm", "gpcm"):
            gaps = LEAST_APART + generator.exponential(0.5, THRESHOLDS - 1)
            spread = np.concatenate(([0.0], np.cumsum(gaps)))
            steps = tuple((b + spread - spread.mean()).tolist())
        name = "2pl" if model == "rasch" else model
        located = {"difficulty": b} if not steps else {}
        items.append(ItemParameters(f"i{place}", name, a, guessing=guessing, thresholds=steps, **located))
    return items


def drawn_responses(generator: np.random.Generator, pool: ItemPool, persons: int) -> ResponseData:
    """Draw everybody's answers to all items."""
    ability = generator.normal(0, 1, persons)
    below = np.exp(pool.log_probabilities(ability)).cumsum(axis=1)[:, :-1]
    scores = (generator.random((len(pool), 1, persons)) > below).sum(axis=1).T
    person, item = np.divmod(np.arange(scores.size), len(pool))
    return ResponseData.from_indices([f"P{k}" for k in range(persons)], pool.item_ids, person, item, scores.ravel())


def replicate(model: str, *, seed: int, persons: int, items: int, found: Found) -> CalibrationResult:
    """Draw, calibrate, and note estimate, truth and standard error of every parameter."""
    generator = np.random.default_rng(seed)
    truth = drawn_items(generator, model, items)
    data = drawn_responses(generator, ItemPool.from_items(truth), persons)
    result = calibrate(data, model=model, priors=PRIORS if model == "3pl" else None)
    estimated = {item.item_id: item for item in result.items}
    for item in truth:
        for name, triple in compared(model, item, estimated[item.item_id]).items():
            found[name].append(triple)
    return result


def compared(model: str, truth: ItemParameters, item: CalibratedItem) -> Mapping[str, tuple[float, float, float]]:
    """Pair each parameter with the true one: estimate, truth, standard error."""
    pairs: dict[str, tuple[float, float, float]] = {}
    if model != "rasch":
        pairs["a"] = (item.discrimination, truth.discrimination, item.se_discrimination)
    if model in ("grm", "gpcm"):
        for place, values in enumerate(zip(item.thresholds, truth.thresholds, item.se_thresholds, strict=True), 1):
            pairs[f"b{place}"] = values
    else:
        pairs["b"] = (item.difficulty, truth.difficulty, item.se_difficulty)
    if model == "3pl":
        pairs["logit c"] = logits(item, truth)
    return pairs


def logits(item: CalibratedItem, truth: ItemParameters) -> tuple[float, float, float]:
    """Return guessing on the scale on which its posterior is nearly normal."""
    spread = item.guessing * (1 - item.guessing)
    return _logit(item.guessing), _logit(truth.guessing), item.se_guessing / spread


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def study(model: str, *, replications: int, persons: int, items: int) -> list[Figure]:
    """Repeat, and sum up by parameter."""
    work = f"{model.upper()} {persons:,} × {items}"
    if model == "3pl":
        work += ", priors"
    by_name: dict[str, list[FloatArray]] = defaultdict(list)
    converged = 0
    for replication in range(replications):
        found: Found = defaultdict(list)
        result = replicate(model, seed=100 * replication + 11, persons=persons, items=items, found=found)
        converged += result.converged
        for name, triples in found.items():
            by_name[name].append(np.array(triples))
    figures = [Figure(work, "converged, of all", converged / replications, least=1)]
    for name, parts in by_name.items():
        bias = np.array([np.mean(part[:, 0] - part[:, 1]) for part in parts])
        inside = np.array([np.mean(np.abs(part[:, 0] - part[:, 1]) <= WITHIN_95 * part[:, 2]) for part in parts])
        rmse = np.sqrt(np.mean([np.mean((part[:, 0] - part[:, 1]) ** 2) for part in parts]))
        figures += [
            Figure(work, f"bias of {name}", float(bias.mean()), _error(bias), digits=4),
            Figure(work, f"RMSE of {name}", float(rmse)),
            Figure(
                work,
                f"95 % intervals of {name} that hold it, %",
                100 * float(inside.mean()),
                100 * _error(inside),
                93,
                97,
                1,
            ),
        ]
    return figures


def _error(values: FloatArray) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--replications", type=int, default=20, help="data sets of each model (default 20)")
    parser.add_argument("--persons", type=int, default=2_000, help="persons of a data set (default 2,000)")
    parser.add_argument("--items", type=int, default=30, help="items of a data set (default 30)")
    parser.add_argument("--model", action="append", choices=MODELS, help="this model alone")
    options = parser.parse_args()
    figures = []
    for model in options.model or MODELS:
        figures += study(model, replications=options.replications, persons=options.persons, items=options.items)
    tell(figures, name="recovery", as_json=options.json)


if __name__ == "__main__":
    main()
