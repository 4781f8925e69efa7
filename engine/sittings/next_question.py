"""What comes next in a sitting: its end, or a question and the reasons for it."""

from dataclasses import replace

from engine.ability.ability_grid import mean_and_sd
from engine.blueprints.testlets import unfinished
from engine.design import PreparedExam
from engine.explanations.decision_grounds import AnswerEffect, LastAnswer, last_answer, standing
from engine.exposure.exposure_bins import bin_of
from engine.pretest.trial_choice import PretestMoment, choose_pretest_item, is_due
from engine.response_models import FloatArray
from engine.selection.item_selection import Decision, choose_item
from engine.selection.testlet_continuation import next_in_testlet
from engine.sittings.sitting_state import SittingState
from engine.stop_rules import time_limit
from engine.stop_rules.stopping import decide_stop


def settled(exam: PreparedExam, state: SittingState) -> SittingState:
    """Let the engine end a sitting or choose its next item; a testlet that is begun goes before both.

    Args:
        exam: The prepared exam.
        state: The sitting with nothing pending.

    Returns:
        The state with an item pending, or finished.

    Raises:
        InfeasibleBlueprint: If the answered items are part of no test that meets the blueprint.
    """
    posterior = state.posterior
    following = _within_testlet(exam, state, posterior)
    if following is not None:
        return replace(state, next_item=exam.pool.index_of(following.item_id), decision=following)
    stop = decide_stop(
        exam,
        administered=state.administered,
        responses=state.responses,
        posterior=posterior,
        elapsed_seconds=state.elapsed_seconds,
    )
    pretest = _pretest_choice(exam, state, posterior)
    if pretest is not None:
        return replace(state, next_pretest=exam.pretest_positions[pretest.item_id], decision=pretest)
    if stop.stop:
        return replace(state, decision=None, finished=True, finish_reason=stop.reason)
    decision = choose_item(
        exam,
        seed=state.seed,
        ineligible=_kept_back(exam, state, posterior),
        administered=state.administered,
        posterior=posterior,
        last=_last_answer(exam, state),
        pretest_answers=len(state.pretest_responses),
    )
    return replace(state, next_item=exam.pool.index_of(decision.item_id), decision=decision)


def last_effect(exam: PreparedExam, state: SittingState) -> AnswerEffect | None:
    """Return what the last scored answer changed, None before any.

    The record of the question after an answer says so too; after the answer that ends a sitting there is none.
    """
    last = _last_answer(exam, state)
    return None if last is None else AnswerEffect(answer=last, after=standing(exam, state.posterior))


def _within_testlet(exam: PreparedExam, state: SittingState, posterior: FloatArray) -> Decision | None:
    """Go on with a testlet that is begun, unless a record that no sitting leads to leaves no room for it."""
    begun = unfinished(exam.pool.testlets, state.administered)
    if not begun or len(state.administered) >= exam.design.maximum_length:
        return None
    return next_in_testlet(
        exam,
        left=begun[0],
        seed=state.seed,
        administered=state.administered,
        posterior=posterior,
        last=_last_answer(exam, state),
        pretest_answers=len(state.pretest_responses),
    )


def _pretest_choice(exam: PreparedExam, state: SittingState, posterior: FloatArray) -> Decision | None:
    """Choose a pretest item if one is due; a sitting that its answers have decided waits for it, time does not."""
    tried = [item for item, _response in state.pretest_responses]
    if time_limit.is_over(exam, state.elapsed_seconds) or not is_due(
        exam, state.pretest_places, administered=state.administered, tried=len(tried)
    ):
        return None
    moment = PretestMoment(
        exam=exam,
        seed=state.seed,
        administered=state.administered,
        tried=tried,
        posterior=posterior,
        ineligible=_kept_back(exam, state, posterior),
        answers_before=state.pretest_counts,
    )
    return choose_pretest_item(moment, last=_last_answer(exam, state))


def _last_answer(exam: PreparedExam, state: SittingState) -> LastAnswer | None:
    return last_answer(
        exam, administered=state.administered, responses=state.responses, log_posterior=state.log_posterior
    )


def _kept_back(exam: PreparedExam, state: SittingState, posterior: FloatArray) -> list[int]:
    """Return the pool positions that exposure control keeps back for the next item."""
    kept = state.ineligible
    if state.ineligible_by_bin:
        theta, _standard_error = mean_and_sd(exam.grid.nodes, posterior)
        kept = tuple(dict.fromkeys(kept + state.ineligible_by_bin[bin_of(exam.design, theta)]))
    return [exam.pool.index_of(item_id) for item_id in kept]
