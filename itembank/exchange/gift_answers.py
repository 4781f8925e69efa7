"""What stands between the braces of a GIFT question: its type, its answers and what is said about them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from itembank.authoring.content import ItemType, NumericKey, Option, Prompt
from itembank.errors import InvalidInput
from itembank.exchange.foreign_text import our_text
from itembank.exchange.fractions_of_credit import credit_for_one, credit_for_several
from itembank.exchange.gift_signs import shown
from itembank.exchange.item_file import Loss
from itembank.exchange.truth_options import truth_options

_TRUTH: Final = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(?:#|$)", re.IGNORECASE)
_ANSWER: Final = re.compile(r"([=~])([^=~]*)")
_WEIGHT: Final = re.compile(r"\s*%(-?(?:[0-9]{1,3}(?:[.,][0-9]{0,9})?|[.,][0-9]{1,9}))%")
_ODD_WEIGHT: Final = re.compile(r"%[-0-9.,]+%")
#: Digits with a point and a small power of ten; others write numbers of a million digits in a few letters.
_NUMBER: Final = re.compile(r"[-+]?\d{0,40}\.?\d{0,40}(?:[eE][-+]?\d{1,2})?")
#: Our own Markdown keeps these at the beginning of an answer from being taken for a weight or a form.
_KEPT: Final = re.compile(r"\\(?=%|\[(?:html|moodle|plain|markdown)\])", re.IGNORECASE)
_FORM: Final = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_GENERAL_FEEDBACK: Final = "####"


@dataclass(frozen=True, slots=True)
class GiftAnswers:
    """Type and fields of an item as its answers tell them."""

    kind: ItemType
    fields: Mapping[str, Any]
    lost: tuple[Loss, ...] = ()
    problems: tuple[InvalidInput, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    right: bool
    weight: float | None
    text: str
    feedback: str


@dataclass
class _Texts:
    """Reads texts of one form and remembers what they lose."""

    form: str
    lost: list[Loss] = field(default_factory=list)

    def read(self, text: str) -> str:
        text = shown(text)
        own = _FORM.match(text)
        read, lost = our_text(text[own.end() :] if own else text, own[1].lower() if own else self.form)
        self.lost += lost
        return _KEPT.sub("", read, count=1) if _KEPT.match(read) else read


def read_answers(inside: str, *, form: str) -> GiftAnswers:
    """Read what stands between the braces, escaped signs hidden.

    Args:
        inside: The text.
        form: How the question's texts are marked, such as ``html``.
    """
    texts = _Texts(form)
    inside, _, general = inside.partition(_GENERAL_FEEDBACK)
    rationale = {"rationale": texts.read(general)} if general.strip() else {}
    answers = [_answer(sign == "=", body) for sign, body in _ANSWER.findall(inside)]
    read = _odd_weight(answers) or _read(inside, answers, texts)
    return GiftAnswers(read.kind, {**read.fields, **rationale}, (*read.lost, *texts.lost), read.problems)


def _read(inside: str, answers: Sequence[_Answer], texts: _Texts) -> GiftAnswers:
    if inside.lstrip().startswith("#"):
        return _numeric(inside, answers)
    if _TRUTH.match(inside):
        return _truth(inside, texts)
    if not answers:
        return _essay(inside)
    if not all(answer.right for answer in answers):
        return _choice(answers, texts)
    if all("->" in answer.text for answer in answers):
        return _matching(answers, texts)
    return _short_text(answers)


def _odd_weight(answers: Sequence[_Answer]) -> GiftAnswers | None:
    for one in answers:
        if (one.weight is None and _ODD_WEIGHT.match(one.text)) or abs(one.weight or 0) > 100:
            weight = shown(one.text)[:20] if one.weight is None else f"{one.weight:g}"
            expected = f"weights such as %50% or %-33.333%, not {weight}"
            problem = InvalidInput(field="options", expected=expected, reason="gift_weight", weight=weight)
            return GiftAnswers(ItemType.SINGLE_CHOICE, {}, (), (problem,))
    return None


def _answer(right: bool, body: str) -> _Answer:
    weight = _WEIGHT.match(body)
    text, _, feedback = (body[weight.end() :] if weight else body).partition("#")
    return _Answer(right, float(weight[1].replace(",", ".")) if weight else None, text.strip(), feedback.strip())


def _truth(inside: str, texts: _Texts) -> GiftAnswers:
    word, *feedback = inside.split("#")
    is_true = word.strip().upper().startswith("T")
    # The first feedback is for who is wrong, the second for who is right.
    of_wrong, of_right = ([texts.read(part) for part in feedback] + ["", ""])[:2]
    rationales = (of_right, of_wrong) if is_true else (of_wrong, of_right)
    return GiftAnswers(ItemType.TRUE_FALSE, {"options": truth_options(is_true=is_true, rationales=rationales)})


def _choice(answers: Sequence[_Answer], texts: _Texts) -> GiftAnswers:
    fractions = [100.0 if one.right and one.weight is None else one.weight or 0.0 for one in answers]
    single = any(one.right for one in answers)
    credit = credit_for_one(fractions) if single else credit_for_several(fractions)
    options = tuple(
        Option(texts.read(one.text), correct=right, rationale=texts.read(one.feedback))
        for one, right in zip(answers, credit.right, strict=True)
    )
    kind = ItemType.SINGLE_CHOICE if single else ItemType.MULTIPLE_CHOICE
    return GiftAnswers(kind, {"options": options, "partial_credit": credit.partial}, credit.lost)


def _short_text(answers: Sequence[_Answer]) -> GiftAnswers:
    lost = []
    accepted = []
    for one in answers:
        text = shown(one.text)
        if one.weight is not None and one.weight < 100:
            lost.append(Loss("fraction", f"{one.weight:g} % for {text}"))
        elif "*" in text.replace("\\*", ""):
            lost.append(Loss("*", f"stands for any letters in {text}"))
        else:
            accepted.append(text.replace("\\*", "*"))
        if one.feedback:
            lost.append(Loss("feedback", text))
    return GiftAnswers(ItemType.SHORT_TEXT, {"accepted": tuple(accepted)}, tuple(lost))


def _matching(answers: Sequence[_Answer], texts: _Texts) -> GiftAnswers:
    parts = (one.text.split("->", 1) for one in answers)
    pairs = [(_with_arrows(texts.read(line)), texts.read(choice)) for line, choice in parts]
    lost = [Loss("feedback", shown(one.text)) for one in answers if one.feedback]
    lost += [Loss("fraction", f"{one.weight:g} % for {shown(one.text)}") for one in answers if one.weight is not None]
    choices = list(dict.fromkeys(choice for _, choice in pairs))
    return GiftAnswers(
        ItemType.MATCHING,
        {
            "options": tuple(Option(choice, correct=False) for choice in choices),
            "prompts": tuple(Prompt(key=choices.index(choice), text=line) for line, choice in pairs if line),
            "partial_credit": True,
        },
        tuple(lost),
    )


def _with_arrows(line: str) -> str:
    """Give the arrows of a line, which are written with a backslash to stay apart from that before the choice."""
    return line if "$" in line or "`" in line else line.replace("-\\>", "->")


def _numeric(inside: str, answers: Sequence[_Answer]) -> GiftAnswers:
    if not answers:
        answers = [_answer(True, inside.lstrip()[1:])]
    full = [one for one in answers if one.right and (one.weight is None or one.weight >= 100)]
    lost = [
        Loss("fraction", f"{one.weight or 0:g} % for {shown(one.text) or 'any other number'}")
        for one in answers
        if one not in full and one.right
    ]
    lost += [Loss("feedback", shown(one.text)) for one in answers if one.feedback]
    if len(full) != 1:
        problem = InvalidInput(
            field="number",
            expected=f"one right number; there are {len(full)}",
            reason="numbers_right",
            count=len(full),
        )
        return GiftAnswers(ItemType.NUMERIC, {}, tuple(lost), (problem,))
    number = _number(shown(full[0].text))
    if number is None:
        problem = InvalidInput(field="number", expected=f"a number such as 3, 3:0.1 or 2.9..3.1, not {full[0].text!r}")
        return GiftAnswers(ItemType.NUMERIC, {}, tuple(lost), (problem,))
    return GiftAnswers(ItemType.NUMERIC, {"number": number}, tuple(lost))


def _number(text: str) -> NumericKey | None:
    try:
        if ".." in text:
            low, high = map(_decimal, text.split("..", 1))
            value, tolerance = (low + high) / 2, (high - low) / 2
        else:
            written, _, room = text.partition(":")
            value, tolerance = _decimal(written), _decimal(room or "0")
    except InvalidOperation:
        return None
    return NumericKey(format(value, "f"), format(tolerance, "f"))


def _decimal(text: str) -> Decimal:
    number = text.strip()
    if not _NUMBER.fullmatch(number):
        raise InvalidOperation
    return Decimal(number)


def _essay(inside: str) -> GiftAnswers:
    if inside.strip():
        problem = InvalidInput(field="item", expected=f"answers as GIFT has them, not {shown(inside).strip()[:40]!r}")
        return GiftAnswers(ItemType.SHORT_TEXT, {}, (), (problem,))
    problem = InvalidInput(
        field="rubric", expected="a rubric, which an essay of this format does not have", reason="essay_rubric"
    )
    return GiftAnswers(ItemType.CONSTRUCTED_RESPONSE, {}, (), (problem,))
