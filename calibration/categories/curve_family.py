"""Families of curves: the probability of every score as a function of ability and parameters, with derivatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.categories.graded import Graded
from calibration.categories.guessing import Guessing
from calibration.categories.partial_credit import PartialCredit
from calibration.categories.score_curves import ScoreCurves
from calibration.errors import CalibrationError


class CurveFamily(Protocol):
    """Curves of items with the same number of scores.

    The parameters of an item are its slope, one intercept for each score above 0, and what else the family has.
    """

    #: Parameters beyond slope and intercepts.
    extras: int

    def curves(self, parameters: FloatArray, nodes: FloatArray) -> ScoreCurves:
        """Compute probabilities and derivatives at nodes for items of shape (items, parameters)."""

    def admissible(self, parameters: FloatArray) -> BoolArray:
        """Say for each item whether the parameters give probabilities, shape (items,)."""

    def start(self, shares: FloatArray) -> FloatArray:
        """Guess parameters, shape (items, parameters), from the share of answers with each score, (items, scores)."""


@dataclass(frozen=True)
class CategoryModel:
    """A response model as calibration knows it.

    Args:
        family: Its curves.
        free_slope: Whether the slope is estimated; 1 otherwise.
        two_scores: Whether it is a model for right and wrong alone.
    """

    family: CurveFamily
    free_slope: bool = True
    two_scores: bool = False


#: With two scores the partial credit curve is the two-parameter logistic one.
CATEGORY_MODELS: Mapping[str, CategoryModel] = {
    "rasch": CategoryModel(PartialCredit(), free_slope=False, two_scores=True),
    "2pl": CategoryModel(PartialCredit(), two_scores=True),
    "3pl": CategoryModel(Guessing(), two_scores=True),
    "grm": CategoryModel(Graded()),
    "gpcm": CategoryModel(PartialCredit()),
}


def require_models(names: Iterable[str]) -> None:
    """Refuse models that calibration does not know.

    Args:
        names: Names of models.

    Raises:
        CalibrationError: One is unknown.
    """
    for name in names:
        if name not in CATEGORY_MODELS:
            known = ", ".join(CATEGORY_MODELS)
            raise CalibrationError(f"model {name!r} is not available; {known} are", code="model_not_available")


@dataclass(frozen=True, eq=False)
class CurveGroup:
    """The items of a bank that share a family and a number of scores.

    Args:
        family: Their curves.
        items: Their places in the bank, shape (items,).
        score_count: Number of scores, 0 included.
    """

    family: CurveFamily
    items: np.ndarray[tuple[int], np.dtype[np.intp]]
    score_count: int

    @property
    def width(self) -> int:
        """Number of parameters of an item."""
        return self.score_count + self.family.extras
