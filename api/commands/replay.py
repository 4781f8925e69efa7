"""``samat replay``: proving that a recorded sitting follows from its answers."""

from __future__ import annotations

import sys
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from api.commands.opened import opened_database
from api.commands.output import JsonOption, print_json
from itembank.actor import COMMAND_LINE
from itembank.clock import utc_now
from itembank.delivery.replay import ReplayReport, ReplayStep, replay_sitting
from itembank.delivery.replayed_tasks import ReplayedTask
from itembank.delivery.replayed_versions import ReplayedVersion
from itembank.delivery.told_replay import told_replay
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
        print_json(document | ({"explanation": asdict(told_replay(report, language=explain))} if explain else {}))
    else:
        print_report(report)
        if explain:
            told = told_replay(report, language=explain)
            print("", *told.decisions, *filter(None, [told.end]), *told.outcome, sep="\n")
    if not report.agrees:
        sys.exit(DIFFERS)


def _print_version(version: ReplayedVersion) -> None:
    what = "recomputed; the result stayed" if version.number is None else f"version {version.number} of the result"
    left_out = ", ".join(version.left_out) or "nothing"
    verdict = version.outcome["unit"]["verdict"] if version.outcome else "could not be recomputed"
    print(f"{what}, {version.recorded_at.isoformat()}: {verdict}, without {left_out} ({version.decided_by})")
    for difference in version.differences:
        print(f"     DIFFERS: {difference}")


def _print_task(task: ReplayedTask) -> None:
    blind = ", ".join(str(points) for points in task.blind_marks) or "none yet"
    settled = "waits for marks" if task.points is None else f"{task.points} of {task.highest_points} ({task.manner})"
    print(f"task {task.position}  {task.task}  {task.element}  open {task.openness:.4f}  marks: {blind}  {settled}")
    for difference in task.differences:
        print(f"     DIFFERS: {difference}")


def _standing(step: ReplayStep) -> str:
    if not step.counts:
        return "  tried out; does not count"
    return f"  testlet {step.testlet}" if step.testlet else ""


def print_report(report: ReplayReport) -> None:
    """Print a replayed sitting as a table, with whatever differs from its record."""
    if report.prior:
        prior = report.prior
        print(
            f"informed by {', '.join(prior.units)} (weight {prior.weight:.3f}): the start was {prior.mean:+.3f}"
            f" ±{prior.sd:.3f}, the population's {prior.population_mean:+.3f} ±{prior.population_sd:.3f}"
        )
    print("  #  item                  score  theta    se     P(competent)")
    for step in report.steps:
        score = "–" if step.score is None else str(step.score)
        print(
            f"{step.position:>3}  {step.item:<20}  {score:>5}  {step.theta:+.3f}  {step.standard_error:.3f}"
            f"  {step.probability_competent:.4f}{_standing(step)}"
        )
        for difference in step.differences:
            print(f"     DIFFERS: {difference}")
    for task in report.tasks:
        _print_task(task)
    for difference in report.differences:
        print(f"DIFFERS: {difference}")
    print(f"ended: {report.finish_reason or 'still in progress'}")
    for version in report.versions:
        _print_version(version)
    print("every step agrees with the record" if report.agrees else "the record and the replay differ")
