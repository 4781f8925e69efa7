"""A finished sitting as far as its answers count by the result in force."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from engine.outcomes.marked_tasks import with_tasks
from engine.outcomes.without_items import state_of_answers
from engine.sittings.sitting import SittingState
from itembank.delivery.records import SittingRecord


def counted_state(loaded: SittingRecord, state: SittingState, *, left_out: Collection[UUID]) -> SittingState:
    """Give the state that outcomes and evidence are taken from: the answers that count, and the marks of the tasks.

    Args:
        loaded: The sitting.
        state: Its state with all answers, which it is where nothing is left out and there are no tasks.
        left_out: Item versions whose answers do not count.
    """
    counted = state
    if left_out:
        ids, places = loaded.unit_pool.item_ids, loaded.unit_pool.index_of_version
        faulty = {ids[places[version]] for version in left_out}
        counted = state_of_answers(loaded.prepared, loaded.responses, left_out=faulty)
    if loaded.tasks is None:
        return counted
    return with_tasks(counted, loaded.tasks.evidence(loaded.prepared, finish_reason=state.finish_reason))
