"""Answers as they enter the state of a sitting: those that count into the posterior, the others beside it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.design import PreparedExam
from engine.errors import IllegalTransition, InvalidResponse
from engine.pretest.trial_choice import is_due
from engine.response_models import ItemPool
from engine.sittings.sitting_state import SittingState


def with_answers(exam: PreparedExam, state: SittingState, responses: Sequence[tuple[str, int]]) -> SittingState:
    """Return the state with answers added, nothing pending.

    They are added one by one: the same additions in the same order give the same last digit, stepped or folded.

    Args:
        exam: The prepared exam.
        state: The sitting so far.
        responses: Item id and scored response of each, in order.

    Returns:
        The state after them.

    Raises:
        IllegalTransition: If an item is answered twice, or a pretest item where none is due.
        InvalidResponse: If a response is not a category of its item.
        UnknownItem: If neither pool has an item.
    """
    administered, scored, tried = list(state.administered), list(state.responses), list(state.pretest_responses)
    log_posterior = np.array(state.log_posterior)
    for item_id, response in responses:
        question = len(administered) + len(tried) + 1
        if exam.pretest_pool is not None and item_id in exam.pretest_positions:
            item, score = _checked_answer(exam.pretest_pool, item_id, response)
            _refuse_twice(item_id, item, [other for other, _response in tried], question=question)
            if not is_due(exam, state.pretest_places, administered=administered, tried=len(tried)):
                raise IllegalTransition(
                    f"item {item_id!r} is answered as question {question}, where no pretest item is due"
                )
            tried.append((item, score))
        else:
            item, score = _checked_answer(exam.pool, item_id, response)
            _refuse_twice(item_id, item, administered, question=question)
            administered.append(item)
            scored.append(score)
            log_posterior += exam.answer_likelihood.added_by_last(administered, scored)
    log_posterior.setflags(write=False)
    return replace(
        state,
        administered=tuple(administered),
        responses=tuple(scored),
        log_posterior=log_posterior,
        next_item=None,
        next_pretest=None,
        pretest_responses=tuple(tried),
    )


def _checked_answer(pool: ItemPool, item_id: str, response: int) -> tuple[int, int]:
    """Return an item's position in its pool and the response to it, once both are found to be possible."""
    item = pool.index_of(item_id)
    highest = int(pool.category_counts[item]) - 1
    if response not in range(highest + 1):
        raise InvalidResponse(f"item {item_id!r}: a response is from 0 to {highest}, not {response!r}")
    return item, int(response)


def _refuse_twice(item_id: str, item: int, answered: Sequence[int], *, question: int) -> None:
    if item in answered:
        raise IllegalTransition(f"item {item_id!r} is answered a second time, as answer {question}")
