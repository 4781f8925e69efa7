"""What each kind of problem means: where the ``type`` of a problem leads."""

from __future__ import annotations

from fastapi import APIRouter

from api.problems import ProblemType, problem_types
from api.schema import Shown, example
from itembank.errors import NotFound

router = APIRouter(prefix="/problems", tags=["problems"])

_TYPE = {
    "code": "edit_conflict",
    "title": "Edit conflict",
    "status": 409,
    "description": "Somebody else saved a newer version in the meantime.",
}


class ProblemTypeShown(Shown):
    """One kind of problem."""

    model_config = example(**_TYPE)

    code: str
    title: str
    status: int
    description: str


class ProblemTypesShown(Shown):
    """Every kind of problem, by code."""

    model_config = example(problems=[_TYPE])

    problems: list[ProblemTypeShown]


@router.get("", response_model=ProblemTypesShown, summary="Every kind of problem")
def list_problem_types() -> dict[str, object]:
    """List every kind of problem that a request may be answered with. For anybody."""
    return {"problems": problem_types()}


@router.get("/{code}", response_model=ProblemTypeShown, summary="One kind of problem")
def read_problem_type(code: str) -> ProblemType:
    """Describe one kind of problem. For anybody."""
    for kind in problem_types():
        if kind.code == code:
            return kind
    raise NotFound(what="kind of problem", name=code)
