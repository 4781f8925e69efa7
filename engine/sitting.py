"""A sitting as a pure function of exam, seed and answers: transitions between frozen states."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.ability_grid import posterior_of
from engine.design import PreparedExam
from engine.errors import IllegalTransition, InvalidResponse, InvalidSetting
from engine.item_selection import Decision, choose_item
from engine.response_models import FloatArray
from engine.stopping import decide_stop

FINISH_REASONS = ("candidate_ended", "time_expired", "administrator_ended")


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

    @property
    def posterior(self) -> FloatArray:
        """Posterior probabilities on the exam's grid, shape (nodes,)."""
        return posterior_of(self.log_posterior)


def start(exam: PreparedExam, *, seed: int, ineligible: Sequence[str] = ()) -> SittingState:
    """Begin a sitting.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting, 0 or more.
        ineligible: Ids of the items that exposure control keeps back in it.

    Returns:
        The state with the first item pending.

    Raises:
        InvalidSetting: If the seed is negative.
        UnknownItem: If an ineligible item is not in the pool.
    """
    return _settled(exam, _unanswered(exam, seed, ineligible))


def record(exam: PreparedExam, state: SittingState, *, item_id: str, response: int) -> SittingState:
    """Record the response to the pending item.

    Args:
        exam: The prepared exam.
        state: The sitting so far.
        item_id: The item answered, which must be the pending one.
        response: The scored response, 1 right or 0 wrong.

    Returns:
        The next state: another item pending, or finished.

    Raises:
        IllegalTransition: If the sitting is finished or another item is pending.
        InvalidResponse: If the response is not a category of the item.
        UnknownItem: If the pool has no such item.
    """
    if state.next_item is None:
        raise IllegalTransition(f"item {item_id!r} cannot be answered: the sitting is finished ({state.finish_reason})")
    if exam.pool.index_of(item_id) != state.next_item:
        pending = exam.pool.item_ids[state.next_item]
        raise IllegalTransition(f"item {item_id!r} cannot be answered: item {pending!r} is pending")
    return _settled(exam, _answered(exam, state, [(item_id, response)]))


def finish(exam: PreparedExam, state: SittingState, *, reason: str) -> SittingState:
    """End a sitting from outside, before the engine ends it.

    Args:
        exam: The prepared exam.
        state: The sitting so far.
        reason: "candidate_ended", "time_expired" or "administrator_ended".

    Returns:
        The finished state.

    Raises:
        IllegalTransition: If the sitting is finished already.
        InvalidSetting: If the reason is unknown.
    """
    if reason not in FINISH_REASONS:
        raise InvalidSetting(f"the reason to finish must be one of {', '.join(FINISH_REASONS)}, not {reason!r}")
    if state.finished:
        raise IllegalTransition(f"the sitting cannot be ended ({reason}): it is finished ({state.finish_reason})")
    return replace(state, next_item=None, decision=None, finished=True, finish_reason=reason)


def fold(
    exam: PreparedExam, *, seed: int, ineligible: Sequence[str] = (), responses: Sequence[tuple[str, int]]
) -> SittingState:
    """Return the state after recorded responses, the same as stepping through them but with a single selection.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting.
        ineligible: Ids of the items that exposure control keeps back in it.
        responses: Item id and scored response of every answer, in order.

    Returns:
        The state after the last of them.

    Raises:
        IllegalTransition: If an item is answered twice or there are more answers than the maximum length.
        InvalidResponse: If a response is not a category of its item.
        UnknownItem: If the pool lacks an item.
        InfeasibleBlueprint: If the answered items are part of no test that meets the blueprint.
    """
    if len(responses) > exam.design.maximum_length:
        raise IllegalTransition(
            f"{len(responses)} answers are recorded but the exam has at most {exam.design.maximum_length} items"
        )
    return _settled(exam, _answered(exam, _unanswered(exam, seed, ineligible), responses))


def replay(
    exam: PreparedExam, *, seed: int, ineligible: Sequence[str] = (), responses: Sequence[tuple[str, int]]
) -> Iterator[SittingState]:
    """Recompute every decision of a recorded sitting.

    Each state is derived from the record alone, not from the recomputed choices before it, so one deviation does not
    hide the steps after it.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting.
        ineligible: Ids of the items that exposure control kept back in it.
        responses: Item id and scored response of every answer, in order.

    Yields:
        The state before the first answer, then the one after each: a recorded item that is not the pending one of the
        state before it is a deviation.

    Raises:
        EngineError: As `fold` does, at the first answer that no sitting of this exam can have.
    """
    for answered in range(len(responses) + 1):
        yield fold(exam, seed=seed, ineligible=ineligible, responses=responses[:answered])


def _unanswered(exam: PreparedExam, seed: int, ineligible: Sequence[str]) -> SittingState:
    if seed < 0:
        raise InvalidSetting(f"seed must be 0 or more, not {seed}")
    for item_id in ineligible:
        exam.pool.index_of(item_id)
    return SittingState(
        seed=seed,
        ineligible=tuple(sorted(set(ineligible))),
        administered=(),
        responses=(),
        log_posterior=exam.grid.log_prior,
    )


def _answered(exam: PreparedExam, state: SittingState, responses: Sequence[tuple[str, int]]) -> SittingState:
    """Add answers one by one: the same additions in the same order give the same last digit, stepped or folded."""
    administered, scored = list(state.administered), list(state.responses)
    log_posterior = np.array(state.log_posterior)
    categories = range(exam.log_probabilities.shape[1])
    for item_id, response in responses:
        item = exam.pool.index_of(item_id)
        if item in administered:
            raise IllegalTransition(f"item {item_id!r} is answered a second time, as answer {len(administered) + 1}")
        if response not in categories:
            raise InvalidResponse(f"item {item_id!r}: a response is from 0 to {categories[-1]}, not {response!r}")
        administered.append(item)
        scored.append(int(response))
        log_posterior += exam.log_probabilities[item, int(response)]
    log_posterior.setflags(write=False)
    return replace(
        state, administered=tuple(administered), responses=tuple(scored), log_posterior=log_posterior, next_item=None
    )


def _settled(exam: PreparedExam, state: SittingState) -> SittingState:
    """Let the engine end the sitting or choose its next item."""
    posterior = state.posterior
    stop = decide_stop(exam, administered=state.administered, posterior=posterior)
    if stop.stop:
        return replace(state, next_item=None, decision=None, finished=True, finish_reason=stop.reason)
    decision = choose_item(
        exam,
        seed=state.seed,
        ineligible=[exam.pool.index_of(item_id) for item_id in state.ineligible],
        administered=state.administered,
        posterior=posterior,
    )
    return replace(state, next_item=exam.pool.index_of(decision.item_id), decision=decision)
