"""Several groups against finite differences, brute force, known truth, and calibrations of one group."""

from dataclasses import replace

import numpy as np
import pytest

from calibration import CalibrationError, Priors, ResponseData, calibrate
from calibration.ascent import Ascent, Cancelled
from calibration.categories.bank_calibration import BankTask
from calibration.categories.curve_family import CATEGORY_MODELS
from calibration.categories.group_calibration import _climb, _covariance, _posed, calibrate_groups
from calibration.categories.group_problem import GroupEstimates, GroupProblem
from calibration.quadrature import AbilityGrid
from tests.calibration.test_category_models import some_parameters

POPULATIONS = np.array([[0.0, 1.0], [-0.8, 0.7], [0.5, 1.3]])


def answers(
    model: str,
    parameters: np.ndarray,
    persons: int,
    seed: int,
    *,
    populations: np.ndarray = POPULATIONS,
    forms: list[range] | None = None,
) -> tuple[ResponseData, dict[str, str]]:
    """As many persons of each population, each answering its form."""
    draws = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(populations)), persons)
    ability = populations[group, 0] + populations[group, 1] * draws.normal(size=len(group))
    probability = CATEGORY_MODELS[model].family.curves(parameters, ability).probability
    score = (draws.random((len(parameters), 1, len(group))) > np.cumsum(probability, axis=1)).sum(axis=1).T
    given = np.ones(score.shape, dtype=bool)
    for place, form in enumerate(forms or []):
        given[group == place] = np.isin(np.arange(len(parameters)), form)
    person, item = np.nonzero(given)
    names = [f"p{k}" for k in range(len(group))], [f"i{k}" for k in range(len(parameters))]
    data = ResponseData.from_indices(*names, person, item, score[person, item])
    return data, {f"p{k}": f"group {group[k]}" for k in range(len(group))}


@pytest.mark.parametrize(("model", "priors"), [("2pl", None), ("gpcm", Priors()), ("3pl", Priors())])
def test_derivatives_equal_finite_differences(model: str, priors: Priors | None) -> None:
    parameters = some_parameters(model, 4, 3)
    data, group_of = answers(model, parameters, 60, 2)
    task = BankTask(data, (model,) * 4, {}, np.full(4, np.nan), np.full(4, ""), priors)
    members = np.array([int(group_of[name][-1]) for name in data.person_ids])
    # Wide enough for the widest population: its weights must not be cut off.
    wide = AbilityGrid.between(-9, 9, count=121)
    problem = GroupProblem(tuple(replace(part, grid=wide) for part in _posed(task, members, 3).parts))
    layout = task.layout()
    somewhere = GroupEstimates(layout.groups, 0.9 * parameters, POPULATIONS * 1.1)
    counts = problem.expect(somewhere)

    def height(vector: np.ndarray) -> float:
        moved = problem.from_vector(vector)
        return problem.expect(moved).log_likelihood + problem.log_prior(moved)

    def slope(vector: np.ndarray) -> np.ndarray:
        moved = problem.from_vector(vector)
        return problem.gradient(moved, problem.expect(moved))

    gradient, information = slope(somewhere.vector), problem.information(somewhere, counts)
    step = 1e-5
    for entry in np.flatnonzero(problem.free):
        shift = np.zeros(len(problem.free))
        shift[entry] = step
        up, down = somewhere.vector + shift, somewhere.vector - shift
        assert gradient[entry] == pytest.approx((height(up) - height(down)) / (2 * step), abs=2e-3)
        assert information[entry] == pytest.approx((slope(down) - slope(up)) / (2 * step), abs=0.02, rel=1e-4)


def test_the_likelihood_is_that_of_a_sum_over_abilities() -> None:
    parameters = some_parameters("2pl", 5, 4)
    data, group_of = answers("2pl", parameters, 150, 5)
    found = calibrate_groups(data, group_of, reference="group 0")
    nodes = np.linspace(-9, 9, 2001)
    total = 0.0
    scores = data.score.reshape(-1, 5)
    slope = np.array([item.discrimination for item in found.items])
    place = np.array([item.difficulty for item in found.items])
    right = 1 / (1 + np.exp(-slope[:, None] * (nodes - place[:, None])))
    for row, name in enumerate(data.person_ids):
        group = next(one for one in found.groups if one.group == group_of[name])
        weight = np.exp(-0.5 * ((nodes - group.mean) / group.standard_deviation) ** 2)
        chances = np.where(scores[row, :, None] == 1, right, 1 - right).prod(axis=0)
        total += float(np.log(weight @ chances / weight.sum()))
    assert found.log_likelihood == pytest.approx(total, abs=1e-3)
    assert found.status == "converged"


def test_abilities_and_items_are_recovered_from_forms_that_overlap() -> None:
    parameters = some_parameters("2pl", 30, 6)
    forms = [range(16), range(8, 24), range(14, 30)]
    gaps, item_gaps = [], []
    for seed in range(5):
        data, group_of = answers("2pl", parameters, 700, seed, forms=forms)
        found = calibrate_groups(data, group_of, reference="group 0")
        assert found.status == "converged"
        for group, (mean, deviation) in zip(found.groups, POPULATIONS, strict=True):
            if group.group != "group 0":
                gaps.append((group.mean - mean) / group.se_mean)
                gaps.append((group.standard_deviation - deviation) / group.se_standard_deviation)
        for item, row in zip(found.items, parameters, strict=True):
            item_gaps.append((item.difficulty + row[1] / row[0]) / item.se_difficulty)
            item_gaps.append((item.discrimination - row[0]) / item.se_discrimination)
    assert found.groups[0].se_mean == found.groups[0].se_standard_deviation == 0
    assert [group.n_persons for group in found.groups] == [700] * 3
    assert np.mean(np.abs(item_gaps) < 1.96) == pytest.approx(0.95, abs=0.035)
    assert np.std(gaps) == pytest.approx(1, abs=0.45)


