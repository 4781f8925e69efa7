"""What may be taken away of a unit and of a run: who may, what is in it, and that other commands read it."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from itembank.actor import Role
from itembank.calibration_runs.item_detail import item_detail
from itembank.database import Database
from itembank.errors import NotAllowed, NotFound
from itembank.exchange.parameter_files import read_parameters
from itembank.exchange.parameter_pool import pool_of
from itembank.exchange.response_files import read_responses
from itembank.measurement_reports import response_export
from itembank.measurement_reports.csv_table import csv_text
from itembank.measurement_reports.item_tables import ITEM_TABLES, item_file
from itembank.measurement_reports.parameter_tables import bank_parameters
from itembank.measurement_reports.response_export import begin_export, pseudonym, response_table
from itembank.measurement_reports.run_material import run_material
from itembank.measurement_reports.run_tables import RUN_TABLES, run_file
from itembank.measurement_reports.run_tables import tables_of as tables_of_run
from itembank.measurement_reports.unit_material import unit_material
from itembank.measurement_reports.unit_tables import UNIT_TABLES, unit_file
from itembank.tables import AuditEntry, BankItem, CalibrationRun, ItemVersion, RecordedAnswer, Sitting
from tests.support.institution import NOON, Institution
from tests.support.reported import UNIT

Reported = tuple[Database, Institution, UUID]


def rows_of(pieces: object) -> list[dict[str, str]]:
    text = "".join(pieces)  # type: ignore[call-overload]
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_nobody_but_psychometricians_takes_anything_away(reported: Reported) -> None:
    database, institution, run_id = reported
    for username in ("candidate", "writer", "reviewer", "administrator"):
        actor = institution[username]
        assert Role.PSYCHOMETRICIAN not in actor.roles
        with database.writing() as session:
            with pytest.raises(NotAllowed):
                unit_file(session, actor=actor, unit=UNIT, name="items")
            with pytest.raises(NotAllowed):
                run_file(session, actor=actor, run_id=run_id, name="items")
            with pytest.raises(NotAllowed):
                begin_export(session, actor=actor, unit=UNIT, now=NOON)


def test_every_table_of_a_unit_and_of_a_run_is_there(reported: Reported) -> None:
    database, institution, run_id = reported
    actor = institution["psychometrician"]
    with database.reading() as session:
        tables = {name: "".join(unit_file(session, actor=actor, unit=UNIT, name=name)) for name in UNIT_TABLES}
        for name in RUN_TABLES:
            tables[f"run_{name}"] = "".join(run_file(session, actor=actor, run_id=run_id, name=name))
        held = session.exec(select(BankItem).where(BankItem.unit == UNIT)).all()
        answers = session.exec(select(RecordedAnswer.item_version_id).join(Sitting).where(Sitting.unit == UNIT)).all()
    items = {row["code"]: row for row in rows_of(tables["items"])}
    assert set(items) == {row.item_code for row in held}
    for row in held:
        assert int(items[row.item_code]["answers"]) == answers.count(row.item_version_id)
        assert float(items[row.item_code]["difficulty"]) == row.difficulty
    assert sum(int(row["simulated_candidates"]) for row in rows_of(tables["wright_map"])) == 160
    assert {row["code"] for row in rows_of(tables["run_items"])} <= set(items)
    assert len(rows_of(tables["run_diagnosed_items"])) == len(rows_of(tables["run_items"]))
    assert all(row["person"].startswith("S") for row in rows_of(tables["run_diagnosed_sittings"]))


def test_the_curves_of_an_item_are_there(reported: Reported) -> None:
    database, institution, run_id = reported
    actor = institution["psychometrician"]
    with database.reading() as session:
        run = session.get_one(CalibrationRun, run_id)
        item = max((run.results or {})["items"], key=lambda one: one["n"])
        item_id = session.get_one(ItemVersion, UUID(item["item_version_id"])).item_id
        detail = item_detail(session, actor=actor, item_id=item_id)
        found = {
            name: rows_of(item_file(session, actor=actor, item_id=item_id, name=name, version=item["version"]))
            for name in ITEM_TABLES
        }
        with pytest.raises(NotFound):
            item_file(session, actor=actor, item_id=item_id, name="shoes")
        with pytest.raises(NotAllowed):
            item_file(session, actor=institution["writer"], item_id=item_id, name="curves")
    assert {row["code"] for rows in found.values() for row in rows} == {item["code"]}
    assert Counter(row["curve"] for row in found["curves"]) == {"bank": 81, "newest": 81}
    new = {float(row["ability"]): float(row["share"]) for row in found["curves"] if row["curve"] == "newest"}
    assert new[0.0] == pytest.approx(1 / (1 + math.exp(item["a"] * item["b"])))
    assert all(float(row["lower"]) < float(row["share"]) < float(row["upper"]) for row in found["curves"])
    seen = next(one for one in run.results["diagnostics"]["items"] if one["code"] == item["code"])  # type: ignore[index]
    newest = [row for row in found["observed"] if row["curve"] == "newest"]
    assert [float(row["share"]) for row in newest] == [point[1] for point in seen["observed"]]
    assert [float(row["share"]) for row in found["observed"] if row["curve"] == "bank"] == [
        point.proportion for point in detail.observed
    ]
    assert len(found["options"]) == len(detail.options) * len(detail.groups) > 0


def test_what_is_not_there_is_not_found(reported: Reported) -> None:
    database, institution, run_id = reported
    actor = institution["psychometrician"]
    with database.reading() as session:
        for call in (
            lambda: unit_file(session, actor=actor, unit="DG999", name="items"),
            lambda: unit_file(session, actor=actor, unit=UNIT, name="../items"),
            lambda: run_file(session, actor=actor, run_id=run_id, name="shoes"),
            lambda: run_file(session, actor=actor, run_id=uuid4(), name="items"),
            lambda: begin_export(session, actor=actor, unit="DT600", now=NOON),
        ):
            with pytest.raises(NotFound):
                call()


def test_runs_of_before_are_told_without_what_came_later(reported: Reported) -> None:
    database, institution, run_id = reported
    with database.writing() as session:
        run = session.get_one(CalibrationRun, run_id)
        assert run.results is not None
        run.results = {name: value for name, value in run.results.items() if name in ("summary", "items")}
        session.add(run)
        session.flush()
        material = run_material(session, actor=institution["psychometrician"], run_id=run_id)
        assert not {"diagnosed_items", "changed_sittings"} & set(tables_of_run(material))
        for name in ("diagnosed_pairs", "turning_items"):
            with pytest.raises(NotFound):
                run_file(session, actor=institution["psychometrician"], run_id=run_id, name=name)


def test_a_run_without_results_is_not_found(reported: Reported) -> None:
    database, institution, run_id = reported
    with database.writing() as session:
        session.get_one(CalibrationRun, run_id).results = None
        with pytest.raises(NotFound):
            run_material(session, actor=institution["psychometrician"], run_id=run_id)


def test_parameters_are_read_back_as_the_bank_has_them(reported: Reported, tmp_path: Path) -> None:
    database, institution, run_id = reported
    actor = institution["psychometrician"]
    with database.reading() as session:
        files = {
            "bank": unit_file(session, actor=actor, unit=UNIT, name="parameters"),
            "run": run_file(session, actor=actor, run_id=run_id, name="parameters"),
        }
        held = {row.item_code: row for row in session.exec(select(BankItem).where(BankItem.unit == UNIT))}
        found = {item.code: item for item in run_material(session, actor=actor, run_id=run_id).run.items}
    for name, pieces in files.items():
        (tmp_path / f"{name}.csv").write_text("".join(pieces), encoding="utf-8")
    bank = {row.item_id: row for row in read_parameters(tmp_path / "bank.csv")}
    assert set(bank) == set(held)
    for code, row in held.items():
        assert (bank[code].discrimination, bank[code].difficulty) == (row.discrimination, pytest.approx(row.difficulty))
        assert (bank[code].criterion, bank[code].thresholds) == (
            row.criterion,
            tuple(row.parameters.get("thresholds", ())),
        )
        assert set(bank[code].enemies) == set(row.enemies) & set(held)
    run = {row.item_id: row for row in read_parameters(tmp_path / "run.csv")}
    assert {code: row.discrimination for code, row in run.items()} == {
        code: item.a for code, item in found.items() if item.usable
    }
    assert len(pool_of(bank.values())) == len(held)


def test_a_code_that_looks_like_a_formula_is_text_in_every_file(reported: Reported) -> None:
    database, institution, _ = reported
    with database.writing() as session:
        row = session.exec(select(BankItem).where(BankItem.unit == UNIT)).first()
        assert row is not None
        row.item_code = "=HYPERLINK(1)"
        session.add(row)
        session.flush()
        material = unit_material(session, actor=institution["psychometrician"], unit=UNIT)
        assert "'=HYPERLINK(1)" in [one.item_id for one in bank_parameters(material)]
        export = begin_export(session, actor=institution["psychometrician"], unit=UNIT, now=NOON)
        assert export.names[row.item_version_id] == "=HYPERLINK(1)"
        statistics = "".join(unit_file(session, actor=institution["psychometrician"], unit=UNIT, name="items"))
    assert "\n=HYPERLINK" not in statistics
    assert ",=HYPERLINK" not in statistics
    names = {line.split(",")[1] for line in "".join(csv_text(response_table(database, export))).splitlines()}
    assert "=HYPERLINK(1)" not in names


def test_answers_leave_by_pseudonym_and_the_audit_log_knows(
    reported: Reported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, institution, _ = reported
    monkeypatch.setattr(response_export, "ROWS_AT_ONCE", 300)  # several pages, sittings torn between them
    with database.writing() as session:
        export = begin_export(session, actor=institution["psychometrician"], unit=UNIT, now=NOON)
    path = tmp_path / "responses.csv"
    path.write_text("".join(csv_text(response_table(database, export))), encoding="utf-8")
    data = read_responses(path)
    with database.reading() as session:
        stored = session.exec(select(RecordedAnswer).order_by(col(RecordedAnswer.sitting_id))).all()
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "unit.export")).one()
    assert (entry.subject, entry.details["answers"]) == (UNIT, len(stored))
    assert len(data.score) == len(stored) > 900
    assert set(data.person_ids) == {pseudonym(answer.sitting_id) for answer in stored}
    text = path.read_text(encoding="utf-8")
    assert not any(str(answer.sitting_id) in text for answer in stored)
    assert int(data.score.sum()) == sum(answer.score for answer in stored)


def test_answers_that_come_during_an_export_are_not_part_of_it(reported: Reported) -> None:
    database, institution, _ = reported
    with database.writing() as session:
        answer = session.exec(select(RecordedAnswer)).first()
        assert answer is not None
        answer.answered_at = NOON.replace(year=NOON.year + 1)
        session.add(answer)
        session.flush()
        export = begin_export(session, actor=institution["psychometrician"], unit=UNIT, now=NOON)
        count = len(session.exec(select(RecordedAnswer)).all())
    assert len("".join(csv_text(response_table(database, export))).splitlines()) == count  # the header in its place
