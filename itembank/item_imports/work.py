"""Doing what was asked with an uploaded file: reading it, or storing its items, however long that takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from itembank.actor import Actor, Role
from itembank.authoring.exchange import ExchangedItem, import_items, prepare
from itembank.authoring.import_checks import storable_places
from itembank.background_runs.heartbeat import Heartbeat
from itembank.clock import utc_now
from itembank.database import Database
from itembank.errors import SamatError, UnreadableFile
from itembank.exchange.item_file import ItemDefaults, ItemFile
from itembank.exchange.shown_images import images_of
from itembank.item_imports.reading import Told, read_upload, report_on
from itembank.item_imports.report import ImportRow
from itembank.item_imports.states import ImportState, ImportTask
from itembank.item_imports.uploads import defaults_of
from itembank.media.cleaning import CleanImage, clean_image
from itembank.tables import ItemImport, ItemImportFile, Person, RoleAssignment

log = structlog.get_logger("samat.imports")

#: A file whose server went down so often while it was read is the likely reason.
MOST_ATTEMPTS = 3


class _Stopped(Exception):
    """This process is being stopped."""


@dataclass(frozen=True)
class _Work:
    """A file that was taken up."""

    id: UUID
    attempt: int
    task: ImportTask
    name: str
    file_format: str
    defaults: ItemDefaults
    data: bytes
    rows: tuple[ImportRow, ...]
    actor: Actor


def execute_import(
    database: Database,
    run_id: UUID,
    *,
    clock: Callable[[], datetime] = utc_now,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Take up a waiting file and do what was asked with it; however it ends, its record says so.

    Args:
        database: The database.
        run_id: The file.
        clock: Tells the time.
        stopping: Tells that this process is being stopped; the file then goes back to waiting for another.

    Returns:
        Whether the file was this call's to deal with; another process may have taken it.
    """
    attempt = _claimed(database, run_id, now=clock())
    if attempt is None:
        return False
    heartbeat = Heartbeat(database, run_id, table=ItemImport, clock=clock, stopping=stopping)

    def told(done: int, total: int) -> None:
        if not heartbeat.beat(done=done, total=total):
            raise _Stopped

    try:
        with heartbeat.pulse():
            _do(database, run_id, attempt, told=told, now=clock())
    except _Stopped:
        _end(database, run_id, attempt, now=clock(), state=ImportState.WAITING)
    except SamatError as error:
        _end(database, run_id, attempt, now=clock(), state=ImportState.FAILED, message=str(error))
    except Exception as error:
        # Whatever it was, nobody must look at a file that seems to be read for ever.
        log.exception("import failed", run=str(run_id))
        _end(database, run_id, attempt, now=clock(), state=ImportState.FAILED, message=type(error).__name__)
    return True


def _claimed(database: Database, run_id: UUID, *, now: datetime) -> int | None:
    """Take up a waiting file; tell which attempt it is, None where another process was faster."""
    with database.writing() as session:
        connection = session.connection()
        claimed = connection.execute(
            update(ItemImport)
            .where(col(ItemImport.id) == run_id, col(ItemImport.state) == ImportState.WAITING.value)
            .values(state=ImportState.RUNNING.value, heartbeat_at=now, attempt=ItemImport.attempt + 1)
        )
        if claimed.rowcount != 1:
            return None
        return int(connection.execute(select(col(ItemImport.attempt)).where(col(ItemImport.id) == run_id)).scalar_one())


def _do(database: Database, run_id: UUID, attempt: int, *, told: Told, now: datetime) -> None:
    with database.reading() as session:
        work = _loaded(session, run_id, attempt)
    if attempt > MOST_ATTEMPTS:
        raise UnreadableFile(file=work.name, expected="a file that the server can read; it went down over this one")
    found, file = read_upload(work.data, name=work.name, file_format=work.file_format, defaults=work.defaults)
    if work.task is ImportTask.READ:
        with database.reading() as session:
            rows = report_on(session, actor=work.actor, file=file, told=told)
        _end(database, run_id, attempt, now=now, state=ImportState.READY, rows=rows, file_format=found.name)
    else:
        _store(database, work, file, told=told, now=now)


