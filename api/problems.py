"""Refusals as problem details (RFC 9457): every error of a use case, of a request, and of the server itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from api.schema import Shown, example
from itembank.errors import ErrorKind, InvalidInput, SamatError, TooManyAttempts, error_classes

PROBLEM_MEDIA_TYPE = "application/problem+json"

STATUS = {
    ErrorKind.NOT_SIGNED_IN: 401,
    ErrorKind.NOT_ALLOWED: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.INVALID: 422,
    ErrorKind.TOO_MANY: 429,
    ErrorKind.BROKEN: 500,
}


class FieldProblem(Shown):
    """One field that can't be taken."""

    field: str = Field(description="Name of the field, with dots into nested ones; empty for the body as a whole.")
    expected: str = Field(description="What was expected there.")


class Problem(Shown):
    """A refusal as problem details (RFC 9457)."""

    model_config = example(
        type="/api/v1/problems/edit_conflict",
        title="Edit conflict",
        status=409,
        detail="Version 3 was saved in the meantime; this edit started from version 2.",
        code="edit_conflict",
        instance="/api/v1/items/3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11/versions",
    )

    type: str = Field(description="Where this kind of problem is described.")
    title: str = Field(description="The kind of problem in a few words; always the same for a code.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was wrong this time.")
    code: str = Field(description="The kind of problem, for programs.")
    instance: str = Field(description="The address that was asked.")
    errors: list[FieldProblem] | None = Field(default=None, description="The fields concerned, where there are any.")


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem that the API may answer with."""

    code: str
    title: str
    status: int
    description: str


#: Refusals that no use case makes.
_OF_THE_FACE = (
    ProblemType("invalid_request", "Invalid request", 422, "The request's body or parameters can't be read."),
    ProblemType("no_such_address", "No such address", 404, "There is no such address."),
    ProblemType("method_not_allowed", "Method not allowed", 405, "The address does not take this method."),
    ProblemType("http_error", "HTTP error", 400, "The request can't be handled; the status says why."),
    ProblemType(
        "unexpected", "Unexpected", 500, "Something went wrong in the server; nothing of this request was saved."
    ),
)


def problem_types() -> tuple[ProblemType, ...]:
    """List every kind of problem, by code."""
    of_use_cases = (
        ProblemType(cls.code, _title(cls.code), STATUS[cls.kind], (cls.__doc__ or "").strip().splitlines()[0])
        for cls in error_classes()
    )
    return tuple(sorted((*of_use_cases, *_OF_THE_FACE), key=lambda kind: kind.code))


def install_problems(app: FastAPI) -> None:
    """Answer every refusal and failure with problem details."""

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, SamatError)
        fields = None
        if isinstance(error, InvalidInput):
            fields = [FieldProblem(field=str(error.details["field"]), expected=str(error.details["expected"]))]
        return _response(request, error.code, STATUS[error.kind], str(error), fields=fields, headers=_headers(error))

    def not_understood(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        # What was sent is not repeated: it may hold a password.
        fields = [
            FieldProblem(field=".".join(str(part) for part in found["loc"][1:]), expected=str(found["msg"]))
            for found in error.errors()
        ]
        detail = "; ".join(f"{field.field or 'body'}: {field.expected}" for field in fields)
        return _response(request, "invalid_request", 422, detail, fields=fields)

    def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = {404: "no_such_address", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        return _response(request, code, error.status_code, _http_detail(request, error), headers=error.headers)

    def broken(request: Request, error: Exception) -> Response:
        detail = "Something went wrong in the server. Nothing of this request was saved; try again later."
        return _response(request, "unexpected", 500, detail)

    app.add_exception_handler(SamatError, refused)
    app.add_exception_handler(RequestValidationError, not_understood)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, broken)


def _response(
    request: Request,
    code: str,
    status: int,
    detail: str,
    *,
    fields: Sequence[FieldProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    problem = Problem(
        type=f"{request.scope.get('root_path', '')}/problems/{code}",
        title=_title(code),
        status=status,
        detail=detail,
        code=code,
        instance=request.url.path,
        errors=list(fields) if fields else None,
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=status,
        headers=dict(headers) if headers else None,
        media_type=PROBLEM_MEDIA_TYPE,
    )


def _title(code: str) -> str:
    return code.replace("_", " ").capitalize().replace("Http", "HTTP")


def _headers(error: SamatError) -> dict[str, str] | None:
    if error.kind is ErrorKind.NOT_SIGNED_IN:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(60 * int(error.details["minutes"]))}
    return None


def _http_detail(request: Request, error: HTTPException) -> str:
    if error.status_code == 404:
        return f"There is nothing at {request.url.path}."
    if error.status_code == 405:
        return f"{request.url.path} does not take {request.method}."
    return str(error.detail) or HTTPStatus(error.status_code).phrase
