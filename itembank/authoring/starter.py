"""The starter bank: sample items shipped with the product, for an institution to review before use."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.admission import check_criterion
from itembank.authoring.content import ItemContent
from itembank.authoring.flaws.flaw import Rule
from itembank.authoring.item_words import keep_words
from itembank.authoring.lifecycle import ItemState
from itembank.errors import InvalidInput, UnreadableFile
from itembank.framework.store import current_standard
from itembank.tables import EnemyPair, FlawReason, Item, ItemMove, ItemVersion, ItemWords

#: Who wrote what is shipped.
WRITER_NAME = "Samat"


@lru_cache(maxsize=1)
def starter_items() -> tuple[tuple[str, ItemContent], ...]:
    """Read the shipped items: code and content of each, by code.

    Raises:
        UnreadableFile: A shipped file holds something that is no item; names file and item.
    """
    found: dict[str, ItemContent] = {}
    for file in sorted(files("itembank").joinpath("starter", "items").iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".json"):
            continue
        for document in json.loads(file.read_text(encoding="utf-8")):
            code, content = _read(document, file=file.name)
            if code in found:
                raise UnreadableFile(file=file.name, expected=f"item codes that differ; {code} is there twice")
            found[code] = content
    return tuple(sorted(found.items()))


@lru_cache(maxsize=1)
def starter_enemies() -> tuple[tuple[str, str, str], ...]:
    """Read which shipped items must not meet: the codes of both and why, each pair once.

    Raises:
        UnreadableFile: The shipped file names an item that is not shipped, or an item twice.
    """
    codes = {code for code, _ in starter_items()}
    text = files("itembank").joinpath("starter", "enemies.json").read_text(encoding="utf-8")
    found = []
    for document in json.loads(text):
        one, other = sorted(document["items"])
        if one == other or not {one, other} <= codes:
            raise UnreadableFile(file="enemies.json", expected=f"two shipped items, not {one} and {other}")
        found.append((one, other, str(document["reason"])))
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class ShippedReason:
    """Why a warning about a shipped item stands, in both languages."""

    item: str
    rule: Rule
    thai: str
    english: str


@lru_cache(maxsize=1)
def starter_flaw_reasons() -> tuple[ShippedReason, ...]:
    """Read why warnings about shipped items stand: people looked at each of them.

    Raises:
        UnreadableFile: The shipped file names an item that is not shipped, or a rule that there is not.
    """
    codes = {code for code, _ in starter_items()}
    text = files("itembank").joinpath("starter", "flaw_reasons.json").read_text(encoding="utf-8")
    found = []
    for document in json.loads(text):
        if document["item"] not in codes or document["rule"] not in set(Rule):
            expected = f"a shipped item and a rule, not {document['item']} and {document['rule']}"
            raise UnreadableFile(file="flaw_reasons.json", expected=expected)
        found.append(ShippedReason(document["item"], Rule(document["rule"]), document["th"], document["en"]))
    return tuple(found)


def install_starter_bank(session: Session, *, actor: Actor, now: datetime) -> int:
    """Store the shipped items as operational samples; those stored before are left as they are.

    Returns:
        How many were added.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: No standard is stored yet.
        InvalidInput: The stored standard has not the criteria that the items are written for.
    """
    actor.require(Role.ADMINISTRATOR)
    standard = current_standard(session)
    there = set(session.exec(select(Item.code)))
    added = [(code, content) for code, content in starter_items() if code not in there]
    for code, content in added:
        check_criterion(standard.framework, content.criterion)
        _store(session, actor=actor, code=code, content=content, standard_id=standard.id, now=now)
    session.flush()
    # Only with the items: a pair that somebody parted since must not come back.
    new = {code for code, _ in added}
    _store_enemies(session, [entry for entry in starter_enemies() if not new.isdisjoint(entry[:2])], now=now)
    _store_reasons(session, new, now=now)
    audit.record(
        session, actor=actor, action="items.starter", kind="standard", subject=standard.id, now=now, items=len(added)
    )
    session.flush()
    return len(added)


def _read(document: dict[str, Any], *, file: str) -> tuple[str, ItemContent]:
    code = str(document.get("id", ""))
    try:
        return code, ItemContent.from_dict(document)
    except InvalidInput as error:
        raise UnreadableFile(file=file, expected=f"item {code or '(without id)'}: {error}") from error


def _store_enemies(session: Session, entries: Sequence[tuple[str, str, str]], *, now: datetime) -> None:
    items = {item.code: item.id for item in session.exec(select(Item))}
    for one, other, reason in entries:
        first, second = sorted((items[one], items[other]))
        session.add(
            EnemyPair(
                first_item_id=first, second_item_id=second, reason=reason, declared_by=WRITER_NAME, declared_at=now
            )
        )


def _store_reasons(session: Session, codes: Collection[str], *, now: datetime) -> None:
    reasons = [reason for reason in starter_flaw_reasons() if reason.item in codes]
    versions = dict(
        session.exec(
            select(Item.code, ItemWords.item_version_id)
            .join(ItemWords, col(ItemWords.item_id) == col(Item.id))
            .where(col(Item.code).in_([reason.item for reason in reasons]))
        ).all()
    )
    session.add_all(
        FlawReason(
            item_version_id=versions[reason.item],
            rule=reason.rule.value,
            reason=reason.thai,
            reason_in_english=reason.english,
            given_by=WRITER_NAME,
            given_at=now,
        )
        for reason in reasons
    )


def _store(session: Session, *, actor: Actor, code: str, content: ItemContent, standard_id: Any, now: datetime) -> None:
    item = Item(code=code, standard_id=standard_id, created_at=now, sample=True)
    version = ItemVersion(
        item_id=item.id,
        number=1,
        content=content.to_dict(),
        criterion=content.criterion,
        kind=content.type.value,
        testlet=content.testlet,
        difficulty_rating=content.difficulty_rating,
        state=ItemState.OPERATIONAL.value,
        writer_name=WRITER_NAME,
        written_at=now,
    )
    session.add(item)
    session.flush()
    session.add(version)
    session.flush()
    keep_words(session, item=item, version=version, content=content)
    session.add(
        ItemMove(
            item_version_id=version.id,
            to_state=ItemState.OPERATIONAL.value,
            note="starter bank",
            person_id=actor.person_id,
            actor_name=actor.display_name,
            at=now,
        )
    )
