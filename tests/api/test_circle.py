"""The main line over HTTP: written, reviewed, released, published, examined, read, replayed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlmodel import select

from itembank.audit import list_entries
from itembank.calibration_runs.work import execute_run
from itembank.database import Database
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.tables import Item, ItemVersion
from tests.api.conftest import Client, Service
from tests.support.recorded import record_things

SignIn = Callable[[str], Client]

CONTENT = {
    "criterion": "DG101-1.1",
    "type": "single_choice",
    "cognitive_level": "understand",
    "difficulty_rating": 3,
    "stem": "ข้อใดเป็นข้อมูลส่วนบุคคล",
    "options": [
        {"text": "หมายเลขบัตรประชาชน", "correct": True, "rationale": "เหตุผลลับหนึ่ง"},
        {"text": "จำนวนประชากร", "correct": False, "rationale": "เหตุผลลับสอง"},
    ],
}


def ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def first_written_criterion(writer: Client, unit: str) -> str:
    units = ok(writer.get("/coverage"))["units"]
    found = next(entry for entry in units if entry["code"] == unit)
    return next(
        criterion["code"] for element in found["elements"] if element["written"] for criterion in element["criteria"]
    )


def released_item(client: SignIn) -> dict[str, Any]:
    writer = client("writer")
    content = CONTENT | {"criterion": first_written_criterion(writer, "DG100")}
    item = ok(writer.post("/items", content), 201)
    assert item["possible_moves"] == ["submit"]
    edit = {"started_from": 1, "content": content | {"stem": "ข้อใดเป็นข้อมูลส่วนบุคคลตามกฎหมาย"}}
    item = ok(writer.post(f"/items/{item['id']}/versions", edit))
    assert item["head"]["number"] == 2
    moves = f"/items/{item['id']}/moves"
    ok(writer.post(moves, {"move": "submit"}))
    assert ok(client("reviewer").post(moves, {"move": "approve", "version": 2}))["head"]["state"] == "approved"
    return dict(ok(client("psychometrician").post(moves, {"move": "release"})))


def sit(candidate: Client, exam_id: object, *, choose: int = 0) -> tuple[str, list[str]]:
    sitting = ok(candidate.post(f"/me/exams/{exam_id}/start"))
    seen = []
    while not sitting["finished"]:
        question = sitting["question"]
        seen.append(question["item"]["stem"])
        answer = {"position": question["position"], "selected": [choose]}
        sitting = ok(candidate.post(f"/sittings/{sitting['id']}/answers", answer))
        assert sitting["saved_position"] == answer["position"]
    return sitting["id"], seen


def test_a_question_goes_from_its_writer_into_an_exam_and_the_sitting_replays(service: Service, client: SignIn) -> None:
    item = released_item(client)
    psychometrician, administrator = client("psychometrician"), client("administrator")
    assert ok(psychometrician.get("/banks"))["unpublished_changes"] == 1
    bank = ok(psychometrician.post("/banks", {"note": "ข้อใหม่"}), 201)
    assert (bank["number"], bank["in_force"]) == (2, True)

    design = ok(administrator.get("/exam-designs/DG100"))
    pool = next(unit for unit in ok(administrator.get("/examinable-units"))["units"] if unit["code"] == "DG100")
    assert pool["complete"]
    assert pool["items"] == 21
    # Every item of the pool is asked, so the new one must come.
    design |= {"minimum_length": 21, "maximum_length": 21, "maximum_exposure": None}
    exam = ok(administrator.post("/exams", {"title": "สอบ DG100", "unit": "DG100", "design": design}), 201)
    assert exam["design"]["maximum_length"] == 21
    enrolments = f"/exams/{exam['id']}/enrolments"
    assert ok(administrator.post(enrolments, {"usernames": ["candidate", "candidate"]})) == {"added": 1}

    candidate = client("candidate")
    sitting_id, seen = sit(candidate, exam["id"])
    assert item["head"]["content"]["stem"] in seen
    assert len(seen) == len(set(seen)) == 21
    result = ok(candidate.get(f"/sittings/{sitting_id}/result"))
    assert (result["answered"], result["not_counted"]) == (21, 0)
    assert result["bank_number"] == 2
    assert [element["code"] for element in result["elements"]]

    replay = ok(administrator.get(f"/sittings/{sitting_id}/replay"))
    assert replay["agrees"] is True
    assert [step["score"] for step in replay["steps"]].count(None) == 0
    assert item["code"] in [step["item"] for step in replay["steps"]]
    lines = ok(administrator.get("/sittings"))
    assert [line["sitting_id"] for line in lines["finished"]] == [sitting_id]
    assert lines["running"] == []

    assert ok(psychometrician.post("/banks/1/reinstate", {"reason": "ทดลอง"}))["in_force"] is True
    actions = [entry["action"] for entry in ok(administrator.get("/audit"))["entries"]]
    assert actions[0] == "bank.reinstate"
    assert {"item.create", "item.save", "item.approve", "item.release", "bank.publish", "exam.create"} <= set(actions)


def test_a_candidate_never_gets_keys_rationales_codes_or_parameters(service: Service, client: SignIn) -> None:
    candidate = client("candidate")
    texts = [candidate.get("/me").text, candidate.get("/me/exams").text]
    exam_id = service.institution.exam
    texts.append(candidate.get(f"/me/exams/{exam_id}").text)
    sitting = ok(candidate.post(f"/me/exams/{exam_id}/start"))
    while not sitting["finished"]:
        response = candidate.post(
            f"/sittings/{sitting['id']}/answers",
            {"position": sitting["question"]["position"], "selected": [0]},
        )
        texts += [response.text, candidate.get(f"/sittings/{sitting['id']}").text]
        sitting = ok(response)
    texts.append(candidate.get(f"/sittings/{sitting['id']}/result").text)
    for secret in secrets_of(service.database):
        assert not any(secret in text for text in texts), secret
    for name in ('"correct"', "rationale", "difficulty", "discrimination", '"key"', '"score"', "item_version"):
        assert not any(name in text for text in texts), name


def secrets_of(database: Database) -> set[str]:
    with database.reading() as session:
        codes = set(session.exec(select(Item.code)))
        rationales = {
            option["rationale"]
            for version in session.exec(select(ItemVersion))
            for option in version.content["options"]
            if option["rationale"]
        }
    assert len(rationales) > 50
    return codes | rationales


def test_an_answer_sent_again_changes_nothing_and_another_one_is_a_conflict(service: Service, client: SignIn) -> None:
    candidate = client("candidate")
    sitting = ok(candidate.post(f"/me/exams/{service.institution.exam}/start"))
    again = ok(candidate.post(f"/me/exams/{service.institution.exam}/start"))
    assert again["id"] == sitting["id"]
    answers = f"/sittings/{sitting['id']}/answers"
    first = ok(candidate.post(answers, {"position": 1, "selected": [1]}))
    repeated = ok(candidate.post(answers, {"position": 1, "selected": [1]}))
    assert repeated == first
    conflict = candidate.post(answers, {"position": 1, "selected": [0]})
    assert (conflict.status_code, conflict.json()["code"]) == (409, "answer_conflict")
    early = candidate.post(answers, {"position": 3, "selected": [0]})
    assert (early.status_code, early.json()["code"]) == (409, "position_out_of_order")
    assert ok(candidate.get(f"/sittings/{sitting['id']}"))["question"]["position"] == 2


def test_ending_gives_a_result_and_takes_no_more_answers(service: Service, client: SignIn) -> None:
    candidate = client("candidate")
    sitting = ok(candidate.post(f"/me/exams/{service.institution.exam}/start"))
    ok(candidate.post(f"/sittings/{sitting['id']}/answers", {"position": 1, "selected": [0]}))
    refused = candidate.get(f"/sittings/{sitting['id']}/result")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    ended = ok(candidate.post(f"/sittings/{sitting['id']}/end"))
    assert (ended["finished"], ended["finish_reason"]) == (True, "candidate_ended")
    late = candidate.post(f"/sittings/{sitting['id']}/answers", {"position": 2, "selected": [0]})
    assert (late.status_code, late.json()["code"]) == (409, "sitting_finished")
    result = ok(candidate.get(f"/sittings/{sitting['id']}/result"))
    assert result["outcome"]["verdict"] == "not_enough_evidence"


def test_another_candidates_sitting_does_not_exist(service: Service, client: SignIn) -> None:
    sitting = ok(client("candidate").post(f"/me/exams/{service.institution.exam}/start"))
    other = client("candidate2")
    for method, path, body in (
        ("GET", "", None),
        ("POST", "/answers", {"position": 1, "selected": [0]}),
        ("POST", "/end", None),
        ("GET", "/result", None),
    ):
        response = other.send(method, f"/sittings/{sitting['id']}{path}", body)
        assert response.status_code == 404, path


def test_times_and_extra_time_reach_a_running_sitting(service: Service, client: SignIn) -> None:
    administrator, candidate = client("administrator"), client("candidate")
    exam = f"/exams/{service.institution.exam}"
    sitting = ok(candidate.post(f"/me/exams/{service.institution.exam}/start"))
    assert sitting["remaining_seconds"] == 3600
    ok(administrator.put(f"{exam}/times", {"time_limit_minutes": 90, "opens_at": None, "closes_at": None}))
    person = service.institution["candidate"].person_id
    assert administrator.put(f"{exam}/enrolments/{person}/extra-time", {"minutes": 15}).status_code == 204
    assert ok(candidate.get(f"/sittings/{sitting['id']}"))["remaining_seconds"] == 105 * 60
    line = ok(administrator.get("/sittings"))["running"][0]
    assert (line["username"], line["extra_minutes"], line["remaining_seconds"]) == ("candidate", 15, 105 * 60)
    naive = {"time_limit_minutes": 90, "opens_at": "2026-11-22T09:00:00", "closes_at": None}
    assert administrator.put(f"{exam}/times", naive).status_code == 422


def test_people_are_created_with_a_password_that_works_once_shown(service: Service, client: SignIn) -> None:
    administrator = client("administrator")
    made = ok(administrator.post("/people", {"username": "Malee", "display_name": "มาลี", "roles": ["candidate"]}), 201)
    newcomer = service.stranger()
    newcomer.token = ok(newcomer.post("/sessions", {"username": "malee", "password": made["password"]}), 201)["token"]
    assert ok(newcomer.get("/me"))["roles"] == ["candidate"]
    person = f"/people/{made['person']['id']}"
    assert ok(administrator.put(f"{person}/roles", {"roles": ["reviewer", "item_writer"]}))["roles"] == [
        "item_writer",
        "reviewer",
    ]
    reset = ok(administrator.post(f"{person}/password"))
    assert reset["password"] != made["password"]
    assert newcomer.get("/me").status_code == 401
    ok(administrator.put(f"{person}/active", {"active": False}))
    assert newcomer.post("/sessions", {"username": "malee", "password": reset["password"]}).status_code == 401
    assert [found["username"] for found in ok(administrator.get("/people?search=male"))["people"]] == ["malee"]
    with service.database.reading() as session:
        entries = list_entries(session, actor=service.institution["administrator"], subject="malee")
    assert not any(made["password"] in str(entry) for entry in entries)


def test_saving_over_somebody_elses_version_is_a_conflict(client: SignIn) -> None:
    writer, other = client("writer"), client("writer2")
    content = CONTENT | {"criterion": first_written_criterion(writer, "DG100")}
    item = ok(writer.post("/items", content), 201)
    versions = f"/items/{item['id']}/versions"
    ok(other.post(versions, {"started_from": 1, "content": content | {"stem": "ฉบับของอีกคน"}}))
    conflict = writer.post(versions, {"started_from": 1, "content": content | {"stem": "ฉบับของฉัน"}})
    assert (conflict.status_code, conflict.json()["code"]) == (409, "edit_conflict")
    listed = ok(writer.get("/items?search=ฉบับของอีกคน&state=draft"))
    assert (listed["total"], [line["id"] for line in listed["items"]]) == (1, [item["id"]])


def test_what_changed_between_two_versions_is_marked(client: SignIn) -> None:
    writer = client("writer")
    content = CONTENT | {"criterion": first_written_criterion(writer, "DG100")}
    item = ok(writer.post("/items", content), 201)
    stem = f"{content['stem']} ในปีนี้"
    ok(writer.post(f"/items/{item['id']}/versions", {"started_from": 1, "content": content | {"stem": stem}}))
    found = ok(writer.get(f"/items/{item['id']}/differences?before=1&after=2"))
    assert "".join(passage["text"] for passage in found["before"]["stem"]) == content["stem"]
    assert "".join(passage["text"] for passage in found["after"]["stem"]) == stem
    assert any(passage["changed"] for passage in found["after"]["stem"])
    assert (found["same_wording"], found["fields"]) == (False, [])
    assert writer.get(f"/items/{item['id']}/differences?before=9").status_code == 404


def test_a_calibration_is_requested_once_and_its_worker_woken_after_the_commit(
    service: Service, client: SignIn
) -> None:
    psychometrician = client("psychometrician")
    refused = psychometrician.post("/calibrations", {"unit": "DG100"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_enough_answers")
    assert service.worker.wakes == 0
    assert ok(psychometrician.get("/calibrations")) == {"calibrations": []}


def test_item_statistics_tell_a_unit_and_one_item(service: Service, client: SignIn) -> None:
    sit(client("candidate"), service.institution.exam)
    psychometrician = client("psychometrician")
    unit = ok(psychometrician.get("/item-statistics?unit=DG100"))
    assert (unit["sittings"], unit["simulated_sittings"]) == (1, 0)
    asked = next(line for line in unit["items"] if line["answers"])
    detail = ok(psychometrician.get(f"/item-statistics/{asked['item_id']}"))
    assert detail["item"] == asked
    assert sum(option["count"] for option in detail["options"]) == 1
    assert all(point["lower"] <= point["probability"] <= point["upper"] for point in detail["curve"])
    assert psychometrician.get("/item-statistics?unit=NONE").status_code == 404


def test_a_run_is_cancelled_and_asked_for_again(service: Service, client: SignIn) -> None:
    things = record_things(service.database, service.institution, now=service.now)
    psychometrician = client("psychometrician")
    run = f"/calibrations/{things.run_id}"
    assert ok(psychometrician.get(run))["state"] == "waiting"
    early = psychometrician.post(f"{run}/publish", {"note": ""})
    assert (early.status_code, early.json()["code"]) == (409, "illegal_move")
    cancelled = ok(psychometrician.post(f"{run}/cancel"))
    assert (cancelled["state"], cancelled["possible_moves"]) == ("cancelled", ["again"])
    assert [found["id"] for found in ok(psychometrician.get("/calibrations?unit=DG100"))["calibrations"]] == [
        str(things.run_id)
    ]
    assert psychometrician.post(f"{run}/again").json()["code"] == "not_enough_answers"


def test_one_approves_and_another_publishes(service: Service, client: SignIn) -> None:
    with service.database.writing() as session:
        add_simulated_sittings(session, exam_id=service.institution.exam, count=60, now=service.now)
    first, second = client("psychometrician"), client("psychometrician2")
    refused = first.post("/calibrations", {"unit": "DG100", "model": "3pl"})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_few_for_guessing")
    asked = ok(first.post("/calibrations", {"unit": "DG100"}), 202)
    assert execute_run(service.database, UUID(asked["id"]))
    run = f"/calibrations/{asked['id']}"
    impact = ok(first.get(run))["impact"]
    assert (impact["sittings"], impact["simulated"], impact["at_most"]) == (60, 60, 500)
    assert sum(move["sittings"] for move in impact["moves"]) == 60
    assert len(impact["changes"]) == impact["changed"]
    approved = ok(first.post(f"{run}/approve"))
    assert (approved["needs_another_person"], approved["may_publish"]) == (True, ["ทดสอบ psychometrician2"])
    alone = first.post(f"{run}/publish", {"note": ""})
    assert (alone.status_code, alone.json()["code"]) == (403, "second_person_needed")
    published = ok(second.post(f"{run}/publish", {"note": ""}))
    assert (published["approved_by"], published["published_by"]) == (
        "ทดสอบ psychometrician",
        "ทดสอบ psychometrician2",
    )
    assert published["published_bank_number"] == 2
    listed = ok(first.get("/calibrations"))["calibrations"]
    assert (listed[0]["published_by"], listed[0]["needs_another_person"]) == ("ทดสอบ psychometrician2", False)
