"""Many sittings of one exam stepped together on arrays, decision for decision those of `engine.sittings.sitting`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from engine.design import PreparedExam
from engine.response_models import FloatArray, IntArray
from engine.simulation.cohort_room import CohortRoom, NestedGroups
from engine.simulation.information_shortlists import InformationShortlists

BoolArray = npt.NDArray[np.bool_]
# Items already given stand on the shortlists of the abilities around them.
SHORTLIST_BEYOND_LENGTH = 24


@dataclass(frozen=True, eq=False)
class CohortExam:
    """An exam with the tables that its cohorts share.

    Args:
        exam: The prepared exam, one that `steps_together` accepts.
    """

    exam: PreparedExam

    @cached_property
    def groups(self) -> NestedGroups:
        """The groups of the blueprint."""
        return NestedGroups.of(self.exam.tree)

    @cached_property
    def is_bound(self) -> bool:
        """Whether the blueprint may ever keep an item out."""
        return self.groups.may_close()

    @cached_property
    def shortlists(self) -> InformationShortlists | None:
        """Shortlists of the most informative items, where the design gives the most informative one."""
        design = self.exam.design
        if design.selection != "information" or design.parameter_uncertainty or design.randomesque > 1:
            return None
        return InformationShortlists.of(
            self.exam.pool, self.exam.grid, size=design.maximum_length + SHORTLIST_BEYOND_LENGTH
        )

    @cached_property
    def by_information_at_cut(self) -> IntArray:
        """All items, the most informative at the cut score first."""
        return np.argsort(-self.exam.information_at_cut, kind="stable").astype(np.int64)

    @cached_property
    def lowest_and_highest(self) -> tuple[FloatArray, FloatArray]:
        """Log-probabilities of the lowest and of the highest score of each item, shape (items, nodes) each."""
        table = self.exam.log_probabilities
        return table[:, 0], table[np.arange(len(table)), self.exam.pool.category_counts - 1]


def steps_together(exam: PreparedExam) -> bool:
    """Say whether sittings of an exam can be stepped together.

    Testlets, pretest items, enemies across the groups of the blueprint and bounds across them are left to the functions
    that deliver one sitting; so is the rule "time", which refuses an exam without a clock.
    """
    single_items = not exam.pool.testlets and exam.pretest_items == 0
    nested = not exam.tree.enemies and not exam.tree.cross_bounds
    return single_items and nested and "time" not in exam.design.stop_rules


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cohort:
    """Sittings that have answered the same number of items; the arrays change with every answer.

    Args:
        tables: The exam.
        seeds: Seeds of the sittings.
        kept_back: Items that exposure control keeps back, shape (sittings, items), None for none anywhere.
        kept_back_by_bin: Those kept back besides in each bin, shape (sittings, bins, items), None without bins.
        log_posterior: Logs of the posteriors up to a constant, shape (sittings, nodes).
        administered: Pool positions of the items answered, in order, shape (sittings, maximum length); -1 beyond.
        responses: Scored responses to them, of the same shape.
        bins: Exposure bin in which each was chosen, of the same shape; 0 without bins.
        unanswered: Whether an item has not been answered, shape (sittings, items).
        room: Room in the blueprint; None where it never closes an item.
        reasons: Why each sitting ended, None where it goes on.
    """

    tables: CohortExam
    seeds: Sequence[int]
    kept_back: BoolArray | None
    kept_back_by_bin: BoolArray | None
    log_posterior: FloatArray
    administered: IntArray
    responses: IntArray
    bins: IntArray
    unanswered: BoolArray
    room: CohortRoom | None
    reasons: list[str | None] = field(default_factory=list)

    @classmethod
    def begin(
        cls,
        tables: CohortExam,
        *,
        seeds: Sequence[int],
        kept_back: BoolArray | None = None,
        kept_back_by_bin: BoolArray | None = None,
    ) -> "Cohort":
        """Return sittings before their first answer.

        Args:
            tables: The exam.
            seeds: Seeds of the sittings.
            kept_back: Items that exposure control keeps back, shape (sittings, items).
            kept_back_by_bin: Those kept back besides in each bin, shape (sittings, bins, items).

        Returns:
            The cohort.
        """
        exam, shape = tables.exam, (len(seeds), tables.exam.design.maximum_length)
        return cls(
            tables=tables,
            seeds=seeds,
            kept_back=kept_back,
            kept_back_by_bin=kept_back_by_bin,
            log_posterior=np.tile(exam.grid.log_prior, (len(seeds), 1)),
            administered=np.full(shape, -1, dtype=np.int64),
            responses=np.full(shape, -1, dtype=np.int64),
            bins=np.zeros(shape, dtype=np.int64),
            unanswered=np.ones((len(seeds), len(exam.pool)), dtype=np.bool_),
            room=CohortRoom.empty(tables.groups, sittings=len(seeds)) if tables.is_bound else None,
            reasons=[None] * len(seeds),
        )

    def answer(self, rows: IntArray, items: IntArray, responses: IntArray, *, answered: int) -> None:
        """Record one answer in each of some sittings.

        Args:
            rows: The sittings, shape (sittings,).
            items: Pool position of the item that each was given.
            responses: Scored response to it.
            answered: Answers of each of them before.
        """
        self.administered[rows, answered] = items
        self.responses[rows, answered] = responses
        self.log_posterior[rows] += self.tables.exam.log_probabilities[items, responses]
        self.unanswered[rows, items] = False
        if self.room is not None:
            self.room.take(rows, items)
