"""Files of items as their senders deal with them: upload, look, store, or let it be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.content import LANGUAGES, MAXIMUM_RATING, MINIMUM_RATING, CognitiveLevel
from itembank.errors import IllegalMove, InvalidInput, NotFound
from itembank.exchange.file_bytes import MOST_BYTES
from itembank.exchange.item_file import ItemDefaults
from itembank.exchange.item_formats import FORMATS
from itembank.item_imports.report import ImportRow
from itembank.item_imports.states import ImportState, ImportTask
from itembank.storable_text import can_be_kept
from itembank.tables import ItemImport, ItemImportFile

#: A file that nobody stores is forgotten after the first, what became of one that was after the second.
KEPT: Final = timedelta(hours=1)
RESULT_KEPT: Final = timedelta(hours=24)
#: Files that one person may have waiting; whoever sends more has lost sight of them.
MOST_FILES: Final = 5
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, checked from outside."""

    name: str
    data: bytes
    file_format: str
    defaults: ItemDefaults


@dataclass(frozen=True, slots=True)
class FoundInFile:
    """What was found in a file: its format, and a row for each item."""

    file_format: str
    rows: tuple[ImportRow, ...]


@dataclass(frozen=True, slots=True)
class ImportView:
    """A file with what was found in it; ``rows`` are those of one page."""

    id: UUID
    file_name: str
    file_format: str
    defaults: ItemDefaults
    task: ImportTask
    state: ImportState
    done: int
    total: int
    message: str
    requested_at: datetime
    kept_until: datetime
    items: int
    ready: int
    with_losses: int
    with_flaws: int
    rows: tuple[ImportRow, ...]
    rows_found: int

    @property
    def with_problems(self) -> int:
        """How many items can't be stored."""
        return self.items - self.ready

    @property
    def is_open(self) -> bool:
        """Whether something is being done with it."""
        return self.state in (ImportState.WAITING, ImportState.RUNNING)


def begin_import(
    session: Session,
    *,
    actor: Actor,
    file_name: str,
    data: bytes,
    now: datetime,
    file_format: str = "",
    defaults: ItemDefaults | None = None,
    found: FoundInFile | None = None,
) -> UUID:
    """Keep a file for an hour, to be read and looked at; nothing of it enters the bank.

    Args:
        session: The transaction.
        actor: An item writer.
        file_name: Its name, for messages and for its ending.
        data: The file.
        now: When.
        file_format: Name of a format; found out if empty.
        defaults: What items get that the file leaves open.
        found: What is in it, where that was looked at already; it is ready then.

    Returns:
        The id under which it is kept.

    Raises:
        NotAllowed: The actor is not an item writer.
        InvalidInput: There is no file, or it is too large; there is no such format; a default can't be one.
    """
    actor.require(Role.ITEM_WRITER)
    _forget_old(session, now=now)
    if actor.person_id is None:
        raise InvalidInput(field="file", expected="a file that a person sends; the command line reads its own")
    sent = checked_upload(file_name=file_name, data=data, file_format=file_format, defaults=defaults)
    _forget_first(session, actor.person_id)
    kept = ItemImport(
        person_id=actor.person_id,
        file_name=sent.name,
        file_format=found.file_format if found else file_format,
        defaults=asdict(sent.defaults),
        task=ImportTask.READ.value,
        state=(ImportState.READY if found else ImportState.WAITING).value,
        report=[row.to_dict() for row in found.rows] if found else [],
        requested_at=now,
    )
    session.add(kept)
    session.flush()
    session.add(ItemImportFile(import_id=kept.id, data=data))
    session.flush()
    return kept.id


