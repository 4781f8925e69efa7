"""``samat demo``: a site with something in it, on this machine alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.commands.opened import opened_database
from api.commands.output import progress_line
from api.commands.serve import PortOption, require_free_address, run_site
from itembank.clock import utc_now
from itembank.demo.load import DemoPerson, load_demo
from itembank.settings import load_settings

_HOST = "127.0.0.1"


def demo(
    port: PortOption = 8000,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its database.")] = Path(".demo"),
    serve: Annotated[bool, typer.Option(help="Serve the site once the data are loaded.")] = True,
) -> None:
    """Load the demo (only what is missing), print names and fresh passwords, and serve it on 127.0.0.1."""
    if serve:
        require_free_address(host=_HOST, port=port)
    os.environ.setdefault("SAMAT_DATABASE_URL", f"sqlite:///{folder.resolve() / 'samat.db'}")
    os.environ.setdefault("SAMAT_COOKIES", "plain")
    load_settings.cache_clear()
    print("samat: loading standard, starter bank, people and simulated sittings", flush=True)
    with opened_database() as database:
        people = load_demo(database, now=utc_now(), on_progress=progress_line("simulated sittings"))
    _print(people, port)
    if serve:
        run_site(host=_HOST, port=port, workers=1)


def _print(people: tuple[DemoPerson, ...], port: int) -> None:
    print(f"\n  Samat demo: http://{_HOST}:{port}/\n")
    print("  role              user name         password (fresh at every start)")
    for person in people:
        print(f"  {person.role:<16}  {person.username:<16}  {person.password}")
    print("\n  Stop with Ctrl+C. All sittings marked as simulated were made by a program.\n")
    sys.stdout.flush()
