"""``samat bank``: publishing the operational items as a numbered bank."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from api.commands.opened import opened_database
from api.commands.output import JsonOption, print_json
from itembank.actor import COMMAND_LINE
from itembank.clock import utc_now
from itembank.publishing.banks import BankView, list_banks, publish_bank, reinstate_bank

app = typer.Typer(help="Published banks.", no_args_is_help=True)


@app.command("publish")
def publish(note: Annotated[str, typer.Option(help="Why, for the record.")] = "", json: JsonOption = False) -> None:
    """Publish every operational item as a new bank and put it in force."""
    with opened_database() as database, database.writing() as session:
        _tell(publish_bank(session, actor=COMMAND_LINE, now=utc_now(), note=note), json)


@app.command("reinstate")
def reinstate(
    number: Annotated[int, typer.Argument(help="Number of the bank to put back in force.")],
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    json: JsonOption = False,
) -> None:
    """Put an earlier bank back in force."""
    with opened_database() as database, database.writing() as session:
        _tell(reinstate_bank(session, actor=COMMAND_LINE, number=number, reason=reason, now=utc_now()), json)


@app.command("list")
def list_published(json: JsonOption = False) -> None:
    """List the published banks, the newest first."""
    with opened_database() as database, database.reading() as session:
        banks = list_banks(session, actor=COMMAND_LINE)
    if json:
        print_json({"banks": [asdict(bank) for bank in banks]})
        return
    for bank in banks:
        _tell(bank, False)
    if not banks:
        print("No bank has been published yet; publish one with: samat bank publish")


def _tell(bank: BankView, json: bool) -> None:
    if json:
        print_json(asdict(bank))
    else:
        force = ", in force" if bank.in_force else ""
        print(f"bank {bank.number}: {bank.items} items, published {bank.published_at:%Y-%m-%d %H:%M} UTC{force}")
