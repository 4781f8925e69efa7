"""The site: both faces on one application, with what every request passes through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.resources import files

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.staticfiles import StaticFiles

from api.routes import API_PREFIX, create_api
from itembank.authoring.desk.kept_work import sweep_desks
from itembank.authoring.enemy_proposals import propose_enemies
from itembank.authoring.flaws.words import words_of
from itembank.calibration_runs.worker import CalibrationWorker
from itembank.clock import utc_now
from itembank.database import Database
from itembank.delivery.sittings import settle_expired
from itembank.dif_studies.worker import DifStudyWorker
from itembank.item_imports.worker import ImportWorker
from itembank.neutralisation.worker import CorrectionWorker
from itembank.settings import Settings, load_settings
from itembank.simulations.worker import SimulationWorker
from web.body_limit import BodyLimit
from web.error_pages import FailurePages, install_error_pages
from web.pages import (
    administrator,
    bank,
    calibrations,
    candidate,
    dif_studies,
    home,
    item_exchange,
    judging,
    marking,
    measurement,
    measurement_reports,
    media,
    neutralisations,
    simulations,
    standard_setting,
    writing_needs,
    written_tasks,
)
from web.request_log import RequestLog, configure_logging
from web.security import SameOrigin, SecurityHeaders

_SETTLE_EVERY_SECONDS = 20
_COMPARE_EVERY_SECONDS = 5
_SWEEP_EVERY_SECONDS = 3600

log = structlog.get_logger("samat")


class _KeptFiles(StaticFiles):
    """Static files that browsers may keep for good, since their address changes with their content."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response: Response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application.

    Args:
        settings: What the installation decides; read from the environment if not given.

    Raises:
        InvalidSettings: An environment variable has a value it cannot have.
    """
    settings = settings or load_settings()
    configure_logging(settings.log_format)
    app = FastAPI(title="Samat", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    app.state.settings = settings
    app.state.database = Database.from_settings(settings)
    app.state.worker = CalibrationWorker(app.state.database)
    app.state.simulation_worker = SimulationWorker(app.state.database)
    app.state.dif_worker = DifStudyWorker(app.state.database)
    app.state.correction_worker = CorrectionWorker(app.state.database)
    app.state.import_worker = ImportWorker(app.state.database)
    api = create_api(
        database=app.state.database,
        settings=settings,
        worker=app.state.worker,
        simulation_worker=app.state.simulation_worker,
        dif_worker=app.state.dif_worker,
    )
    app.state.places = api.state.places
    app.state.cleaning = api.state.cleaning
    app.mount(API_PREFIX, api)
    app.mount("/static", _KeptFiles(directory=str(files("web") / "static")))
    for pages in (
        home,
        candidate,
        written_tasks,
        writing_needs,
        bank,
        item_exchange,
        measurement,
        measurement_reports,
        media,
        calibrations,
        dif_studies,
        simulations,
        standard_setting,
        judging,
        marking,
        neutralisations,
        administrator,
    ):
        app.include_router(pages.router)
    install_error_pages(app)

    @app.get("/health", include_in_schema=False)
    def health(request: Request) -> dict[str, str]:
        with request.app.state.database.reading() as session:
            session.connection().exec_driver_sql("SELECT 1")
        return {"status": "ok"}

    secure = settings.cookies == "secure"
    app.add_middleware(BodyLimit)
    app.add_middleware(FailurePages)
    app.add_middleware(SameOrigin, exempt_prefix=API_PREFIX)
    app.add_middleware(SecurityHeaders, secure=secure)
    app.add_middleware(RequestLog)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.worker.start()
    app.state.simulation_worker.start()
    app.state.dif_worker.start()
    app.state.correction_worker.start()
    app.state.import_worker.start()
    settling = asyncio.create_task(_settle_again_and_again(app.state.database))
    comparing = asyncio.create_task(_compare_again_and_again(app.state.database))
    sweeping = asyncio.create_task(_sweep_again_and_again(app.state.database))
    # The dictionary of Thai words takes seconds to read, for which no writer's first preview should wait.
    warming = asyncio.create_task(asyncio.to_thread(words_of, "พจนานุกรม"))
    try:
        yield
    finally:
        for task in (settling, comparing, sweeping, warming):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        app.state.import_worker.stop()
        app.state.correction_worker.stop()
        app.state.dif_worker.stop()
        app.state.simulation_worker.stop()
        app.state.worker.stop()
        app.state.database.close()


async def _settle_again_and_again(database: Database) -> None:
    while True:
        await asyncio.sleep(_SETTLE_EVERY_SECONDS)
        try:
            ended = await asyncio.to_thread(settle_expired, database, now=utc_now())
        except Exception:
            # A lost connection must not end the settling for good; the next round tries again.
            log.exception("settling expired sittings failed")
        else:
            if ended:
                log.info("ended expired sittings", count=ended)


async def _compare_again_and_again(database: Database) -> None:
    compared = 0
    while True:
        # After an import there is a second batch to compare, and perhaps a tenth.
        await asyncio.sleep(0 if compared else _COMPARE_EVERY_SECONDS)
        try:
            compared = await asyncio.to_thread(propose_enemies, database, now=utc_now())
        except Exception:
            # As above: the next round tries again.
            log.exception("looking for items alike failed")
            compared = 0
        else:
            if compared:
                log.info("compared items", count=compared)


async def _sweep_again_and_again(database: Database) -> None:
    while True:
        await asyncio.sleep(_SWEEP_EVERY_SECONDS)
        try:
            await asyncio.to_thread(sweep_desks, database, now=utc_now())
        except Exception:
            # As above.
            log.exception("sweeping the writers' desks failed")
