"""A finished sitting as far as its answers count by the result in force."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from engine.outcomes.without_items import state_of_answers
from engine.sittings.sitting import SittingState
from itembank.delivery.records import SittingRecord


def counted_state(loaded: SittingRecord, state: SittingState, *, left_out: Collection[UUID]) -> SittingState:
    """Give the state that outcomes and evidence are taken from.

    Args:
        loaded: The sitting.
        state: Its state with all answers, which it is where nothing is left out.
        left_out: Item versions whose answers do not count.
    """
    if not left_out:
        return state
    ids, places = loaded.unit_pool.item_ids, loaded.unit_pool.index_of_version
    faulty = {ids[places[version]] for version in left_out}
    return state_of_answers(loaded.prepared, loaded.responses, left_out=faulty)
