"""Asking for simulations: who may, what is refused, double clicks, starting points, the record."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlmodel import select

from engine.design import ExamDesign
from engine.stop_rules.stop_settings import StopSettings
from itembank import audit
from itembank.database import Database
from itembank.delivery.exams import create_exam, propose_design
from itembank.errors import BankTooSmall, IllegalMove, InvalidInput, NotAllowed, NotFound
from itembank.publishing.banks import Parameters, bank_in_force, publish_bank
from itembank.simulations import starting_points
from itembank.simulations.options import SimulationOptions
from itembank.simulations.runs import (
    MOST_OPEN,
    cancel_simulation,
    list_simulations,
    request_simulation,
    simulation_view,
)
from itembank.simulations.starting_points import (
    changed_design,
    design_of_run,
    starting_point,
    without_clock,
)
from itembank.simulations.states import SimulationState
from itembank.simulations.work import execute_simulation
from itembank.tables import BankItem
from tests.itembank.simulations.conftest import Laboratory
from tests.support.institution import NOON, Institution


@pytest.mark.parametrize("username", ["candidate", "writer", "reviewer"])
def test_only_those_who_run_exams_or_measure_may(laboratory: Laboratory, username: str) -> None:
    run = laboratory.ask()
    somebody = laboratory.institution[username]
    with laboratory.database.writing() as session:
        for deed in (
            lambda: starting_point(session, actor=somebody, unit="DG100"),
            lambda: request_simulation(
                session, actor=somebody, unit="DG100", design=run.design, options=run.options, now=NOON
            ),
            lambda: list_simulations(session, actor=somebody),
            lambda: simulation_view(session, actor=somebody, run_id=run.id),
            lambda: cancel_simulation(session, actor=somebody, run_id=run.id, now=NOON),
            lambda: design_of_run(session, actor=somebody, run_id=run.id),
        ):
            with pytest.raises(NotAllowed):
                deed()


def test_an_administrator_may_too(laboratory: Laboratory) -> None:
    run = laboratory.ask()
    assert laboratory.do(cancel_simulation, run.id, by="administrator").state is SimulationState.CANCELLED


def test_a_request_is_recorded_and_a_double_click_asks_once(laboratory: Laboratory) -> None:
    first, second = laboratory.ask(seed=4), laboratory.ask(seed=4)
    assert first.id == second.id
    assert laboratory.ask(seed=5).id != first.id
    with laboratory.database.reading() as session:
        entries = audit.list_entries(session, actor=laboratory.institution["administrator"], subject=str(first.id))
    assert [(entry.action, entry.details) for entry in entries] == [
        ("simulation.request", {"unit": "DG100", "bank": 1, "examinees": 20, "seed": 4})
    ]
    laboratory.do(cancel_simulation, first.id)
    assert laboratory.ask(seed=4).id != first.id


def test_a_request_survives_on_either_database(database: Database, institution: Institution) -> None:
    run = Laboratory(database, institution).ask(seed=2**53 - 1, cut_score=-0.1)
    seen = Laboratory(database, institution).see(run.id)
    assert (seen.options.seed, seen.design.cut_score, seen.requested_at) == (2**53 - 1, -0.1, run.requested_at)
    assert (seen.unit_title, seen.bank_number, seen.bank_in_force) == (run.unit_title, 1, True)


def test_the_newest_are_listed_first_with_figures_but_without_reports(laboratory: Laboratory) -> None:
    older, newer = laboratory.ask(seed=1), laboratory.ask(seed=2)
    assert execute_simulation(laboratory.database, older.id)
    with laboratory.database.reading() as session:
        found = list_simulations(session, actor=laboratory.actor)
    assert [run.id for run in found] == [newer.id, older.id]
    assert found[1].report is None
    assert 0.5 < found[1].figures["decision_accuracy"] <= 1
    assert found[0].figures == {}


def test_what_can_not_be_simulated_is_refused_by_name(laboratory: Laboratory) -> None:
    with pytest.raises(BankTooSmall, match="480 more needed"):
        laboratory.ask(maximum_length=500)
    with pytest.raises(NotFound, match="unit XX"):
        laboratory.ask(unit="XX")
    with pytest.raises(InvalidInput, match="confidence"):
        laboratory.ask(confidence=0.2)
    with laboratory.database.writing() as session:
        start = starting_point(session, actor=laboratory.actor, unit="DG100")
        timed = replace(start.design, stop_rule="time", stopping=StopSettings(time_limit_seconds=60))
        asked = {"actor": laboratory.actor, "unit": "DG100", "options": SimulationOptions(), "now": NOON}
        with pytest.raises(InvalidInput, match="stop_rule"):
            request_simulation(session, design=timed, **asked)
        with pytest.raises(NotFound, match="bank 9"):
            request_simulation(session, design=start.design, bank_number=9, **asked)
        with pytest.raises(NotFound, match="unit XX"):
            request_simulation(session, design=start.design, **(asked | {"unit": "XX"}))


def test_a_queue_has_an_end(laboratory: Laboratory) -> None:
    for seed in range(MOST_OPEN):
        laboratory.ask(seed=seed)
    with pytest.raises(InvalidInput, match="cancel one"):
        laboratory.ask(seed=MOST_OPEN)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("examinees", 0), ("examinees", 5001), ("ability_mean", float("nan")), ("ability_mean", 6.0),
        ("ability_sd", -0.1), ("ability_sd", float("inf")), ("seed", -1), ("seed", 2**53),
    ],
)  # fmt: skip
def test_impossible_options_are_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(InvalidInput) as refused:
        SimulationOptions(**{field: value})  # type: ignore[arg-type]
    assert refused.value.details["field"] == field


def test_options_come_back_as_they_were() -> None:
    options = SimulationOptions(examinees=77, ability_mean=-0.5, ability_sd=0.0, seed=9, parameter_error=True)
    assert SimulationOptions.from_record(options.to_dict(), seed=9) == options


def test_only_what_goes_on_can_be_cancelled(laboratory: Laboratory) -> None:
    run = laboratory.ask()
    assert execute_simulation(laboratory.database, run.id)
    with pytest.raises(IllegalMove):
        laboratory.do(cancel_simulation, run.id)
    with pytest.raises(NotFound):
        laboratory.do(cancel_simulation, uuid4())
    with pytest.raises(NotFound):
        laboratory.see(uuid4())


def start_of(laboratory: Laboratory, source: str, *, unit: str = "DG100", bank: int | None = None):  # type: ignore[no-untyped-def]
    with laboratory.database.reading() as session:
        return starting_point(session, actor=laboratory.actor, unit=unit, bank_number=bank, source=source)


def test_a_simulation_starts_from_the_proposal_an_exam_or_another_run(laboratory: Laboratory) -> None:
    with laboratory.database.writing() as session:
        proposed = propose_design(session, actor=laboratory.actor, unit="DG100")
        design = replace(proposed, cut_score=0.25)
        exam = create_exam(
            session, actor=laboratory.institution["administrator"], title="สอบ", unit="DG100", design=design, now=NOON
        )
    assert start_of(laboratory, "proposed").design == proposed
    assert start_of(laboratory, f"exam:{exam.id}").design.cut_score == 0.25
    run = laboratory.ask(seed=12, cut_score=0.5)
    again = start_of(laboratory, f"run:{run.id}")
    assert (again.design, again.options.seed) == (run.design, 12)
    with laboratory.database.reading() as session:
        assert design_of_run(session, actor=laboratory.actor, run_id=run.id) == run.design


@pytest.mark.parametrize(
    "source",
    [
        "",
        "exam",
        "exam:7",
        "bank:1",
        "exam:8c0a29b8-810f-4b5d-b1fc-5708ba556fb8",
        "run:2a524bc4-760e-40e7-a22c-508c7434685e",
    ],
)
def test_a_source_that_leads_nowhere_is_refused(laboratory: Laboratory, source: str) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        start_of(laboratory, source)


def test_a_design_of_another_unit_is_no_start(laboratory: Laboratory) -> None:
    run = laboratory.ask(unit="DT600")
    with pytest.raises(InvalidInput, match="DT600"):
        start_of(laboratory, f"run:{run.id}")


def test_an_earlier_bank_can_be_tried(laboratory: Laboratory) -> None:
    with laboratory.database.writing() as session:
        bank = bank_in_force(session)
        versions = session.exec(
            select(BankItem.item_version_id).where(BankItem.bank_id == bank.id, BankItem.unit == "DG100")
        ).all()
        harder = {version: Parameters("2pl", 1.0, 2.0, 0.1, 0.1, "calibration", 100) for version in versions}
        publish_bank(session, actor=laboratory.actor, now=NOON, calibrated=harder)
        start = starting_point(session, actor=laboratory.actor, unit="DG100", bank_number=1)
        assert (start.bank.number, start.bank.in_force, start.items) == (1, False, 20)
        assert starting_point(session, actor=laboratory.actor, unit="DG100").bank.number == 2
        ids = []
        for number in (1, 2):
            run = request_simulation(
                session, actor=laboratory.actor, unit="DG100", design=start.design,
                options=SimulationOptions(examinees=40), now=NOON, bank_number=number,
            )  # fmt: skip
            ids.append(run.id)
    biases = []
    for run_id in ids:
        assert execute_simulation(laboratory.database, run_id)
        biases.append(laboratory.see(run_id).figures["mean_standard_error"])
    assert biases[0] < biases[1]  # items of difficulty 2 tell little about most people


def test_without_a_bank_there_is_nothing_to_simulate_on(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting_points, "list_banks", lambda *_, **__: ())
    with laboratory.database.reading() as session, pytest.raises(NotFound, match="publish one first"):
        starting_point(session, actor=laboratory.actor, unit="DG100")


def test_a_clock_is_left_out(laboratory: Laboratory) -> None:
    design = start_of(laboratory, "proposed").design

    def timed(rule: str, *further: str) -> ExamDesign:
        settings = StopSettings(further_rules=further, time_limit_seconds=600)
        return without_clock(replace(design, stop_rule=rule, stopping=settings))

    assert timed("time").stop_rules == ("length",)
    assert timed("time", "se", "sprt").stop_rules == ("se", "sprt")
    assert timed("confidence", "time").stop_rules == ("confidence",)
    assert timed("confidence", "time").stopping.time_limit_seconds is None
    assert without_clock(design) is design


def test_changes_name_the_field_that_makes_no_sense(laboratory: Laboratory) -> None:
    design = start_of(laboratory, "proposed").design
    changed = changed_design(design, {"selection": "kl", "randomesque": 1}, {"target_standard_error": 0.4})
    assert (changed.selection, changed.stopping.target_standard_error) == ("kl", 0.4)
    assert changed.blueprint == design.blueprint
    for changes, stopping, field in (
        ({"maximum_exposure": 2.0}, {}, "maximum_exposure"),
        ({}, {"target_standard_error": 0.0}, "stopping.target_standard_error"),
        ({"selection": "best"}, {}, "selection"),
    ):
        with pytest.raises(InvalidInput) as refused:
            changed_design(design, changes, stopping)
        assert refused.value.details["field"] == field
