"""The part of an item's page about its enemies: what was entered, and what the page shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor
from itembank.authoring.enemies import enemies
from itembank.authoring.items import list_items
from itembank.authoring.roles import ENEMY_DECLARERS

#: Items to choose an enemy from; who does not find his narrows the search.
CHOICES = 10


@dataclass(frozen=True, slots=True)
class EnteredEnemy:
    """What was entered about an enemy.

    ``errors`` holds a sentence for each field refused, of the declaration or, where ``parts`` is set, of the parting
    from the item ``code``.
    """

    search: str = ""
    code: str = ""
    reason: str = ""
    parts: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)


NO_ENEMY = EnteredEnemy()


def enemies_shown(session: Session, *, actor: Actor, item_id: UUID, entered: EnteredEnemy) -> dict[str, Any]:
    """Give what the page shows: the item's enemies, and those that a search finds to choose from.

    Args:
        session: The transaction.
        actor: Who looks.
        item_id: The item.
        entered: What was entered.
    """
    known = enemies(session, actor=actor, item_id=item_id)
    taken = {item_id, *(enemy.id for enemy in known)}
    search = entered.search.strip()
    found, count = list_items(session, actor=actor, search=search, limit=CHOICES + len(taken)) if search else ((), 0)
    choices = [line for line in found if line.id not in taken][:CHOICES]
    return {
        "enemies": known,
        "entered": entered,
        "choices": choices,
        "more_choices": count > CHOICES + len(taken),
        "may_declare": actor.has(*ENEMY_DECLARERS),
    }
