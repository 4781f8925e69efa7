"""``samat serve``: the site."""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn

from api.commands.opened import opened_database
from itembank.settings import load_settings


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes; they share nothing but the database.")] = 1,
) -> None:
    """Serve the site; the database is brought to the current version first."""
    run_site(host=host, port=port, workers=workers)


def run_site(*, host: str, port: int, workers: int) -> None:
    """Upgrade the database once, then serve until stopped."""
    settings = load_settings()
    with opened_database(settings):
        pass
    uvicorn.run(
        "web.site:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