def _loaded(session: Session, run_id: UUID, attempt: int) -> _Work:
    kept = session.get_one(ItemImport, run_id)
    person = session.get_one(Person, kept.person_id)
    # As they are now: who is no item writer any more stores nothing.
    roles = session.exec(select_rows(RoleAssignment.role).where(RoleAssignment.person_id == person.id))
    return _Work(
        id=run_id,
        attempt=attempt,
        task=ImportTask(kept.task),
        name=kept.file_name,
        file_format=kept.file_format,
        defaults=defaults_of(kept.defaults),
        data=session.get_one(ItemImportFile, run_id).data,
        rows=tuple(ImportRow.from_dict(row) for row in kept.report),
        actor=Actor(person.id, person.username, person.display_name, frozenset(Role(role) for role in roles)),
    )


def _store(database: Database, work: _Work, file: ItemFile, *, told: Told, now: datetime) -> None:
    items = [(row, read.item) for row, read in zip(work.rows, file.items, strict=True) if row.ready and read.item]
    chosen = [item for _, item in items]
    told(0, len(chosen))
    images = _clean(file, chosen)
    with database.reading() as session:
        prepared = prepare(session, chosen, told=lambda done: told(done, len(chosen)))
    with database.writing() as session:
        kept = _claimed_row(session, work)
        if kept is None:
            log.warning("a file that another process took over was not stored", run=str(work.id))
            return
        _refuse_what_changed(session, work, items, images)
        codes = import_items(
            session, actor=work.actor, items=chosen, file=work.name, now=now, images=images, prepared=prepared
        )
        stored = {row.number: code for (row, _), code in zip(items, codes, strict=True)}
        kept.report = [_stored_row(row, stored.get(row.number, "")).to_dict() for row in work.rows]
        kept.state, kept.done, kept.finished_at, kept.message = ImportState.DONE.value, len(codes), now, ""
        session.add(kept)
        session.connection().execute(delete(ItemImportFile).where(col(ItemImportFile.import_id) == work.id))


def _stored_row(row: ImportRow, code: str) -> ImportRow:
    """Give a row with its code; the question itself is in the bank from now on."""
    return replace(row, stored_as=code, packed="") if code else row


def _refuse_what_changed(
    session: Session, work: _Work, items: Sequence[tuple[ImportRow, ExchangedItem]], images: Sequence[CleanImage]
) -> None:
    """Refuse to store anything where an item that was ready is not any more: that is not what was confirmed."""
    _, problems = storable_places(session, [item for _, item in items], images=[image.id for image in images])
    for place, problem in problems.items():
        row = items[place][0]
        raise UnreadableFile(file=work.name, expected=f"{row.place}: {problem}; nothing was stored, send it again")


def _clean(file: ItemFile, items: Sequence[ExchangedItem]) -> list[CleanImage]:
    if not file.images:
        return []
    shown = {image for item in items for image in images_of(item.content)}
    return [clean_image(data) for image, data in file.images.items() if image in shown]


def _claimed_row(session: Session, work: _Work) -> ItemImport | None:
    kept = session.get(ItemImport, work.id, with_for_update=True)
    if kept is None or kept.state != ImportState.RUNNING or kept.attempt != work.attempt:
        return None
    return kept


def _end(
    database: Database,
    run_id: UUID,
    attempt: int,
    *,
    now: datetime,
    state: ImportState,
    message: str = "",
    rows: Sequence[ImportRow] | None = None,
    file_format: str = "",
) -> None:
    with database.writing() as session:
        kept = session.get(ItemImport, run_id, with_for_update=True)
        if kept is None or kept.state != ImportState.RUNNING or kept.attempt != attempt:
            # Taken for dead, it was taken up by another process meanwhile, or nobody wants it any more.
            return
        kept.state, kept.message = state.value, message[:2000]
        kept.finished_at = None if state is ImportState.WAITING else now
        kept.file_format = file_format or kept.file_format
        if rows is not None:
            kept.report = [row.to_dict() for row in rows]
            kept.attempt = 0
        if state is ImportState.WAITING:
            # A server that was stopped in order says nothing against the file.
            kept.attempt -= 1
        session.add(kept)
