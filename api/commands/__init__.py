"""The command ``samat``: what people script against."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from typer._click.exceptions import NoArgsIsHelpError
from typer.exceptions import Abort, TyperException

from calibration.errors import CalibrationError
from engine.errors import EngineError
from itembank.errors import SamatError

#: Where each command lives. Only the one asked for is loaded: all together take a second longer to load.
_COMMANDS = {
    "serve": "serve.serve",
    "demo": "demo.demo",
    "calibrate": "calibrate.calibrate_command",
    "score": "score.score_command",
    "simulate": "simulate.simulate_command",
    "replay": "replay.replay_command",
}
_GROUPS = {
    "standard": "standard.app",
    "items": "items.app",
    "bank": "banks.app",
    "report": "measurement_reports.app",
    "people": "people.app",
    "database": "database.app",
}

BAD_INPUT = 2


def main() -> None:
    """Run the command; a refusal is one line on standard error and exit code 2, never a traceback."""
    try:
        outcome = application(sys.argv[1] if len(sys.argv) > 1 else "")(standalone_mode=False)
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


def application(wanted: str = "") -> typer.Typer:
    """Put the command line together.

    Args:
        wanted: The command that will be run, to load no other; all are loaded for a name that is none, such as --help.
    """
    app = typer.Typer(
        name="samat",
        help="Samat: adaptive exams and item banks for competence-based qualifications.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    # Without a callback a command that is alone would lose its name.
    app.callback()(lambda: None)
    alone = wanted in _COMMANDS or wanted in _GROUPS
    for name, place in _COMMANDS.items():
        if not alone or name == wanted:
            app.command(name)(_loaded(place))
    for name, place in _GROUPS.items():
        if not alone or name == wanted:
            app.add_typer(_loaded(place), name=name)
    return app


def _loaded(place: str) -> Any:
    module, _, name = place.partition(".")
    return getattr(import_module(f"api.commands.{module}"), name)


def _of_the_system(error: OSError | UnicodeError) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _refuse(sentence: str) -> None:
    one_line = " ".join(sentence.split()).replace("Value error, ", "")
    print(f"samat: {one_line}", file=sys.stderr)
    sys.exit(BAD_INPUT)
