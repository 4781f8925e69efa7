"""The charts of a report: each a drawing with its key and its data as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from itembank.drawing.bars import bar_figure
from itembank.drawing.lines import WHISKER, Series, line_figure
from itembank.drawing.plane import number_text
from itembank.drawing.svg import draw_bars, draw_key, draw_lines, draw_reference_key
from itembank.simulations.report.numbers import percent_text
from itembank.simulations.report.words import text

_CONDITIONAL_SERIES = ("bias", "rmse", "standard_error")

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing as SVG text, the samples of its key with their names, and its data."""

    name: str
    title: str
    description: str
    drawing: str
    key: tuple[tuple[str, str], ...]
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every chart of a report needs: the report, the cut score and the limit if there are any, the language."""

    document: Document
    cut_score: float | None
    limit: float | None
    language: str

    def text(self, key: str) -> str:
        """Give a text in the report's language."""
        return text(key, self.language)


def report_charts(
    document: Document, *, cut_score: float | None, limit: float | None, language: str
) -> tuple[Chart, ...]:
    """Draw what a report holds.

    Args:
        document: The report as plain values.
        cut_score: The cut score, or None where the design has none.
        limit: The largest share of sittings that should use an item, or None.
        language: "th" or "en".

    Returns:
        The charts; one whose data the report lacks is left out.
    """
    scene = _Scene(document, cut_score, limit, language)
    makers: list[tuple[str, Callable[[_Scene], Chart], bool]] = [
        ("conditional", _conditional, True),
        ("conditional", _accuracy, cut_score is not None),
        ("claims", _claims, cut_score is not None),
        ("lengths", _lengths, True),
        ("exposure", _exposure, True),
    ]
    return tuple(make(scene) for needed, make, sensible in makers if sensible and document.get(needed))


def _conditional(scene: _Scene) -> Chart:
    bins = scene.document["conditional"]
    series = [Series(scene.text(name), _points(bins, name)) for name in _CONDITIONAL_SERIES]
    words = {"title": scene.text("conditional_title"), "description": scene.text("conditional_long")}
    figure = line_figure(series, upright=scene.cut_score, across=0.0)
    key = [(draw_key(place), part.name) for place, part in enumerate(series, 1)]
    return Chart(
        name="conditional",
        drawing=draw_lines(
            figure, uid="conditional", x_label=scene.text("theta"), y_label=scene.text("conditional_y"), **words
        ),
        key=(*key, *_cut_key(scene)),
        note=scene.text("whiskers"),
        columns=tuple(scene.text(name) for name in ("theta", "n", *_CONDITIONAL_SERIES, "length", "coverage")),
        rows=tuple(
            (
                _range(entry),
                f"{entry['examinees']:,}",
                *(_with_error(entry, name) for name in _CONDITIONAL_SERIES),
                _with_error(entry, "length", digits=1),
                _share_with_error(entry, "coverage"),
            )
            for entry in bins
        ),
        **words,
    )


def _accuracy(scene: _Scene) -> Chart:
    bins = scene.document["conditional"]
    words = {"title": scene.text("accuracy_title"), "description": scene.text("accuracy_long")}
    points = tuple((x, 100 * y, 100 * error) for x, y, error in _points(bins, "accuracy"))
    figure = line_figure([Series(scene.text("accuracy"), points)], y_range=(0.0, 100.0), upright=scene.cut_score)
    return Chart(
        name="accuracy",
        drawing=draw_lines(
            figure,
            uid="accuracy",
            x_label=scene.text("theta"),
            y_label=f"{scene.text('accuracy')} (%)",
            **words,
        ),
        key=((draw_key(1), scene.text("accuracy")), *_cut_key(scene)),
        note=scene.text("whiskers"),
        columns=tuple(scene.text(name) for name in ("theta", "n", "accuracy", "undecided")),
        rows=tuple(
            (
                _range(entry),
                f"{entry['examinees']:,}",
                _share_with_error(entry, "accuracy"),
                _share_with_error(entry, "undecided"),
            )
            for entry in bins
        ),
        **words,
    )


