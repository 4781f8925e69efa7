"""A measured figure beside what is asked of it, and how a benchmark prints such figures."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One figure, with its Monte-Carlo standard error where it has one, and its target.

    Args:
        work: What was done.
        name: What is measured.
        value: How much it came to.
        error: Monte-Carlo standard error, 0 for figures without one.
        least: The target's lower end, if it has one.
        most: The target's upper end, if it has one.
        digits: Digits after the point.
    """

    work: str
    name: str
    value: float
    error: float = 0.0
    least: float | None = None
    most: float | None = None
    digits: int = 3

    @property
    def target(self) -> str:
        """The target in words."""
        if self.least is not None and self.most is not None:
            return f"{self.least:g} to {self.most:g}"
        if self.least is not None:
            return f"≥ {self.least:g}"
        return "" if self.most is None else f"≤ {self.most:g}"

    @property
    def verdict(self) -> str:
        """Whether the target is met, "" where there is none."""
        if not self.target:
            return ""
        inside = (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)
        return "met" if inside else "MISSED"


def tell(figures: Sequence[Figure], *, name: str, as_json: bool) -> None:
    """Print figures as one JSON object or as a table."""
    if as_json:
        rows = [asdict(figure) | {"target": figure.target, "verdict": figure.verdict} for figure in figures]
        print(json.dumps({name: rows}))
        return
    widths = [max(len(getattr(figure, column)) for figure in figures) for column in ("work", "name")]
    for figure in figures:
        error = f"± {figure.error:.{figure.digits}f}" if figure.error else ""
        value = f"{figure.value:.{figure.digits}f}"
        print(
            f"{figure.work:{widths[0]}}  {figure.name:{widths[1]}}  {value:>10} {error:10}"
            f"  {figure.target:16} {figure.verdict}"
        )
