"""What each type of Moodle question becomes here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from itembank.authoring.content import ItemType, NumericKey, Option, Prompt
from itembank.errors import InvalidInput
from itembank.exchange.cloze import read_cloze
from itembank.exchange.fractions_of_credit import credit_for_one, credit_for_several
from itembank.exchange.html_text import plain_of_html
from itembank.exchange.item_file import Loss
from itembank.exchange.moodle_question import MoodleQuestion
from itembank.exchange.numbered_gaps import read_numbered_gaps
from itembank.exchange.rubric_text import rubric_of_text
from itembank.exchange.truth_options import truth_options

#: Grading of the ordering question that is ours: a point for each entry that its right successor follows.
_NEIGHBOURS: Final = ("RELATIVE_NEXT_EXCLUDE_LAST", "1")
_ALL_OR_NOTHING: Final = ("ALL_OR_NOTHING", "-1")
#: Moodle writes the first of each; others come from programs and people that write their own files.
_TRUE: Final = frozenset({"true", "จริง", "ถูก", "ใช่"})
_FALSE: Final = frozenset({"false", "เท็จ", "ผิด", "ไม่ใช่"})


@dataclass(frozen=True, slots=True)
class Found:
    """What a question's own part says: the type, fields of the draft, what is left behind, what is wrong."""

    kind: ItemType
    fields: Mapping[str, Any]
    lost: tuple[Loss, ...] = ()
    problems: tuple[InvalidInput, ...] = ()


def _choice(question: MoodleQuestion) -> Found:
    answers = question.element.findall("answer")
    # Whatever says nothing is a question with one right answer to Moodle.
    single = question.plain("single").lower() not in ("false", "0")
    fractions = [question.fraction(answer) for answer in answers]
    credit = credit_for_one(fractions) if single else credit_for_several(fractions)
    options = tuple(
        Option(question.marked(answer.findtext("text") or "", answer), correct=right,
               rationale=question.text("feedback", within=answer))
        for answer, right in zip(answers, credit.right, strict=True)
    )  # fmt: skip
    kind = ItemType.SINGLE_CHOICE if single else ItemType.MULTIPLE_CHOICE
    return Found(kind, {"options": options, "partial_credit": credit.partial}, credit.lost)


def _truth(question: MoodleQuestion) -> Found:
    fractions: dict[bool, float] = {}
    rationales = {True: "", False: ""}
    answers = question.element.findall("answer")
    for answer in answers:
        word = plain_of_html(answer.findtext("text") or "").lower()
        if word in _TRUE or word in _FALSE:
            fractions[word in _TRUE] = question.fraction(answer)
            rationales[word in _TRUE] = question.text("feedback", within=answer)
    options = truth_options(is_true=fractions.get(True, 0.0) >= 100, rationales=(rationales[True], rationales[False]))
    if len(fractions) != len(answers) or [worth for worth in fractions.values() if worth > 0] != [100.0]:
        expected = "the answers true and false (or จริง and เท็จ), of which one is worth 100 % and the other nothing"
        problem = InvalidInput(field="options", expected=expected, reason="truth_unclear")
        return Found(ItemType.TRUE_FALSE, {"options": options}, (), (problem,))
    lost = tuple(Loss("fraction", f"{worth:g} %") for worth in fractions.values() if worth < 0)
    return Found(ItemType.TRUE_FALSE, {"options": options}, lost)


def _matching(question: MoodleQuestion) -> Found:
    pairs, problems = [], []
    for number, pair in enumerate(question.element.findall("subquestion"), start=1):
        before = len(question.lost)
        line = question.text("", within=pair)
        if not line.strip() and len(question.lost) > before:
            # Without what it was made of it would count as a choice that no line matches.
            expected = f"a text, or an image within the file; line {number} has neither"
            problems.append(InvalidInput(field="prompts", expected=expected, reason="line_lost", line=number))
        answer = pair.find("answer")
        if answer is not None:
            pairs.append((line, question.marked(answer.findtext("text") or "", answer)))
    if question.plain("shuffleanswers") and not question.says("shuffleanswers"):
        question.lost.append(Loss("shuffleanswers", "the choices are put in any order here"))
    choices = list(dict.fromkeys(choice for _, choice in pairs))
    return Found(
        ItemType.MATCHING,
        {
            "options": tuple(Option(choice, correct=False) for choice in choices),
            "prompts": tuple(Prompt(key=choices.index(choice), text=line) for line, choice in pairs if line.strip()),
            "partial_credit": True,
        },
        problems=tuple(problems),
    )


def _short_text(question: MoodleQuestion) -> Found:
    accepted, lost = [], []
    for answer in question.element.findall("answer"):
        text = (answer.findtext("text") or "").strip()
        if question.fraction(answer) < 100:
            lost.append(Loss("fraction", f"{question.fraction(answer):g} % for {text}"))
        elif "*" in text.replace("\\*", ""):
            lost.append(Loss("*", f"stands for any letters in {text}"))
        else:
            accepted.append(text.replace("\\*", "*"))
        if question.text("feedback", within=answer):
            lost.append(Loss("feedback", text))
    if question.plain("usecase") == "1":
        lost.append(Loss("usecase", "capital letters make no difference here"))
    return Found(ItemType.SHORT_TEXT, {"accepted": tuple(accepted)}, tuple(lost))


