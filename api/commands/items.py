"""``samat items``: exchange of items as files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands.opened import opened_database
from api.commands.output import JsonOption, print_json
from itembank.actor import COMMAND_LINE
from itembank.authoring.exchange import ExchangedItem, export_items, import_items, starter_rows
from itembank.authoring.flaws.flaw import SOURCES
from itembank.authoring.lint_report import LintReport, lint_bank, lint_starter_bank
from itembank.clock import utc_now
from itembank.exchange.item_files import read_items, write_items

app = typer.Typer(help="Exchange of items as files.", no_args_is_help=True)

Format = Literal["csv", "json", "xlsx"]


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Items as Excel, CSV or JSON.")],
    format: Annotated[Format | None, typer.Option(help="csv, json or xlsx; by the file's ending if not given.")] = None,  # noqa: A002
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
    format: Annotated[Format | None, typer.Option(help="csv, json or xlsx; by the file's ending if not given.")] = None,  # noqa: A002
    starter: Annotated[bool, typer.Option("--starter", help="The shipped starter bank, not the database.")] = False,
    template: Annotated[bool, typer.Option("--template", help="No items: a workbook or table to fill in.")] = False,
    json: JsonOption = False,
) -> None:
    """Export the newest version of every item, the starter bank, or an empty table to fill in."""
    items: tuple[ExchangedItem, ...]
    if template:
        items = ()
    elif starter:
        items = starter_rows()
    else:
        with opened_database() as database, database.reading() as session:
            items = export_items(session, actor=COMMAND_LINE)
    write_items(file, items, file_format=format)
    if json:
        print_json({"items": len(items), "file": str(file)})
    else:
        print(f"{file}: {len(items)} items")


@app.command("lint")
def lint_items(
    starter: Annotated[bool, typer.Option("--starter", help="The shipped starter bank, not the database.")] = False,
    json: JsonOption = False,
) -> None:
    """Tell flaws of item writing, near duplicates, and how the keys are spread: warnings, so that it succeeds."""
    if starter:
        report = lint_starter_bank()
    else:
        with opened_database() as database, database.reading() as session:
            report = lint_bank(session, actor=COMMAND_LINE)
    if json:
        print_json(asdict(report) | {"by_rule": report.by_rule, "sources": SOURCES})
    else:
        _print_report(report)


def _print_report(report: LintReport) -> None:
    for item in report.items:
        for flaw in item.flaws:
            print(f"{item.code} {flaw.field}: {flaw.rule.value}{f' ({flaw.seen})' if flaw.seen else ''}")
    for pair in report.similar:
        print(f"{pair.first} and {pair.second}: alike by {pair.similarity:.2f}")
    for balance in report.keys:
        told = ", ".join(f"{chr(ord('A') + place)} {count}" for place, count in enumerate(balance.counts))
        uneven = "; out of balance" if balance.out_of_balance else ""
        print(f"keys among {balance.options} options: {told} (p = {balance.probability:.3f}{uneven})")
    rules = ", ".join(f"{rule} {count}" for rule, count in report.by_rule.items()) or "none"
    print(f"{report.n_items} items, {len(report.items)} with warnings: {rules}; {len(report.similar)} pairs alike")
