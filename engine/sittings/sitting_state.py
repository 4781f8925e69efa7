"""The state of a sitting: everything the engine knows of it after some answers."""

from dataclasses import dataclass

from engine.ability.ability_grid import posterior_of
from engine.response_models import FloatArray
from engine.selection.item_selection import Decision
from engine.sittings.task_evidence import TaskEvidence


@dataclass(frozen=True, eq=False, kw_only=True)
class SittingState:
    """Everything the engine knows of a sitting after some answers.

    Args:
        seed: Seed of all its randomness.
        ineligible: Ids of the items that exposure control keeps back, sorted.
        administered: Pool positions of the items answered, in order.
        responses: Scored responses to them.
        log_posterior: Log of the posterior on the exam's grid up to a constant, shape (nodes,).
        next_item: Pool position of the item now before the candidate, None once finished.
        finished: True once no further item will be given.
        finish_reason: Why it ended, None until then.
        decision: Why the next item was chosen, None once finished.
        ineligible_by_bin: Ids of the items kept back besides while the estimate is in each bin, sorted.
        elapsed_seconds: Time since the start, None where nobody measures it.
        next_pretest: Position in the pretest pool of the item now before the candidate, None where it is one that
            counts; at most one of the two is pending.
        pretest_responses: Pretest items answered, in order, as (position in the pretest pool, scored response).
        pretest_places: Questions from which on the next pretest item is due, sorted; one for each that is to be asked.
        pretest_counts: How many answers each pretest item got in other sittings, in the order of the pretest pool;
            empty where nobody counts.
        tasks: What the marks of its tasks say; their likelihood is in `log_posterior`, too. None where there are none.
    """

    seed: int
    ineligible: tuple[str, ...]
    administered: tuple[int, ...]
    responses: tuple[int, ...]
    log_posterior: FloatArray
    next_item: int | None = None
    finished: bool = False
    finish_reason: str | None = None
    decision: Decision | None = None
    ineligible_by_bin: tuple[tuple[str, ...], ...] = ()
    elapsed_seconds: float | None = None
    next_pretest: int | None = None
    pretest_responses: tuple[tuple[int, int], ...] = ()
    pretest_places: tuple[int, ...] = ()
    pretest_counts: tuple[int, ...] = ()
    tasks: TaskEvidence | None = None

    @property
    def posterior(self) -> FloatArray:
        """Posterior probabilities on the exam's grid, shape (nodes,)."""
        return posterior_of(self.log_posterior)
