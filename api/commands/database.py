"""``samat database``: bringing the database to the current version of its tables."""

from __future__ import annotations

import typer

from api.commands.opened import opened_database

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.callback()
def _database() -> None:
    """The database."""


@app.command("upgrade")
def upgrade_database() -> None:
    """Create the tables, or bring them to the current version; the site does so by itself at its start."""
    with opened_database() as database:
        print(f"{database.engine.url.render_as_string(hide_password=True)}: up to date")
