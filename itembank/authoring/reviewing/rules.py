"""How many reviewers have to approve an item: the institution's rule, one until it sets another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.reviewing.rules_in_force import FEWEST_APPROVALS as FEWEST_APPROVALS
from itembank.authoring.reviewing.rules_in_force import approvals_needed, newest_rules
from itembank.authoring.reviewing.votes import approve_those_with_enough
from itembank.authoring.roles import BANK_READERS
from itembank.errors import InvalidInput
from itembank.tables import ReviewRules

MOST_APPROVALS = 5


@dataclass(frozen=True, slots=True)
class ReviewRulesView:
    """The rule in force, and who set it when; nobody where it is still the first one."""

    approvals_needed: int
    set_by: str = ""
    set_at: datetime | None = None


def review_rules(session: Session, *, actor: Actor) -> ReviewRulesView:
    """Read the rule in force.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    row = newest_rules(session)
    if row is None:
        return ReviewRulesView(FEWEST_APPROVALS)
    return ReviewRulesView(row.approvals_needed, row.set_by, row.set_at)


def set_approvals_needed(session: Session, *, actor: Actor, number: int, now: datetime) -> ReviewRulesView:
    """Set how many approving votes an item needs; what waits in review with enough of them is approved at once.

    Args:
        session: The transaction.
        actor: An administrator.
        number: How many, from 1 to 5.
        now: When.

    Raises:
        NotAllowed: The actor is not an administrator.
        InvalidInput: The number is out of range.
    """
    actor.require(Role.ADMINISTRATOR)
    if not FEWEST_APPROVALS <= number <= MOST_APPROVALS:
        expected = f"a whole number from {FEWEST_APPROVALS} to {MOST_APPROVALS}"
        raise InvalidInput(
            field="approvals_needed", expected=expected, reason="approvals_range",
            least=FEWEST_APPROVALS, most=MOST_APPROVALS,
        )  # fmt: skip
    if number != approvals_needed(session):
        session.add(
            ReviewRules(approvals_needed=number, set_by=actor.display_name, set_by_id=actor.person_id, set_at=now)
        )
        audit.record(
            session, actor=actor, action="review.set_rules", kind="review", subject="rules", now=now, approvals=number
        )
        session.flush()
        approve_those_with_enough(session, actor=actor, now=now)
    return review_rules(session, actor=actor)
