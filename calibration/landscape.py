"""What a climb needs to know of the likelihood that it climbs, whatever the models of the items are."""

from __future__ import annotations

from typing import Protocol, Self, TypeVar

from calibration.array_types import BoolArray, FloatArray


class Unknowns(Protocol):
    """Parameters of all items and of the population while they are being estimated."""

    @property
    def vector(self) -> FloatArray:
        """All of them in one row, the mean and standard deviation of ability last."""

    @property
    def admissible(self) -> bool:
        """Whether the likelihood can be computed here."""

    def at_bound(self) -> BoolArray:
        """Items of which a parameter ran to the end of what can be told apart, shape (items,)."""

    def deviation_at_bound(self) -> bool:
        """Whether the standard deviation of ability ran to the end of its range."""


class Counts(Protocol):
    """What the E-step leaves for the M-step."""

    @property
    def log_likelihood(self) -> float:
        """Marginal log-likelihood."""


Estimated = TypeVar("Estimated", bound=Unknowns)
Expected = TypeVar("Expected", bound=Counts)


class Landscape(Protocol[Estimated, Expected]):
    """Responses, what is free, and the priors: the function that is climbed."""

    @property
    def free(self) -> BoolArray:
        """Which entries of :attr:`Unknowns.vector` are estimated."""

    @property
    def free_items(self) -> BoolArray:
        """Items of which some parameter is estimated, shape (items,)."""

    @property
    def free_deviation(self) -> bool:
        """Whether the standard deviation of ability is estimated."""

    def expect(self, estimates: Estimated) -> Expected:
        """Run the E-step."""

    def maximise(self, estimates: Estimated, counts: Expected) -> Estimated:
        """Run the M-step: estimates at which the expected log-likelihood plus log prior is not lower."""

    def log_prior(self, estimates: Estimated) -> float:
        """Log prior density up to a constant, 0 where there are no priors."""

    def gradient(self, estimates: Estimated, counts: Expected) -> FloatArray:
        """First derivatives of log-likelihood plus log prior by all entries."""

    def information(self, estimates: Estimated, counts: Expected) -> FloatArray:
        """Minus the second derivatives of the same."""

    def from_vector(self, vector: FloatArray) -> Estimated:
        """Undo :attr:`Unknowns.vector`."""

    def holding(self, items: BoolArray, *, deviation: bool) -> Self:
        """Hold items, and the standard deviation of ability, where they are."""
