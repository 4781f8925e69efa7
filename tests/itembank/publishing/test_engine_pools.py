"""Rows of a bank as item pools: every model, what is tried out, and what must not meet."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest

from engine.errors import InvalidParameters
from engine.response_models import ItemParameters, ItemPool
from itembank.publishing.engine_pools import engine_pools
from itembank.publishing.parameters import Parameters, highest_score, prior_parameters
from itembank.tables import BankItem

NODES = np.linspace(-4.0, 4.0, 9)


def row(
    code: str,
    *,
    parameters: Parameters | None = None,
    pretest: bool = False,
    enemies: tuple[str, ...] = (),
    testlet: str = "",
) -> BankItem:
    """Give a row of a bank."""
    known = parameters or Parameters("2pl", 1.1, 0.2, 0.1, 0.15, "calibration", 200)
    return BankItem(
        bank_id=uuid4(), item_version_id=uuid4(), item_code=code, unit="U", element="E", criterion="C",
        model=known.model, discrimination=known.discrimination, difficulty=known.difficulty,
        se_discrimination=known.se_discrimination, se_difficulty=known.se_difficulty,
        parameters=dict(known.further), parameter_source=known.source, n_responses=known.n_responses,
        pretest=pretest, enemies=list(enemies), testlet=testlet, attributes={"cognitive_level": "apply"},
        expected_seconds=40.0,
    )  # fmt: skip


MODELS = (
    ItemParameters("i", "rasch", difficulty=0.4),
    ItemParameters("i", "2pl", 1.3, 0.4),
    ItemParameters("i", "3pl", 1.3, 0.4, guessing=0.2),
    ItemParameters("i", "4pl", 1.3, 0.4, guessing=0.2, upper_asymptote=0.97),
    ItemParameters("i", "grm", 1.3, thresholds=(-1.0, 0.2, 1.5)),
    ItemParameters("i", "gpcm", 0.8, thresholds=(0.3, -0.2)),
    ItemParameters("i", "nrm", category_slopes=(0.0, 0.5, 1.2), category_intercepts=(0.0, 0.3, -0.4)),
)


@pytest.mark.parametrize("item", MODELS, ids=lambda item: item.model)
def test_a_bank_keeps_items_of_every_model_to_the_last_digit(item: ItemParameters) -> None:
    names = ("guessing", "upper_asymptote", "thresholds", "category_slopes", "category_intercepts")
    plain = ItemParameters("i", "2pl", 1.0, 0.0)
    further = {name: getattr(item, name) for name in names if getattr(item, name) != getattr(plain, name)}
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in further.items()}
    kept = row("i", parameters=Parameters(item.model, item.discrimination, item.difficulty, 0.1, 0.2, "x", 1, listed))
    pool = engine_pools([(kept, 1)]).pool
    assert np.array_equal(pool.log_probabilities(NODES), ItemPool.from_items([item]).log_probabilities(NODES))
    assert highest_score(listed) == int(pool.category_counts[0]) - 1
    assert (pool.se_discrimination[0], pool.se_difficulty[0], pool.expected_seconds[0]) == (0.1, 0.2, 40.0)
    assert pool.attributes == {"cognitive_level": ("apply",)}


@pytest.mark.parametrize("maximum_score", range(1, 9))
def test_until_answers_tell_an_item_counts_about_as_much_however_many_parts_it_has(maximum_score: int) -> None:
    known = prior_parameters(4, maximum_score=maximum_score)
    assert known.maximum_score == maximum_score
    pool = engine_pools([(row("i", parameters=known), 1)]).pool
    alone = engine_pools([(row("i", parameters=prior_parameters(4)), 1)]).pool
    weights = np.exp(-0.5 * np.square(NODES))
    ratio = float(pool.information(NODES)[0] @ weights / (alone.information(NODES)[0] @ weights))
    assert 0.8 < ratio < 1.25
    assert pool.difficulty[0] == pytest.approx(alone.difficulty[0], abs=1e-12)


def test_what_is_tried_out_is_a_pool_of_its_own_with_its_enemies_across() -> None:
    found = engine_pools(
        [
            (row("a", enemies=("b", "p", "elsewhere"), testlet="T"), 1),
            (row("b", enemies=("a",)), 1),
            (row("c", testlet="T"), 2),
            (row("b", pretest=True, enemies=("q",)), 3),
            (row("p", pretest=True, enemies=("q",), testlet="T"), 1),
            (row("q", pretest=True, enemies=("c",), testlet="T"), 1),
        ]
    )
    assert found.pool.item_ids == ("a", "b", "c")
    assert found.pool.enemies == ((0, 1),)
    assert found.pool.testlets == ((0, 2),)
    assert found.pretest_pool is not None
    assert found.pretest_pool.item_ids == ("b (v3)", "p", "q")
    assert found.pretest_pool.enemies == ((0, 2), (1, 2))
    assert found.pretest_pool.testlets == ()
    assert set(found.pretest_enemies) == {("b (v3)", "a"), ("b (v3)", "b"), ("p", "a"), ("q", "c")}


def test_a_bank_without_trials_has_no_pool_of_them() -> None:
    found = engine_pools([(row("a"), 1)])
    assert found.pretest_pool is None
    assert found.pretest_enemies == ()


def test_a_parameter_that_nothing_can_be_measured_by_is_refused_by_its_item() -> None:
    impossible = replace(prior_parameters(3), discrimination=-1.0)
    with pytest.raises(InvalidParameters, match="'a'"):
        engine_pools([(row("a", parameters=impossible), 1)])


def test_a_bank_of_before_takes_its_parameters_as_known() -> None:
    known = row("a")
    sure = engine_pools([(known, 1)], minds_errors=False).pool
    told = engine_pools([(known, 1)]).pool
    assert (sure.se_discrimination[0], sure.se_difficulty[0]) == (0.0, 0.0)
    assert (told.se_discrimination[0], told.se_difficulty[0]) == (0.1, 0.15)
    assert np.array_equal(sure.log_probabilities(NODES), told.log_probabilities(NODES))
    assert known.se_difficulty == 0.15
