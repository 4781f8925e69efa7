"""The figures of one item: its curves of now and of the newest run, and what each option attracts by ability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calibration.curves import CharacteristicCurve, ObservedProportion
from itembank.calibration_runs.item_detail import ItemDetail
from itembank.calibration_runs.option_curves import AbilityGroup
from itembank.drawing.lines import LineFigure, Series, line_figure
from web.charts import CurveFigure, curve_figure

#: Half the width of a 95 % interval in standard errors.
_HALF_WIDTH = 1.96
#: Abilities at which the table under the curves tells their values.
_TOLD = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
#: What the lines of options look like: lengths of dashes and gaps; the key's is unbroken.
_DASHES = ("7 5", "2 4", "12 4 2 4", "4 3", "16 6", "1 6", "8 3 2 3 2 3", "20 4")


@dataclass(frozen=True, slots=True)
class CurveRow:
    """The value of a curve at one ability, with the ends of its band."""

    ability: float
    share: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class ItemCurves:
    """The curve in force, the newest run's if it is another, and both as rows at the same abilities."""

    in_force: CurveFigure
    newest: CurveFigure | None
    rows: tuple[tuple[CurveRow, CurveRow | None], ...]


@dataclass(frozen=True, slots=True)
class OptionLook:
    """How an option is drawn: its letter is its mark."""

    letter: str
    is_key: bool
    dashes: str


@dataclass(frozen=True, slots=True)
class OptionCurves:
    """The share of each option by groups of ability."""

    figure: LineFigure
    looks: tuple[OptionLook, ...]
    groups: tuple[AbilityGroup, ...]


def item_curves(detail: ItemDetail) -> ItemCurves:
    """Lay out the curve that the bank measures by, and the newest run's where it differs."""
    other = detail.newest if detail.newest and not detail.newest.in_force else None
    newest = other.curve if other else None
    return ItemCurves(
        in_force=_figure(detail.curve, detail.observed, detail.unit.cut_score),
        newest=_figure(other.curve, other.observed, None) if other else None,
        rows=tuple(
            (row, beside)
            for row, beside in zip(_rows(detail.curve), _rows(newest) if newest else (None,) * len(_TOLD), strict=True)
        ),
    )


def option_figure(detail: ItemDetail) -> OptionCurves | None:
    """Lay out what the options attract; None where too few answers tell."""
    if not detail.groups:
        return None
    keys = [option.statistics.is_key for option in detail.options]
    dashes = iter(_DASHES)
    return OptionCurves(
        figure=line_figure(
            [
                Series(option.letter, tuple((group.ability, group.shares[place], 0.0) for group in detail.groups))
                for place, option in enumerate(detail.options)
            ],
            y_range=(0.0, 1.0),
        ),
        looks=tuple(
            OptionLook(option.letter, is_key, "" if is_key else next(dashes))
            for option, is_key in zip(detail.options, keys, strict=True)
        ),
        groups=detail.groups,
    )


def _figure(curve: CharacteristicCurve, observed: Sequence[ObservedProportion], cut_score: float | None) -> CurveFigure:
    return curve_figure(
        theta=curve.ability.tolist(),
        probability=curve.probability.tolist(),
        band=(curve.lower.tolist(), curve.upper.tolist()),
        observed=[
            (point.ability, point.proportion, _HALF_WIDTH * point.standard_error, round(point.n_expected))
            for point in observed
        ],
        cut=cut_score,
    )


def _rows(curve: CharacteristicCurve) -> tuple[CurveRow, ...]:
    places = {round(float(ability), 9): place for place, ability in enumerate(curve.ability)}
    return tuple(
        CurveRow(
            ability,
            float(curve.probability[places[ability]]),
            float(curve.lower[places[ability]]),
            float(curve.upper[places[ability]]),
        )
        for ability in _TOLD
    )
