"""What is worked out from an item's newest wording whenever one is written: its words, its flaws, its key."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlmodel import Session, col, delete, select

from itembank.authoring.content import ItemContent, ItemType, Option, Prompt, Translation
from itembank.authoring.flaws.flaw import Flaw
from itembank.authoring.flaws.lint import flaws_of
from itembank.authoring.flaws.words import content_words
from itembank.authoring.searched_text import searched_text
from itembank.tables import FlawReason, Item, ItemFlaw, ItemVersion, ItemWords

#: Bits of a stamp: ten thousand of them add up to less than a database's largest whole number.
_STAMP_BITS = 40


class Worded(Protocol):
    """The texts by which items are compared: a version's content, or a draft that is still being typed."""

    @property
    def language(self) -> str:
        """The language that it is written in."""
        ...

    @property
    def stem(self) -> str:
        """The question."""
        ...

    @property
    def testlet(self) -> str:
        """Code of its testlet, or nothing."""
        ...

    @property
    def stimulus(self) -> str:
        """The text above the question, or nothing."""
        ...

    @property
    def options(self) -> Sequence[Option]:
        """The options."""
        ...

    @property
    def prompts(self) -> Sequence[Prompt]:
        """Lines to match, or gaps."""
        ...

    @property
    def accepted(self) -> Sequence[str]:
        """Answers in words that are right."""
        ...

    @property
    def translations(self) -> Sequence[Translation]:
        """Its wording in other languages."""
        ...


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """What is worked out from a wording, as it is kept."""

    language: str
    options: int | None
    key_place: int | None
    searched: str
    words: str
    flaws: Mapping[str, list[dict[str, Any]]]


def words_by_language(wording: Worded) -> dict[str, frozenset[str]]:
    """Find the content words of an item, apart for each language that it is worded in.

    A text that a testlet's items share would make all of them alike, and is left out.
    """
    shared = bool(wording.testlet)
    accepted = wording.accepted
    texts: dict[str, list[str]] = {
        wording.language: [wording.stem, "" if shared else wording.stimulus, *accepted, *_parts(wording)]
    }
    for translation in wording.translations:
        stimulus = "" if shared else translation.stimulus
        texts[translation.language] = [translation.stem, stimulus, *_parts(translation)]
    return {
        language: frozenset().union(*(content_words(text) for text in found if text.strip()))
        for language, found in texts.items()
    }


def words_from_line(kept: str) -> dict[str, frozenset[str]]:
    """Read the words as they are kept."""
    lines = (line.split("\t") for line in kept.split("\n") if line)
    return {language: frozenset(words) for language, *words in lines}


# The shipped items are stored in every database that a test makes, and by every demonstration.
@lru_cache(maxsize=512)
def work_out(content: ItemContent, *, code: str) -> WorkedOut:
    """Work out what is kept of a wording.

    Args:
        content: The newest wording.
        code: The item's code.
    """
    single = content.type is ItemType.SINGLE_CHOICE
    return WorkedOut(
        language=content.language,
        options=len(content.options) if single else None,
        key_place=content.key[0] if single else None,
        searched=searched_text(content, code=code),
        words="\n".join("\t".join((tag, *sorted(words))) for tag, words in words_by_language(content).items()),
        flaws=_places(flaws_of(content)),
    )


def new_stamp() -> int:
    """Draw a stamp for words that have changed."""
    return secrets.randbits(_STAMP_BITS)


def keep_words(session: Session, *, item: Item, version: ItemVersion, content: ItemContent) -> None:
    """Keep what is worked out from an item's newest version, in place of what its earlier one said.

    A reason that a person gave for a warning is carried over where the new wording is warned of in the same words.

    Args:
        session: The transaction; the version is stored already.
        item: The item.
        version: Its newest version.
        content: What that says.
    """
    found = work_out(content, code=item.code)
    if version.number > 1:
        _carry_reasons(session, item=item, version=version, flaws=found.flaws)
        session.connection().execute(delete(ItemFlaw).where(col(ItemFlaw.item_id) == item.id))
    words = ItemWords(
        item_id=item.id,
        item_version_id=version.id,
        stamp=new_stamp(),
        language=found.language,
        options=found.options,
        key_place=found.key_place,
        searched=found.searched,
        words=found.words,
    )
    if version.number > 1:
        session.merge(words)
    else:
        session.add(words)
    session.add_all(ItemFlaw(item_id=item.id, rule=rule, places=places) for rule, places in found.flaws.items())


def _carry_reasons(
    session: Session, *, item: Item, version: ItemVersion, flaws: Mapping[str, list[dict[str, Any]]]
) -> None:
    reasons = session.exec(
        select(FlawReason)
        .join(ItemWords, col(ItemWords.item_version_id) == col(FlawReason.item_version_id))
        .where(ItemWords.item_id == item.id)
    ).all()
    if not reasons:
        return
    before = {flaw.rule: flaw.places for flaw in session.exec(select(ItemFlaw).where(ItemFlaw.item_id == item.id))}
    for reason in reasons:
        if _seen(flaws.get(reason.rule, [])) == _seen(before.get(reason.rule, [])) != []:
            session.add(FlawReason(**reason.model_dump(exclude={"item_version_id"}), item_version_id=version.id))


def _seen(places: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [(place["field"], place["seen"]) for place in places]


def _parts(wording: Worded | Translation) -> list[str]:
    prompts = [text for prompt in wording.prompts for text in (prompt.text, *prompt.options)]
    return [*(option.text for option in wording.options), *prompts]


def _places(flaws: Sequence[Flaw]) -> dict[str, list[dict[str, Any]]]:
    places: dict[str, list[dict[str, Any]]] = {}
    for flaw in flaws:
        place = {"field": flaw.field, "seen": flaw.seen, "numbers": flaw.numbers}
        places.setdefault(flaw.rule.value, []).append(place)
    return places
