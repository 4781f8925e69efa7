"""Values that no form would send: refused with a sentence, never a failure of the server."""

from __future__ import annotations

from typing import Any

import pytest

from itembank.authoring.item_types.question import MAXIMUM_OPTION, MAXIMUM_STEM
from tests.api.conftest import Service

CONTENT: dict[str, Any] = {
    "criterion": "DG101-1.1", "type": "single_choice", "cognitive_level": "apply", "difficulty_rating": 3,
    "stem": "?", "options": [{"text": "a", "correct": True}, {"text": "b", "correct": False}],
}  # fmt: skip


def test_a_number_beyond_computing_is_refused(service: Service) -> None:
    administrator = service.client("administrator")
    design = administrator.get("/exam-designs/DG100").json() | {"prior_mean": 10**400}
    answer = administrator.post("/exams", {"title": "x", "unit": "DG100", "design": design})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "prior_mean")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pretest_items": 10**12}, "pretest_items"),
        ({"pretest_items": 99}, "pretest_items"),
        ({"randomesque": 10**12}, "randomesque"),
        ({"exposure_bins": 3, "maximum_exposure": None}, "exposure_bins"),
        ({"stopping": {"further_rules": ["time"], "time_limit_seconds": 1e300}}, "stopping.time_limit_seconds"),
    ],
)
def test_a_design_beyond_all_sense_is_refused_by_its_field(
    service: Service, change: dict[str, Any], field: str
) -> None:
    administrator = service.client("administrator")
    design = administrator.get("/exam-designs/DG100").json() | change
    answer = administrator.post("/exams", {"title": "x", "unit": "DG100", "design": design})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("unit", ["%00", "DG999"])
def test_a_unit_that_does_not_exist_is_not_found(service: Service, unit: str) -> None:
    assert service.client("administrator").get(f"/exam-designs/{unit}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stem": "ก" * (MAXIMUM_STEM + 1)}, "stem"),
        ({"options": [CONTENT["options"][0], {"text": "b" * (MAXIMUM_OPTION + 1), "correct": False}]}, "options.2"),
    ],
)
def test_texts_longer_than_anybody_reads_are_refused(service: Service, change: dict[str, Any], field: str) -> None:
    writer = service.client("writer")
    answer = writer.post("/items", CONTENT | change)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert writer.post("/items", CONTENT).status_code == 201
