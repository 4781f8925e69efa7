"""Which items of the bank are most like a wording, quickly enough to tell while it is being typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, func
from sqlmodel import Session, col, select

from itembank.actor import Actor
from itembank.authoring.content import LANGUAGES
from itembank.authoring.flaws.word_index import ALIKE, WordIndex
from itembank.authoring.item_words import Worded, words_by_language, words_from_line
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.roles import BANK_READERS
from itembank.tables import Item, ItemVersion, ItemWords

#: An item this like what is being typed is worth a look; only pairs that are more alike are proposed as enemies.
WORTH_A_LOOK = 0.45
#: Items told at most while typing.
_MOST = 5
#: Rows read at once by their ids: databases limit how many a statement may name.
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SimilarItem:
    """An item that a wording is like: 0 for nothing in common, 1 for the same words.

    ``stem`` and ``language`` are those of the wording, or translation, that is most alike.
    """

    item_id: UUID
    code: str
    criterion: str
    state: ItemState
    stem: str
    similarity: float
    language: str


def similar_items(
    session: Session,
    *,
    actor: Actor,
    wording: Worded,
    item_id: UUID | None = None,
    least: float = WORTH_A_LOOK,
    most: int = _MOST,
) -> tuple[SimilarItem, ...]:
    """Find the items whose newest wording is most like a wording, the most alike first.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        wording: What is being written: a draft or an item's content, with its translations.
        item_id: The item that is being edited, which is no duplicate of itself.
        least: The least similarity worth telling, from 0 to 1.
        most: At most so many.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    words = {language: found for language, found in words_by_language(wording).items() if language in LANGUAGES}
    alike = bank_words(session).similar_to(session, words, least=least)
    ids = [found for found in alike if found != item_id][:most]
    if not ids:
        return ()
    rows = session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(Item.id).in_(ids), col(ItemVersion.number) == col(Item.head_version))
    )
    shown = {item.id: _similar(item, version, *alike[item.id]) for item, version in rows}
    return tuple(shown[found] for found in ids if found in shown)


class BankWords:
    """The words of a bank's newest wordings, kept in the process and brought up to date before every answer.

    The words of ten thousand items take some 12 MB. Any thread may ask.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._stamps: dict[UUID, int] = {}
        self._indexes: dict[str, WordIndex[UUID]] = {language: WordIndex() for language in LANGUAGES}

    def similar_to(
        self, session: Session, words: Mapping[str, Collection[str]], *, least: float
    ) -> dict[UUID, tuple[float, str]]:
        """Find the items at least so alike in any language, with likeness and language, the most alike first.

        Args:
            session: The transaction.
            words: The words of the wording, by language.
            least: The least similarity.
        """
        with self._lock:
            self._refresh(session)
            found = [
                (similarity, item_id, language)
                for language, wanted in words.items()
                for item_id, similarity in self._indexes[language].similar_to(wanted, least=least)
            ]
        alike: dict[UUID, tuple[float, str]] = {}
        for similarity, item_id, language in sorted(found, key=lambda entry: (-entry[0], entry[1])):
            alike.setdefault(item_id, (similarity, language))
        return alike

    def pairs(
        self, session: Session, groups: Sequence[Collection[UUID]], *, of: Collection[UUID]
    ) -> dict[tuple[UUID, UUID], float]:
        """Find the pairs within groups, such as units, that are alike in any language.

        Args:
            session: The transaction.
            groups: Items; both of a pair are in one of these.
            of: At least one of a pair is one of these.
        """
        alike: dict[tuple[UUID, UUID], float] = {}
        with self._lock:
            self._refresh(session)
            for index in self._indexes.values():
                for group in groups:
                    among = [item_id for item_id in group if item_id in index]
                    for one, other, similarity in index.pairs(among, of=of, least=ALIKE):
                        pair = (one, other) if one < other else (other, one)
                        alike[pair] = max(similarity, alike.get(pair, 0.0))
        return alike

    def _refresh(self, session: Session) -> None:
        # Stamps are random: their sum tells whether any was added, changed or taken back, in whatever order and by
        # whatever transactions, and costs a look at an index.
        count, total = session.exec(select(func.count(), func.sum(ItemWords.stamp)).select_from(ItemWords)).one()
        if count == len(self._stamps) and int(total or 0) == sum(self._stamps.values()):
            return
        stamps = dict(session.exec(select(ItemWords.item_id, ItemWords.stamp)).all())
        for gone in self._stamps.keys() - stamps.keys():
            del self._stamps[gone]
            for index in self._indexes.values():
                index.drop(gone)
        changed = [item_id for item_id, stamp in stamps.items() if self._stamps.get(item_id) != stamp]
        for start in range(0, len(changed), _ROWS_AT_ONCE):
            self._read(session, changed[start : start + _ROWS_AT_ONCE])

    def _read(self, session: Session, item_ids: Sequence[UUID]) -> None:
        rows = session.exec(
            select(ItemWords.item_id, ItemWords.stamp, ItemWords.words).where(col(ItemWords.item_id).in_(item_ids))
        )
        for item_id, stamp, kept in rows:
            words = words_from_line(kept)
            for language, index in self._indexes.items():
                if words.get(language):
                    index.put(item_id, words[language])
                else:
                    index.drop(item_id)
            self._stamps[item_id] = stamp


# A process may have several databases open, as tests do; each has one pool of connections for reading and writing.
_BANKS: WeakKeyDictionary[Pool, BankWords] = WeakKeyDictionary()
_BANKS_LOCK = Lock()


def bank_words(session: Session) -> BankWords:
    """Give what this process keeps of the words of a session's database."""
    pool = session.get_bind().engine.pool
    with _BANKS_LOCK:
        return _BANKS.setdefault(pool, BankWords())


def _similar(item: Item, version: ItemVersion, similarity: float, language: str) -> SimilarItem:
    content: Mapping[str, Any] = version.content
    translated = (one["stem"] for one in content.get("translations", ()) if one["language"] == language)
    own = language == content.get("language", "th")
    return SimilarItem(
        item_id=item.id,
        code=item.code,
        criterion=version.criterion,
        state=ItemState(version.state),
        stem=content["stem"] if own else next(translated, content["stem"]),
        similarity=similarity,
        language=language,
    )
