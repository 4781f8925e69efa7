"""A panel through the JSON API: what a page can do a program can, under the same rules."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.conftest import Client, Service


def test_a_panel_from_plan_to_adopted_cut(service: Service, client: Callable[[str], Client]) -> None:
    psychometrician, administrator = client("psychometrician"), client("administrator")
    judges = psychometrician.get("/judges").json()["judges"]
    plan = {"unit": "DG100", "description_th": "ผู้ผ่านพอดี", "rounds": 1, "asks_limits": True}
    planned = psychometrician.post("/panels", plan | {"judges": [judge["person_id"] for judge in judges]})
    assert planned.status_code == 201, planned.text
    panel = planned.json()
    address, own = f"/panels/{panel['id']}", f"/judging/{panel['id']}"
    assert psychometrician.put(address, plan | {"judges": []}).json()["code"] == "too_few_judges"
    assert client("judge").get(own).status_code == 404
    assert psychometrician.post(f"{address}/open").json()["state"] == "round_open"
    for number, name in enumerate(("judge", "judge2")):
        judge = client(name)
        for place in range(1, panel["items"] + 1):
            said = judge.send("PUT", f"{own}/pages/{place}/judgement", {"share": 0.5 + 0.1 * number})
            assert said.status_code == 200, said.text
        for wrong in (True, "0.5"):
            refused = judge.send("PUT", f"{own}/pages/1/judgement", {"share": wrong})
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
        limits = {"lowest_cut": 0.4, "highest_cut": 0.8, "lowest_failing": 0.1, "highest_failing": 0.6}
        judged = judge.put(f"{own}/limits", limits).json()
        assert judged["said"] == judged["expected"] == panel["items"] + 1
    found = psychometrician.post(f"{address}/close", {}).json()["closed_rounds"][0]["results"]
    assert found["standard_error"] > 0
    assert found["compromise"]["refusal"] == "no_candidates"
    feedback = client("judge").get(own).json()["feedback"]
    assert feedback["own"]["name"] == "ทดสอบ judge"
    assert "judges" not in feedback["results"]
    cut = psychometrician.post(f"{address}/accept").json()["cut"]
    assert administrator.post(f"/cut-scores/{cut['id']}/adopt").json()["proposed"] is True
    design = administrator.get("/exam-designs/DG100").json()
    proposed = design.get("design", design)
    assert proposed["cut_standard_error"] == round(cut["standard_error"], 4)
    assert administrator.get(f"{address}/judgements.csv").text.startswith("round,judge,item")
    assert [one["id"] for one in administrator.get("/cut-scores?unit=DG100").json()["cuts"]] == [cut["id"]]


def test_an_item_shows_itself_after_a_look_and_its_key_after_a_judgement(
    service: Service, client: Callable[[str], Client]
) -> None:
    psychometrician, judge = client("psychometrician"), client("judge")
    people = [one["person_id"] for one in psychometrician.get("/judges").json()["judges"]]
    plan = {"unit": "DG100", "method": "bookmark", "description_th": "ผู้ผ่านพอดี", "judges": people}
    panel = psychometrician.post("/panels", plan).json()
    psychometrician.post(f"/panels/{panel['id']}/open")
    page = f"/judging/{panel['id']}/pages/2"
    assert judge.get(page).json()["item"] is None
    assert judge.post(f"{page}/look").json()["item"]["key"] is None
    assert judge.put(f"/judging/{panel['id']}/bookmark", {"page": 2}).json()["bookmark"] == 2
    shown = judge.get(page).json()["item"]
    assert len(shown["key"]) >= 1
    assert "theta" not in judge.get(f"/judging/{panel['id']}").json()["pages"][0]["page"]
    assert judge.send("PUT", f"/judging/{panel['id']}/bookmark", {"page": "3"}).status_code == 422
    assert judge.put(f"/judging/{panel['id']}/bookmark", {"page": 1}).json()["code"] == "invalid_input"
    missing = psychometrician.post(f"/panels/{panel['id']}/close", {}).json()
    assert (missing["code"], "ทดสอบ judge2 (1)" in missing["detail"]) == ("judgements_missing", True)
    given_up = psychometrician.post(f"/panels/{panel['id']}/abandon", {"reason": "เลิก"}).json()
    assert given_up["state"] == "abandoned"
    assert judge.get("/judging").json() == {"panels": []}
