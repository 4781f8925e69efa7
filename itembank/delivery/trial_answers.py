"""How many answers the items that are tried out have got: what the choice among them depends on."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from itembank.publishing.pools import UnitPool
from itembank.tables import BankItem, RecordedAnswer, Sitting


def count_trial_answers(session: Session, *, pool: UnitPool, simulated: bool) -> dict[str, int]:
    """Count the answers that pretest items got since their standard errors were estimated.

    A sitting keeps these counts, so that a replay is exact whatever is answered later. Real candidates' answers and
    simulated ones are never counted together, for no calibration takes both.

    Args:
        session: The transaction.
        pool: A unit's items in a published bank.
        simulated: Whether the candidate who begins is simulated.

    Returns:
        Number of answers by item id; items without any are left out.
    """
    if pool.pretest_pool is None:
        return {}
    ids = {pool.versions[pool.index_of_item[item_id]]: item_id for item_id in pool.pretest_pool.item_ids}
    answers = session.exec(
        select(RecordedAnswer.item_version_id, func.count())
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .where(col(RecordedAnswer.item_version_id).in_(list(ids)), col(Sitting.simulated).is_(simulated))
        .group_by(col(RecordedAnswer.item_version_id))
    )
    used = dict(
        session.exec(
            select(BankItem.item_version_id, BankItem.n_responses).where(
                BankItem.bank_id == pool.bank_id, col(BankItem.item_version_id).in_(list(ids))
            )
        ).all()
    )
    counts = {ids[version]: count - used.get(version, 0) for version, count in answers}
    return {item_id: count for item_id, count in sorted(counts.items()) if count > 0}
