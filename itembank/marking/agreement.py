"""How far two people who mark the same answers blindly agree, task by task."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from calibration.marker_agreement import MarkerAgreement, marker_agreement
from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.marking.responses import marks_of
from itembank.marking.settlement import BLIND_MARKS, first_marks
from itembank.tables import Item, ItemVersion, Sitting, TaskAnswer


@dataclass(frozen=True, slots=True)
class TaskAgreement:
    """The agreement on one version of a task; ``third_person`` counts the answers that a third person settled."""

    item_id: UUID
    code: str
    version: int
    maximum: int
    third_person: int
    agreement: MarkerAgreement


def agreement_by_task(session: Session, *, actor: Actor, include_simulated: bool = False) -> tuple[TaskAgreement, ...]:
    """Compare the two blind marks of every answer that has both, by version of the task in the order of its code.

    Args:
        session: The transaction.
        actor: A psychometrician.
        include_simulated: Whether answers of simulated candidates count.

    Raises:
        NotAllowed: The actor is not a psychometrician.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    query = (
        select(TaskAnswer.id, TaskAnswer.item_version_id)
        .join(Sitting, col(Sitting.id) == col(TaskAnswer.sitting_id))
        .order_by(col(TaskAnswer.answered_at), col(TaskAnswer.id))
    )
    if not include_simulated:
        query = query.where(col(Sitting.simulated).is_(False))
    answers = session.exec(query).all()
    marks = marks_of(session, [answer_id for answer_id, _ in answers])
    pairs: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    thirds: dict[UUID, int] = defaultdict(int)
    for answer_id, version_id in answers:
        # Before corrections: only those marks were given without anything that came after them.
        given = first_marks(marks[answer_id])
        blind = [mark.points for mark in given if not mark.settles]
        if len(blind) == BLIND_MARKS:
            pairs[version_id].append((blind[0], blind[1]))
            thirds[version_id] += any(mark.settles for mark in given)
    rows = session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(ItemVersion.id).in_(pairs))
        .order_by(Item.code, col(ItemVersion.number))
    )
    return tuple(_task(item, version, pairs[version.id], thirds[version.id]) for item, version in rows)


def _task(item: Item, version: ItemVersion, pairs: list[tuple[int, int]], third: int) -> TaskAgreement:
    maximum = ItemContent.from_dict(version.content).maximum_score
    first, second = zip(*pairs, strict=True)
    return TaskAgreement(
        item_id=item.id,
        code=item.code,
        version=version.number,
        maximum=maximum,
        third_person=third,
        agreement=marker_agreement(first, second, highest=maximum),
    )
