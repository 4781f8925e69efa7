"""What the comparison with peers shares: a bank in everybody's form, a line of the table, the clock."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from catsim.item_bank import ItemBank
from mirt.models import TwoParameterLogistic
from mirt.models.base import BaseItemModel

from engine.response_models import ItemPool

FloatArray = npt.NDArray[np.float64]
Model = TypeVar("Model", bound=BaseItemModel)

CRITERIA, ELEMENTS = 20, 5


@dataclass(frozen=True)
class Row:
    """One line of the table; what a peer cannot do is None."""

    work: str
    unit: str
    samat: float
    mirt: float | None = None
    catsim: float | None = None
    compared: bool = True

    def cells(self) -> list[str]:
        """Return the cells of its line."""
        peers = (self.mirt, self.catsim)
        ratios = ["" if peer is None or not self.compared else f"{peer / self.samat:,.1f} ×" for peer in peers]
        figures = ["" if value is None else f"{value:,.4g}" for value in (self.samat, *peers)]
        return [self.work, self.unit, *figures, *ratios]


def as_fitted(model: Model) -> Model:
    """Return a model whose parameters are given as one that its engines accept; they want it to have been fitted."""
    model._is_fitted = True
    return model


@dataclass(frozen=True, eq=False)
class Parameters:
    """A two-parameter bank, the same for everybody."""

    discrimination: FloatArray
    difficulty: FloatArray

    @classmethod
    def drawn(cls, items: int, seed: int) -> "Parameters":
        """Return a bank of ordinary items."""
        draws = np.random.default_rng(seed)
        return cls(draws.lognormal(0.05, 0.3, items), draws.normal(0, 1, items))

    def pool(self) -> ItemPool:
        """Return it as a pool of one unit with its elements and criteria."""
        items = self.difficulty.size
        criteria = [place % CRITERIA for place in range(items)]
        return ItemPool(
            tuple(f"i{place}" for place in range(items)),
            self.discrimination,
            self.difficulty,
            ("U",) * items,
            tuple(f"E{criterion % ELEMENTS}" for criterion in criteria),
            tuple(f"C{criterion}" for criterion in criteria),
        )

    def item_bank(self) -> ItemBank:
        """Return it as the other peer's bank; its checks would print a line."""
        return ItemBank(np.stack([self.discrimination, self.difficulty], axis=1), validate=False)

    def model(self) -> TwoParameterLogistic:
        """Return it as the peer's model."""
        model = TwoParameterLogistic(n_items=self.difficulty.size)
        model.set_parameters(discrimination=self.discrimination, difficulty=self.difficulty)
        return as_fitted(model)


def median_microseconds(work: Callable[[float], object], thetas: Sequence[float]) -> float:
    """Return the median time of one call over abilities after a warm-up at another ability."""
    for _ in range(3):
        work(-0.1)
    seconds = []
    for theta in thetas:
        begun = time.perf_counter()
        work(theta)
        seconds.append(time.perf_counter() - begun)
    return 1e6 * float(np.median(seconds))


def processor_seconds(work: Callable[[], object], *, repeats: int = 1) -> float:
    """Return the median processor time of a piece of work."""
    seconds = []
    for _ in range(repeats):
        begun = time.process_time()
        work()
        seconds.append(time.process_time() - begun)
    return float(np.median(seconds))
