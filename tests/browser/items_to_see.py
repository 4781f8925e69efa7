"""Items on their way to see: of other types, alike, imported, measured against their ratings, and answered in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from itembank.authoring.content import ItemContent
from itembank.authoring.enemy_proposals import propose_enemies
from itembank.authoring.exchange import ExchangedItem
from itembank.authoring.items import create_item
from itembank.database import Database
from itembank.exchange.item_csv import write_csv
from itembank.item_imports.reading import look_into
from itembank.item_imports.uploads import begin_import, checked_upload, confirm_import
from itembank.item_imports.work import execute_import
from itembank.publishing.banks import bank_in_force
from itembank.tables import BankItem, ItemVersion
from tests.itembank.authoring.item_types.every_type import EVERY_TYPE, GAPS, MATCHING, RESPONSE, SINGLE
from tests.support.institution import Institution
from tests.support.written import answers_of, exam_with_tasks, mark_as, publish_tasks, sit_to_tasks, write_answers

_RATED = ("DG101-1.1-03", "DG101-1.1-04", "DG101-1.2-01")


def put_items_to_see(database: Database, institution: Institution, *, now: datetime) -> dict[str, UUID]:
    """Fill the institution's database; give what there is by name."""
    writer = institution["writer"]
    with database.writing() as session:
        made = {
            name: create_item(session, actor=writer, content=content, now=now).id
            for name, content in (("matching", MATCHING), ("gaps", GAPS), ("rubric", RESPONSE), ("choice", SINGLE))
        }
        create_item(session, actor=writer, content=replace(SINGLE, stem=f"{SINGLE.stem}โดยตรง"), now=now)
        _measure(session, writer.person_id)
    while propose_enemies(database, now=now):
        pass
    imports = {"import_ready": _import(database, institution, now, store=False)}
    imports["import_done"] = _import(database, institution, now, store=True)
    return {**made, **imports, **_written_tasks(database, institution)}


def _measure(session: Session, writer_id: UUID | None) -> None:
    """Have some of the writer's items calibrated, one of them harder than rated."""
    rows = session.exec(
        select(BankItem).where(BankItem.bank_id == bank_in_force(session).id, col(BankItem.item_code).in_(_RATED))
    ).all()
    for row in rows:
        row.parameter_source, row.se_difficulty, row.n_responses = "calibration", 0.1, 321
        row.difficulty += 1.4 if row.item_code == _RATED[0] else 0.0
        session.add(row)
    versions = col(ItemVersion.id).in_([row.item_version_id for row in rows])
    session.connection().execute(update(ItemVersion).where(versions).values(written_by=writer_id))


def _import(database: Database, institution: Institution, now: datetime, *, store: bool) -> UUID:
    """A file that is looked into, with a row for a criterion that does not exist unless it is stored."""
    wrong: tuple[ItemContent, ...] = () if store else (replace(SINGLE, criterion="DG999-9.9"),)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "items.csv"
        write_csv(file, [ExchangedItem("", "draft", content) for content in (*EVERY_TYPE, *wrong)])
        data = file.read_bytes()
    actor = institution["writer"]
    sent = checked_upload(file_name="ข้อสอบ.csv", data=data)
    with database.writing() as session:
        found = look_into(session, actor=actor, sent=sent)
        run_id = begin_import(session, actor=actor, file_name=sent.name, data=data, found=found, now=now)
        if store:
            confirm_import(session, actor=actor, import_id=run_id, leave_out=False, now=now)
    if store:
        assert execute_import(database, run_id)
    return run_id


def _written_tasks(database: Database, institution: Institution) -> dict[str, UUID]:
    """One candidate at a task; another whose answers are marked by two people, by one, and not yet."""
    with database.writing() as session:
        publish_tasks(session, institution)
        exam = exam_with_tasks(session, tasks=2, time_limit_minutes=None, length=10)
    begun = sit_to_tasks(database, institution, exam)
    handed_in = sit_to_tasks(database, institution, exam, who="candidate2")
    texts = ["แจ้งเหตุละเมิดต่อสำนักงานภายใน 72 ชั่วโมง\n\nและแจ้งเจ้าของข้อมูล", "ขอดูและขอลบข้อมูลของตนได้"]
    write_answers(database, institution, handed_in, texts=texts, who="candidate2")
    both, one = answers_of(database, handed_in.id)
    for who, answer in (("marker2", both), ("marker3", both), ("marker2", one)):
        mark_as(database, institution, who, answer, (3, 2) if who == "marker2" else (1, 0), comment="ตอบตรงคำถาม")
    return {"task": begun.id, "handed_in": handed_in.id, "answer": one, "differing": both}
