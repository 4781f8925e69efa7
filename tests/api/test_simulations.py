"""Simulations and explained replays over the JSON API."""

from __future__ import annotations

from dataclasses import asdict, replace
from uuid import UUID

import pytest

from api.resources import supervision
from itembank.delivery.replay import ReplayedPrior, replay_sitting
from itembank.simulations.failures import Failure, FailureKind
from itembank.simulations.work import execute_simulation
from itembank.tables import SimulationRun
from tests.api.conftest import Service
from tests.support.sitting import sit_through


def test_a_simulation_is_requested_followed_and_read(service: Service) -> None:
    client = service.client("psychometrician")
    asked = client.post("/simulations", {"unit": "DG100", "examinees": 40, "seed": 3})
    assert asked.status_code == 202, asked.text
    assert service.simulation_worker.wakes == 1
    run = asked.json()
    assert (run["state"], run["options"]["examinees"], run["report"]) == ("waiting", 40, None)
    assert run["design"]["blueprint"]
    assert execute_simulation(service.database, UUID(run["id"]))
    done = client.get(f"/simulations/{run['id']}").json()
    assert (done["state"], done["done"], done["report"]["examinees"]) == ("done", 40, 40)
    assert done["figures"]["rmse"] == done["report"]["rmse"]
    (line,) = client.get("/simulations").json()["simulations"]
    assert line["id"] == run["id"]
    assert "report" not in line
    assert client.post(f"/simulations/{run['id']}/cancel").status_code == 409


def test_a_whole_design_or_another_start_may_be_sent(service: Service) -> None:
    client = service.client("administrator")
    first = client.post("/simulations", {"unit": "DG100", "examinees": 10}).json()
    design = first["design"] | {"cut_score": 0.4}
    second = client.post("/simulations", {"unit": "DG100", "examinees": 10, "design": design})
    assert second.json()["design"]["cut_score"] == 0.4
    third = client.post("/simulations", {"unit": "DG100", "examinees": 10, "source": f"run:{second.json()['id']}"})
    assert third.json()["id"] == second.json()["id"]  # the same wish, still waiting
    assert client.post(f"/simulations/{first['id']}/cancel").json()["state"] == "cancelled"


def test_refusals_name_their_field(service: Service) -> None:
    client = service.client("administrator")
    for body, field in (
        ({"examinees": 0}, "examinees"),
        ({"seed": -1}, "seed"),
        ({"source": "nowhere"}, "source"),
        ({"design": {"minimum_length": 3}}, "blueprint"),
    ):
        refused = client.post("/simulations", {"unit": "DG100"} | body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == field
    assert client.post("/simulations", {"unit": "DG100", "bank_number": 9}).status_code == 404


def test_a_replay_is_explained_in_both_languages(service: Service) -> None:
    done = sit_through(
        service.database, actor=service.institution["candidate"], exam_id=service.institution.exam, now=service.now
    )
    replay = service.client("psychometrician").get(f"/sittings/{done.id}/replay").json()
    assert replay["agrees"]
    told = replay["explanation"]
    assert told["en"]["decisions"][0].startswith("Question 1 is DG10")
    assert told["th"]["end"].startswith("การสอบสิ้นสุด")
    assert len(told["th"]["decisions"]) == len(replay["steps"]) == done.answered
    step = replay["steps"][1]
    assert step["decision"]["item_id"] == step["item"]
    assert len(step["posterior"]) == len(step["posterior_after"]) == len(replay["ability_nodes"])
    assert (step["counts"], step["testlet"]) == (True, "")
    assert replay["prior"] is None


def test_a_replay_names_what_informed_its_start(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    done = sit_through(
        service.database, actor=service.institution["candidate"], exam_id=service.institution.exam, now=service.now
    )
    prior = ReplayedPrior(
        mean=0.52, sd=0.8, population_mean=0.0, population_sd=1.0, units=("DT600",), sittings=(UUID(int=1),), weight=0.5
    )
    monkeypatch.setattr(
        supervision, "replay_sitting", lambda *known, **named: replace(replay_sitting(*known, **named), prior=prior)
    )
    replay = service.client("administrator").get(f"/sittings/{done.id}/replay").json()
    assert replay["prior"] == asdict(prior) | {"units": ["DT600"], "sittings": [str(UUID(int=1))]}
    assert "(DT600)" in replay["explanation"]["th"]["decisions"][0]


def test_a_failure_has_a_code(service: Service) -> None:
    client = service.client("psychometrician")
    run = client.post("/simulations", {"unit": "DG100", "examinees": 40}).json()
    assert run["failure"] is None
    with service.database.writing() as session:
        row = session.get_one(SimulationRun, UUID(run["id"]))
        row.state, row.message = "failed", Failure(FailureKind.PROCESS_ENDED, "-9").to_record()
        session.add(row)
    (line,) = client.get("/simulations").json()["simulations"]
    assert line["failure"] == {"kind": "process_ended", "detail": "-9"}