def checked_upload(
    *,
    file_name: str,
    data: bytes,
    file_format: str = "",
    defaults: ItemDefaults | None = None,
    most_bytes: int = MOST_BYTES,
) -> Upload:
    """Check what was sent before anybody looks into it.

    Args:
        file_name: The file's name.
        data: The file.
        file_format: Name of a format, or nothing.
        defaults: What items get that the file leaves open.
        most_bytes: The most bytes that a file may have.

    Raises:
        InvalidInput: There is no file, or it is too large; there is no such format; a default can't be one.
    """
    name = PurePath(file_name.replace("\\", "/")).name[-_LONGEST_NAME:]
    if not data or not name or not can_be_kept(name):
        raise InvalidInput(field="file", expected="a file", reason="file_missing")
    if len(data) > most_bytes:
        expected = f"at most {most_bytes // 1_000_000} MB"
        raise InvalidInput(field="file", expected=expected, reason="file_bytes", maximum=most_bytes // 1_000_000)
    if file_format and file_format not in FORMATS:
        expected = f"one of {', '.join(FORMATS)}"
        raise InvalidInput(field="format", expected=expected, reason="format_unknown")
    return Upload(name, data, file_format, _checked(defaults or ItemDefaults()))


def import_view(
    session: Session,
    *,
    actor: Actor,
    import_id: UUID,
    now: datetime,
    problems_only: bool = False,
    offset: int = 0,
    limit: int = 100,
) -> ImportView:
    """Show a file with some of its rows.

    Args:
        session: The transaction.
        actor: Who sent it.
        import_id: The file.
        now: When.
        problems_only: Only rows that can't be stored.
        offset: How many rows to skip.
        limit: How many to give at most.

    Raises:
        NotAllowed: The actor is not an item writer.
        NotFound: There is no such file (any more), or somebody else sent it.
    """
    actor.require(Role.ITEM_WRITER)
    kept = _kept(session, actor, import_id, now=now)
    rows = [ImportRow.from_dict(row) for row in kept.report]
    found = [row for row in rows if not (problems_only and row.ready)]
    return ImportView(
        id=kept.id,
        file_name=kept.file_name,
        file_format=kept.file_format,
        defaults=defaults_of(kept.defaults),
        task=ImportTask(kept.task),
        state=ImportState(kept.state),
        done=kept.done,
        total=kept.total,
        message=kept.message,
        requested_at=kept.requested_at,
        kept_until=_kept_until(kept),
        items=len(rows),
        ready=sum(row.ready for row in rows),
        with_losses=sum(bool(row.lost) for row in rows),
        with_flaws=sum(bool(row.flaws) for row in rows),
        rows=tuple(found[offset : offset + limit]),
        rows_found=len(found),
    )


def confirm_import(session: Session, *, actor: Actor, import_id: UUID, now: datetime, leave_out: bool = False) -> None:
    """Have the items of a file stored as drafts: all that are ready, or none if one fails on the way.

    The same again, such as at a double click, changes nothing.

    Args:
        session: The transaction.
        actor: Who sent the file.
        import_id: The file.
        now: When.
        leave_out: Whether the items with problems may be left out.

    Raises:
        NotAllowed: The actor is not an item writer.
        NotFound: There is no such file (any more), or somebody else sent it.
        IllegalMove: It was not read, or reading it failed.
        InvalidInput: No item is ready, or some are not and were not said to be left out.
    """
    actor.require(Role.ITEM_WRITER)
    kept = _kept(session, actor, import_id, now=now)
    if kept.task == ImportTask.STORE and kept.state != ImportState.FAILED:
        return
    if kept.state != ImportState.READY:
        raise IllegalMove(what="file", state=kept.state, move="store")
    ready = sum(not row["problems"] for row in kept.report)
    if not ready:
        raise InvalidInput(field="file", expected="at least one item that can be stored", reason="nothing_ready")
    if ready < len(kept.report) and not leave_out:
        expected = f"a word that the {len(kept.report) - ready} items with problems are left out"
        raise InvalidInput(field="leave_out", expected=expected, reason="leave_out", count=len(kept.report) - ready)
    # Conditional, so that of two who confirm in the same moment one finds it done already.
    session.connection().execute(
        update(ItemImport)
        .where(col(ItemImport.id) == kept.id, col(ItemImport.state) == ImportState.READY.value)
        .values(task=ImportTask.STORE.value, state=ImportState.WAITING.value, done=0, total=ready, requested_at=now)
    )
    audit.record(
        session, actor=actor, action="items.import", kind="file", subject=kept.file_name[:100], now=now, items=ready
    )


def discard_import(session: Session, *, actor: Actor, import_id: UUID, now: datetime) -> None:
    """Forget a file; what is being stored is stored all the same.

    Raises:
        NotAllowed: The actor is not an item writer.
        NotFound: There is no such file (any more), or somebody else sent it.
        IllegalMove: It is being stored.
    """
    actor.require(Role.ITEM_WRITER)
    kept = _kept(session, actor, import_id, now=now)
    if kept.task == ImportTask.STORE and kept.state in (ImportState.WAITING, ImportState.RUNNING):
        raise IllegalMove(what="file", state=kept.state, move="discard")
    _forget(session, [kept.id])


def defaults_of(document: Mapping[str, Any]) -> ItemDefaults:
    """Read defaults as they are kept."""
    return ItemDefaults(**{**document, "cognitive_level": CognitiveLevel(document["cognitive_level"])})


def _checked(defaults: ItemDefaults) -> ItemDefaults:
    if not MINIMUM_RATING <= defaults.difficulty_rating <= MAXIMUM_RATING:
        raise InvalidInput(field="difficulty_rating", expected="a whole number from 1 to 5", reason="rating_range")
    if defaults.language not in LANGUAGES:
        raise InvalidInput(field="language", expected="th or en", reason="language_unknown")
    if not can_be_kept(defaults.criterion):
        raise InvalidInput(field="criterion", expected="the code of a criterion", reason="criterion_missing")
    return defaults


def _kept(session: Session, actor: Actor, import_id: UUID, *, now: datetime) -> ItemImport:
    kept = session.get(ItemImport, import_id)
    if kept is None or kept.person_id != actor.person_id or (now > _kept_until(kept) and not _is_open(kept)):
        raise NotFound(what="file", name=import_id)
    return kept


def _kept_until(kept: ItemImport) -> datetime:
    return kept.requested_at + (RESULT_KEPT if kept.state == ImportState.DONE else KEPT)


def _is_open(kept: ItemImport) -> bool:
    return kept.state in (ImportState.WAITING, ImportState.RUNNING)


def _forget_old(session: Session, *, now: datetime) -> None:
    done = col(ItemImport.state) == ImportState.DONE.value
    is_open = col(ItemImport.state).in_([ImportState.WAITING.value, ImportState.RUNNING.value])
    for condition, kept in ((done, RESULT_KEPT), (~done & ~is_open, KEPT)):
        old = select(ItemImport.id).where(condition, col(ItemImport.requested_at) < now - kept)
        _forget(session, session.exec(old).all())


def _forget_first(session: Session, person_id: UUID) -> None:
    """Make room for one more file of a person, whose oldest that nobody stored goes."""
    looked_at = [ImportState.READY.value, ImportState.FAILED.value]
    first = session.exec(
        select(ItemImport.id)
        .where(ItemImport.person_id == person_id, col(ItemImport.state).in_(looked_at))
        .order_by(col(ItemImport.requested_at).desc())
        .offset(MOST_FILES - 1)
    ).all()
    _forget(session, first)


def _forget(session: Session, ids: Sequence[UUID]) -> None:
    if ids:
        connection = session.connection()
        connection.execute(delete(ItemImportFile).where(col(ItemImportFile.import_id).in_(ids)))
        connection.execute(delete(ItemImport).where(col(ItemImport.id).in_(ids)))
