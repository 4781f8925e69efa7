"""An uploaded file: looked at first, stored whole or not at all, forgotten in time, and nobody else's."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem
from itembank.authoring.items import list_items
from itembank.authoring.starter import starter_items
from itembank.database import Database
from itembank.errors import IllegalMove, InvalidInput, NotAllowed, NotFound, UnreadableFile
from itembank.exchange import trial_steps
from itembank.exchange.item_csv import write_csv
from itembank.exchange.item_file import ItemDefaults
from itembank.item_imports import work as work_module
from itembank.item_imports.exporting import export_file
from itembank.item_imports.reading import look_into
from itembank.item_imports.states import ImportState, ImportTask
from itembank.item_imports.uploads import (
    MOST_FILES,
    ImportView,
    begin_import,
    checked_upload,
    confirm_import,
    discard_import,
    import_view,
)
from itembank.item_imports.worker import ImportWorker
from itembank.tables import AuditEntry, Item, ItemFlaw, ItemImport, ItemImportFile, ItemMove, ItemVersion, ItemWords
from tests.itembank.authoring.written import SEVERAL, SINGLE
from tests.itembank.exchange.qti.packages import item
from tests.itembank.exchange.qti.test_rules_found import CORRECT, choices, declared
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]
GOOD = (
    ExchangedItem("X-01", "operational", SINGLE, (ExchangedEnemy("X-02", "ถามเรื่องเดียวกัน"),)),
    ExchangedItem("X-02", "draft", SEVERAL),
    ExchangedItem("", "draft", SEVERAL),
)


def table(tmp_path: Path, *items: ExchangedItem, further: str = "") -> bytes:
    file = tmp_path / "items.csv"
    write_csv(file, items)
    return file.read_bytes() + further.encode()


def bad_row(data: bytes) -> bytes:
    """The first row once more, with a criterion that does not exist."""
    header, row, *_ = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    cells = dict(zip(header, row, strict=True)) | {"id": "X-09", "criterion": "DG999-9.9", "enemies": ""}
    buffer = io.StringIO()
    csv.DictWriter(buffer, header).writerow(cells)
    return data + buffer.getvalue().encode()


def send(filled: Filled, data: bytes, *, name: str = "items.csv", who: str = "writer") -> UUID:
    database, people = filled
    with database.writing() as session:
        return begin_import(session, actor=people[who], file_name=name, data=data, now=NOON)


def work(filled: Filled) -> int:
    return ImportWorker(filled[0], clock=lambda: NOON).work_off()


def seen(filled: Filled, import_id: UUID, **options: bool) -> ImportView:
    database, people = filled
    with database.reading() as session:
        return import_view(session, actor=people["writer"], import_id=import_id, now=NOON, **options)  # type: ignore[arg-type]


def confirm(filled: Filled, import_id: UUID, *, leave_out: bool = False, who: str = "writer") -> None:
    database, people = filled
    with database.writing() as session:
        confirm_import(session, actor=people[who], import_id=import_id, leave_out=leave_out, now=NOON)


def stored(filled: Filled) -> int:
    database, people = filled
    with database.reading() as session:
        return list_items(session, actor=people["writer"])[1] - len(starter_items())


def test_a_file_is_looked_at_then_stored_as_drafts_with_all_that_goes_with_them(filled: Filled, tmp_path: Path) -> None:
    import_id = send(filled, table(tmp_path, *GOOD))
    assert (seen(filled, import_id).state, stored(filled)) == (ImportState.WAITING, 0)
    assert work(filled) == 1
    view = seen(filled, import_id)
    assert (view.state, view.items, view.ready, view.file_format, stored(filled)) == (ImportState.READY, 3, 3, "csv", 0)
    assert view.rows[0].place == "line 2"
    assert view.rows[2].alike[0].startswith("line")
    confirm(filled, import_id)
    confirm(filled, import_id)  # a double click
    assert work(filled) == 1
    confirm(filled, import_id)  # and one that comes late
    assert work(filled) == 0
    done = seen(filled, import_id)
    assert (done.state, done.done, stored(filled)) == (ImportState.DONE, 3, 3)
    assert [row.stored_as for row in done.rows] == ["X-01", "X-02", "DG101-1.1-06"]
    with filled[0].reading() as session:
        item = session.exec(select(Item).where(Item.code == "X-01")).one()
        version = session.exec(select(ItemVersion).where(ItemVersion.item_id == item.id)).one()
        assert (version.state, version.writer_name) == ("draft", "ทดสอบ writer")
        assert session.exec(select(ItemMove).where(ItemMove.item_version_id == version.id)).one().to_state == "draft"
        assert session.get_one(ItemWords, item.id).searched
        other = session.exec(select(Item.id).where(Item.code == "X-02")).one()
        assert session.exec(select(ItemFlaw.rule).where(ItemFlaw.item_id == other)).all()
        entries = session.exec(select(AuditEntry.action).where(AuditEntry.subject == "X-01")).all()
        assert sorted(entries) == ["item.create", "item.declare_enemies"]
        assert session.exec(select(ItemImportFile)).all() == []


def test_items_with_problems_are_left_out_only_on_demand(filled: Filled, tmp_path: Path) -> None:
    import_id = send(filled, bad_row(table(tmp_path, *GOOD)))
    work(filled)
    view = seen(filled, import_id, problems_only=True)
    assert (view.with_problems, view.ready, view.rows_found) == (1, 3, 1)
    assert "DG999-9.9" in view.rows[0].problems[0]["expected"]
    with pytest.raises(InvalidInput, match="1 items with problems are left out"):
        confirm(filled, import_id)
    confirm(filled, import_id, leave_out=True)
    work(filled)
    assert (seen(filled, import_id).done, stored(filled)) == (3, 3)


def test_an_item_whose_enemy_can_not_be_stored_is_not_ready_either(filled: Filled, tmp_path: Path) -> None:
    needs = ExchangedItem("X-01", "draft", SINGLE, (ExchangedEnemy("X-02", ""),))
    taken = ExchangedItem("X-02", "draft", SINGLE, (ExchangedEnemy("X-99", ""),))
    import_id = send(filled, table(tmp_path, needs, taken))
    work(filled)
    view = seen(filled, import_id)
    assert [row.ready for row in view.rows] == [False, False]
    with pytest.raises(InvalidInput, match="at least one item"):
        confirm(filled, import_id, leave_out=True)


def test_a_crash_on_the_way_leaves_nothing_and_the_next_worker_stores_all(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = send(filled, table(tmp_path, *GOOD))
    work(filled)
    confirm(filled, import_id)
    with monkeypatch.context() as patch:
        real = work_module.import_items

        def fail_late(*args: object, **options: object) -> None:
            real(*args, **options)  # type: ignore[arg-type]
            raise OSError

        patch.setattr(work_module, "import_items", fail_late)
        work(filled)
    view = seen(filled, import_id)
    assert (view.state, view.message, stored(filled)) == (ImportState.FAILED, "OSError", 0)
    other = send(filled, table(tmp_path, *GOOD))
    work(filled)
    confirm(filled, other)
    # The process died while it stored: whoever looks next begins anew.
    with filled[0].writing() as session:
        row = session.get_one(ItemImport, other)
        row.state, row.heartbeat_at = "running", NOON - timedelta(minutes=5)
    assert ImportWorker(filled[0], clock=lambda: NOON).work_off() == 1
    assert stored(filled) == 3


def test_what_was_confirmed_is_stored_or_nothing(filled: Filled, tmp_path: Path) -> None:
    data = table(tmp_path, *GOOD)
    first, second = send(filled, data), send(filled, data)
    work(filled)
    confirm(filled, first)
    confirm(filled, second)
    work(filled)
    assert (seen(filled, first).state, stored(filled)) == (ImportState.DONE, 3)
    late = seen(filled, second)
    assert (late.state, late.task) == (ImportState.FAILED, ImportTask.STORE)
    assert "line 2: id: a code that is not taken yet; nothing was stored" in late.message


def test_files_are_their_senders_alone_and_are_forgotten(filled: Filled, tmp_path: Path) -> None:
    database, people = filled
    import_id = send(filled, table(tmp_path, *GOOD))
    work(filled)
    for who, refusal in (("writer2", NotFound), ("reviewer", NotAllowed)):
        with database.reading() as session, pytest.raises(refusal):
            import_view(session, actor=people[who], import_id=import_id, now=NOON)
        with pytest.raises(refusal):
            confirm(filled, import_id, who=who)
    later = NOON + timedelta(hours=1, seconds=1)
    with database.reading() as session, pytest.raises(NotFound):
        import_view(session, actor=people["writer"], import_id=import_id, now=later)
    with database.writing() as session:
        begin_import(session, actor=people["writer2"], file_name="a.csv", data=b"x", now=later)
        assert session.get(ItemImport, import_id) is None
    kept = [send(filled, b"stem\n", name="bad.csv") for _ in range(MOST_FILES + 2)]
    work(filled)
    send(filled, b"stem\n")
    with database.writing() as session:
        left = [one for one in kept if session.get(ItemImport, one) is not None]
        assert len(left) == MOST_FILES - 1
        discard_import(session, actor=people["writer"], import_id=left[0], now=NOON)
        assert session.get(ItemImport, left[0]) is None


def test_a_file_that_can_not_be_read_says_why(filled: Filled) -> None:
    import_id = send(filled, b"stem,options\n", name="../../etc/ข้อสอบ.csv")
    work(filled)
    view = seen(filled, import_id)
    assert (view.state, view.file_name) == (ImportState.FAILED, "ข้อสอบ.csv")
    assert view.message.startswith("ข้อสอบ.csv: line 1: the columns criterion")
    with pytest.raises(IllegalMove):
        confirm(filled, import_id)
    sent = checked_upload(file_name="a.csv", data=b"stem,options\n", defaults=ItemDefaults())
    with filled[0].reading() as session, pytest.raises(UnreadableFile, match=r"^a\.csv: line 1"):
        look_into(session, actor=filled[1]["writer"], sent=sent)
    for wrong in ({"data": b""}, {"data": b"xx", "most_bytes": 1}, {"data": b"x", "file_format": "doc"}):
        with pytest.raises(InvalidInput):
            checked_upload(**({"file_name": "a.csv"} | wrong))  # type: ignore[arg-type]


def test_the_bank_goes_out_filtered_and_comes_back(filled: Filled) -> None:
    database, people = filled
    with database.reading() as session:
        made = export_file(session, actor=people["reviewer"], file_format="csv", place="DG100")
        rows = list(csv.DictReader(io.StringIO(made.data.decode("utf-8-sig"))))
        assert {row["criterion"].partition("-")[0][:4] for row in rows} == {"DG10"}
        assert (made.items, made.name) == (len(rows), "items-DG100.csv")
        assert export_file(session, actor=people["reviewer"], file_format="aiken", place="DG100").lost
        with pytest.raises(NotAllowed):
            export_file(session, actor=people["candidate"], file_format="csv")
        with pytest.raises(InvalidInput, match="format"):
            export_file(session, actor=people["writer"], file_format="docx")


def test_scoring_that_takes_long_to_try_out_is_for_the_background(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = item(choices(4), declared("multiple", "identifier", "c0,c1"), CORRECT).encode()
    sent = checked_upload(file_name="a.xml", data=document, defaults=ItemDefaults(criterion="DG101-1.1"))
    with filled[0].reading() as session:
        found = look_into(session, actor=filled[1]["writer"], sent=sent)
        assert found is not None
        assert found.rows[0].content is not None
        monkeypatch.setattr(trial_steps, "STEPS_WHILE_WAITING", 20)
        assert look_into(session, actor=filled[1]["writer"], sent=sent) is None
