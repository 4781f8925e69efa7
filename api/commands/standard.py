"""``samat standard``: importing a published standard, and showing the stored one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.commands.opened import opened_database
from api.commands.output import JsonOption, print_json
from itembank.actor import COMMAND_LINE
from itembank.clock import utc_now
from itembank.framework.decoding import decode_standard
from itembank.framework.parser import parse_standard
from itembank.framework.store import StoreResult, current_standard, store_framework

app = typer.Typer(help="The occupational standard that exams are built on.", no_args_is_help=True)


@app.command("import")
def import_standard(
    file: Annotated[Path, typer.Argument(help="Text of a published standard, UTF-8 or TIS-620.")],
    json: JsonOption = False,
) -> None:
    """Parse a published standard and store it as a version; the same text again changes nothing."""
    framework = parse_standard(decode_standard(file.read_bytes(), source_name=file.name), source_name=file.name)
    with opened_database() as database, database.writing() as session:
        result = store_framework(session, actor=COMMAND_LINE, framework=framework, now=utc_now())
    counts = framework.counts()
    if json:
        print_json(
            counts
            | {
                "warnings": [asdict(warning) for warning in framework.warnings],
                "version": result.standard.version,
                "created": result.created,
                "differences": list(result.standard.differences) if result.created else [],
                "title": framework.title,
                "issuer": framework.issuer,
            }
        )
        return
    for warning in framework.warnings:
        section = f"section {warning.section}" if warning.section else None
        place = " ".join(part for part in (warning.unit, section, warning.subject) if part)
        line = f"line {warning.line}: " if warning.line else ""
        print(f"warning: {place}{': ' if place else ''}{line}{warning.message}")
    print(_told(result, counts))


@app.command("show")
def show_standard(json: JsonOption = False) -> None:
    """Show the stored standard as a tree of units, elements and criteria."""
    with opened_database() as database, database.reading() as session:
        stored = current_standard(session)
    framework = stored.framework
    if json:
        print_json(framework.tree() | {"version": stored.version, "counts": framework.counts()})
        return
    print(f"{framework.title} (version {stored.version}; {framework.issuer})")
    for unit in framework.units:
        print(f"{unit.code}  {unit.title}")
        for element in unit.elements:
            print(f"  {element.code}  {element.wording}  [{', '.join(element.methods)}]")
            for criterion in element.criteria:
                print(f"    {criterion.number}  {criterion.wording}")


def _told(result: StoreResult, counts: dict[str, int]) -> str:
    summary = (
        f"{counts['units']} units, {counts['elements']} elements, {counts['criteria']} criteria; "
        f"{counts['written_elements']} elements with {counts['written_criteria']} criteria have a written exam"
    )
    if not result.created:
        return f"{summary}. Version {result.standard.version} is this very text: nothing was changed."
    lines = [f"{summary}. Stored as version {result.standard.version}."]
    lines += [f"changed: {difference['message']}" for difference in result.standard.differences]
    return "\n".join(lines)
