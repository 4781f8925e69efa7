"""How items behave: the items of a unit in figures, and one item in depth."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Transaction
from calibration.curves import CharacteristicCurve
from itembank.authoring.lifecycle import ItemState
from itembank.calibration_runs.item_detail import ItemDetail, item_detail
from itembank.calibration_runs.item_statistics import ItemFlag, UnitStatistics, item_statistics
from itembank.calibration_runs.states import RunState

router = APIRouter(prefix="/item-statistics", tags=["item statistics"])

_LINE = {
    "item_id": "3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11",
    "item_version_id": "c1f2bb0e-5a1e-4c40-8f22-8b8a4a4e0a55",
    "code": "DG101-1.1-01",
    "version": 1,
    "criterion": "DG101-1.1",
    "element": "DG101",
    "state": "operational",
    "model": "2pl",
    "discrimination": 1.12,
    "difficulty": -0.31,
    "se_discrimination": 0.14,
    "se_difficulty": 0.12,
    "source": "calibration",
    "answers": 312,
    "simulated_answers": 312,
    "proportion_right": 0.58,
    "exposure_rate": 0.78,
    "flags": [],
}
_UNIT = {
    "unit": "DG100",
    "unit_title": "เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
    "bank_number": 2,
    "sittings": 400,
    "simulated_sittings": 400,
    "answers": 5120,
    "exposure_limit": 0.9,
    "cut_score": 0.0,
}


class LineShown(Shown):
    """One item of the bank in force."""

    item_id: UUID
    item_version_id: UUID
    code: str
    version: int
    criterion: str
    element: str
    state: ItemState
    model: str
    discrimination: float
    difficulty: float
    se_discrimination: float
    se_difficulty: float
    source: str = Field(description="prior (the writer's rating) or calibration")
    answers: int
    simulated_answers: int
    proportion_right: float | None = Field(
        description="Depends on who was asked: an adaptive exam asks each candidate what suits that candidate."
    )
    exposure_rate: float | None = Field(description="Share of the sittings that could ask it that did.")
    flags: list[ItemFlag] = Field(description="Why it is worth a look.")


class UnitFiguresShown(Shown):
    """What the figures of a unit rest on."""

    unit: str
    unit_title: str
    bank_number: int
    sittings: int
    simulated_sittings: int
    answers: int
    exposure_limit: float | None
    cut_score: float | None


class UnitStatisticsShown(UnitFiguresShown):
    """The items of a unit in the bank in force, by code."""

    model_config = example(**_UNIT, items=[_LINE])

    items: list[LineShown] = Field(validation_alias="lines")


class CurvePointShown(Shown):
    """A point of the characteristic curve with its confidence band."""

    ability: float
    probability: float
    lower: float
    upper: float


class ObservedShown(Shown):
    """Answers of the persons about one ability, as shares of the highest score."""

    ability: float
    proportion: float
    standard_error: float
    n_expected: float


class OptionStatisticsShown(Shown):
    """What one option attracts."""

    letter: str
    text: str
    is_key: bool
    count: int
    share: float
    mean_ability: float | None = Field(description="Of those who chose it.")
    correlation: float | None = Field(description="Of choosing it with ability.")
    suspicious: bool


class AbilityGroupShown(Shown):
    """Examinees of like ability, and the share that chose each option."""

    ability: float
    count: int
    shares: list[float]


class NewestShown(Shown):
    """What the newest finished calibration estimated of an item."""

    run_id: UUID
    state: RunState
    in_force: bool = Field(description="Whether the bank in force measures by it already.")
    curve: list[CurvePointShown]
    observed: list[ObservedShown] = Field(description="By ability as the answers to the other items tell it.")


class ScoreLineShown(Shown):
    """How many answers got a score."""

    score: int
    count: int
    share: float
    mean_ability: float | None


class WrongEntryShown(Shown):
    """A wrong answer that several people typed; nobody is named, and what only one typed is not told."""

    text: str
    count: int


class ItemDetailShown(Shown):
    """One item of the bank in force in depth."""

    model_config = example(
        unit=_UNIT,
        item=_LINE,
        stem="ข้อใดเป็นข้อมูลส่วนบุคคลตามกฎหมายคุ้มครองข้อมูลส่วนบุคคล",
        curve=[{"ability": 0.0, "probability": 0.59, "lower": 0.52, "upper": 0.65}],
        observed=[{"ability": -0.4, "proportion": 0.49, "standard_error": 0.07, "n_expected": 48.2}],
        options=[
            {
                "letter": "A",
                "text": "หมายเลขโทรศัพท์ของบุคคล",
                "is_key": True,
                "count": 181,
                "share": 0.58,
                "mean_ability": 0.21,
                "correlation": 0.33,
                "suspicious": False,
            }
        ],
        with_outcome=312,
        in_force=True,
        newest=None,
        groups=[{"ability": -1.1, "count": 62, "shares": [0.41, 0.22, 0.25, 0.12]}],
        scores=[],
        entries=[],
    )

    unit: UnitFiguresShown
    item: LineShown
    stem: str
    curve: list[CurvePointShown]
    observed: list[ObservedShown]
    options: list[OptionStatisticsShown]
    with_outcome: int = Field(description="Answers of sittings with an outcome: those the options are tabulated from.")
    in_force: bool = Field(description="Whether the figures are those of the bank in force, not of an earlier one.")
    newest: NewestShown | None = Field(description="The newest finished calibration's estimate, where there is one.")
    groups: list[AbilityGroupShown] = Field(description="What the options attract, by fifths of ability.")
    scores: list[ScoreLineShown] = Field(description="How many got which score, where there are no options to choose.")
    entries: list[WrongEntryShown] = Field(description="Wrong answers that several typed, the most frequent first.")


class StatisticsFilter(Sent):
    """Which unit."""

    unit: str


@router.get("", response_model=UnitStatisticsShown, summary="The items of a unit in figures")
def read_unit_statistics(
    wanted: Annotated[StatisticsFilter, Query()], caller: Caller, session: Transaction
) -> UnitStatistics:
    """Give answers, parameters with standard errors, exposure and flags of a unit's items. For psychometricians."""
    return item_statistics(session, actor=caller, unit=wanted.unit)


