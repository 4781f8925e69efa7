"""Something to see on every screen: what the screens of a site in full use show, put there before it runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from itembank.actor import COMMAND_LINE
from itembank.authoring.items import item_view, save_item
from itembank.calibration_runs.runs import request_run
from itembank.calibration_runs.work import execute_run
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.dif_studies.studies import request_study
from itembank.dif_studies.work import execute_study
from itembank.item_decisions.decide import decide_item
from itembank.item_decisions.verdicts import Verdict
from itembank.neutralisation.proposals import Proposal, approve_neutralisation, propose_neutralisation
from itembank.neutralisation.work import execute_correction
from itembank.publishing.banks import bank_in_force
from itembank.simulations.options import SimulationOptions
from itembank.simulations.runs import request_simulation
from itembank.simulations.starting_points import starting_point
from itembank.simulations.work import execute_simulation
from itembank.standard_setting.judging import open_page
from itembank.standard_setting.rounds import open_round
from itembank.tables import BankItem, CalibrationRun, CorrectionRun, Item, SimulationRun
from tests.browser.items_to_see import put_items_to_see
from tests.support.compared_groups import add_compared_groups
from tests.support.institution import Institution
from tests.support.panels import accepted_panel, closed, judge_everything, open_panel, somewhat_apart
from tests.support.recorded import record_things
from tests.support.sitting import sit_through


def put_things_to_see(database: Database, institution: Institution, *, now: datetime) -> dict[str, UUID]:
    """Fill the institution's database; give what there is by name."""
    with database.writing() as session:
        add_simulated_sittings(session, exam_id=institution.exam, count=120, now=now)
    finished = sit_through(database, actor=institution["candidate2"], exam_id=institution.exam, now=now)
    things = record_things(database, institution, now=now)
    _write_second_version(database, institution, things.items["draft"], now)
    with database.writing() as session:
        asked, weak = (
            session.exec(select(Item.id).where(Item.code == code)).one()
            for code in ("DG101-1.1-01", "DG101-1.1-02")
        )  # fmt: skip
        open_exam = create_exam(
            session, actor=COMMAND_LINE, title="การสอบที่เปิดอยู่", unit="Dlit100",
            design=propose_design(session, actor=COMMAND_LINE, unit="Dlit100"), time_limit_minutes=60, now=now,
        )  # fmt: skip
        enrol(session, actor=COMMAND_LINE, exam_id=open_exam.id, usernames=["candidate"], now=now)
    return {
        "exam": institution.exam, "open_exam": open_exam.id, "running": things.sitting_id, "finished": finished.id,
        "person": things.person_id, "asked": asked, "weak": weak, **things.items,
        "proposed": things.neutralisation_id, "panel": things.panel_id,
        "run": _calibration(database, institution, things.run_id, now),
        **_panels(database, institution, now),
        **_group_study(database, institution, now),
        **_decided(database, institution, now),
        **_simulations(database, institution, now),
        **put_items_to_see(database, institution, now=now),
    }  # fmt: skip


def _write_second_version(database: Database, institution: Institution, item_id: UUID, now: datetime) -> None:
    writer = institution["writer"]
    with database.writing() as session:
        content = item_view(session, actor=writer, item_id=item_id).head.content
        longer = replace(content, stem=f"{content.stem} ตามกฎหมายว่าด้วยการคุ้มครองข้อมูลส่วนบุคคล")
        save_item(session, actor=writer, item_id=item_id, content=longer, started_from=1, now=now)


def _calibration(database: Database, institution: Institution, waiting: UUID, now: datetime) -> UUID:
    with database.writing() as session:
        session.delete(session.get_one(CalibrationRun, waiting))
        session.flush()
        run = request_run(session, actor=institution["psychometrician"], unit="DG100", now=now)
    assert execute_run(database, run.id)
    return run.id


def _panels(database: Database, institution: Institution, now: datetime) -> dict[str, UUID]:
    """A panel that came to a cut score, one in its second round, and one that places bookmarks, with a page open."""
    finished = accepted_panel(database, institution).id
    again = open_panel(database, institution, rounds=2).id
    judge_everything(database, institution, again, somewhat_apart)
    closed(database, institution, again)
    booklet = open_panel(database, institution, method="bookmark").id
    with database.writing() as session:
        open_round(session, actor=institution["psychometrician"], panel_id=again, now=now)
        for panel_id in (again, booklet):
            open_page(session, actor=institution["judge"], panel_id=panel_id, place=1, now=now)
    return {"finished_panel": finished, "second_round": again, "booklet": booklet}


def _group_study(database: Database, institution: Institution, now: datetime) -> dict[str, UUID]:
    with database.writing() as session:
        compared = add_compared_groups(session, institution, now=now)
        study = request_study(
            session, actor=institution["psychometrician"], unit="DG100", variable_id=compared.variable_id,
            reference="th", focal="ms", now=now,
        )  # fmt: skip
    assert execute_study(database, study.id)
    return {"variable": compared.variable_id, "study": study.id}


def _decided(database: Database, institution: Institution, now: datetime) -> dict[str, UUID]:
    """An item that was taken out of score, and a queue with a weak item to decide about and one that was accepted."""
    psychometrician = institution["psychometrician"]
    fault = Proposal(code="DG101-1.1-01", fault="wrong_key", reason_th="เฉลยผิด", reason_en="Wrong key.", rule="all")
    with database.writing() as session:
        bank, codes = bank_in_force(session), ("DG101-1.1-02", "DG102-2.1-01")
        weak = (BankItem.bank_id == bank.id, col(BankItem.item_code).in_(codes))
        session.connection().execute(update(BankItem).where(*weak).values(discrimination=0.2))
        accepted = session.exec(select(Item.id).where(Item.code == codes[1])).one()
        decide_item(
            session, actor=psychometrician, item_id=accepted, version=1, verdict=Verdict.ACCEPT,
            reason="ถามเนื้อหาที่ไม่มีข้ออื่นถาม", now=now,
        )  # fmt: skip
        neutralised = propose_neutralisation(session, actor=psychometrician, proposal=fault, now=now).id
    _correct(database)
    with database.writing() as session:
        approve_neutralisation(session, actor=institution["administrator"], neutralisation_id=neutralised, now=now)
    _correct(database)
    return {"neutralised": neutralised}


def _correct(database: Database) -> None:
    with database.reading() as session:
        run_id = session.exec(select(CorrectionRun.id).where(CorrectionRun.state == "waiting")).one()
    assert execute_correction(database, run_id)


def _simulations(database: Database, institution: Institution, now: datetime) -> dict[str, UUID]:
    """Two simulations that are done, and one that another process of the site would do."""
    found = {}
    for seed, name in enumerate(("simulation", "other_simulation", "waiting")):
        with database.writing() as session:
            run_id = found[name] = _simulation(session, institution, seed, now)
            if name == "waiting":
                row = session.get_one(SimulationRun, run_id)
                row.state, row.heartbeat_at, row.done = "running", now + timedelta(days=1), 40
                session.add(row)
        if name != "waiting":
            assert execute_simulation(database, run_id)
    return found


def _simulation(session: Session, institution: Institution, seed: int, now: datetime) -> UUID:
    actor = institution["psychometrician"]
    start = starting_point(session, actor=actor, unit="DG100")
    options = SimulationOptions(examinees=100, seed=seed, parameter_error=bool(seed))
    return request_simulation(session, actor=actor, unit="DG100", design=start.design, options=options, now=now).id
