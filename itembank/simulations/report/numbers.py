"""Numbers as a report writes them."""

from __future__ import annotations

from itembank.drawing.plane import number_text


def percent_text(share: float, *, digits: int = 1) -> str:
    """Write a share as per cent; never 0 % or 100 % for what is not exactly that."""
    shown, step = 100 * share, 10.0**-digits
    if 0 < shown < step / 2:
        return f"<{step:.{digits}f}%"
    if 100 - step / 2 < shown < 100:
        return f">{100 - step:.{digits}f}%"
    return f"{number_text(shown, digits=digits)}%"


#: How a figure is written where it is no number with three digits.
_SHARES = {
    "decision_accuracy", "claimed_accuracy", "verdict_accuracy", "undecided", "interval_coverage", "max_exposure",
    "overlap",
}  # fmt: skip


def figure_text(name: str, value: float) -> str:
    """Write a figure of a report in its own unit."""
    if name in _SHARES:
        return percent_text(value)
    if name == "blueprint_violations":
        return f"{int(value):,}"
    return number_text(value, digits=2 if name == "mean_length" else 3)


def error_text(name: str, error: float) -> str:
    """Write a figure's standard error in the same unit."""
    if name in _SHARES:
        return f"±{number_text(100 * error, digits=2)}"
    if name == "blueprint_violations":
        return f"±{number_text(error, digits=1)}"
    return f"±{number_text(error, digits=2 if name == 'mean_length' else 3)}"
