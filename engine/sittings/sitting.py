"""A sitting as a pure function of exam, seed and answers: transitions between frozen states."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from engine.design import PreparedExam
from engine.errors import IllegalTransition, InvalidSetting
from engine.pretest.pretest_pool import checked_counts
from engine.pretest.trial_choice import pretest_places
from engine.sittings.answers import with_answers
from engine.sittings.next_question import last_effect, settled
from engine.sittings.sitting_state import SittingState
from engine.stop_rules.stop_reasons import ADMINISTRATOR_ENDED, CANDIDATE_ENDED, TIME_EXPIRED
from engine.stop_rules.time_limit import checked_elapsed
from engine.whole_numbers import is_whole

__all__ = [
    "FINISH_REASONS",
    "SittingState",
    "finish",
    "fold",
    "last_effect",
    "pending_item_id",
    "record",
    "replay",
    "start",
]

FINISH_REASONS = (CANDIDATE_ENDED, TIME_EXPIRED, ADMINISTRATOR_ENDED)
NOTHING_COUNTED: Mapping[str, int] = MappingProxyType({})


def pending_item_id(exam: PreparedExam, state: SittingState) -> str | None:
    """Return the id of the item now before the candidate, whether it counts or is tried out, None once finished."""
    if state.next_pretest is not None and exam.pretest_pool is not None:
        return exam.pretest_pool.item_ids[state.next_pretest]
    return None if state.next_item is None else exam.pool.item_ids[state.next_item]


def start(
    exam: PreparedExam,
    *,
    seed: int,
    ineligible: Sequence[str] = (),
    ineligible_by_bin: Sequence[Sequence[str]] = (),
    elapsed_seconds: float | None = None,
    pretest_counts: Mapping[str, int] = NOTHING_COUNTED,
) -> SittingState:
    """Begin a sitting.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting, 0 or more.
        ineligible: Ids of the items that exposure control keeps back in it.
        ineligible_by_bin: For each exposure bin of the design, ids of those kept back besides while the estimate is
            in it.
        elapsed_seconds: 0 where the time is measured, as the stop rule "time" needs it.
        pretest_counts: How many answers pretest items, by id, got in other sittings since their standard errors were
            estimated. They are to be kept with the sitting: without them every sitting tries out the same items.

    Returns:
        The state with the first item pending.

    Raises:
        InvalidSetting: If the seed or a count is no whole number or negative, the bins are not those of the design, or
            its clock is missing.
        UnknownItem: If an ineligible item is not in the pool, or a counted one not in the pretest pool.
    """
    return settled(exam, _unanswered(exam, seed, ineligible, ineligible_by_bin, elapsed_seconds, pretest_counts))


def record(
    exam: PreparedExam, state: SittingState, *, item_id: str, response: int, elapsed_seconds: float | None = None
) -> SittingState:
    """Record the response to the pending item, whether it counts or is tried out.

    Args:
        exam: The prepared exam.
        state: The sitting so far.
        item_id: The item answered, which must be the pending one.
        response: The scored response, from 0 (wrong) to the item's highest score (1 where it is right or wrong).
        elapsed_seconds: Time from the start of the sitting to this answer, where it is measured. It may be less than
            before the answer: extra time that is granted sets the clock back. What it shows last is what counts.

    Returns:
        The next state: another item pending, or finished.

    Raises:
        IllegalTransition: If the sitting is finished or another item is pending.
        InvalidResponse: If the response is not a category of the item.
        UnknownItem: If the pool has no such item.
        InvalidSetting: If the time is missing though the design stops by it, or is no possible time.
    """
    pending = pending_item_id(exam, state)
    if pending is None:
        raise IllegalTransition(f"item {item_id!r} cannot be answered: the sitting is finished ({state.finish_reason})")
    if item_id != pending:
        if item_id not in exam.pretest_positions:
            exam.pool.index_of(item_id)
        raise IllegalTransition(f"item {item_id!r} cannot be answered: item {pending!r} is pending")
    timed = replace(state, elapsed_seconds=checked_elapsed(exam, elapsed_seconds))
    return settled(exam, with_answers(exam, timed, [(item_id, response)]))


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
    return replace(state, next_item=None, next_pretest=None, decision=None, finished=True, finish_reason=reason)


def fold(
    exam: PreparedExam,
    *,
    seed: int,
    ineligible: Sequence[str] = (),
    responses: Sequence[tuple[str, int]],
    ineligible_by_bin: Sequence[Sequence[str]] = (),
    elapsed_seconds: float | None = None,
    pretest_counts: Mapping[str, int] = NOTHING_COUNTED,
) -> SittingState:
    """Return the state after recorded responses, the same as stepping through them but with a single selection.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting.
        ineligible: Ids of the items that exposure control keeps back in it.
        responses: Item id and scored response of every answer, in order, those to pretest items among them.
        ineligible_by_bin: Ids of those kept back besides in each exposure bin of the design.
        elapsed_seconds: Time from the start of the sitting to the last answer, where it is measured.
        pretest_counts: Answers that pretest items got in other sittings, as they were when this one began.

    Returns:
        The state after the last of them.

    Raises:
        IllegalTransition: If an item is answered twice, there are more scored answers than the maximum length, or a
            pretest item is answered where none is due.
        InvalidResponse: If a response is not a category of its item.
        UnknownItem: If the pool lacks an item.
        InfeasibleBlueprint: If the answered items are part of no test that meets the blueprint.
    """
    scored = sum(item_id not in exam.pretest_positions for item_id, _response in responses)
    if scored > exam.design.maximum_length:
        raise IllegalTransition(
            f"{scored} answers are recorded but the exam has at most {exam.design.maximum_length} items"
        )
    unanswered = _unanswered(exam, seed, ineligible, ineligible_by_bin, elapsed_seconds, pretest_counts)
    return settled(exam, with_answers(exam, unanswered, responses))


def replay(
    exam: PreparedExam,
    *,
    seed: int,
    ineligible: Sequence[str] = (),
    responses: Sequence[tuple[str, int]],
    ineligible_by_bin: Sequence[Sequence[str]] = (),
    elapsed_seconds: Sequence[float] = (),
    pretest_counts: Mapping[str, int] = NOTHING_COUNTED,
) -> Iterator[SittingState]:
    """Recompute every decision of a recorded sitting.

    Each state is derived from the record alone, not from the recomputed choices before it, so one deviation does not
    hide the steps after it.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting.
        ineligible: Ids of the items that exposure control kept back in it.
        responses: Item id and scored response of every answer, in order, those to pretest items among them.
        ineligible_by_bin: Ids of those kept back besides in each exposure bin of the design.
        elapsed_seconds: Time from the start of the sitting to each answer; empty where it was not measured.
        pretest_counts: Answers that pretest items got in other sittings, as they were when this one began.

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
            pretest_counts=pretest_counts,
        )


def _unanswered(
    exam: PreparedExam,
    seed: int,
    ineligible: Sequence[str],
    ineligible_by_bin: Sequence[Sequence[str]],
    elapsed_seconds: float | None,
    pretest_counts: Mapping[str, int],
) -> SittingState:
    if not is_whole(seed) or seed < 0:
        raise InvalidSetting(f"seed must be a whole number, 0 or more, not {seed!r}")
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
        pretest_places=pretest_places(exam, seed),
        pretest_counts=checked_counts(pretest_counts, exam.pretest_pool),
    )
