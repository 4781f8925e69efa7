"""The calibration of what was tried out: run, killed in the middle, looked at, approved and published by two people."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlmodel import SQLModel, col, select

from itembank.calibration_runs.runs import approve_run, publish_run, request_run
from itembank.calibration_runs.work import execute_run
from itembank.clock import utc_now
from itembank.database import Database
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.tables import CalibrationRun, Exam
from tests.browser.whole_circle.people_at_work import COUNTED, TITLE, Circle
from tests.support.institution import Institution

EARLIER, TRYING = 150, 60

_PATIENCE_SECONDS = 30


def the_bank_was_calibrated_before(database: Database, institution: Institution) -> None:
    """Simulated candidates made its items known; bank 2 measures by that."""
    with database.writing() as session:
        add_simulated_sittings(session, exam_id=institution.exam, count=EARLIER, now=utc_now())
        run = request_run(session, actor=institution["psychometrician"], unit="DG100", now=utc_now())
    assert execute_run(database, run.id)
    with database.writing() as session:
        approve_run(session, actor=institution["psychometrician"], run_id=run.id, now=utc_now())
        publish_run(session, actor=institution["psychometrician2"], run_id=run.id, now=utc_now())


def others_try_it_too(circle: Circle) -> None:
    with circle.database.writing() as session:
        exam = session.exec(select(Exam.id).where(Exam.title == TITLE)).one()
        add_simulated_sittings(session, exam_id=exam, count=TRYING, now=utc_now())


def what_is_tried_out_is_calibrated(circle: Circle, code: str) -> str:
    """Run it, with the server killed in the middle; give the address of the run."""
    circle.barrier.touch()
    page = circle.page_of("psychometrician")
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Calibrations").click()
    page.get_by_label("Unit of competence").select_option("DG100")
    page.get_by_text("Further choices").click()
    page.get_by_role("radio", name="Tried-out and new items only").check()
    page.get_by_role("button", name="Start the calibration").click()
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    expect(page.get_by_text("Computing.")).to_be_visible()
    the_server_is_killed_in_mid_calibration(circle, page)
    expect(page.get_by_text(f"{EARLIER + TRYING} simulated")).to_be_visible()
    items = page.get_by_role("table", name="Changes by item").get_by_role("row")
    expect(items.filter(has_text="Fixed")).to_have_count(COUNTED)
    expect(items.filter(has_text=code)).not_to_contain_text("Fixed")
    expect(items.filter(has_text=code)).to_contain_text(str(TRYING + 1))
    expect(page.get_by_role("heading", name="What publishing would change")).to_be_visible()
    return page.url


def the_server_is_killed_in_mid_calibration(circle: Circle, page: Page) -> None:
    """Nothing is lost: the run is taken up by itself and finds what it would have found undisturbed."""
    run_id = UUID(page.url.rpartition("/")[2].partition("?")[0])
    # "Computing" is told from the moment that the answers are loaded; the middle is after that.
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while run_of(circle.database, run_id).iteration < 1 and time.monotonic() < give_up:
        time.sleep(0.1)
    circle.site.server.kill()
    killed = run_of(circle.database, run_id)
    assert (killed.state, killed.attempts, killed.results) == ("running", 1, None)
    assert killed.iteration >= 1
    before, copy = everything_else(circle.database), copy_of(circle.database, circle.barrier.with_name("copy.db"))
    circle.barrier.unlink()
    a_minute_passes(circle.database, run_id)
    circle.site.server.start()
    # The page that was open all the time follows by itself until there is something to decide.
    expect(page.get_by_role("button", name="Approve these values")).to_be_visible(timeout=30_000)
    taken_up = run_of(circle.database, run_id)
    assert (taken_up.state, taken_up.attempts) == ("done", 2)
    assert everything_else(circle.database) == before
    assert taken_up.results == found_undisturbed(copy, run_id)


def a_minute_passes(database: Database, run_id: UUID) -> None:
    """Longer than a run that goes on would ever be silent."""
    with database.writing() as session:
        row = session.get_one(CalibrationRun, run_id)
        assert row.heartbeat_at is not None
        row.heartbeat_at -= timedelta(seconds=61)
        session.add(row)


def run_of(database: Database, run_id: UUID) -> CalibrationRun:
    with database.reading() as session:
        row = session.get_one(CalibrationRun, run_id)
        session.expunge(row)
        return row


def everything_else(database: Database) -> Mapping[str, list[Any]]:
    """Every row of every table but those of the runs."""
    with database.reading() as session:
        return {
            table.name: [tuple(row) for row in session.connection().execute(table.select())]
            for table in SQLModel.metadata.sorted_tables
            if table.name != CalibrationRun.__tablename__
        }


def copy_of(database: Database, path: Path) -> Database:
    """Copy the file as it lies there, unfinished run and all."""
    source, target = sqlite3.connect(str(database.engine.url.database)), sqlite3.connect(path)
    source.backup(target)
    source.close()
    target.close()
    return Database(f"sqlite:///{path}")


def found_undisturbed(database: Database, run_id: UUID) -> dict[str, Any] | None:
    with database.writing() as session:
        this_run = col(CalibrationRun.id) == run_id
        session.connection().execute(update(CalibrationRun).where(this_run).values(state="waiting", attempts=0))
    assert execute_run(database, run_id)
    found = run_of(database, run_id).results
    database.close()
    return found


def the_queue_is_looked_through_with_keys(circle: Circle) -> None:
    """What else the answers tell against items of the unit is decided on the way."""
    page = circle.page_of("psychometrician2")
    page.goto(f"{circle.site.server.url}/measurement/queue?unit=DG100")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.get_by_label("Reason for the decision")).to_be_focused()
    page.keyboard.type("ตรวจแล้วใช้ต่อได้")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The item is accepted.")).to_be_visible()


def it_is_approved_and_published_by_two(circle: Circle, run: str) -> None:
    page = circle.page_of("psychometrician")
    page.goto(run)
    page.get_by_role("button", name="Approve these values").click()
    # Whoever approves may not publish.
    expect(page.get_by_text("You approved these values")).to_be_visible()
    expect(page.get_by_role("button", name="Publish as a new bank")).to_be_disabled()
    page = circle.page_of("psychometrician2")
    page.goto(run)
    page.get_by_label("Note").fill("เทียบค่าข้อทดลองใช้")
    page.get_by_role("button", name="Publish as a new bank").click()
    expect(page.get_by_text("Published as bank 4")).to_be_visible()
