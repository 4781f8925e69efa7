"""Answers that contradict a prior are flagged, whatever number the prior makes of them."""

import numpy as np
import pytest

from calibration import Priors, ResponseData, calibrate
from calibration.calibration_result import AT_BOUND, NEGATIVE_DISCRIMINATION


def data_with(first: str, *, persons: int = 400, items: int = 20, sparse: bool = False) -> ResponseData:
    generator = np.random.default_rng(3)
    ability = generator.normal(size=persons)
    a, b = np.exp(generator.normal(0.1, 0.3, items)), generator.normal(size=items)
    right = generator.random((persons, items)) < 1 / (1 + np.exp(-a * (ability[:, None] - b)))
    if first == "reversed":
        right[:, 0] = ~right[:, 0]
    if first == "flat":
        right[:, 0] = generator.random(persons) < 0.5
    if first == "separated":
        right[:, 0] = right[:, 1:].sum(axis=1) >= (items - 1) // 2
    given = generator.random(right.shape) < (0.5 if sparse else 1.1)
    person, item = np.nonzero(given)
    names = [f"p{k}" for k in range(persons)], [f"i{k}" for k in range(items)]
    return ResponseData.from_indices(*names, person, item, right[person, item].astype(np.int8))


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("model", ["2pl", "gpcm", "3pl"])
def test_a_reversed_key_is_named(model: str, sparse: bool) -> None:
    result = calibrate(data_with("reversed", sparse=sparse), model=model, priors=Priors())
    flags = {item.item_id: item.flag for item in result.items}
    assert flags.pop("i0") == NEGATIVE_DISCRIMINATION
    assert NEGATIVE_DISCRIMINATION not in flags.values()


def test_perfect_separation_is_no_estimate() -> None:
    result = calibrate(data_with("separated"), model="2pl", priors=Priors(log_discrimination_sd=0.35))
    assert {item.item_id for item in result.items if item.flag == AT_BOUND} == {"i0"}


def test_an_item_that_tells_nothing_is_not_called_reversed() -> None:
    result = calibrate(data_with("flat"), model="2pl", priors=Priors())
    (first,) = (item for item in result.items if item.item_id == "i0")
    assert first.discrimination < 0.5
    assert first.flag is None
