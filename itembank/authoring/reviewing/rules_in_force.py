"""The rule in force of how many reviewers have to approve an item."""

from __future__ import annotations

from sqlmodel import Session, col, select

from itembank.tables import ReviewRules

FEWEST_APPROVALS = 1


def approvals_needed(session: Session) -> int:
    """Tell how many approving votes an item needs."""
    row = newest_rules(session)
    return row.approvals_needed if row else FEWEST_APPROVALS


def newest_rules(session: Session) -> ReviewRules | None:
    """Read the rule that was set last; None where it is still the first one."""
    return session.exec(select(ReviewRules).order_by(col(ReviewRules.id).desc()).limit(1)).first()
