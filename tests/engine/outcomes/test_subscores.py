import numpy as np
import pytest

from engine.blueprints.blueprint import Blueprint
from engine.blueprints.shadow_test import assemble
from engine.errors import InvalidSetting
from engine.outcomes.subscores import subscore_values
from engine.response_models import ItemParameters, ItemPool
from tests.engine.pools import exam_of, pool_of


def simulated(exam, items, *, examinees=150_000, seed=3):
    """Squared correlations of each element's true score with its own score, the total and both, by simulation."""
    draws = np.random.default_rng(seed)
    r, design = exam.design.element_correlation, exam.design
    general = draws.normal(size=examinees)
    codes = [exam.pool.elements[item] for item in items]
    observed, true = {}, {}
    for code in dict.fromkeys(codes):
        ability = np.sqrt(r) * general + np.sqrt(1 - r) * draws.normal(size=examinees)
        ability = design.prior_mean + design.prior_sd * ability
        observed[code], true[code] = np.zeros(examinees), np.zeros(examinees)
        for item in (item for item, own in zip(items, codes, strict=True) if own == code):
            a, b = exam.pool.discrimination[item], exam.pool.difficulty[item]
            chance = 1 / (1 + np.exp(-a * (ability - b)))
            true[code] += chance
            observed[code] += draws.random(examinees) < chance
    total = sum(observed.values())
    found = {}
    for code in filter(None, observed):
        both = np.column_stack([observed[code], total, np.ones(examinees)])
        fitted = both @ np.linalg.lstsq(both, true[code], rcond=None)[0]
        found[code] = [np.corrcoef(true[code], x)[0, 1] ** 2 for x in (observed[code], total, fitted)]
    return found


@pytest.mark.parametrize(("correlation", "mean", "spread"), [(0.8, 0.0, 1.0), (0.3, 0.5, 1.2), (0.99, 0.0, 0.8)])
def test_the_worth_of_subscores_is_what_simulation_finds(correlation, mean, spread):
    exam = exam_of(pool_of(60), element_correlation=correlation, prior_mean=mean, prior_sd=spread)
    values = subscore_values(exam)
    chosen = assemble(exam.tree, exam.information_at_cut, length=30).tolist()
    assert [value.code for value in values] == ["U-E0", "U-E1", "U-E2"]
    assert sum(value.items for value in values) == 30
    expected = simulated(exam, chosen)
    for value in values:
        found = (value.prmse_subscore, value.prmse_total, value.prmse_both)
        assert found == pytest.approx(expected[value.code], abs=0.006)
        assert value.has_added_value == (value.prmse_subscore > value.prmse_total)
        assert value.prmse_both >= max(found) - 1e-12


def test_distinct_elements_have_added_value_and_like_ones_have_not():
    pool = pool_of(60)
    assert all(value.has_added_value for value in subscore_values(exam_of(pool, element_correlation=0.2)))
    assert not any(value.has_added_value for value in subscore_values(exam_of(pool, element_correlation=0.95)))


def test_items_outside_every_element_count_in_the_total_only():
    items = [ItemParameters(f"i{n}", "2pl", 1.0 + 0.1 * n, 0.2 * n - 1, "U", "E" if n < 4 else "") for n in range(8)]
    exam = exam_of(ItemPool.from_items(items), blueprint=Blueprint(), minimum_length=1, maximum_length=8)
    (value,) = subscore_values(exam)
    expected = simulated(exam, list(range(8)))
    assert value.items == 4
    assert (value.prmse_subscore, value.prmse_total, value.prmse_both) == pytest.approx(expected["E"], abs=0.006)


def test_an_element_that_is_the_whole_test_is_as_good_as_the_total():
    items = [ItemParameters(f"i{n}", "2pl", 1.2, 0.3 * n - 1, "U", "E") for n in range(6)]
    exam = exam_of(ItemPool.from_items(items), blueprint=Blueprint(), minimum_length=1, maximum_length=6)
    (value,) = subscore_values(exam)
    assert value.prmse_subscore == pytest.approx(value.prmse_total) == pytest.approx(value.prmse_both)
    document = value.to_dict()
    assert (document["code"], document["items"]) == ("E", 6)


def test_the_reliability_of_like_items_is_that_of_their_true_scores():
    # One Rasch item repeated n times: Spearman and Brown's formula holds exactly.
    items = [ItemParameters(f"i{n}", "rasch", 1.0, 0.4, "U", "E") for n in range(12)]
    exam = exam_of(ItemPool.from_items(items), blueprint=Blueprint(), minimum_length=1, maximum_length=12)
    single = subscore_values(exam, items=[0])[0].prmse_subscore
    for count in (2, 5, 12):
        expected = count * single / (1 + (count - 1) * single)
        assert subscore_values(exam, items=range(count))[0].prmse_subscore == pytest.approx(expected)


@pytest.mark.parametrize("items", [[], [0, 0], [-1], [60]])
def test_a_test_that_cannot_be_is_refused(items):
    with pytest.raises(InvalidSetting, match="a test has items of the pool, each once"):
        subscore_values(exam_of(pool_of(60)), items=items)
