"""A sitting as a pure function of exam, seed and answers: transitions between frozen states."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.ability_grid import mean_and_sd, posterior_of
from engine.decision_grounds import last_answer
from engine.design import PreparedExam
from engine.errors import IllegalTransition, InvalidResponse, InvalidSetting
from engine.exposure_bins import bin_of
from engine.item_selection import Decision, choose_item
from engine.response_models import FloatArray
from engine.stop_reasons import ADMINISTRATOR_ENDED, CANDIDATE_ENDED, TIME_EXPIRED
from engine.stop_rules.time_limit import checked_elapsed
from engine.stopping import decide_stop

FINISH_REASONS = (CANDIDATE_ENDED, TIME_EXPIRED, ADMINISTRATOR_ENDED)


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

    @property
    def posterior(self) -> FloatArray:
        """Posterior probabilities on the exam's grid, shape (nodes,)."""
        return posterior_of(self.log_posterior)


def start(
    exam: PreparedExam,
    *,
    seed: int,
    ineligible: Sequence[str] = (),
    ineligible_by_bin: Sequence[Sequence[str]] = (),
    elapsed_seconds: float | None = None,
) -> SittingState:
    """Begin a sitting.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting, 0 or more.
        ineligible: Ids of the items that exposure control keeps back in it.
        ineligible_by_bin: For each exposure bin of the design, ids of those kept back besides while the estimate is
            in it.
        elapsed_seconds: 0 where the time is measured, as the stop rule "time" needs it.

    Returns:
        The state with the first item pending.

    Raises:
        InvalidSetting: If the seed is negative, the bins are not those of the design, or its clock is missing.
        UnknownItem: If an ineligible item is not in the pool.
    """
    return _settled(exam, _unanswered(exam, seed, ineligible, ineligible_by_bin, elapsed_seconds))


def record(
    exam: PreparedExam, state: SittingState, *, item_id: str, response: int, elapsed_seconds: float | None = None
) -> SittingState:
    """Record the response to the pending item.

    Args:
        exam: The prepared exam.
        state: The sitting so far.
        item_id: The item answered, which must be the pending one.
        response: The scored response, from 0 (wrong) to the item's highest score (1 where it is right or wrong).
        elapsed_seconds: Time from the start of the sitting to this answer, where it is measured.

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
    timed = replace(state, elapsed_seconds=checked_elapsed(exam, elapsed_seconds))
    return _settled(exam, _answered(exam, timed, [(item_id, response)]))


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
    exam: PreparedExam,
    *,
    seed: int,
    ineligible: Sequence[str] = (),
    responses: Sequence[tuple[str, int]],
    ineligible_by_bin: Sequence[Sequence[str]] = (),
    elapsed_seconds: float | None = None,
) -> SittingState:
    """Return the state after recorded responses, the same as stepping through them but with a single selection.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting.
        ineligible: Ids of the items that exposure control keeps back in it.
        responses: Item id and scored response of every answer, in order.
        ineligible_by_bin: Ids of those kept back besides in each exposure bin of the design.
        elapsed_seconds: Time from the start of the sitting to the last answer, where it is measured.

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
    unanswered = _unanswered(exam, seed, ineligible, ineligible_by_bin, elapsed_seconds)
    return _settled(exam, _answered(exam, unanswered, responses))