def test_groups_that_do_not_differ_change_nothing() -> None:
    parameters = some_parameters("2pl", 12, 7)
    data, _ = answers("2pl", parameters, 800, 8, populations=POPULATIONS[:1])
    group_of = {name: "ab"[place % 2] for place, name in enumerate(data.person_ids)}
    apart, alone = calibrate_groups(data, group_of, reference="b"), calibrate(data)
    assert [group.group for group in apart.groups] == ["b", "a"]
    assert abs(apart.groups[1].mean) < 3 * apart.groups[1].se_mean
    assert 0 < apart.log_likelihood - alone.log_likelihood < 8
    for item, other in zip(apart.items, alone.items, strict=True):
        assert item.discrimination == pytest.approx(other.discrimination, abs=0.12)


@pytest.mark.parametrize("model", ["rasch", "grm", "3pl"])
def test_other_models(model: str) -> None:
    parameters = some_parameters(model, 15, 9)
    data, group_of = answers(model, parameters, 500, 10, populations=POPULATIONS[:2])
    found = calibrate_groups(
        data, group_of, reference="group 0", model=model, priors=Priors() if model == "3pl" else None
    )
    assert found.status == "converged"
    other = found.groups[1]
    # The unit under the Rasch model is the items', under the others that of the reference group.
    assert other.mean == pytest.approx(-0.8, abs=max(0.15, 3 * other.se_mean))
    assert other.standard_deviation == pytest.approx(0.7, abs=0.15)
    assert (found.groups[0].se_standard_deviation > 0) == (model == "rasch")


def test_a_common_ability_hidden_by_one_prior_for_all() -> None:
    """One N(0, 1) for groups that are far apart makes the items seem too discriminating: two peaks, one curve."""
    parameters = some_parameters("2pl", 20, 11)
    populations = np.array([[0.0, 1.0], [-2.0, 1.0]])
    data, group_of = answers("2pl", parameters, 900, 12, populations=populations)
    found, naive = calibrate_groups(data, group_of, reference="group 0"), calibrate(data)
    true = parameters[:, 0]
    assert np.mean([item.discrimination for item in found.items] - true) == pytest.approx(0, abs=0.06)
    assert np.mean([item.discrimination for item in naive.items] - true) > 0.2
    assert found.n_nodes >= 61


def test_it_ends_where_it_must() -> None:
    parameters = some_parameters("2pl", 8, 13)
    data, group_of = answers("2pl", parameters, 100, 14)
    short = calibrate_groups(data, group_of, reference="group 0", max_iterations=2)
    assert short.status == "not_converged"
    with pytest.raises(Cancelled):
        calibrate_groups(data, group_of, reference="group 0", on_progress=lambda _steps, _height: False)
    too_few, of_too_few = answers("2pl", some_parameters("2pl", 2, 0), 10, 0)
    unknown = calibrate_groups(too_few, of_too_few, reference="group 0", max_iterations=300)
    assert unknown.status == "not_converged"
    assert unknown.groups[1].se_mean == np.inf
    assert all(item.se_difficulty == np.inf for item in unknown.items)


def test_what_the_data_do_not_tell_has_no_covariance() -> None:
    parameters = some_parameters("2pl", 6, 13)
    data, group_of = answers("2pl", parameters, 100, 14)
    task = BankTask(data, ("2pl",) * 6, {}, np.full(6, np.nan), np.full(6, ""), None)
    members = np.array([int(group_of[name][-1]) for name in data.person_ids])
    problem, summit = _climb(Ascent(500, 1e-5), task, _posed(task, members, 3))
    assert summit.information is not None
    covariance = _covariance(problem, summit)
    assert covariance is not None
    chosen = np.ix_(problem.free, problem.free)
    assert covariance[chosen] @ summit.information[chosen] == pytest.approx(np.eye(int(problem.free.sum())), abs=1e-8)
    assert _covariance(problem, replace(summit, information=None)) is None
    assert _covariance(problem, replace(summit, information=-summit.information)) is None
    assert _covariance(problem, replace(summit, information=1e-6 * summit.information)) is None


def test_refusals() -> None:
    parameters = some_parameters("2pl", 8, 13)
    data, group_of = answers("2pl", parameters, 60, 14)
    with pytest.raises(CalibrationError, match="person 'p0' belongs to no group"):
        calibrate_groups(data, {}, reference="group 0")
    with pytest.raises(CalibrationError, match="the reference 'x' and at least one other"):
        calibrate_groups(data, group_of, reference="x")
    with pytest.raises(CalibrationError, match="groups with answers: 'a'; the reference 'a'"):
        calibrate_groups(data, dict.fromkeys(group_of, "a"), reference="a")
    with pytest.raises(CalibrationError, match="model '5pl' is not available"):
        calibrate_groups(data, group_of, reference="group 0", model="5pl")
    apart, group_of = answers("2pl", parameters, 60, 14, forms=[range(4), range(4), range(4, 8)])
    with pytest.raises(CalibrationError, match="group 'group 2' answered no item that connects it with 'group 0'"):
        calibrate_groups(apart, group_of, reference="group 0")
