"""``samat items``: exchange of items as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands.opened import opened_database
from api.commands.output import JsonOption, print_json
from itembank.actor import COMMAND_LINE
from itembank.authoring.exchange import export_items, import_items, prepare, starter_rows
from itembank.authoring.flaws.flaw import SOURCES
from itembank.authoring.lint_report import LintReport, lint_bank, lint_starter_bank
from itembank.clock import utc_now
from itembank.database import Database
from itembank.errors import InvalidInput, UnreadableFile
from itembank.exchange.item_file import ItemDefaults, ItemFile, Loss
from itembank.exchange.item_files import read_item_file
from itembank.exchange.item_formats import format_of, format_to_write
from itembank.exchange.item_table import NO_DEFAULTS
from itembank.exchange.shown_images import images_of
from itembank.item_imports.exporting import write_with_images
from itembank.item_imports.reading import report_on
from itembank.item_imports.report import ImportRow
from itembank.media.cleaning import clean_image

app = typer.Typer(help="Exchange of items as files.", no_args_is_help=True)

Format = Literal["csv", "xlsx", "json", "qti3", "qti22", "qti21", "moodle", "gift", "aiken"]
_FORMAT_HELP = "Name of the format; by the file's ending and content if not given."
#: Items whose losses are told one by one on the screen.
_LOSSES_TOLD = 20


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Items as Excel, CSV, JSON, QTI, Moodle XML, GIFT or Aiken.")],
    format: Annotated[Format | None, typer.Option(help=_FORMAT_HELP)] = None,  # noqa: A002
    preview: Annotated[bool, typer.Option("--preview", help="Check every item and store nothing.")] = False,
    leave_out: Annotated[bool, typer.Option("--leave-out-problems", help="Store the others.")] = False,
    criterion: Annotated[str, typer.Option(help="For items that name none.")] = "",
    rating: Annotated[int | None, typer.Option(min=1, max=5, help="Difficulty of items without one.")] = None,
    language: Annotated[Literal["th", "en"], typer.Option(help="Of items that don't say.")] = "th",
    json: JsonOption = False,
) -> None:
    """Import items as drafts: all of them, or none if one is wrong."""
    defaults = _defaults(format_of(file, format).name, criterion=criterion, rating=rating, language=language)
    found = read_item_file(file, file_format=format, defaults=defaults)
    with opened_database() as database:
        with database.reading() as session:
            rows = report_on(session, actor=COMMAND_LINE, file=found)
        refused = [row for row in rows if not row.ready]
        if preview and not json:
            _print_rows(rows)
        if refused and not leave_out:
            first = refused[0]
            problem = InvalidInput(**first.problems[0])
            raise UnreadableFile(file=file, expected=f"{first.place}: {problem}{_and_more(len(refused) - 1)}")
        codes = _codes(found, rows) if preview else _stored(database, file, found, rows)
    if json:
        stored = 0 if preview else len(codes)
        told = {"rows": [row.to_dict() for row in rows]} if preview else {}
        print_json({"items": len(rows), "stored": stored, "ids": codes} | told)
    else:
        done = "would be stored as drafts" if preview else "stored as drafts"
        print(f"{file}: {len(codes)} items {done}")


@app.command("export")
def export_file(
    file: Annotated[Path, typer.Argument(help="Where to write.")],
    format: Annotated[Format | None, typer.Option(help=_FORMAT_HELP)] = None,  # noqa: A002
    starter: Annotated[bool, typer.Option("--starter", help="The shipped starter bank, not the database.")] = False,
    template: Annotated[bool, typer.Option("--template", help="No items: a workbook or table to fill in.")] = False,
    place: Annotated[str, typer.Option(help="Only items of this unit, element or criterion.")] = "",
    json: JsonOption = False,
) -> None:
    """Export the newest version of every item, the starter bank, or an empty table to fill in."""
    chosen = format_to_write(file, format)
    if template or starter:
        items = starter_rows() if starter else ()
        written = chosen.write(file, items)
    else:
        with opened_database() as database, database.reading() as session:
            items = export_items(session, actor=COMMAND_LINE, place=place or None)
            written = write_with_images(session, file, items, file_format=chosen.name)
    if json:
        lost = {code: [asdict(loss) for loss in losses] for code, losses in written.lost.items()}
        print_json({"items": len(items), "file": str(file), "lost": lost})
    else:
        print(f"{file}: {len(items)} items")
        for code, losses in list(written.lost.items())[:_LOSSES_TOLD]:
            print(f"  {code} loses {', '.join(_told(loss) for loss in losses)}")
        if len(written.lost) > _LOSSES_TOLD:
            print(f"  and {len(written.lost) - _LOSSES_TOLD} items more lose something; --json tells all")


def _defaults(format_name: str, *, criterion: str, rating: int | None, language: str) -> ItemDefaults:
    """Give what items get that the file leaves open; a table must say how difficult its items are, or be told."""
    plain = NO_DEFAULTS if format_name in ("csv", "xlsx", "json") else ItemDefaults()
    return replace(
        plain,
        criterion=criterion,
        language=language,
        difficulty_rating=plain.difficulty_rating if rating is None else rating,
    )


def _codes(found: ItemFile, rows: Sequence[ImportRow]) -> list[str]:
    ready = (read.item for read, row in zip(found.items, rows, strict=True) if row.ready)
    return [item.code for item in ready if item is not None]


def _stored(database: Database, file: Path, found: ItemFile, rows: Sequence[ImportRow]) -> list[str]:
    items = [read.item for read, row in zip(found.items, rows, strict=True) if row.ready and read.item is not None]
    shown = {image for item in items for image in images_of(item.content)}
    images = [clean_image(data) for image, data in found.images.items() if image in shown]
    with database.reading() as session:
        prepared = prepare(session, items)
    with database.writing() as session:
        return list(
            import_items(
                session,
                actor=COMMAND_LINE,
                items=items,
                file=str(file),
                now=utc_now(),
                images=images,
                prepared=prepared,
            )
        )


def _print_rows(rows: Sequence[ImportRow]) -> None:
    for row in rows:
        print(f"{row.place}: {row.name or row.beginning[:40] or 'an item'}: {'ready' if row.ready else 'problem'}")
        for problem in row.problems:
            print(f"  {InvalidInput(**problem)}")
        for construct, detail in row.lost:
            print(f"  loses {construct}{f' ({detail})' if detail else ''}")


def _and_more(count: int) -> str:
    return f" (and {count} items more; --preview tells all)" if count else ""


def _told(loss: Loss) -> str:
    return f"{loss.construct} ({loss.detail})" if loss.detail else loss.construct


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
    counts = report.criteria.values()
    ratings = ", ".join(f"{rating}: {count}" for rating, count in report.ratings.items())
    print(f"{len(counts)} criteria with {min(counts, default=0)} to {max(counts, default=0)} items each")
    print(f"difficulty ratings {ratings or 'none'}; {report.translated} items worded in another language, too")
    rules = ", ".join(f"{rule} {count}" for rule, count in report.by_rule.items()) or "none"
    print(f"{report.n_items} items, {len(report.items)} with warnings: {rules}; {len(report.similar)} pairs alike")