@router.get("/{item_id}", response_model=ItemDetailShown, summary="One item in depth")
def read_item_statistics(item_id: UUID, caller: Caller, session: Transaction) -> dict[str, Any]:
    """Give an item's characteristic curve, observed proportions and option table. For psychometricians."""
    return _shown(item_detail(session, actor=caller, item_id=item_id))


def _shown(detail: ItemDetail) -> dict[str, Any]:
    newest = detail.newest
    return {
        "unit": detail.unit,
        "item": detail.line,
        "stem": detail.content.stem,
        "curve": _points(detail.curve),
        "observed": detail.observed,
        "options": [
            OptionStatisticsShown(
                letter=option.letter,
                text=option.text,
                is_key=option.statistics.is_key,
                count=option.statistics.count,
                share=option.statistics.share,
                mean_ability=option.statistics.mean_ability,
                correlation=option.statistics.correlation,
                suspicious=option.statistics.suspicious,
            )
            for option in detail.options
        ],
        "with_outcome": detail.with_outcome,
        "in_force": detail.in_force,
        "newest": {
            "run_id": newest.run_id,
            "state": newest.state,
            "in_force": newest.in_force,
            "curve": _points(newest.curve),
            "observed": newest.observed,
        }
        if newest
        else None,
        "groups": detail.groups,
        "scores": detail.scores,
        "entries": detail.entries,
    }


def _points(curve: CharacteristicCurve) -> list[dict[str, float]]:
    columns = (curve.ability, curve.probability, curve.lower, curve.upper)
    return [
        {"ability": ability, "probability": probability, "lower": lower, "upper": upper}
        for ability, probability, lower, upper in zip(*(column.tolist() for column in columns), strict=True)
    ]
