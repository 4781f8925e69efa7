"""The order of harm, and what a decision of before does not cover."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, Option
from itembank.authoring.lifecycle import ItemState
from itembank.calibration_runs.item_statistics import ItemFlag, ItemStatisticsLine
from itembank.diagnostics.findings import ItemDiagnosis
from itembank.dif_studies.findings import DifFinding
from itembank.item_decisions.harm import WORDINGS, Harm, HarmReason, harm_order, in_order, new_or_worse
from itembank.item_decisions.harm_reasons import Evidence, harm_reasons
from itembank.item_decisions.option_choices import AbilityMoments, ItemChoices
from tests.itembank.authoring.item_types.every_type import MATCHING

VERSION = uuid4()


def line(*flags: ItemFlag, discrimination: float = 1.0, exposure_rate: float | None = None) -> ItemStatisticsLine:
    return ItemStatisticsLine(
        item_id=uuid4(), item_version_id=VERSION, code="DG101-1.1-01", version=1, criterion="DG101-1.1",
        element="DG101", state=ItemState.OPERATIONAL, model="2pl", discrimination=discrimination, difficulty=0.0,
        se_discrimination=0.1, se_difficulty=0.6, source="calibration", answers=100, simulated_answers=0,
        proportion_right=0.5, exposure_rate=exposure_rate, flags=flags,
    )  # fmt: skip


def content(*correct: bool) -> ItemContent:
    several = sum(correct) > 1
    return ItemContent(
        criterion="DG101-1.1",
        type=ItemType.MULTIPLE_CHOICE if several else ItemType.SINGLE_CHOICE,
        cognitive_level=CognitiveLevel.REMEMBER,
        difficulty_rating=2,
        language="th",
        stem="ข้อใดถูก",
        options=tuple(Option(f"ตัวเลือก {place}", correct=right) for place, right in enumerate(correct)),
    )


def diagnosis(**known: object) -> ItemDiagnosis:
    return ItemDiagnosis(VERSION, "DG101-1.1-01", 1, "2pl", 100, **known)  # type: ignore[arg-type]


def found(**known: object) -> dict[str, HarmReason]:
    evidence = {"line": line(), "content": content(True, False, False), "exposure_limit": None} | known
    return {reason.wording: reason for reason in harm_reasons(Evidence(**evidence))}  # type: ignore[arg-type]


def choices(shares: dict[int, float], *, n: int = 100) -> ItemChoices:
    """Answers of two halves of abilities −1 and 1: each option's share among the abler, of those who chose it."""
    options = tuple(
        (position, AbilityMoments(n // len(shares), n / len(shares) * (2 * abler - 1), n / len(shares)))
        for position, abler in shares.items()
    )
    right = dict(options)[0]
    answers = AbilityMoments(n, sum(one.total for _, one in options), float(n))
    return ItemChoices(answers, options, right.count, right.count, right.total)


def test_a_sound_item_has_no_reason_against_it() -> None:
    assert found() == {}
    assert found(choices=choices({0: 0.7, 1: 0.4, 2: 0.4, 3: 0.5})) == {}
    assert found(diagnosis=diagnosis(misfit=0.2, displacement=0.9, robust_z=1.0, drift_direction="harder")) == {}


def test_a_key_that_the_abler_leave_and_the_option_they_take() -> None:
    reasons = found(choices=choices({0: 0.2, 1: 0.8}))
    # Half chose each; of the 50 who chose the key 10 are at 1 and 40 at −1: r = −.6, ten answers a standard error.
    assert reasons["negative_answers"].figures == {"correlation": pytest.approx(-0.6), "count": 100.0}
    assert reasons["negative_answers"].strength == pytest.approx(3.0)
    assert reasons["distractor"].figures == {"option": "B", "correlation": pytest.approx(0.6), "count": 50.0}
    assert "key" not in reasons  # the score of an item with one right option has said so
    assert set(found(choices=choices({0: 0.2, 1: 0.8}), content=content(True, False, True))) >= {"key", "distractor"}


def test_few_answers_say_nothing_of_options() -> None:
    assert found(choices=choices({0: 0.0, 1: 1.0}, n=20)) == {}


def test_drift_is_told_with_its_direction_until_the_bank_has_taken_it_in() -> None:
    drifted = diagnosis(drifted=True, displacement=0.6, robust_z=3.1, drift_alarm="2026-11-20T05:00:00+00:00")
    assert found(diagnosis=drifted)["drift_harder"].figures == {"amount": 0.6, "robust_z": 3.1}
    assert set(found(diagnosis=drifted)) == {"drift_harder"}  # once is enough
    easier = diagnosis(drifted=True, displacement=-0.6, robust_z=-3.1)
    assert found(diagnosis=easier)["drift_easier"].figures["amount"] == 0.6
    assert found(diagnosis=drifted, outdated=True) == {}
    alarm = diagnosis(drift_alarm="2026-11-20T05:00:00+00:00", drift_direction="easier")
    assert set(found(diagnosis=alarm)) == {"alarm_easier"}


@pytest.mark.parametrize(("classification", "wordings"), [("A", set()), ("B", {"dif_moderate"}), ("C", {"dif_large"})])
def test_only_classes_b_and_c_of_dif_are_reasons(classification: str, wordings: set[str]) -> None:
    dif = DifFinding(uuid4(), classification, -0.12, "ภาษาแม่", "First language", "ไทย", "Thai", simulated=False)
    reasons = found(dif=dif)
    assert set(reasons) == wordings
    for reason in reasons.values():
        assert reason.figures["difference"] == 0.12
        assert reason.figures["group_en"] == "Thai"


def test_flags_of_parameters_and_exposure_are_reasons_with_their_figures() -> None:
    flags = (
        ItemFlag.LOW_DISCRIMINATION,
        ItemFlag.OVER_EXPOSED,
        ItemFlag.UNSURE,
        ItemFlag.RETIRED,
        ItemFlag.FEW_ANSWERS,
    )
    reasons = found(line=line(*flags, discrimination=0.25, exposure_rate=0.75), exposure_limit=0.5)
    assert {name: reason.strength for name, reason in reasons.items()} == {
        "over_exposed": pytest.approx(1.5),
        "low_discrimination": pytest.approx(2.0),
        "unsure": pytest.approx(1.2),
        "retired": 1.0,
    }


def test_items_are_sorted_by_their_worst_reason_then_by_its_strength_then_by_how_many_there_are() -> None:
    drift, worse_drift = HarmReason(Harm.DRIFT, "drift_harder", 1.2), HarmReason(Harm.DRIFT, "drift_harder", 2.0)
    misfit, compromised = HarmReason(Harm.MISFIT, "misfit", 50.0), HarmReason(Harm.COMPROMISED, "compromised")
    items = [(misfit,), (), (drift,), (drift, misfit), (worse_drift,), (compromised,)]
    assert sorted(items, key=harm_order) == [
        (compromised,), (worse_drift,), (drift, misfit), (drift,), (misfit,), (),
    ]  # fmt: skip
    assert in_order([misfit, worse_drift, compromised]) == (compromised, worse_drift, misfit)


REASONS = st.lists(
    st.builds(
        HarmReason,
        st.sampled_from(Harm),
        st.sampled_from(WORDINGS),
        st.floats(1.0, 100.0),
        st.sampled_from(("", "A", "B")),
        st.dictionaries(st.sampled_from(("a", "b")), st.floats(-5, 5)),
    ),
    max_size=5,
)


@given(REASONS, REASONS)
def test_what_a_decision_knew_brings_nothing_back_and_what_it_did_not_know_does(
    then: list[HarmReason], more: list[HarmReason]
) -> None:
    assert new_or_worse(then, then) == ()
    known = {reason.name for reason in then}
    fresh = new_or_worse([*then, *more], then)
    assert all(reason in more for reason in fresh)
    assert {reason.name for reason in more} - known <= {reason.name for reason in fresh}
    assert [HarmReason.from_dict(reason.to_dict()) for reason in then] == then


def test_a_reason_comes_back_when_it_is_a_quarter_worse() -> None:
    then = [HarmReason(Harm.DRIFT, "drift_harder", 1.2, "displacement")]
    assert new_or_worse([HarmReason(Harm.DRIFT, "drift_harder", 1.49, "displacement")], then) == ()
    worse = HarmReason(Harm.DRIFT, "drift_harder", 1.51, "displacement")
    assert new_or_worse([worse], then) == (worse,)


def test_places_of_other_types_are_no_options_that_could_fail() -> None:
    attractive = choices({0: 0.5, 1: 0.9})
    assert "distractor" in found(choices=attractive)
    assert "distractor" not in found(choices=attractive, content=MATCHING)