def _claims(scene: _Scene) -> Chart:
    groups = scene.document["claims"]
    words = {"title": scene.text("claims_title"), "description": scene.text("claims_long")}
    points = tuple((group["claimed"], group["actual"], _error(group, "actual")) for group in groups)
    figure = line_figure(
        [Series(scene.text("actual"), points)], x_range=(0.5, 1.0), y_range=(_tenth_below(points), 1.0), diagonal=True
    )
    return Chart(
        name="claims",
        drawing=draw_lines(figure, uid="claims", x_label=scene.text("claimed"), y_label=scene.text("actual"), **words),
        key=((draw_key(1), scene.text("actual")), (draw_reference_key(), scene.text("key_equal"))),
        note=scene.text("whiskers"),
        columns=tuple(scene.text(name) for name in ("claimed", "actual", "n")),
        rows=tuple(
            (
                percent_text(group["claimed"]),
                _share_with_error(group, "actual"),
                f"{group['examinees']:,}",
            )
            for group in groups
        ),
        **words,
    )


def _lengths(scene: _Scene) -> Chart:
    found: Mapping[str, int] = scene.document["lengths"]
    numbers = [int(length) for length in found]
    # A length that no sitting had has its place too.
    lengths = {str(length): found.get(str(length), 0) for length in range(min(numbers), max(numbers) + 1)}
    words = {"title": scene.text("lengths_title"), "description": scene.text("lengths_long")}
    figure = bar_figure([(length, float(count), False) for length, count in lengths.items()])
    return Chart(
        name="lengths",
        drawing=draw_bars(figure, uid="lengths", x_label=scene.text("length"), y_label=scene.text("sittings"), **words),
        key=(),
        note="",
        columns=(scene.text("length"), scene.text("sittings")),
        rows=tuple((length, f"{count:,}") for length, count in lengths.items()),
        **words,
    )


def _exposure(scene: _Scene) -> Chart:
    rates = sorted(scene.document["exposure"].items(), key=lambda entry: (-entry[1], entry[0]))
    words = {"title": scene.text("exposure_title"), "description": scene.text("exposure_long")}
    flagged = {item: scene.limit is not None and rate > scene.limit for item, rate in rates}
    # Names of items would not fit under their bars: there stands the place, and the table has the names.
    figure = bar_figure(
        [(str(place), 100 * rate, flagged[item]) for place, (item, rate) in enumerate(rates, 1)],
        digits=1,
        reference=None if scene.limit is None else 100 * scene.limit,
    )
    limit = () if scene.limit is None else ((draw_reference_key(), scene.text("key_limit")),)
    return Chart(
        name="exposure",
        drawing=draw_bars(
            figure, uid="exposure", x_label=scene.text("question"), y_label=scene.text("exposure_y"), **words
        ),
        key=limit,
        note="",
        columns=tuple(scene.text(name) for name in ("n_place", "question", "exposure_y", "flagged")),
        rows=tuple(
            (str(place), item, percent_text(rate), scene.text("yes" if flagged[item] else "no"))
            for place, (item, rate) in enumerate(rates, 1)
        ),
        **words,
    )


def _cut_key(scene: _Scene) -> tuple[tuple[str, str], ...]:
    return () if scene.cut_score is None else ((draw_reference_key(), scene.text("key_cut")),)


def _points(bins: Sequence[Document], name: str) -> tuple[tuple[float, float, float], ...]:
    return tuple((entry["theta"], entry[name], _error(entry, name)) for entry in bins)


def _tenth_below(points: Sequence[tuple[float, float, float]]) -> float:
    """Give the tenth below every error bar, and below the least that anybody can claim."""
    lowest = min(y - WHISKER * error for _x, y, error in points)
    return max(0.0, min(0.5, floor(10 * lowest) / 10))


def _error(entry: Document, name: str) -> float:
    """Give a figure's standard error; a single sitting has none, and so no line through its point."""
    return float(entry["standard_errors"].get(name, 0.0))


def _range(entry: Document) -> str:
    low, high = (None if end is None else number_text(end, digits=1) for end in (entry["low"], entry["high"]))
    if low is None or high is None:
        return f"< {high}" if low is None else f"≥ {low}"
    return f"{low} – {high}"


def _with_error(entry: Document, name: str, *, digits: int = 3) -> str:
    return f"{number_text(entry[name], digits=digits)} ±{number_text(_error(entry, name), digits=digits)}"


def _share_with_error(entry: Document, name: str) -> str:
    return f"{percent_text(entry[name])} ±{number_text(100 * _error(entry, name), digits=1)}"
