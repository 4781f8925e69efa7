"""How many written tasks an exam may ask for with what its bank holds."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session

from engine.design import ExamDesign
from itembank.errors import BankTooSmall, InvalidInput
from itembank.publishing.task_pools import unit_tasks


def check_tasks(session: Session, *, bank_id: UUID, unit: str, design: ExamDesign) -> None:
    """Refuse a design that asks for more tasks than the bank has for the unit.

    Raises:
        InvalidInput: Says how many there are.
    """
    available = _available(session, bank_id, unit, design)
    if available < design.written_tasks:
        raise InvalidInput(field="written_tasks", expected=f"at most {available}, the tasks that the bank has for it")


def check_time_for_tasks(design: ExamDesign, *, time_limit_minutes: int | None) -> None:
    """Refuse an exam whose questions may take all its time, so that nothing of it is left for the tasks.

    Raises:
        InvalidInput: Says how much time there must be.
    """
    questions = design.stopping.time_limit_seconds
    if not design.written_tasks or time_limit_minutes is None or questions is None:
        return
    if questions >= 60 * time_limit_minutes:
        expected = f"more than the {questions:g} seconds that the rule time leaves to the questions before the tasks"
        raise InvalidInput(field="time_limit_minutes", expected=expected)


def require_tasks(session: Session, *, bank_id: UUID, unit: str, design: ExamDesign) -> None:
    """Refuse to begin a sitting on a bank that has fewer tasks than it asks for.

    Raises:
        BankTooSmall: Says how many there are.
    """
    available = _available(session, bank_id, unit, design)
    if available < design.written_tasks:
        reason = f"it has {available} written tasks for unit {unit}, and {design.written_tasks} are asked for."
        raise BankTooSmall(reason=reason)


def _available(session: Session, bank_id: UUID, unit: str, design: ExamDesign) -> int:
    # Most exams ask for none; for those nothing is read.
    return len(unit_tasks(session, bank_id=bank_id, unit=unit)) if design.written_tasks else 0