def replay(
    exam: PreparedExam,
    *,
    seed: int,
    ineligible: Sequence[str] = (),
    responses: Sequence[tuple[str, int]],
    ineligible_by_bin: Sequence[Sequence[str]] = (),
    elapsed_seconds: Sequence[float] = (),
) -> Iterator[SittingState]:
    """Recompute every decision of a recorded sitting.

    Each state is derived from the record alone, not from the recomputed choices before it, so one deviation does not
    hide the steps after it.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting.
        ineligible: Ids of the items that exposure control kept back in it.
        responses: Item id and scored response of every answer, in order.
        ineligible_by_bin: Ids of those kept back besides in each exposure bin of the design.
        elapsed_seconds: Time from the start of the sitting to each answer; empty where it was not measured.

    Yields:
        The state before the first answer, then the one after each: a recorded item that is not the pending one of the
        state before it is a deviation.

    Raises:
        InvalidSetting: If the times are not one per answer.
        EngineError: As `fold` does, at the first answer that no sitting of this exam can have.
    """
    if elapsed_seconds and len(elapsed_seconds) != len(responses):
        raise InvalidSetting(f"elapsed_seconds needs one time for each of {len(responses)} answers")
    times: list[float | None] = [0.0, *elapsed_seconds] if elapsed_seconds else [None] * (len(responses) + 1)
    for answered, elapsed in enumerate(times):
        yield fold(
            exam,
            seed=seed,
            ineligible=ineligible,
            responses=responses[:answered],
            ineligible_by_bin=ineligible_by_bin,
            elapsed_seconds=elapsed,
        )


def _unanswered(
    exam: PreparedExam,
    seed: int,
    ineligible: Sequence[str],
    ineligible_by_bin: Sequence[Sequence[str]],
    elapsed_seconds: float | None,
) -> SittingState:
    if seed < 0:
        raise InvalidSetting(f"seed must be 0 or more, not {seed}")
    bins = exam.design.exposure_bins
    if len(ineligible_by_bin) != (bins if bins > 1 else 0):
        found = len(ineligible_by_bin)
        raise InvalidSetting(f"ineligible_by_bin needs one list for each of {bins} exposure bins, not {found} lists")
    for item_id in (*ineligible, *(item_id for part in ineligible_by_bin for item_id in part)):
        exam.pool.index_of(item_id)
    return SittingState(
        seed=seed,
        ineligible=tuple(sorted(set(ineligible))),
        administered=(),
        responses=(),
        log_posterior=exam.grid.log_prior,
        ineligible_by_bin=tuple(tuple(sorted(set(part))) for part in ineligible_by_bin),
        elapsed_seconds=checked_elapsed(exam, elapsed_seconds),
    )


def _answered(exam: PreparedExam, state: SittingState, responses: Sequence[tuple[str, int]]) -> SittingState:
    """Add answers one by one: the same additions in the same order give the same last digit, stepped or folded."""
    administered, scored = list(state.administered), list(state.responses)
    log_posterior = np.array(state.log_posterior)
    for item_id, response in responses:
        item = exam.pool.index_of(item_id)
        if item in administered:
            raise IllegalTransition(f"item {item_id!r} is answered a second time, as answer {len(administered) + 1}")
        highest = int(exam.pool.category_counts[item]) - 1
        if response not in range(highest + 1):
            raise InvalidResponse(f"item {item_id!r}: a response is from 0 to {highest}, not {response!r}")
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
    stop = decide_stop(
        exam,
        administered=state.administered,
        responses=state.responses,
        posterior=posterior,
        elapsed_seconds=state.elapsed_seconds,
    )
    if stop.stop:
        return replace(state, next_item=None, decision=None, finished=True, finish_reason=stop.reason)
    decision = choose_item(
        exam,
        seed=state.seed,
        ineligible=_kept_back(exam, state, posterior),
        administered=state.administered,
        posterior=posterior,
        last=last_answer(
            exam,
            administered=state.administered,
            responses=state.responses,
            log_posterior=state.log_posterior,
        ),
    )
    return replace(state, next_item=exam.pool.index_of(decision.item_id), decision=decision)


def _kept_back(exam: PreparedExam, state: SittingState, posterior: FloatArray) -> list[int]:
    """Return the pool positions that exposure control keeps back for the next item."""
    kept = state.ineligible
    if state.ineligible_by_bin:
        theta, _standard_error = mean_and_sd(exam.grid.nodes, posterior)
        kept = tuple(dict.fromkeys(kept + state.ineligible_by_bin[bin_of(exam.design, theta)]))
    return [exam.pool.index_of(item_id) for item_id in kept]
