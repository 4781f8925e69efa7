"""Computing the preview of a proposal: every sitting concerned is recomputed, no result is written."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import select

from itembank.neutralisation.claim import Claim
from itembank.neutralisation.concerned_sittings import (
    ConcernedSitting,
    count_concerned,
    count_under_way,
    load_concerned,
)
from itembank.neutralisation.corrections import CANNOT_RECOMPUTE
from itembank.neutralisation.preview import PreviewCount
from itembank.neutralisation.recomputation import Weighing
from itembank.neutralisation.scope import in_force
from itembank.neutralisation.states import CorrectionState, NeutralisationState
from itembank.publishing.pools import UnitPool, unit_pool
from itembank.tables import Neutralisation

BATCH = 200


def compute_preview(claim: Claim, neutralisation: Neutralisation) -> None:
    """Recompute every sitting concerned and store what neutralising would change.

    Raises:
        LostClaim: The run is another process's by now.
        Stopped: The process is being stopped, or the proposal was rejected meanwhile.
    """
    count, done, after = PreviewCount(), 0, None
    with claim.database.writing() as session:
        claim.go_on(session, done=0, total=count_concerned(session, neutralisation))
    while batch := _load(claim, neutralisation, after=after):
        sittings, pools, others = batch
        for sitting in sittings:
            _count(count, sitting, pools[sitting.pool_key], neutralisation, others)
        done, after = done + len(sittings), sittings[-1].id
        with claim.database.writing() as session:
            claim.go_on(session, done=done)
    _store(claim, neutralisation, count, done=done)


Batch = tuple[tuple[ConcernedSitting, ...], dict[tuple[UUID, str], UnitPool], tuple[Neutralisation, ...]]


def _load(claim: Claim, neutralisation: Neutralisation, *, after: UUID | None) -> Batch | None:
    with claim.database.reading() as session:
        sittings = load_concerned(session, neutralisation, limit=BATCH, after=after)
        if not sittings:
            return None
        keys = {sitting.pool_key for sitting in sittings}
        pools = {key: unit_pool(session, bank_id=key[0], unit=key[1]) for key in sorted(keys)}
        return sittings, pools, in_force(session)


def _count(
    count: PreviewCount,
    sitting: ConcernedSitting,
    pool: UnitPool,
    neutralisation: Neutralisation,
    others: tuple[Neutralisation, ...],
) -> None:
    weighings = (*sitting.weighings(others), Weighing.of(neutralisation))
    try:
        recomputed = sitting.recomputed(pool, weighings)
    except CANNOT_RECOMPUTE:
        count.add_unscored(sitting)
    else:
        count.add(sitting, recomputed)


def _store(claim: Claim, neutralisation: Neutralisation, count: PreviewCount, *, done: int) -> None:
    with claim.database.writing() as session:
        run = claim.go_on(session, done=done)
        now = claim.clock()
        row = session.exec(select(Neutralisation).where(Neutralisation.id == neutralisation.id).with_for_update()).one()
        if row.state == NeutralisationState.PROPOSED:
            preview = count.preview(computed_at=now.isoformat(), under_way=count_under_way(session, row))
            row.preview = preview.to_dict()
        run.state, run.finished_at = CorrectionState.DONE.value, now
        session.add_all([row, run])
