"""The JSON API: an application of its own that the site mounts."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.problems import PROBLEM_MEDIA_TYPE, Problem, install_problems
from api.resources import (
    alike_items,
    banks,
    calibrations,
    dif_studies,
    exams,
    group_data,
    images,
    item_comments,
    item_decisions,
    item_differences,
    item_enemies,
    item_exchange,
    item_flaws,
    item_reviews,
    item_statistics,
    items,
    judging,
    marking,
    measurement_reports,
    neutralisations,
    people,
    problem_types,
    run_diagnostics,
    signing_in,
    simulations,
    sitting_an_exam,
    standard,
    standard_setting,
    supervision,
    writing_needs,
)
from itembank.database import Database
from itembank.media.cleaning import IMAGES_AT_ONCE
from itembank.settings import Settings

API_PREFIX = "/api/v1"

_DESCRIPTION = """
The JSON twin of Samat's pages, over the same use cases: what a page can do, a program can do, under the same rules.

Sign in with `POST /sessions` and send the token as `Authorization: Bearer TOKEN`. Moments are ISO 8601 with a time
zone. Refusals are problem details (RFC 9457), and `code` says what kind.
"""


class Worker(Protocol):
    """What works off runs in the background; it is told when there is something new to do."""

    def wake(self) -> None:
        """Look for waiting runs now."""


def create_api(
    *, database: Database, settings: Settings, worker: Worker, simulation_worker: Worker, dif_worker: Worker
) -> FastAPI:
    """Make the API.

    Args:
        database: Where everything is.
        settings: What the installation decides.
        worker: What works off calibration runs.
        simulation_worker: What works off simulations.
        dif_worker: What works off studies of differential item functioning.
    """
    api = FastAPI(
        title="Samat",
        version="1",
        description=_DESCRIPTION,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": API_PREFIX}],
        root_path_in_servers=False,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    api.state.database = database
    api.state.settings = settings
    api.state.worker = worker
    api.state.simulation_worker = simulation_worker
    api.state.dif_worker = dif_worker
    # As many transactions at once as there are connections; the others wait here, where waiting costs nothing. Waiting
    # for a connection in a thread would, when hundreds start an exam together, leave no thread to those that hold one.
    api.state.places = asyncio.Semaphore(settings.pool_size)
    # An image takes a hundred megabytes and a second of a processor while it is read anew.
    api.state.cleaning = asyncio.Semaphore(IMAGES_AT_ONCE)
    areas = (
        signing_in,
        sitting_an_exam,
        supervision,
        standard,
        items,
        images,
        item_differences,
        item_enemies,
        item_flaws,
        alike_items,
        item_reviews,
        item_comments,
        item_exchange,
        item_decisions,
        banks,
        calibrations,
        run_diagnostics,
        group_data,
        dif_studies,
        simulations,
        item_statistics,
        neutralisations,
        people,
        exams,
        measurement_reports,
        standard_setting,
        judging,
        marking,
        writing_needs,
        problem_types,
    )
    for area in areas:
        api.include_router(area.router)
    install_problems(api)
    api.openapi = lambda: _document(api)  # type: ignore[method-assign]
    return api


def _operation_id(route: APIRoute) -> str:
    return route.name


def _document(api: FastAPI) -> dict[str, Any]:
    """Describe the API, with problem details in place of the framework's own description of errors."""
    if api.openapi_schema is None:
        document = get_openapi(
            title=api.title,
            version=api.version,
            description=api.description,
            routes=api.routes,
            servers=api.servers,
        )
        schemas = document["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs"))
        schemas["Problem"] = problem
        for operations in document["paths"].values():
            for operation in operations.values():
                _describe_refusals(operation)
        api.openapi_schema = document
    return api.openapi_schema


def _describe_refusals(operation: dict[str, Any]) -> None:
    content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation["responses"].pop("422", None)
    if "security" in operation:
        operation["responses"]["401"] = {"description": "Sign in first", "content": content}
    operation["responses"]["4XX"] = {"description": "A refusal", "content": content}
    operation["responses"]["5XX"] = {"description": "A failure of the server", "content": content}
