"""A recorded decision or outcome in one plain sentence, in Thai or in English, for whoever asks or appeals."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.explanations.explanation_words import CONSTRAINTS, LEVELS, RULES, TEXTS, VERDICTS
from engine.stop_rules.stop_reasons import checked_language

Document = Mapping[str, Any]
PRETEST = "pretest"
TESTLET = "testlet"


def explain(decision: Document, language: str, *, informed_by: Sequence[str] = ()) -> str:
    """Tell why a question was chosen.

    Args:
        decision: The document of the decision as recorded; what older records lack is left out of the sentence.
        language: "th" or "en".
        informed_by: Codes of the finished units that informed the sitting's start, where the sentence should name them.

    Returns:
        One sentence: what the last answer changed, how the question was weighed, which constraint kept a better one
        out, what exposure control held back, and the random draw. Of a pretest item, that it does not count; of an item
        within a testlet, that it follows the one before.

    Raises:
        InvalidSetting: If the language is unknown.
    """
    checked_language(language)
    clauses: list[Callable[[Document, str], str]] = [_ability, _weight, _draw, _kept_out, _exposure]
    if decision["rule"] == PRETEST:
        clauses = [_tried_out, _ability_now, _trial_weight, _trial_draw]
    elif decision["rule"] == TESTLET:
        clauses = [_ability, _in_testlet]
    return _sentence(
        _text("question", language, position=decision["position"], item=decision["item_id"]),
        [clause({**decision, "informed_by": informed_by}, language) for clause in clauses],
        language,
    )


def explain_outcome(outcome: Document, language: str) -> tuple[str, ...]:
    """Tell why the unit and each of its elements got their verdicts.

    Args:
        outcome: The document of the outcome as recorded, with "unit" and "elements".
        language: "th" or "en".

    Returns:
        One sentence for the unit, one for each element, then one for what the last answer changed, if the record has
        it.

    Raises:
        InvalidSetting: If the language is unknown.
    """
    checked_language(language)
    parts = [("unit", outcome["unit"]), *(("element", element) for element in outcome["elements"])]
    told = [_verdict(level, part, language) for level, part in parts]
    last = outcome.get("last_answer")
    return (*told, _closing(last, language)) if last else tuple(told)


def _ability(decision: Document, language: str) -> str:
    last = decision.get("last_answer")
    if last:
        return _ability_moved(last, decision, language)
    # The first question has no answer before it; an old record does not say what it changed.
    if decision["position"] == 1:
        return _text("ability_first", language, **_standing(decision)) + _informed(decision, language)
    return _ability_now(decision, language)


def _ability_now(decision: Document, language: str) -> str:
    return _text("ability_now", language, **_standing(decision)) + _informed(decision, language)


def _informed(decision: Document, language: str) -> str:
    units = decision["informed_by"]
    return _text("informed", language, units=", ".join(units)) if units else ""


def _ability_moved(last: Document, after: Document, language: str) -> str:
    kind = "answered_partly"
    if last["highest"] == 1:
        kind = "answered_right" if last["response"] else "answered_wrong"
    answered = _text(kind, language, item=last["item_id"], score=last["response"], highest=last["highest"])
    before = {f"{name}_before": value for name, value in _standing(last["before"]).items()}
    return _text("ability_moved", language, answered=answered, **before, **_standing(after))


def _closing(last: Document, language: str) -> str:
    head = _text("last_answer", language)
    return _sentence(head, [_ability_moved(last, last["after"], language)], language)


def _tried_out(_decision: Document, language: str) -> str:
    return _text("tried_out", language)


def _trial_weight(decision: Document, language: str) -> str:
    return _text(
        "trial_best" if decision["rank"] == 1 else "trial_ranked",
        language,
        reason=RULES[PRETEST][language],
        rank=decision["rank"],
        considered=decision["considered"],
        weight=f"{decision['weight']:.3g}",
        best=f"{decision['candidates'][0]['weight']:.3g}",
    )


def _trial_draw(decision: Document, language: str) -> str:
    if decision["random_draw"] is None:
        return ""
    return _text(
        "trial_by_chance" if decision["by_chance"] else "trial_by_weight",
        language,
        considered=decision["considered"],
        draw=f"{decision['random_draw']:.3f}",
        share=f"{decision['random_share']:.2f}",
    )


def _in_testlet(decision: Document, language: str) -> str:
    return _text("in_testlet", language, considered=decision["considered"])


def _weight(decision: Document, language: str) -> str:
    rule = RULES.get(decision["rule"])
    reason = rule[language] if rule else str(decision["rule"])
    if "cut_score" in decision:
        reason += _text("at_cut", language, cut=_signed(decision["cut_score"])) if _looks_at_cut(decision) else ""
    candidates = decision.get("candidates") or []
    weights = {candidate["item_id"]: candidate["weight"] for candidate in candidates}
    weight = decision.get("weight", weights.get(decision["item_id"]))
    place = list(weights).index(decision["item_id"]) + 1 if decision["item_id"] in weights else None
    rank = decision.get("rank", place)
    considered = decision.get("considered", len(candidates))
    if weight is None or rank is None:
        return _text("weighed", language, reason=reason, length=decision["planned_length"])
    best = max(weights.values(), default=weight)
    return _text(
        "weight_best" if rank == 1 else "weight_ranked",
        language,
        reason=reason,
        rank=rank,
        considered=considered,
        length=decision["planned_length"],
        weight=f"{weight:.3g}",
        best=f"{best:.3g}",
    )


def _draw(decision: Document, language: str) -> str:
    draw = decision.get("random_draw")
    if draw is None:
        return ""
    if "drawn_from" not in decision:
        return _text("draw", language, draw=f"{draw:.3f}")
    return _text("draw_from", language, draw=f"{draw:.3f}", number=decision["drawn_from"])


def _kept_out(decision: Document, language: str) -> str:
    kept_out = decision.get("kept_out")
    if not kept_out:
        return _text("none_kept_out", language) if "kept_out" in decision else ""
    level = LEVELS[kept_out["level"]][language] if kept_out["level"] in LEVELS else kept_out["level"]
    constraint = CONSTRAINTS[kept_out["constraint"]][language].format(
        level=level, code=kept_out["code"], limit=kept_out["limit"]
    )
    weight = f"{kept_out['weight']:.3g}"
    return _text("kept_out", language, item=kept_out["item_id"], weight=weight, constraint=constraint)


def _exposure(decision: Document, language: str) -> str:
    number = decision.get("ineligible", 0)
    return _text("exposure", language, number=number) if number else ""


def _verdict(level: str, part: Document, language: str) -> str:
    name = _text(f"name_{level}" if part["code"] else "name_exam", language, code=part["code"])
    clauses = [_verdict_reason(part, language)]
    if "standard_error" in part and "interval" in part:
        low, high = part["interval"]
        clauses.append(_text("interval", language, low=_signed(low), high=_signed(high)))
    return _sentence(f"{name}: {VERDICTS[part['verdict']][language]}", clauses, language)


def _verdict_reason(part: Document, language: str) -> str:
    values = {
        "probability": _percent(part["probability"]),
        "answered": part["items_answered"],
        "required": part["items_required"],
        "upper": _percent(part["competent_from"]) if "competent_from" in part else "",
        "lower": _percent(part["not_yet_up_to"]) if "not_yet_up_to" in part else "",
    }
    if part["verdict"] != "not_enough_evidence":
        key = part["verdict"] if values["upper"] else "decided"
    elif part["items_answered"] < part["items_required"]:
        key = "too_few"
    elif not part.get("complete", True):
        key = "incomplete"
    else:
        key = "between" if values["upper"] else "unsure"
    return _text(f"because_{key}", language, **values)


def _standing(document: Document) -> dict[str, str]:
    return {
        "theta": _signed(document["theta"]),
        "error": f"{document['standard_error']:.2f}",
        "probability": _percent(document["probability_competent"]),
    }


def _looks_at_cut(decision: Document) -> bool:
    return str(decision["rule"]).endswith("at-cut")


def _sentence(head: str, clauses: list[str], language: str) -> str:
    return head + _text("colon", language) + "; ".join(filter(None, clauses)) + _text("end", language)


def _text(key: str, language: str, **values: object) -> str:
    return TEXTS[key][language].format(**values)


def _signed(value: float) -> str:
    # A small negative number must not be shown as "-0.00".
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _percent(share: float) -> str:
    """Show a probability so that rounding never turns one that is almost sure into certainty."""
    tenths = min(max(round(1000 * share), 1), 999) if 0 < share < 1 else round(1000 * share)
    return f"{tenths / 10:g}%"
