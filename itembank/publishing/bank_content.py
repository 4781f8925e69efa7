"""What a bank holds: the item versions in use and those tried out, each with all that a sitting may depend on.

Constructed responses, which people mark, stand apart from both: see `itembank.publishing.bank_tasks`.
Versions that a psychometrician put on hold are in use, but no new bank takes them until they are released.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from engine.errors import EngineError
from itembank.authoring.content import ItemContent, ItemType
from itembank.authoring.enemies import enemies_of
from itembank.authoring.lifecycle import LIVE_STATES, ItemState
from itembank.authoring.testlets import check_published_testlets
from itembank.errors import InvalidInput, NothingToPublish
from itembank.framework.document import ElementOfCompetence, Framework
from itembank.item_decisions.held_items import held_versions
from itembank.publishing.answer_times import expected_seconds
from itembank.publishing.engine_pools import engine_pools
from itembank.publishing.parameters import Parameters, prior_parameters
from itembank.tables import Bank, BankItem, BankTask, Item, ItemVersion


@dataclass(frozen=True)
class LiveVersion:
    """An item version that is operational or tried out, and not on hold."""

    item: Item
    version: ItemVersion
    content: ItemContent

    @property
    def pretest(self) -> bool:
        """Whether it is tried out."""
        return self.version.state == ItemState.PRETEST.value


def bank_content(
    session: Session,
    bank: Bank,
    *,
    standards: Sequence[UUID],
    framework: Framework,
    known: Mapping[UUID, Parameters],
) -> list[BankItem]:
    """Put together the rows of a bank; nothing is stored.

    Args:
        session: The transaction.
        bank: The bank.
        standards: The versions of the standard whose items it holds.
        framework: The standard as it is now.
        known: Parameters by item version; the others get what the writer's rating tells.

    Returns:
        The rows, by item code.

    Raises:
        NothingToPublish: No item is operational.
        TornTestlet: Items of a testlet show different texts or measure different units.
        InvalidInput: Known parameters are those of another kind of item, or items contradict one another.
    """
    elements = {criterion.code: element for element in framework.elements for criterion in element.criteria}
    items, _tasks = live_versions(session, standards)
    chosen = [one for one in items if one.version.criterion in elements]
    if all(one.pretest for one in chosen):
        raise NothingToPublish
    # One in pretest is tried out alone, whatever its testlet.
    check_published_testlets(
        (one.item.code, framework.unit_of(elements[one.version.criterion].code).code, one.content)
        for one in chosen
        if not one.pretest
    )
    enemies = enemies_among(session, chosen)
    seconds = expected_seconds(session, {one.version.id: one.item.id for one in chosen})
    content = [
        _row(
            bank,
            one,
            framework=framework,
            element=elements[one.version.criterion],
            parameters=parameters_of(one, known),
            enemies=enemies.get(one.item.id, []),
            seconds=seconds[one.version.id],
        )
        for one in chosen
    ]
    _refuse_what_the_engine_refuses(content, [one.version.number for one in chosen])
    return content


def same_content(before: Sequence[BankItem], after: Sequence[BankItem]) -> bool:
    """Tell whether two banks hold the same.

    Answer times change with every answer; new ones alone are no new bank, but the first ones known of an item are.
    """
    return {_identity(row) for row in before} == {_identity(row) for row in after}


def changed_versions(session: Session, *, bank_id: UUID | None, standards: Sequence[UUID]) -> int:
    """Count item versions that stand otherwise than a bank has them, or that one has and the other has not."""
    items, tasks = live_versions(session, standards)
    now: dict[UUID, tuple[bool, list[str]]] = {}
    # A task knows its enemies among the items, too; an item needs to know those among items alone.
    for wanted, among in ((items, items), (tasks, [*items, *tasks])):
        enemies = enemies_among(session, among) if wanted else {}
        now |= {one.version.id: (one.pretest, enemies.get(one.item.id, [])) for one in wanted}
    published: dict[UUID, tuple[bool, list[str]]] = {}
    if bank_id is not None:
        rows = session.exec(select(BankItem).where(BankItem.bank_id == bank_id))
        published = {row.item_version_id: (row.pretest, row.enemies) for row in rows}
        of_tasks = session.exec(select(BankTask).where(BankTask.bank_id == bank_id))
        published |= {row.item_version_id: (False, row.enemies) for row in of_tasks}
    return sum(now.get(version) != published.get(version) for version in now.keys() | published.keys())


def _identity(row: BankItem) -> str:
    values = row.model_dump(exclude={"bank_id", "expected_seconds"})
    # Databases keep the keys of documents in orders of their own.
    return json.dumps({**values, "timed": row.expected_seconds > 0}, sort_keys=True, default=str)


def live_versions(session: Session, standards: Sequence[UUID]) -> tuple[list[LiveVersion], list[LiveVersion]]:
    """List the items that sittings choose among, and the tasks that people mark, which are not tried out.

    Args:
        session: The transaction.
        standards: The versions of the standard whose items are wanted.

    Returns:
        Items and tasks, each by item code.
    """
    live = _live(session, standards)
    return (
        [one for one in live if one.content.type is not ItemType.CONSTRUCTED_RESPONSE],
        [one for one in live if one.content.type is ItemType.CONSTRUCTED_RESPONSE and not one.pretest],
    )


def _live(session: Session, standards: Sequence[UUID]) -> list[LiveVersion]:
    rows = session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(ItemVersion.state).in_([state.value for state in LIVE_STATES]), col(Item.standard_id).in_(standards))
        .order_by(Item.code, col(ItemVersion.number))
    )
    held = held_versions(session)
    return [
        LiveVersion(item, version, ItemContent.from_dict(version.content))
        for item, version in rows
        if version.id not in held
    ]


def enemies_among(session: Session, chosen: Sequence[LiveVersion]) -> dict[UUID, list[str]]:
    """Give the codes of the enemies that each item has among these, by id of the item."""
    codes = {one.item.id: one.item.code for one in chosen}
    found = enemies_of(session, codes)
    return {item_id: sorted(codes[enemy] for enemy in enemies if enemy in codes) for item_id, enemies in found.items()}


def _refuse_what_the_engine_refuses(content: Sequence[BankItem], numbers: Sequence[int]) -> None:
    """Find out now, not when a candidate begins, that the items of a unit make no pool."""
    by_unit: dict[str, list[tuple[BankItem, int]]] = {}
    for row, number in zip(content, numbers, strict=True):
        by_unit.setdefault(row.unit, []).append((row, number))
    for rows in by_unit.values():
        if all(row.pretest for row, _ in rows):
            continue
        try:
            engine_pools(rows)
        except EngineError as error:
            raise InvalidInput(field="items", expected=str(error)) from error


def parameters_of(one: LiveVersion, known: Mapping[UUID, Parameters]) -> Parameters:
    """Give the known parameters of an item version, or those that its writer's rating tells.

    Raises:
        InvalidInput: The known ones are those of another kind of item.
    """
    highest = one.content.maximum_score
    found = known.get(one.version.id) or prior_parameters(one.version.difficulty_rating, maximum_score=highest)
    if found.maximum_score != highest:
        # Scores that the model does not know would stop a sitting in the middle.
        raise InvalidInput(
            field="calibrated",
            expected=f"parameters of {one.item.code} for scores from 0 to {highest}, not to {found.maximum_score}",
        )
    return found


def _row(
    bank: Bank,
    one: LiveVersion,
    *,
    framework: Framework,
    element: ElementOfCompetence,
    parameters: Parameters,
    enemies: list[str],
    seconds: float,
) -> BankItem:
    return BankItem(
        bank_id=bank.id,
        item_version_id=one.version.id,
        item_code=one.item.code,
        unit=framework.unit_of(element.code).code,
        element=element.code,
        criterion=one.version.criterion,
        **parameters.columns(),
        pretest=one.pretest,
        enemies=enemies,
        testlet=one.content.testlet,
        attributes={"cognitive_level": one.content.cognitive_level.value, "item_type": one.content.type.value},
        expected_seconds=seconds,
    )
