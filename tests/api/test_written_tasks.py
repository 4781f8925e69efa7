"""Written tasks and their marking over the API, from the first draft to the result."""

from __future__ import annotations

from tests.api.conftest import Service
from tests.support.written import answers_of, exam_with_tasks, publish_tasks, sit_to_tasks


def test_a_program_answers_tasks_and_marks_them(service: Service) -> None:
    database, people = service.database, service.institution
    with database.writing() as session:
        publish_tasks(session, people)
        exam = exam_with_tasks(session, tasks=2, length=10, time_limit_minutes=None)
    units = service.client("administrator").get("/examinable-units").json()["units"]
    assert next(unit["written_tasks"] for unit in units if unit["code"] == "DG100") == 3
    sitting = sit_to_tasks(database, people, exam)
    url, candidate = f"/sittings/{sitting.id}", service.client("candidate")
    shown = candidate.get(url).json()
    assert (shown["finished"], shown["question"], shown["tasks"], shown["tasks_answered"]) == (False, None, 2, 0)
    assert (shown["task"]["position"], shown["task"]["count"], shown["task"]["draft"]) == (1, 2, "")
    assert "rubric" not in str(shown)
    assert candidate.get(f"/me/exams/{exam}").json()["written_tasks"] == 2

    kept = candidate.put(f"{url}/tasks/1/draft", {"text": "ร่าง", "language": "th"})
    assert (kept.status_code, kept.json()["task"]["draft"]) == (200, "ร่าง")
    assert candidate.put(f"{url}/tasks/2/draft", {"text": "ร่าง"}).json()["code"] == "position_out_of_order"
    assert candidate.post(f"{url}/tasks", {"position": 1}).status_code == 422
    second = candidate.post(f"{url}/tasks", {"position": 1, "text": "คำตอบ", "language": "th"}).json()
    assert (second["saved_position"], second["task"]["position"]) == (1, 2)
    over = candidate.post(f"{url}/tasks", {"position": 2, "leave_blank": True}).json()
    assert (over["finished"], over["task"], over["tasks_answered"]) == (True, None, 2)
    waits = candidate.get(f"{url}/result")
    assert (waits.status_code, waits.json()["code"]) == (409, "result_waits")

    answer = answers_of(database, sitting.id)[0]
    first, other = service.client("marker"), service.client("marker2")
    assert [line["answer_id"] for line in first.get("/marking").json()["to_mark"]] == [str(answer)]
    seen = first.get(f"/marking/{answer}").json()
    assert (seen["text"], seen["maximum"], len(seen["rubric"]), seen["mine"]) == ("คำตอบ", 5, 2, None)
    assert first.post(f"/marking/{answer}/marks", {"kind": "blind", "levels": [1.0, 1]}).status_code == 422
    unasked = {"kind": "settling", "levels": [3, 1], "comment": "ชี้ขาด"}
    assert first.post(f"/marking/{answer}/marks", unasked).json()["code"] == "marking_moved_on"
    beyond = first.get("/marking?offset=1&limit=1").json()
    assert (beyond["to_mark"], beyond["to_mark_count"]) == ([], 1)
    assert first.post(f"/marking/{answer}/marks", {"kind": "blind", "levels": [3]}).json()["code"] == "invalid_input"
    assert first.post(f"/marking/{answer}/marks", {"kind": "blind", "levels": [3, 1]}).json() == {"kind": "blind"}
    assert (
        first.post(f"/marking/{answer}/marks", {"kind": "blind", "levels": [3, 1]}).json()["code"] == "already_marked"
    )
    corrected = first.post(f"/marking/{answer}/corrections", {"levels": [2, 1], "reason": "อ่านใหม่"})
    assert (corrected.status_code, corrected.json()) == (201, {"kind": "blind"})
    progress = service.client("administrator").get("/marking/progress").json()
    assert (progress["exams"][0]["second_mark"], progress["exams"][0]["settled"], progress["markers"]) == (1, 1, 3)
    assert other.post(f"/marking/{answer}/marks", {"kind": "blind", "levels": [2, 1]}).json() == {"kind": "blind"}

    result = candidate.get(f"{url}/result").json()
    assert (result["tasks"], result["tasks_missing"], result["version"]) == (2, False, 1)
    tasks = service.client("psychometrician").get("/marking/agreement").json()["tasks"]
    assert [(task["agreement"]["responses"], task["agreement"]["exact"]) for task in tasks] == [(1, 0.0)]
    assert first.get(f"/marking/{answer}").json()["code"] == "already_marked"
