"""Which model items follow, and how a run keeps the scale of its base bank when they change it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from sqlmodel import col, select

from calibration.calibration_result import CalibratedItem, CalibrationResult
from calibration.responses import ResponseData
from engine.response_models import ItemPool
from itembank.calibration_runs import model_choice, runs
from itembank.calibration_runs.base_scale import link_to_base
from itembank.calibration_runs.item_detail import item_detail
from itembank.calibration_runs.model_choice import models_of_items, require_guessable
from itembank.calibration_runs.recorded_responses import answers_by_code
from itembank.calibration_runs.results import RunItem, read_items
from itembank.errors import TooFewForGuessing
from itembank.framework.store import current_standard
from itembank.publishing.engine_pools import engine_item
from itembank.publishing.parameters import Parameters
from itembank.tables import BankItem, ItemVersion, RecordedAnswer
from tests.itembank.calibration_runs.conftest import stored
from tests.itembank.calibration_runs.test_runs import Measured, decide, done, parameters_in_force, requested


def data_with(answers: dict[str, int]) -> ResponseData:
    persons = [f"p{number}" for count in answers.values() for number in range(count)]
    items = [item for item, count in answers.items() for _ in range(count)]
    return ResponseData.from_triples(persons, items, [number % 2 for number in range(len(items))])


def test_parts_are_partial_credit_and_only_the_much_answered_may_be_guessed() -> None:
    data = data_with({"few": 999, "many": 1000, "parts": 2000})
    scores = {"few": 1, "many": 1, "parts": 3}
    assert models_of_items("2pl", data, scores) == {"parts": "gpcm"}
    assert models_of_items("3pl", data, scores) == {"parts": "gpcm", "many": "3pl"}


def test_the_refusal_names_the_item_that_is_nearest() -> None:
    require_guessable([("A", 1000), ("B", 3)])
    with pytest.raises(TooFewForGuessing, match="1000 answers to an item; A has the most, 999"):
        require_guessable([("A", 999), ("B", 999)])


def test_too_few_answers_for_the_3pl_are_refused_at_once(measured: Measured) -> None:
    with pytest.raises(TooFewForGuessing, match="DG10"):
        requested(measured, model="3pl")


def test_answers_are_counted_by_version(measured: Measured) -> None:
    database, _ = measured
    with database.reading() as session:
        found = answers_by_code(session, standard_id=current_standard(session).id, unit="DG100", include_simulated=True)
    codes = {row.item_version_id: row.item_code for row in stored(database, BankItem)}
    expected: dict[str, int] = {}
    for row in stored(database, RecordedAnswer):
        expected[codes[row.item_version_id]] = expected.get(codes[row.item_version_id], 0) + 1
    assert dict(found) == expected
    assert [count for _, count in found] == sorted(expected.values(), reverse=True)


def test_a_run_of_the_3pl_from_request_to_the_bank(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_choice, "ENOUGH_FOR_GUESSING", 110)
    database, people = measured
    run = done(measured, model="3pl")
    guessed = {UUID(item.item_version_id): item for item in run.items if item.model == "3pl"}
    rest = [item for item in run.items if item.model != "3pl"]
    assert guessed
    assert rest
    assert all(item.n >= 110 and item.c is not None and 0 < item.c < 0.5 and item.se_c for item in guessed.values())
    assert all(item.n < 110 and item.c is None and item.model == "2pl" for item in rest)
    decide(measured, runs.approve_run, run.id)
    decide(measured, runs.publish_run, run.id)
    rows = parameters_in_force(database)
    for version, item in guessed.items():
        assert (rows[version].model, rows[version].parameters) == (
            "3pl",
            {"guessing": item.c, "covariance": item.cov_ab},
        )
    version, item = next(iter(guessed.items()))
    with database.reading() as session:
        item_id = session.get_one(ItemVersion, version).item_id
        detail = item_detail(session, actor=people["psychometrician"], item_id=item_id)
        logistic = session.exec(select(ItemVersion.item_id).where(col(ItemVersion.id) == UUID(rest[0].item_version_id)))
        other = item_detail(session, actor=people["psychometrician"], item_id=logistic.one())
    by_hand = item.c + (1 - item.c) / (1 + np.exp(-item.a * (detail.curve.ability - item.b)))  # type: ignore[operator]
    assert np.allclose(detail.curve.probability, by_hand, atol=1e-9)
    assert len(detail.observed) > 0
    assert len(other.observed) > 0
    pool = ItemPool.from_items([engine_item(rows[version], ids={rows[version].item_code: "x"})])
    assert np.allclose(pool.expected_scores(detail.curve.ability)[0], by_hand, atol=1e-9)
    assert done(measured, model="3pl").summary is not None  # and again, with items that were guessed before


NODES = np.linspace(-4, 4, 81)


def guessed_item(name: str, a: float, b: float, c: float) -> CalibratedItem:
    return CalibratedItem(name, "3pl", a, b, 0.1, 0.1, 0.0, 2000, guessing=c)


def result_of(*items: CalibratedItem) -> CalibrationResult:
    return CalibrationResult(
        "mixed", "converged", items, -1.0, 1, 0.0, 1.0, 100, 1000, 61, (), priors=None, history=(-1.0,)
    )


def calibrated(model: str, a: float, b: float, **further: object) -> Parameters:
    return Parameters(model, a, b, 0.1, 0.1, "calibration", 2000, further=further)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (1.3, -0.4)])
def test_items_that_come_to_be_guessed_are_linked_by_their_curves(slope: float, intercept: float) -> None:
    """The same curves, but for one that was logistic: the change of scale is the one that was put in."""
    rng = np.random.default_rng(4)
    drawn = [(float(rng.uniform(0.8, 1.8)), float(rng.normal())) for _ in range(12)]
    found = result_of(*(guessed_item(f"i{k}", a, b, 0.2) for k, (a, b) in enumerate(drawn)))
    base = {
        f"i{k}": calibrated("3pl", a / slope, slope * b + intercept, guessing=0.2) for k, (a, b) in enumerate(drawn)
    }
    base["i0"] = replace(base["i0"], model="2pl", further={})
    link = link_to_base(found, base).link
    assert link.method == "stocking_lord"
    assert link.slope == pytest.approx(slope, abs=0.1)
    assert link.intercept == pytest.approx(intercept, abs=0.1)
    unchanged = link_to_base(found, {name: known for name, known in base.items() if name != "i0"}).link
    assert unchanged.method == "mean_mean"
    assert (unchanged.slope, unchanged.intercept) == pytest.approx((slope, intercept))


def test_an_item_with_fewer_thresholds_than_before_is_no_anchor() -> None:
    parts = CalibratedItem("parts", "gpcm", 1.0, 5.0, 0.1, 0.1, 0.0, 50, thresholds=(5.0,), se_thresholds=(0.1,))
    right = CalibratedItem("right", "2pl", 1.0, 0.0, 0.1, 0.1, 0.0, 50)
    base = {
        "parts": calibrated("gpcm", 1.0, 0.0, thresholds=[-1.0, 1.0]),
        "right": calibrated("2pl", 1.0, 0.5),
    }
    link = link_to_base(result_of(parts, right), base).link
    assert (link.method, link.anchor_items, link.intercept) == ("shift", ("right",), 0.5)


def test_results_of_before_are_still_read() -> None:
    entry = {
        "item_version_id": "x", "code": "DG101-1.1-01", "version": 1, "model": "2pl", "n": 10, "a": 1.0, "b": 0.5,
        "se_a": 0.1, "se_b": 0.2, "cov_ab": 0.0, "flag": None, "old_a": 1.0, "old_b": 0.0, "old_source": "prior",
        "change_b": 0.5, "robust_z": None, "moved": False,
    }  # fmt: skip
    (item,) = read_items({"items": [entry]})
    assert item == RunItem(**entry)  # type: ignore[arg-type]
    assert (item.thresholds, item.c, item.old_model, item.usable) == ((), None, None, True)
    assert item.parameters().further == {}


def test_an_item_that_nobody_guesses_is_usable() -> None:
    entry = {
        "item_version_id": "x", "code": "x", "version": 1, "model": "3pl", "n": 2000, "a": 1.0, "b": 0.5, "se_a": 0.1,
        "se_b": 0.2, "cov_ab": 0.0, "flag": "no_guessing", "old_a": None, "old_b": None, "old_source": None,
        "change_b": None, "robust_z": None, "moved": False, "c": 0.0, "se_c": 0.0, "thresholds": [],
        "se_thresholds": [], "old_model": None, "old_c": None, "old_thresholds": [],
    }  # fmt: skip
    (item,) = read_items({"items": [entry]})
    assert item.usable
    assert item.parameters().further == {"guessing": 0.0}
