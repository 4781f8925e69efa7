import pytest

from engine.design import SELECTIONS
from engine.errors import InvalidSetting
from engine.explanations.explanation import explain, explain_outcome
from engine.explanations.explanation_words import CONSTRAINTS, RULES, TEXTS
from engine.outcomes.verdicts import outcomes
from engine.sittings.sitting import finish, fold, last_effect, start
from tests.engine.pools import exam_of, pool_of

DECISION = {
    "position": 5,
    "planned_length": 10,
    "theta": 0.341,
    "standard_error": 0.552,
    "probability_competent": 0.87777,
    "rule": "information-at-cut",
    "candidates": [{"item_id": "A", "weight": 0.5}, {"item_id": "B", "weight": 0.412}],
    "item_id": "B",
    "random_draw": 0.6123,
    "ineligible": 4,
    "cut_score": -0.3,
    "weight": 0.412,
    "rank": 2,
    "considered": 6,
    "drawn_from": 3,
    "last_answer": {
        "item_id": "Z",
        "response": 1,
        "highest": 1,
        "before": {"theta": -0.004, "standard_error": 0.61, "probability_competent": 0.9999},
    },
    "kept_out": {
        "item_id": "Y",
        "weight": 0.7,
        "constraint": "maximum",
        "level": "criterion",
        "code": "DG602-2.3",
        "limit": 4,
    },
}
ADDED = ("cut_score", "weight", "rank", "considered", "drawn_from", "last_answer", "kept_out")


def test_a_decision_in_english():
    assert explain(DECISION, "en") == (
        "Question 5 is B – after a right answer to Z the ability estimate went from 0.00 (±0.61) to 0.34 (±0.55) and "
        "the probability of being competent from 99.9% to 87.8%; weighed by the information it gives at the cut score "
        "−0.30 it came at place 2 (0.412, the best 0.5) of the 6 left in the plan of 10 questions; it was picked from "
        "the best 3 by the random number 0.612; Y weighs more (0.7) but could not be given because criterion DG602-2.3 "
        "has its largest number of questions, 4; exposure control held back 4 of the bank's questions."
    )


def test_a_decision_in_thai():
    told = explain(DECISION, "th")
    assert told.startswith("ข้อที่ 5 คือ B — เมื่อตอบข้อ Z ถูก ค่าประมาณความสามารถเปลี่ยนจาก 0.00 (±0.61) เป็น 0.34 (±0.55)")
    parts = ("คะแนนตัด −0.30", "ลำดับที่ 2", "เลขสุ่ม 0.612", "DG602-2.3", "จำนวนอย่างมาก 4 ข้อ", "กันข้อสอบไว้ 4 ข้อ")
    for part in parts:
        assert part in told


def test_the_first_question_the_best_one_and_a_free_choice():
    first = DECISION | {
        "position": 1,
        "last_answer": None,
        "random_draw": None,
        "rank": 1,
        "kept_out": None,
        "ineligible": 0,
    }
    told = explain(first, "en")
    assert "before any answer the ability estimate was 0.34" in told
    assert "it came first (0.412) of the 6" in told
    assert told.endswith("no constraint kept a question of more weight out.")
    assert "random" not in told
    assert "exposure" not in told


@pytest.mark.parametrize(
    ("response", "highest", "told"),
    [(0, 1, "a wrong answer to Z"), (2, 3, "a score of 2 out of 3 on Z"), (1, 3, "a score of 1 out of 3 on Z")],
)
def test_the_last_answer_is_told_as_what_it_was(response, highest, told):
    last = DECISION["last_answer"] | {"response": response, "highest": highest}
    assert f"after {told} the ability" in explain(DECISION | {"last_answer": last}, "en")


@pytest.mark.parametrize("constraint", CONSTRAINTS)
@pytest.mark.parametrize("language", ["th", "en"])
def test_every_constraint_has_its_words(constraint, language):
    kept_out = DECISION["kept_out"] | {
        "constraint": constraint,
        "level": "enemies" if constraint == "enemy" else "unit",
    }
    told = explain(DECISION | {"kept_out": kept_out}, language)
    assert ("DG602-2.3" in told) == (constraint in ("enemy", "maximum", "minimum", "testlet"))
    assert "{" not in told


