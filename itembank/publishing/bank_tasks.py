"""The written tasks that a bank holds: constructed responses in use, which people mark."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session

from itembank.framework.document import Framework
from itembank.publishing.bank_content import enemies_among, live_versions, parameters_of
from itembank.publishing.parameters import Parameters
from itembank.tables import Bank, BankTask


def bank_tasks(
    session: Session, bank: Bank, *, standards: Sequence[UUID], framework: Framework, known: Mapping[UUID, Parameters]
) -> list[BankTask]:
    """Put together the tasks of a bank; nothing is stored.

    Args:
        session: The transaction.
        bank: The bank.
        standards: The versions of the standard whose items it holds.
        framework: The standard as it is now.
        known: Parameters by item version; the others get what the writer's rating tells.

    Returns:
        The rows, by item code.

    Raises:
        InvalidInput: Known parameters are those of another kind of item.
    """
    elements = {criterion.code: element for element in framework.elements for criterion in element.criteria}
    items, tasks = live_versions(session, standards)
    chosen = [one for one in tasks if one.version.criterion in elements]
    enemies = enemies_among(session, [*items, *tasks]) if chosen else {}
    return [
        BankTask(
            bank_id=bank.id,
            item_version_id=one.version.id,
            item_code=one.item.code,
            unit=framework.unit_of(elements[one.version.criterion].code).code,
            element=elements[one.version.criterion].code,
            criterion=one.version.criterion,
            **parameters_of(one, known).columns(),
            enemies=enemies.get(one.item.id, []),
        )
        for one in chosen
    ]


def same_tasks(before: Sequence[BankTask], after: Sequence[BankTask]) -> bool:
    """Tell whether two banks hold the same tasks."""
    return {_identity(row) for row in before} == {_identity(row) for row in after}


def _identity(row: BankTask) -> str:
    # Databases keep the keys of documents in orders of their own.
    return json.dumps(row.model_dump(exclude={"bank_id"}), sort_keys=True, default=str)
