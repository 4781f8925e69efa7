"""The response models that an item can name, each a family of formulas with its parameters and their checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.response_models.divide_by_total import DivideByTotal
from engine.response_models.four_parameter import FourParameterLogistic
from engine.response_models.graded_response import GradedResponse
from engine.response_models.model_family import ModelFamily
from engine.response_models.two_parameter import TwoParameterLogistic

if TYPE_CHECKING:
    from engine.response_models.item_parameters import ItemParameters

# No scale reaches that far; within it no product of parameters and abilities can overflow.
LARGEST_PARAMETER = 1e9


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ResponseModel:
    """A response model by its name.

    Args:
        name: Name as items and files write it.
        family: Its formulas.
        fields: Fields of `ItemParameters` that it reads; the others keep their defaults.
        columns: The parameters of an item in the order of the family's columns.
        problem: What is impossible about an item's parameters, or None; their being finite is checked before.
    """

    name: str
    family: ModelFamily
    fields: tuple[str, ...]
    columns: Callable[[ItemParameters], tuple[float, ...]]
    problem: Callable[[ItemParameters], str | None]

    def problem_with(self, item: ItemParameters) -> str | None:
        """Return what is impossible about an item's parameters, or None."""
        for name in self.fields:
            value = getattr(item, name)
            for number in value if isinstance(value, tuple) else (value,):
                if not isfinite(number):
                    return f"{name} must be finite, not {value!r}"
                if abs(number) > LARGEST_PARAMETER:
                    return f"{name} must lie within ±{LARGEST_PARAMETER:g}, not {value!r}"
        return self.problem(item)


def _dichotomous_problem(item: ItemParameters) -> str | None:
    if item.discrimination <= 0:
        return f"discrimination must be above 0, not {item.discrimination!r}"
    if not 0 <= item.guessing < 1:
        return f"guessing c must be from 0 and below 1, not {item.guessing!r}"
    if not item.guessing < item.upper_asymptote <= 1:
        return f"upper asymptote d must be above c = {item.guessing!r} and at most 1, not {item.upper_asymptote!r}"
    return None


def _thresholds_problem(item: ItemParameters) -> str | None:
    if item.discrimination <= 0:
        return f"discrimination must be above 0, not {item.discrimination!r}"
    if not item.thresholds:
        return "thresholds must be at least one number, one fewer than there are categories"
    return None


def _rising_thresholds_problem(item: ItemParameters) -> str | None:
    pairs = zip(item.thresholds, item.thresholds[1:], strict=False)
    for place, (lower, upper) in enumerate(pairs, start=1):
        if upper <= lower:
            return f"thresholds must rise, but b{place + 1} = {upper!r} is not above b{place} = {lower!r}"
    return _thresholds_problem(item)


def _nominal_problem(item: ItemParameters) -> str | None:
    slopes, intercepts = item.category_slopes, item.category_intercepts
    if len(slopes) < 2 or len(slopes) != len(intercepts):
        return (
            "category_slopes and category_intercepts must be one number a category and at least two, "
            f"not {len(slopes)} and {len(intercepts)}"
        )
    if len(set(slopes)) == 1:
        return f"category_slopes must differ, not all be {slopes[0]!r}: the item would measure nothing"
    return None


def _partial_credit_columns(item: ItemParameters) -> tuple[float, ...]:
    slopes, intercepts = [0.0], [0.0]
    for threshold in item.thresholds:
        slopes.append(len(slopes) * item.discrimination)
        intercepts.append(intercepts[-1] - item.discrimination * threshold)
    return (*slopes, *intercepts)


def _two_parameter(name: str, *fields: str) -> ResponseModel:
    return ResponseModel(
        name=name,
        family=_TWO_PARAMETER,
        fields=fields,
        columns=lambda item: (item.discrimination, item.difficulty),
        problem=_dichotomous_problem,
    )


def _four_parameter(name: str, *fields: str) -> ResponseModel:
    return ResponseModel(
        name=name,
        family=_FOUR_PARAMETER,
        fields=fields,
        columns=lambda item: (item.discrimination, item.difficulty, item.guessing, item.upper_asymptote),
        problem=_dichotomous_problem,
    )


_TWO_PARAMETER = TwoParameterLogistic()
_FOUR_PARAMETER = FourParameterLogistic()
_DIVIDE_BY_TOTAL = DivideByTotal()

RESPONSE_MODELS: Mapping[str, ResponseModel] = MappingProxyType(
    {
        model.name: model
        for model in (
            _two_parameter("rasch", "difficulty"),
            _two_parameter("1pl", "discrimination", "difficulty"),
            _two_parameter("2pl", "discrimination", "difficulty"),
            _four_parameter("3pl", "discrimination", "difficulty", "guessing"),
            _four_parameter("4pl", "discrimination", "difficulty", "guessing", "upper_asymptote"),
            ResponseModel(
                name="grm",
                family=GradedResponse(),
                fields=("discrimination", "thresholds"),
                columns=lambda item: (item.discrimination, *item.thresholds),
                problem=_rising_thresholds_problem,
            ),
            ResponseModel(
                name="gpcm",
                family=_DIVIDE_BY_TOTAL,
                fields=("discrimination", "thresholds"),
                columns=_partial_credit_columns,
                problem=_thresholds_problem,
            ),
            ResponseModel(
                name="nrm",
                family=_DIVIDE_BY_TOTAL,
                fields=("category_slopes", "category_intercepts"),
                columns=lambda item: (*item.category_slopes, *item.category_intercepts),
                problem=_nominal_problem,
            ),
        )
    }
)
MODELS = tuple(RESPONSE_MODELS)