def _numeric(question: MoodleQuestion) -> Found:
    answers = question.element.findall("answer")
    full = [answer for answer in answers if question.fraction(answer) >= 100]
    lost = [
        Loss("fraction", f"{question.fraction(answer):g} % for {(answer.findtext('text') or '').strip()}")
        for answer in answers
        if answer not in full
    ]
    lost += [
        Loss("feedback", (answer.findtext("text") or "").strip())
        for answer in answers
        if question.text("feedback", within=answer)
    ]
    unit, of_units = _unit(question)
    if len(full) != 1:
        problem = InvalidInput(
            field="number",
            expected=f"one right number; there are {len(full)}",
            reason="numbers_right",
            count=len(full),
        )
        return Found(ItemType.NUMERIC, {}, tuple(lost + of_units), (problem,))
    tolerance = (full[0].findtext("tolerance") or "0").strip() or "0"
    number = NumericKey((full[0].findtext("text") or "").strip(), tolerance, unit=unit)
    return Found(ItemType.NUMERIC, {"number": number}, tuple(lost + of_units))


def _unit(question: MoodleQuestion) -> tuple[str, list[Loss]]:
    """Give the unit in which the number is, and name the others."""
    unit, lost = "", []
    for element in question.element.findall("units/unit"):
        name = (element.findtext("unit_name") or "").strip()
        try:
            is_plain = float(element.findtext("multiplier") or "1") == 1
        except ValueError:
            is_plain = False
        if is_plain and not unit:
            unit = name
        else:
            lost.append(Loss("unit", name))
    return unit, lost


def _essay(question: MoodleQuestion) -> Found:
    lost = []
    if question.plain("responsetemplate/text"):
        lost.append(Loss("responsetemplate"))
    if question.plain("attachments") not in ("", "0"):
        lost.append(Loss("attachments"))
    rubric = rubric_of_text(question.text("graderinfo").replace("\\", ""))
    if rubric:
        return Found(ItemType.CONSTRUCTED_RESPONSE, {"rubric": rubric}, tuple(lost))
    expected = "a rubric: in graderinfo the title of each aspect, and below it lines such as 0: …, 1: …"
    problem = InvalidInput(field="rubric", expected=expected, reason="rubric_in_notes")
    return Found(ItemType.CONSTRUCTED_RESPONSE, {}, tuple(lost), (problem,))


def _ordering(question: MoodleQuestion) -> Found:
    grading = question.plain("gradingtype")
    options = tuple(
        Option(question.marked(answer.findtext("text") or "", answer), correct=False)
        for answer in question.element.findall("answer")
    )
    lost = []
    if grading and grading not in (*_NEIGHBOURS, *_ALL_OR_NOTHING):
        lost.append(Loss("gradingtype", f"{grading}; all or nothing here"))
    if question.plain("selecttype") not in ("", "ALL", "0"):
        lost.append(Loss("selecttype", "everything is put in order here"))
    return Found(ItemType.ORDERING, {"options": options, "partial_credit": grading in _NEIGHBOURS}, tuple(lost))


def _cloze(question: MoodleQuestion) -> Found:
    element = question.element.find("questiontext")
    raw = "" if element is None else element.findtext("text") or ""
    gaps = read_cloze(raw, read=lambda text: question.marked(text, element))
    fields = {"stem": gaps.stem, "prompts": gaps.prompts, "partial_credit": len(gaps.prompts) > 1}
    return Found(ItemType.INLINE_CHOICE, fields, gaps.lost, gaps.problems)


def _numbered(choices: str) -> Callable[[MoodleQuestion], Found]:
    def read(question: MoodleQuestion) -> Found:
        entries = [
            ((one.findtext("text") or "").strip(), (one.findtext("group") or "1").strip())
            for one in question.element.findall(choices)
        ]
        gaps = read_numbered_gaps(question.text("questiontext"), entries)
        fields = {"stem": gaps.stem, "prompts": gaps.prompts, "partial_credit": len(gaps.prompts) > 1}
        return Found(ItemType.INLINE_CHOICE, fields, gaps.lost, gaps.problems)

    return read


READERS: Final[Mapping[str, Callable[[MoodleQuestion], Found]]] = {
    "multichoice": _choice,
    "truefalse": _truth,
    "matching": _matching,
    "shortanswer": _short_text,
    "numerical": _numeric,
    "essay": _essay,
    "ordering": _ordering,
    "cloze": _cloze,
    "multianswer": _cloze,
    "gapselect": _numbered("selectoption"),
    "ddwtos": _numbered("dragbox"),
}
