"""A simulated exam programme: its examinees, and groups of them taken through the exam."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.design import PreparedExam
from engine.exposure.exposure_bins import bins_of_sitting, named_draw
from engine.response_models import FloatArray, IntArray
from engine.simulation.cohort import BoolArray, CohortExam, steps_together
from engine.simulation.cohort_sittings import FinishedSittings, sit_together
from engine.simulation.simulated_sittings import (
    SimulatedSitting,
    SittingColumns,
    columns_of,
    columns_of_records,
    records_of,
    scored_answers,
)
from engine.simulation.single_sitting import simulate_sitting
from engine.simulation.true_items import TrueItems

# Blocks are the same whatever the number of processes, and so is every last digit. Single sittings take some hundred
# times as long as those stepped together.
BLOCK_TOGETHER, BLOCK_OF_SINGLES = 250, 25

SittingGroup = FinishedSittings | list[SimulatedSitting]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TakenSittings:
    """What is left of sittings once they are over.

    Args:
        columns: What the report needs.
        records: The sittings themselves if they are to be kept.
    """

    columns: SittingColumns
    records: tuple[SimulatedSitting, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Programme:
    """Examinees of known ability and the exam that they take.

    Args:
        exam: The prepared exam.
        truth: The items as the examinees meet them.
        thetas: True abilities, shape (examinees,).
        seeds: Seeds of the sittings.
        keep_sittings: Whether the sittings themselves are kept.
    """

    exam: PreparedExam
    truth: TrueItems
    thetas: FloatArray
    seeds: tuple[int, ...]
    keep_sittings: bool

    @cached_property
    def tables(self) -> CohortExam | None:
        """Tables for stepping sittings together; None where each has to be delivered by itself."""
        return CohortExam(self.exam) if steps_together(self.exam) else None

    @property
    def block(self) -> int:
        """How many examinees make a block of work."""
        return BLOCK_OF_SINGLES if self.tables is None else BLOCK_TOGETHER

    def take(self, first: int, last: int, *, marks: BoolArray | None = None) -> SittingGroup:
        """Take examinees through the exam.

        Args:
            first: Number of the first of them, from 0.
            last: Number after the last one.
            marks: Items kept back in the whole sitting, and besides in each exposure bin, shape (examinees, 1 + bins,
                items); None for none.

        Returns:
            Their sittings, stepped together where the exam allows it.
        """
        bins = self.exam.design.exposure_bins
        if marks is None and bins > 1:
            marks = np.zeros((last - first, 1 + bins, len(self.exam.pool)), dtype=np.bool_)
        if self.tables is None:
            own_marks = [None] * (last - first) if marks is None else list(marks)
            return [self._single(number, own) for number, own in zip(range(first, last), own_marks, strict=True)]
        return sit_together(
            self.tables,
            seeds=self.seeds[first:last],
            thetas=self.thetas[first:last],
            truth=self.truth,
            kept_back=None if marks is None else marks[:, 0],
            kept_back_by_bin=None if marks is None or bins == 1 else marks[:, 1:],
        )

    def given(self, group: SittingGroup) -> Iterator[tuple[IntArray, IntArray]]:
        """Yield the scored items of each sitting and the exposure bins in which they were chosen."""
        if isinstance(group, FinishedSittings):
            for items, bins, length in zip(group.administered, group.bins, group.lengths.tolist(), strict=True):
                yield items[:length], bins[:length]
            return
        for sitting in group:
            answers = scored_answers(self.exam, sitting)
            bins = bins_of_sitting(self.exam, answers) if sitting.ineligible_by_bin else (0,) * len(answers)
            items = [self.exam.pool.index_of(item_id) for item_id, _response in answers]
            yield np.array(items, dtype=np.int64), np.array(bins, dtype=np.int64)

    def over(self, groups: Sequence[SittingGroup]) -> TakenSittings:
        """Return what is left of groups of sittings, at least one, all stepped together or all taken one by one."""
        together = [group for group in groups if isinstance(group, FinishedSittings)]
        if together and self.tables is not None:
            finished = FinishedSittings.joined(together)
            records = records_of(finished) if self.keep_sittings else []
            return TakenSittings(columns=columns_of(finished, self.tables.groups), records=tuple(records))
        singles = [sitting for group in groups if not isinstance(group, FinishedSittings) for sitting in group]
        columns = columns_of_records(self.exam, singles)
        return TakenSittings(columns=columns, records=tuple(singles) if self.keep_sittings else ())

    def _single(self, number: int, marks: BoolArray | None) -> SimulatedSitting:
        draw = None if marks is None else named_draw(marks, self.exam.pool)
        return simulate_sitting(
            self.exam,
            seed=self.seeds[number],
            theta=float(self.thetas[number]),
            truth=self.truth,
            ineligible=() if draw is None else draw.everywhere,
            ineligible_by_bin=() if draw is None else draw.by_bin,
        )
