"""The command ``samat``: what people script against."""

from __future__ import annotations

import sys

import typer
from typer._click.exceptions import NoArgsIsHelpError
from typer.exceptions import Abort, TyperException

from api.commands import (
    banks,
    calibrate,
    database,
    demo,
    items,
    measurement_reports,
    people,
    replay,
    score,
    serve,
    simulate,
    standard,
)
from calibration.errors import CalibrationError
from engine.errors import EngineError
from itembank.errors import SamatError

app = typer.Typer(
    name="samat",
    help="Samat: adaptive exams and item banks for competence-based qualifications.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("calibrate")(calibrate.calibrate_command)
app.command("score")(score.score_command)
app.command("simulate")(simulate.simulate_command)
app.command("replay")(replay.replay_command)
app.add_typer(standard.app, name="standard")
app.add_typer(items.app, name="items")
app.add_typer(banks.app, name="bank")
app.add_typer(measurement_reports.app, name="report")
app.add_typer(people.app, name="people")
app.add_typer(database.app, name="database")

BAD_INPUT = 2


def main() -> None:
    """Run the command; a refusal is one line on standard error and exit code 2, never a traceback."""
    try:
        outcome = app(standalone_mode=False)
    except Abort:
        _refuse("stopped")
    except NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        sys.exit(BAD_INPUT)
    except TyperException as error:
        _refuse(error.format_message())
    except (SamatError, EngineError, CalibrationError) as error:
        _refuse(str(error))
    except (OSError, UnicodeError) as error:
        _refuse(_of_the_system(error))
    else:
        sys.exit(outcome if isinstance(outcome, int) else 0)


def _of_the_system(error: OSError | UnicodeError) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _refuse(sentence: str) -> None:
    one_line = " ".join(sentence.split()).replace("Value error, ", "")
    print(f"samat: {one_line}", file=sys.stderr)
    sys.exit(BAD_INPUT)