@pytest.mark.parametrize("rule", SELECTIONS)
def test_every_selection_rule_has_its_words(rule):
    assert RULES[rule]["en"] in explain(DECISION | {"rule": rule}, "en")
    assert RULES[rule]["th"] in explain(DECISION | {"rule": rule}, "th")
    assert ("−0.30" in explain(DECISION | {"rule": rule}, "en")) == (rule == "information-at-cut")


def test_a_rule_of_another_time_is_told_by_its_name():
    assert "weighed by some-rule it came" in explain(DECISION | {"rule": "some-rule"}, "en")


@pytest.mark.parametrize("language", ["th", "en"])
def test_an_older_record_is_told_as_far_as_it_goes(language):
    old = {name: value for name, value in DECISION.items() if name not in ADDED}
    told = explain(old, language)
    assert "0.34 (±0.55)" in told
    assert "0.612" in told
    assert "Y" not in told
    beyond = old | {"item_id": "far down"}
    assert "10" in explain(beyond, language)


def test_every_text_has_both_languages_with_the_same_values():
    from string import Formatter

    for words in (TEXTS, CONSTRAINTS):
        for key, texts in words.items():
            thai, english = ({name for _, name, _, _ in Formatter().parse(texts[x]) if name} for x in ("th", "en"))
            assert key in ("weight_best",) or thai == english, key


def test_real_decisions_are_told_in_both_languages_and_others_refused():
    exam = exam_of(pool_of(60), randomesque=2)
    decision = start(exam, seed=3).decision.to_dict()
    assert explain(decision, "en").startswith(f"Question 1 is {decision['item_id']}")
    with pytest.raises(InvalidSetting, match="language must be one of th, en, not 'fr'"):
        explain(decision, "fr")
    with pytest.raises(InvalidSetting, match="language must be one of th, en, not ''"):
        explain_outcome({"unit": {}, "elements": []}, "")


def outcome_of(exam, answers, *, ended=False):
    pool = exam.pool
    responses = [(pool.item_ids[item], x) for item, x in answers.items()]
    state = fold(exam, seed=1, responses=responses)
    if ended:
        state = finish(exam, state, reason="candidate_ended")
    found = outcomes(exam, state)

    def plain(outcome):
        return {name: getattr(outcome, name) for name in outcome.__slots__}

    return {"unit": plain(found.unit), "elements": [plain(element) for element in found.elements]}


def test_verdicts_are_told_with_what_they_rest_on():
    exam = exam_of(pool_of(60), stop_rule="length")
    unit, *elements = explain_outcome(outcome_of(exam, dict.fromkeys(range(20), 1)), "en")
    assert unit.startswith("Unit U: competent – the probability that ability reaches the cut score is 99.")
    assert "at least the 95% asked for, after 20 questions; ability lies between" in unit
    assert elements[0].startswith("Element U-E0: competent – ")
    assert "at least the 90% asked for, after 8 questions" in elements[0]
    low = explain_outcome(outcome_of(exam, dict.fromkeys(range(20), 0)), "en")[0]
    assert low.startswith("Unit U: not yet competent – ")
    assert "at most the 5% that is the limit" in low
    thai = explain_outcome(outcome_of(exam, dict.fromkeys(range(20), 0)), "th")
    assert thai[0].startswith("หน่วยสมรรถนะ U: ยังไม่ถึงเกณฑ์สมรรถนะ — ความน่าจะเป็น")
    assert thai[1].startswith("สมรรถนะย่อย U-E0: ")


def test_missing_evidence_is_told_by_its_cause():
    exam = exam_of(pool_of(60), stop_rule="length")
    early = explain_outcome(outcome_of(exam, {0: 1, 1: 1}, ended=True), "en")[0]
    assert "2 questions were answered, but a verdict needs at least 10" in early
    undecided = outcome_of(exam, {item: item % 2 for item in range(20)})
    undecided["unit"] |= {"probability": 0.6, "verdict": "not_enough_evidence"}
    told = explain_outcome(undecided, "en")[0]
    assert "is 60%, between 5% and 95%, which decides neither way, after 20 questions" in told
    undecided["unit"]["complete"] = False
    assert "some part of the standard lacks the fewest it needs" in explain_outcome(undecided, "en")[0]


def test_outcomes_of_older_records_and_of_whole_exams_are_told():
    exam = exam_of(pool_of(60), stop_rule="length")
    old = outcome_of(exam, dict.fromkeys(range(20), 1))["unit"]
    for name in ("complete", "competent_from", "not_yet_up_to", "interval"):
        del old[name]
    told = explain_outcome({"unit": old | {"code": ""}, "elements": []}, "en")
    assert told[0].startswith("The exam as a whole: competent – the probability")
    assert told[0].endswith("after 20 questions.")
    unsure = explain_outcome({"unit": old | {"verdict": "not_enough_evidence"}, "elements": []}, "en")
    assert "not enough for a verdict" in unsure[0]


