"""Parameters of one item and its place in the standard."""

from dataclasses import dataclass
from math import isnan, nan
from typing import NoReturn

from engine.errors import InvalidParameters
from engine.response_models.response_model import MODELS, RESPONSE_MODELS

_UNUSED = {
    "discrimination": 1.0,
    "guessing": 0.0,
    "upper_asymptote": 1.0,
    "thresholds": (),
    "category_slopes": (),
    "category_intercepts": (),
}


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Parameters of one item and its place in the standard.

    A model reads the fields that are named with it below; what it does not read keeps its default.

    Args:
        item_id: Identifier of the item, unique within a pool.
        model: "rasch", "1pl", "2pl", "3pl", "4pl", "grm", "gpcm" or "nrm".
        discrimination: Discrimination a (D = 1); 1 under "rasch", without meaning under "nrm".
        difficulty: Difficulty b on the ability scale. Items with thresholds have their mean as a location and "nrm"
            items 0, both set without being asked for.
        unit: Code of the unit of competence, or "".
        element: Code of the element of competence, or "".
        criterion: Code of the performance criterion, or "".
        enemies: Ids of the items that must not meet it in one test; one direction is enough.
        attributes: Further classifications as (name, value), such as ("cognitive_level", "apply").
        expected_seconds: Time that the item is expected to take.
        se_discrimination: Standard error of a.
        se_difficulty: Standard error of b.
        covariance: Covariance of the errors of a and b, at most the product of their standard errors in size.
        guessing: Lower asymptote c of "3pl" and "4pl", from 0 and below 1.
        upper_asymptote: Upper asymptote d of "4pl", above c and at most 1.
        thresholds: Of "grm", rising, the abilities at which each higher score becomes as likely as not; of "gpcm", in
            any order, those at which a score becomes as likely as the one below it. One fewer than there are scores.
        category_slopes: Of "nrm", the slope of each category.
        category_intercepts: Of "nrm", the intercept of each category.
        testlet: Code of the testlet, or "": items with the same code share a stimulus and are given one after the
            other in pool order, whole or not at all.

    Raises:
        InvalidParameters: If the model is unknown or a parameter impossible or of another model, by item and value.
    """

    item_id: str
    model: str
    discrimination: float = 1.0
    difficulty: float = nan
    unit: str = ""
    element: str = ""
    criterion: str = ""
    enemies: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    expected_seconds: float = 0.0
    se_discrimination: float = 0.0
    se_difficulty: float = 0.0
    guessing: float = 0.0
    upper_asymptote: float = 1.0
    thresholds: tuple[float, ...] = ()
    category_slopes: tuple[float, ...] = ()
    category_intercepts: tuple[float, ...] = ()
    testlet: str = ""
    covariance: float = 0.0

    def __post_init__(self) -> None:
        model = RESPONSE_MODELS.get(self.model)
        if model is None:
            self._refuse(f"model {self.model!r} is not available; {', '.join(MODELS)} are")
        for name, default in _UNUSED.items():
            if name not in model.fields and getattr(self, name) != default:
                self._refuse(f"a {self.model} item has {name} {default!r}, not {getattr(self, name)!r}")
        problem = model.problem_with(self)
        if problem:
            self._refuse(problem)
        if "difficulty" not in model.fields:
            self._locate()

    def _locate(self) -> None:
        location = sum(self.thresholds) / len(self.thresholds) if self.thresholds else 0.0
        if not (isnan(self.difficulty) or self.difficulty == location):
            self._refuse(f"the difficulty of a {self.model} item is {location!r} by itself, not {self.difficulty!r}")
        object.__setattr__(self, "difficulty", location)

    def _refuse(self, problem: str) -> NoReturn:
        raise InvalidParameters(f"item {self.item_id!r}: {problem}")
