"""``samat replay``: proving that a recorded sitting follows from its answers."""

from __future__ import annotations

import sys
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer

from api.commands.opened import opened_database
from api.commands.output import JsonOption, print_json
from engine.explanation import explain as explain_decision
from engine.explanation import explain_outcome
from engine.stop_reasons import explain_stop
from itembank.actor import COMMAND_LINE
from itembank.clock import utc_now
from itembank.delivery.replay import ReplayReport, replay_sitting
from itembank.errors import InvalidInput

DIFFERS = 1


class Language(StrEnum):
    """Languages of the explanations."""

    TH = "th"
    EN = "en"


ExplainOption = Annotated[
    Language | None, typer.Option("--explain", help="Tell in a sentence why each question was chosen: th or en.")
]


def replay_command(
    sitting: Annotated[str, typer.Argument(help="Id of the sitting.")],
    explain: ExplainOption = None,
    json: JsonOption = False,
) -> None:
    """Recompute a recorded sitting step by step; exits with 1 if any step differs from the record."""
    try:
        sitting_id = UUID(sitting)
    except ValueError:
        raise InvalidInput(field="SITTING", expected=f"the id of a sitting, not {sitting!r}") from None
    with opened_database() as database, database.reading() as session:
        report = replay_sitting(session, actor=COMMAND_LINE, sitting_id=sitting_id, now=utc_now())
    if json:
        document = asdict(report) | {"agrees": report.agrees}
        print_json(document | ({"explanation": _explanation(report, explain)} if explain else {}))
    else:
        _print(report)
        if explain:
            told = _explanation(report, explain)
            print("", *told["decisions"], *filter(None, [told["end"]]), *told["outcome"], sep="\n")
    if not report.agrees:
        sys.exit(DIFFERS)


def _explanation(report: ReplayReport, language: str) -> dict[str, Any]:
    """Put every decision, the end and the outcome of a sitting into sentences."""
    return {
        "decisions": [explain_decision(step.decision, language) for step in report.steps],
        "end": explain_stop(report.finish_reason, language) if report.finish_reason else None,
        "outcome": list(explain_outcome(report.outcome, language)) if report.outcome else [],
    }


def _print(report: ReplayReport) -> None:
    print("  #  item                  score  theta    se     P(competent)")
    for step in report.steps:
        score = "–" if step.score is None else str(step.score)
        print(
            f"{step.position:>3}  {step.item:<20}  {score:>5}  {step.theta:+.3f}  {step.standard_error:.3f}"
            f"  {step.probability_competent:.4f}"
        )
        for difference in step.differences:
            print(f"     DIFFERS: {difference}")
    for difference in report.differences:
        print(f"DIFFERS: {difference}")
    print(f"ended: {report.finish_reason or 'still in progress'}")
    print("every step agrees with the record" if report.agrees else "the record and the replay differ")
