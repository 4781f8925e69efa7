"""``samat items``: exchange of items as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands.opened import opened_database
from api.commands.output import JsonOption, print_json
from itembank.actor import COMMAND_LINE
from itembank.authoring.exchange import ExchangedItem, export_items, import_items, starter_rows
from itembank.clock import utc_now
from itembank.exchange.item_files import read_items, write_items

app = typer.Typer(help="Exchange of items as files.", no_args_is_help=True)

Format = Literal["csv", "json"]


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Items as CSV or JSON.")],
    format: Annotated[Format | None, typer.Option(help="csv or json; by the file's ending if not given.")] = None,  # noqa: A002
    preview: Annotated[bool, typer.Option("--preview", help="Check every row and store nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Import items as drafts: all of them, or none if a row is wrong."""
    items = read_items(file, file_format=format)
    with opened_database() as database, database.writing() as session:
        codes = import_items(session, actor=COMMAND_LINE, items=items, file=str(file), now=utc_now(), preview=preview)
    if json:
        print_json({"items": len(items), "stored": 0 if preview else len(codes), "ids": list(codes)})
    else:
        done = "would be stored as drafts" if preview else "stored as drafts"
        print(f"{file}: {len(items)} items {done}")


@app.command("export")
def export_file(
    file: Annotated[Path, typer.Argument(help="Where to write.")],
    format: Annotated[Format | None, typer.Option(help="csv or json; by the file's ending if not given.")] = None,  # noqa: A002
    starter: Annotated[bool, typer.Option("--starter", help="The shipped starter bank, not the database.")] = False,
    json: JsonOption = False,
) -> None:
    """Export the newest version of every item, or the starter bank."""
    items: tuple[ExchangedItem, ...]
    if starter:
        items = starter_rows()
    else:
        with opened_database() as database, database.reading() as session:
            items = export_items(session, actor=COMMAND_LINE)
    write_items(file, items, file_format=format)
    if json:
        print_json({"items": len(items), "file": str(file)})
    else:
        print(f"{file}: {len(items)} items")
