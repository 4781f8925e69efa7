"""``samat serve``: the site."""

from __future__ import annotations

import socket
from typing import Annotated

import typer
import uvicorn

from api.commands.opened import opened_database
from itembank.errors import InvalidInput
from itembank.settings import load_settings

PortOption = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: PortOption = 8000,
    workers: Annotated[int, typer.Option(help="Processes; they share nothing but the database.", min=1)] = 1,
) -> None:
    """Serve the site; the database is brought to the current version first."""
    require_free_address(host=host, port=port)
    run_site(host=host, port=port, workers=workers)


def require_free_address(*, host: str, port: int) -> None:
    """Find out before any work is done that the site could not listen here; the server itself would only exit.

    Raises:
        InvalidInput: The address is none of this machine's, or the port is taken or reserved.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        expected = f"an address and port to listen on; {host} port {port}: {error.strerror}"
        raise InvalidInput(field="--host, --port (PORT of make demo)", expected=expected) from None


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