TRIAL = {name: value for name, value in DECISION.items() if name != "drawn_from"} | {
    "rule": "pretest",
    "random_draw": 0.123,
    "random_share": 0.3,
    "by_chance": True,
    "kept_out": None,
    "ineligible": 0,
}


def test_a_question_that_is_tried_out_is_told_as_what_it_is():
    assert explain(TRIAL, "en") == (
        "Question 5 is B – it is being tried out and does not count towards the score, the end of the exam or the "
        "verdict; at its choice the ability estimate was 0.34 (±0.55) and the probability of being competent 87.8%; "
        "weighed by how far one answer is expected to narrow the question's own parameters it came at place 2 (0.412, "
        "the best 0.5) of the 6 that could be tried out; it was taken by chance from all 6, because the random number "
        "0.123 is below the share 0.30 that is left to chance."
    )
    told = explain(TRIAL, "th")
    assert told.startswith("ข้อที่ 5 คือ B — เป็นข้อทดลองใช้ ไม่นับคะแนน")
    for part in ("ลำดับที่ 2", "0.412", "ข้อทดลองใช้ 6 ข้อ", "เลขสุ่ม 0.123 ต่ำกว่าสัดส่วน 0.30"):
        assert part in told


def test_a_question_tried_out_for_what_it_teaches_tells_the_draw_that_left_it_so():
    chosen = TRIAL | {"rank": 1, "random_draw": 0.7, "by_chance": False}
    told = explain(chosen, "en")
    assert "it came first (0.412) of the 6 that could be tried out" in told
    assert told.endswith("because the random number 0.700 is not below the share 0.30 that is left to chance.")
    assert "ไม่ต่ำกว่าสัดส่วน 0.30" in explain(chosen, "th")
    assert "random number" not in explain(chosen | {"random_draw": None}, "en")


def test_what_the_last_answer_changed_is_told_after_the_verdicts():
    exam = exam_of(pool_of(60), stop_rule="length")
    outcome = outcome_of(exam, dict.fromkeys(range(30), 1))
    state = fold(exam, seed=1, responses=[(exam.pool.item_ids[item], 1) for item in range(30)])
    effect = last_effect(exam, state)
    document = outcome | {"last_answer": effect.to_dict()}
    assert explain_outcome(document, "en")[:-1] == explain_outcome(outcome, "en")
    told = explain_outcome(document, "en")[-1]
    assert told.startswith("The last answer that counts – after a right answer to item-029 the ability estimate went")
    assert f"to {effect.after.theta:.2f} (±{effect.after.standard_error:.2f})" in told
    assert explain_outcome(document, "th")[-1].startswith("คำตอบสุดท้ายที่นับคะแนน — เมื่อตอบข้อ item-029 ถูก")


def test_near_certainty_is_never_told_as_certainty():
    document = DECISION | {"probability_competent": 0.999999}
    assert "to 99.9%" in explain(document, "en")
    assert "to 0.1%" in explain(DECISION | {"probability_competent": 1e-9}, "en")
    assert "to 100%" in explain(DECISION | {"probability_competent": 1.0}, "en")


@pytest.mark.parametrize(("language", "named"), [("th", "(DG100, DT600)"), ("en", "finished before (DG100, DT600)")])
def test_the_first_question_says_which_units_informed_the_start(language, named):
    first = DECISION | {"position": 1, "last_answer": None}
    told = explain(first, language, informed_by=("DG100", "DT600"))
    # It stands with the estimate that it explains, and takes nothing else away.
    ability, rest = told.split(named)
    assert "0.34" in ability
    assert "0.612" in rest
    assert explain(first, language) == explain(first, language, informed_by=())
    assert named not in explain(first, language)


def test_a_question_tried_out_first_says_so_too():
    first = TRIAL | {"position": 1}
    assert "(DG100)" in explain(first, "en", informed_by=("DG100",))
    assert "DG100" not in explain(first, "en")


def test_a_rule_that_weighs_nothing_has_words_of_its_own():
    for words in RULES["testlet"].values():
        assert "testlet" in words or "ชุดคำถาม" in words
