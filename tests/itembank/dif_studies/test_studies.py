"""Studies from the request to the findings: what is compared, what is refused, and what is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from scipy.stats import false_discovery_control
from sqlmodel import col, select

from calibration.dif import DifStudy, ItemDif, LikelihoodRatioDif, Mantel, MantelHaenszel
from calibration.dif.logistic_regression import LogisticDif
from calibration.dif.study import Comparison
from calibration.exclusions import Exclusion
from itembank.actor import Role
from itembank.calibration_runs.recorded_responses import VersionLabel
from itembank.database import Database
from itembank.dif_studies.failures import FailureKind
from itembank.dif_studies.findings import latest_dif
from itembank.dif_studies.grouped_responses import load_grouped_responses, people_with_answers
from itembank.dif_studies.results import StudyFacts, StudyResults, study_results
from itembank.dif_studies.states import StudyState
from itembank.dif_studies.studies import (
    StudyView,
    cancel_study,
    list_studies,
    request_again,
    study_view,
)
from itembank.dif_studies.work import execute_study
from itembank.errors import InvalidInput, NoLawfulBasis, NotAllowed, NotFound, TooFewInGroup
from itembank.framework.store import current_standard
from itembank.group_data.entered_rows import rows_of
from itembank.group_data.memberships import load_people
from itembank.group_data.variables import find_variable
from itembank.neutralisation.states import IN_FORCE_STATES
from itembank.tables import BankItem, DifStudyRun, Exam, Neutralisation, Person, Sitting
from tests.itembank.dif_studies.conftest import Filled, Study
from tests.support.compared_groups import add_answers, add_variable
from tests.support.institution import NOON, Institution


def results_of(view: StudyView) -> StudyResults:
    assert view.results is not None, view.failure
    return view.results


def test_a_study_finds_the_item_that_differs_on_both_databases(database: Database, institution: Institution) -> None:
    study = Study(database, institution)
    view = study.carried_out()
    results = results_of(view)
    assert (view.state, view.possible_moves) == (StudyState.DONE, ("again",))
    assert (results.n_reference, results.n_focal, results.n_responses) == (130, 130, 3120)
    first = results.items[0]
    assert first.item_version_id == str(study.compared.versions[0])
    assert (first.classification, first.favours, first.measure) == ("C", "reference", "delta")
    assert first.share_interval[0] < first.share_difference < first.share_interval[1] < 0
    assert first.share_difference < -0.2
    classes = [item.classification for item in results.items]
    assert classes == sorted(classes, reverse=True)
    # The bank rests on ratings alone, which the page says.
    assert results.uncalibrated == len(results.items)
    assert results.anchors < 12
    found = {item.item_version_id: item for item in results.items}
    adjusted = false_discovery_control([item.p_value for item in results.items])
    assert [item.p_adjusted for item in results.items] == pytest.approx(adjusted)
    assert all(item.shrunken is not None for item in found.values())
    with database.reading() as session:
        findings = latest_dif(session, standard_id=current_standard(session).id, unit="DG100")
    finding = findings[study.compared.versions[0]]
    assert (finding.classification, finding.variable, finding.favours) == ("C", "ภาษาแม่", "ภาษาไทย")
    assert (finding.variable_en, finding.favours_en, finding.study_id) == ("First language", "Thai", view.id)
    assert set(findings) == {UUID(name) for name in found}


@pytest.mark.parametrize("method", ["logistic", "likelihood_ratio"])
def test_other_methods_agree_on_the_item(study: Study, method: str) -> None:
    results = results_of(study.carried_out(method=method))
    first = results.items[0]
    assert first.item_version_id == str(study.compared.versions[0])
    assert (first.classification, first.favours) == ("C", "reference")
    assert first.effect < 0
    assert first.standard_error is not None
    assert first.shrunken is None
    assert StudyResults.from_dict(json.loads(json.dumps(results.to_dict()))) == results


def test_nothing_that_is_kept_tells_who_is_in_which_group(study: Study) -> None:
    view = study.carried_out()
    with study.database.reading() as session:
        kept = json.dumps(session.get_one(DifStudyRun, view.id).results)
        sittings = session.exec(select(Sitting.id).where(col(Sitting.person_id).in_(study.compared.person_ids))).all()
    assert len(sittings) == 260
    assert not any(str(name) in kept for name in (*study.compared.person_ids, *sittings))
    assert "member-" not in kept


def test_who_sat_twice_counts_with_the_first_sitting(study: Study) -> None:
    with study.database.writing() as session:
        exam = session.get_one(Exam, study.institution.exam)
        second = Exam(**(exam.model_dump() | {"id": uuid4()}))
        session.add(second)
        session.flush()
        some = dict.fromkeys(study.compared.person_ids[:7], 0)
        add_answers(session, second, some, now=NOON, simulated=False, seed=5)
        add_answers(session, exam, {study.institution["writer"].person_id: 0}, now=NOON, simulated=False)  # type: ignore[dict-item]
        variable = find_variable(session, study.compared.variable_id)
        options: dict[str, Any] = {
            "standard_id": current_standard(session).id, "unit": "DG100", "variable": variable,
            "categories": ("th", "ms"),
        }  # fmt: skip
        grouped = load_grouped_responses(session, **options)
        assert people_with_answers(session, **options) == {"th": 130, "ms": 130}
    assert (grouped.data.n_persons, grouped.further_sittings) == (260, 7)
    with study.database.reading() as session:
        first = session.exec(
            select(Sitting.id).where(
                col(Sitting.person_id).in_(study.compared.person_ids), Sitting.exam_id == study.institution.exam
            )
        ).all()
    assert set(grouped.data.person_ids) == {str(sitting) for sitting in first}


def test_small_groups_are_refused_without_their_number(filled: Filled) -> None:
    study = Study(*filled, each=49)
    with pytest.raises(TooFewInGroup, match="Fewer than 50 people of the group ภาษาไทย") as refused:
        study.ask()
    assert "49" not in str(refused.value.details)


def test_simulated_and_real_people_are_never_mixed(filled: Filled) -> None:
    study = Study(*filled, simulated=True)
    view = study.carried_out()
    assert view.simulated
    assert results_of(view).simulated
    with study.database.writing() as session:
        found = latest_dif(session, standard_id=current_standard(session).id, unit="DG100")
        assert found
        assert all(one.simulated for one in found.values())
        # A sitting that is not simulated does not count for a variable that is.
        for sitting in session.exec(select(Sitting)):
            sitting.simulated = False
    with pytest.raises(TooFewInGroup):
        study.ask()


def test_a_finding_about_real_people_comes_before_one_about_simulated_ones(filled: Filled) -> None:
    study = Study(*filled)
    real = study.carried_out()
    with study.database.writing() as session:
        run = session.get_one(DifStudyRun, real.id)
        variable = find_variable(session, run.variable_id)
        variable.name_th, variable.name_en = "ก", "k"
        session.add(variable)
        session.flush()
        made_up = add_variable(session, study.institution, now=NOON, simulated=True)
        session.add(DifStudyRun(**(run.model_dump() | {"id": uuid4(), "variable_id": made_up})))
        session.flush()
        found = latest_dif(session, standard_id=run.standard_id, unit="DG100")
    assert {finding.study_id for finding in found.values()} == {real.id}


def test_the_newest_study_of_a_pair_counts(study: Study) -> None:
    study.carried_out()
    later = study.carried_out(now=NOON + timedelta(hours=1), reference="ms", focal="th")
    with study.database.reading() as session:
        found = latest_dif(session, standard_id=current_standard(session).id, unit="DG100")
        assert latest_dif(session, standard_id=current_standard(session).id, unit="DT600") == {}
    assert {finding.study_id for finding in found.values()} == {later.id}
    # The same item favours the same group, whichever of the two is called the reference.
    assert found[study.compared.versions[0]].favours == "ภาษาไทย"


def test_items_without_parameters_are_named_and_not_matched_on(study: Study) -> None:
    versions = study.compared.versions
    with study.database.writing() as session:
        rows = {row.item_version_id: row for row in session.exec(select(BankItem).where(BankItem.unit == "DG100"))}
        rows[versions[1]].discrimination = -0.4
        rows[versions[2]].model = "nrm"
        session.delete(rows[versions[3]])
    results = results_of(study.carried_out())
    reasons = {item.item_version_id: item.reason for item in results.left_out}
    assert reasons == {
        str(versions[1]): "negative_discrimination", str(versions[2]): "other_model", str(versions[3]): "no_parameters",
    }  # fmt: skip
    assert len(results.items) == 9
    assert all(item.code for item in results.left_out)


def test_a_bank_without_any_of_the_items_is_one_clear_failure(study: Study) -> None:
    run = study.ask()
    with study.database.writing() as session:
        for row in session.exec(select(BankItem).where(BankItem.unit == "DG100")):
            session.delete(row)
    execute_study(study.database, run.id, clock=lambda: NOON)
    failure = study.see(run.id).failure
    assert failure is not None
    assert failure.kind is FailureKind.NO_PARAMETERS


def test_requests_that_make_no_sense_are_refused(study: Study) -> None:
    for changes, field in (
        ({"reference": "x"}, "reference"), ({"focal": "x"}, "focal"), ({"focal": "th"}, "focal"),
        ({"method": "guess"}, "method"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            study.ask(**changes)
        assert refused.value.details["field"] == field
    with pytest.raises(NotFound):
        study.ask(unit="DG999")
    with pytest.raises(NotFound):
        study.ask(variable_id=uuid4())
    with pytest.raises(TooFewInGroup):
        study.ask(unit="DT600")
    with pytest.raises(NotFound):
        study.see(uuid4())


def test_asking_twice_starts_one_study_and_another_method_another(study: Study) -> None:
    first = study.ask()
    assert study.ask().id == first.id
    assert study.ask(method="logistic").id != first.id
    with study.database.reading() as session:
        listed = list_studies(session, actor=study.actor, now=NOON)
        assert list_studies(session, actor=study.actor, now=NOON, unit="DT600") == ()
    assert len(listed) == 2
    assert all(view.results is None for view in listed)


def test_only_psychometricians_study(study: Study) -> None:
    run = study.carried_out()
    for name, actor in study.institution.people.items():
        if actor.has(Role.PSYCHOMETRICIAN):
            continue
        with pytest.raises(NotAllowed):
            study.ask(by=name)
        for deed in (cancel_study, request_again):
            with pytest.raises(NotAllowed):
                study.do(deed, run.id, by=name)
        with pytest.raises(NotAllowed), study.database.reading() as session:
            study_view(session, actor=actor, run_id=run.id, now=NOON)
        with pytest.raises(NotAllowed), study.database.reading() as session:
            list_studies(session, actor=actor, now=NOON)


def test_deleted_data_leave_results_that_cannot_be_computed_again(study: Study) -> None:
    run = study.carried_out()
    study.withdraw()
    kept = study.see(run.id)
    assert kept.results == run.results
    assert kept.basis.state == "withdrawn"
    with pytest.raises(NoLawfulBasis):
        study.do(request_again, run.id)
    with pytest.raises(NoLawfulBasis):
        study.ask()


DOUBTFUL = (
    MantelHaenszel(odds_ratio=2.0, delta=-1.63, standard_error=0.3, chi_squared=4.2, p_value=0.04),
    Mantel(mean_difference=-0.3, effect=-0.3, standard_error=0.1, chi_squared=4.2, p_value=0.04),
    LogisticDif(-0.9, 6.4, 0.04, 0.04, 0.5, share=0.08, share_uniform=0.08, share_non_uniform=0.0, standard_error=0.4),
    LikelihoodRatioDif("x", 6.4, 2, 0.04, -0.12, 0.06),
)


@pytest.mark.parametrize("doubtful", DOUBTFUL, ids=lambda one: type(one).__name__)
def test_what_may_be_chance_among_so_many_items_accuses_none(doubtful: Comparison) -> None:
    assert doubtful.classification == "C"
    rows = (("few", 60, doubtful), ("many", 900, doubtful), ("sure", 60, replace(doubtful, p_value=1e-6)))
    items = tuple(ItemDif(name, 900, n, raw, -0.15, 0.03) for name, n, raw in rows)
    items = (*items, replace(items[0], item_id="sound", comparison=replace(doubtful, p_value=0.6)))
    names = [item.item_id for item in items]
    found = study_results(
        DifStudy(items, (Exclusion("item", "lost", "one_category"),), ("few",), settled=True),
        labels={name: VersionLabel(name.upper(), 2, 3) for name in (*names, "lost")},
        facts=StudyFacts(900, 250, 4000, 3, False, (), frozenset({"many"}), {name: name for name in names}),
    )
    assert {item.code: (item.classification, item.own_classification) for item in found.items} == {
        "FEW": ("A", "C"), "MANY": ("A", "C"), "SURE": ("C", "C"), "SOUND": ("A", "A"),
    }  # fmt: skip
    assert (found.count("C"), found.count("A"), found.uncalibrated, found.left_out[0].code) == (1, 3, 3, "LOST")
    nothing = study_results(
        DifStudy((), (), (), settled=True),
        labels={},
        facts=StudyFacts(60, 60, 900, 0, False, (), frozenset(), {}),
    )
    assert nothing.items == ()


def test_a_change_with_ability_is_told_only_with_size_and_beyond_chance() -> None:
    plain = LogisticDif(
        -0.1, 9.0, 0.01, 0.5, 0.5, share=0.06, share_uniform=0.0, share_non_uniform=0.06, standard_error=0.2
    )
    slopes = {
        "chance": (0.03, 0.06),
        "tiny": (1e-5, 0.01),
        "true": (1e-5, 0.06),
        "flat": (0.8, 0.06),
        "none": (0.9, 0.0),
    }
    items = tuple(
        ItemDif(name, 900, 900, replace(plain, p_non_uniform=p, share_non_uniform=share), -0.02, 0.03)
        for name, (p, share) in slopes.items()
    )
    found = study_results(
        DifStudy(items, (), (), settled=True),
        labels={name: VersionLabel(name, 2, 3) for name in slopes},
        facts=StudyFacts(900, 900, 4000, 0, False, (), frozenset(), {name: name for name in slopes}),
    )
    assert [item.code for item in found.items if item.crossing] == ["true"]


def test_neutralised_answers_are_left_out(study: Study) -> None:
    with study.database.writing() as session:
        session.add(
            Neutralisation(
                standard_id=current_standard(session).id, unit="DG100", item_version_id=study.compared.versions[0],
                fault="wrong_key", rule="all", reason_th="ก", reason_en="r", state=IN_FORCE_STATES[0].value,
                proposed_by="x", proposed_at=NOON, applied_at=NOON,
            )
        )  # fmt: skip
    results = results_of(study.carried_out())
    assert (results.n_reference, results.n_responses) == (130, 2860)
    named = {item.item_version_id for item in results.items} | {item.item_version_id for item in results.left_out}
    assert str(study.compared.versions[0]) not in named


def test_more_people_join_with_more_data(study: Study) -> None:
    """Answers alone are not enough: only who is on record takes part."""
    with study.database.writing() as session:
        person = Person(username="late", display_name="L", created_at=NOON)
        session.add(person)
        session.flush()
        exam = session.get_one(Exam, study.institution.exam)
        add_answers(session, exam, {person.id: 0}, now=NOON, simulated=False)
    before = results_of(study.carried_out())
    with study.database.writing() as session:
        load_people(
            session, actor=study.institution["administrator"], variable_id=study.compared.variable_id,
            rows=rows_of([("late", "th")]), now=NOON,
        )  # fmt: skip
    after = results_of(study.carried_out())
    assert (before.n_reference, after.n_reference) == (130, 131)
