"""``samat people``: the first administrator of a new installation."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.opened import opened_database
from api.commands.output import JsonOption, print_json
from itembank.actor import COMMAND_LINE, Role
from itembank.clock import utc_now
from itembank.people.accounts import create_person

app = typer.Typer(help="People and their roles.", no_args_is_help=True)


@app.callback()
def _people() -> None:
    """People and their roles."""


@app.command("add")
def add_person(
    username: Annotated[str, typer.Argument(help="User name to sign in with.")],
    role: Annotated[list[Role], typer.Option(help="A role; may be given several times.")],
    name: Annotated[str, typer.Option(help="Name to show; the user name if not given.")] = "",
    json: JsonOption = False,
) -> None:
    """Create a person with a random password, printed once."""
    with opened_database() as database, database.writing() as session:
        made = create_person(
            session, actor=COMMAND_LINE, username=username, display_name=name or username, roles=role, now=utc_now()
        )
    if json:
        roles = [held.value for held in made.person.roles]
        print_json({"username": made.person.username, "roles": roles, "password": made.password})
    else:
        print(f"{made.person.username}: {made.password}")
