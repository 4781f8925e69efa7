"""A cohort of simulated examinees taken through an exam from the first item to the last."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.ability.ability_grid import posterior_of
from engine.design import PreparedExam
from engine.randomness import generator
from engine.response_models import FloatArray, IntArray
from engine.simulation.cohort import BoolArray, Cohort, CohortExam
from engine.simulation.cohort_choice import next_items
from engine.simulation.cohort_stopping import end_where_due
from engine.simulation.true_items import TrueItems
from engine.sittings.sitting import SittingState


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FinishedSittings:
    """Finished sittings of one exam, one a row.

    Args:
        exam: The prepared exam.
        seeds: Their seeds.
        thetas: True abilities, shape (sittings,).
        administered: Pool positions of the scored items, in order, shape (sittings, maximum length); -1 beyond the end.
        responses: Scored responses to them, of the same shape.
        bins: Exposure bin in which each was chosen, of the same shape; 0 without bins.
        log_posterior: Logs of the posteriors up to a constant, shape (sittings, nodes).
        reasons: Why each of them ended.
        kept_back: Items that exposure control kept back, shape (sittings, items), None for none anywhere.
        kept_back_by_bin: Those kept back besides in each bin, shape (sittings, bins, items), None without bins.
    """

    exam: PreparedExam
    seeds: Sequence[int]
    thetas: FloatArray
    administered: IntArray
    responses: IntArray
    bins: IntArray
    log_posterior: FloatArray
    reasons: Sequence[str]
    kept_back: BoolArray | None = None
    kept_back_by_bin: BoolArray | None = None

    @classmethod
    def joined(cls, parts: Sequence["FinishedSittings"]) -> "FinishedSittings":
        """Return several groups of sittings of one exam as one, one group after the other."""
        arrays = ("thetas", "administered", "responses", "bins", "log_posterior")
        first = parts[0]
        return cls(
            exam=first.exam,
            seeds=[seed for part in parts for seed in part.seeds],
            reasons=[reason for part in parts for reason in part.reasons],
            kept_back=_stacked([part.kept_back for part in parts]),
            kept_back_by_bin=_stacked([part.kept_back_by_bin for part in parts]),
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays},
        )

    @property
    def lengths(self) -> IntArray:
        """Number of scored items of each sitting, shape (sittings,)."""
        return np.asarray((self.administered >= 0).sum(axis=1))

    def state(self, row: int) -> SittingState:
        """Return one of them as `engine.sittings.sitting` knows it."""
        length = int(self.lengths[row])
        kept_back = () if self.kept_back is None else self._ids(self.kept_back[row])
        by_bin = () if self.kept_back_by_bin is None else tuple(self._ids(part) for part in self.kept_back_by_bin[row])
        return SittingState(
            seed=self.seeds[row],
            ineligible=kept_back,
            administered=tuple(self.administered[row, :length].tolist()),
            responses=tuple(self.responses[row, :length].tolist()),
            log_posterior=self.log_posterior[row],
            finished=True,
            finish_reason=self.reasons[row],
            ineligible_by_bin=by_bin,
        )

    def _ids(self, marked: BoolArray) -> tuple[str, ...]:
        return tuple(sorted(self.exam.pool.item_ids[item] for item in np.flatnonzero(marked).tolist()))


def sit_together(
    tables: CohortExam,
    *,
    seeds: Sequence[int],
    thetas: FloatArray,
    truth: TrueItems,
    kept_back: BoolArray | None = None,
    kept_back_by_bin: BoolArray | None = None,
) -> FinishedSittings:
    """Take examinees of known ability through an exam, all of them a step at a time.

    Args:
        tables: The exam, one that `steps_together` accepts.
        seeds: Seeds of the sittings, on which the responses depend too.
        thetas: True abilities, shape (sittings,).
        truth: Items whose parameters generate the responses, in the order of the exam's pool.
        kept_back: Items that exposure control keeps back, shape (sittings, items).
        kept_back_by_bin: Those kept back besides in each exposure bin of the design, shape (sittings, bins, items).

    Returns:
        The finished sittings, each the very one that the delivering functions give.
    """
    design = tables.exam.design
    cohort = Cohort.begin(tables, seeds=seeds, kept_back=kept_back, kept_back_by_bin=kept_back_by_bin)
    draws = np.stack([response_draws(seed, design.maximum_length) for seed in seeds])
    rows, answered = np.arange(len(seeds), dtype=np.int64), 0
    while True:
        posterior = posterior_of(cohort.log_posterior[rows])
        goes_on = end_where_due(cohort, rows, posterior, answered=answered)
        rows = rows[goes_on]
        if not rows.size:
            break
        items = next_items(cohort, rows, posterior[goes_on], answered=answered)
        responses = truth.scores(items, thetas[rows], draws[rows, answered])
        cohort.answer(rows, items, responses, answered=answered)
        answered += 1
    return FinishedSittings(
        exam=tables.exam,
        seeds=seeds,
        thetas=thetas,
        administered=cohort.administered,
        responses=cohort.responses,
        bins=cohort.bins,
        log_posterior=cohort.log_posterior,
        reasons=[str(reason) for reason in cohort.reasons],
        kept_back=kept_back,
        kept_back_by_bin=kept_back_by_bin,
    )


def _stacked(parts: Sequence[BoolArray | None]) -> BoolArray | None:
    marks = [part for part in parts if part is not None]
    return np.concatenate(marks) if marks else None


def response_draws(seed: int, answers: int) -> FloatArray:
    """Return the random numbers that decide the responses in one simulated sitting, shape (answers,)."""
    return generator(seed, 0, "responses").random(answers)
