import json
from math import inf

import pytest

from engine.design import ExamDesign
from engine.errors import InvalidSetting
from engine.prior_origin import PriorOrigin
from tests.engine.pools import one_of_each_criterion, pool_of

ORIGIN = PriorOrigin(population_mean=0.2, population_sd=1.1, units=("U1", "U2"), sittings=("s1", "s2"), weight=0.8)
DOCUMENT = ORIGIN.to_dict()


def _design(**options: object) -> ExamDesign:
    settings: dict[str, object] = {"minimum_length": 10, "maximum_length": 30, "unit_correlation": 0.7} | options
    return ExamDesign(blueprint=one_of_each_criterion(pool_of(60)), **settings)  # type: ignore[arg-type]


def test_an_origin_survives_json():
    assert PriorOrigin.from_dict(json.loads(json.dumps(DOCUMENT))) == ORIGIN


def test_a_design_keeps_its_population_beside_an_informed_prior():
    design = _design(prior_mean=0.9, prior_sd=0.6, prior_origin=ORIGIN)
    assert (design.population_mean, design.population_sd) == (0.2, 1.1)
    assert ExamDesign.from_dict(json.loads(json.dumps(design.to_dict()))) == design


def test_without_an_origin_the_prior_is_the_populations():
    design = _design(prior_mean=0.9, prior_sd=0.6, unit_correlation=None)
    assert (design.population_mean, design.population_sd) == (0.9, 0.6)
    old = {name: value for name, value in design.to_dict().items() if name not in ("unit_correlation", "prior_origin")}
    assert ExamDesign.from_dict(old) == design


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"population_mean": inf}, "prior_origin.population_mean must be a finite number, not inf"),
        ({"population_sd": "1"}, "prior_origin.population_sd must be a finite number, not '1'"),
        ({"population_sd": True}, "prior_origin.population_sd must be a finite number, not True"),
        ({"population_sd": 0.0}, "prior_origin.population_sd must be above 0, not 0.0"),
        ({"weight": 1.5}, "prior_origin.weight must be from 0 to 1, not 1.5"),
        ({"units": []}, "prior_origin.units must be all different and at least one"),
        ({"units": ["U1", "U1"]}, "prior_origin.units must be all different"),
        ({"units": "U1"}, "prior_origin.units must be a list of texts, not 'U1'"),
        ({"sittings": [1, 2]}, "prior_origin.sittings must be a list of texts"),
        ({"sittings": ["s1"]}, "prior_origin.sittings must be one for each of 2 units, not 1"),
        ({"group": "A"}, "prior_origin.group is not a field; the fields are population_mean"),
    ],
)
def test_a_bad_origin_is_refused_by_its_field(change, message):
    with pytest.raises(InvalidSetting, match=message):
        PriorOrigin.from_dict(DOCUMENT | change)


@pytest.mark.parametrize("name", sorted(DOCUMENT))
def test_an_origin_lacks_no_field(name):
    with pytest.raises(InvalidSetting, match=f"prior_origin.{name} is missing"):
        PriorOrigin.from_dict({field: value for field, value in DOCUMENT.items() if field != name})


@pytest.mark.parametrize("correlation", [0.0, -0.1, 0.96, 1.0])
def test_an_impossible_correlation_of_units_is_refused(correlation):
    with pytest.raises(InvalidSetting, match=r"unit_correlation must be above 0 and at most 0\.95"):
        _design(unit_correlation=correlation)


def test_an_origin_needs_a_correlation_of_units():
    with pytest.raises(InvalidSetting, match="prior_origin must be null without a unit_correlation"):
        _design(unit_correlation=None, prior_origin=ORIGIN)
    with pytest.raises(InvalidSetting, match="prior_origin must be"):
        ExamDesign.from_dict(_design().to_dict() | {"prior_origin": "U1"})
