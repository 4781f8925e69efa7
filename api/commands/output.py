"""What commands print: one JSON object or plain lines on standard output, progress on standard error of a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

BAR_WIDTH = 30

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON object."""
    print(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def print_facts(facts: dict[str, Any]) -> None:
    """Print names and values, one a line."""
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        print(f"{name:<{width}}  {_shown(value)}")


def progress_line(label: str) -> Callable[[int, int], None]:
    """Make a progress bar; it is silent where standard error is no terminal."""
    if not sys.stderr.isatty():
        return lambda _done, _total: None

    def report(done: int, total: int) -> None:
        end = "\n" if done == total else ""
        bar = "█" * (BAR_WIDTH * done // max(total, 1))
        print(f"\r{label} ▕{bar:<{BAR_WIDTH}}▏ {done}/{total}", end=end, file=sys.stderr, flush=True)

    return report


def _shown(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
