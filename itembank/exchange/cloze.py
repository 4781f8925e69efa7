"""Questions with answers embedded in their text, as Moodle writes them: ``{1:MULTICHOICE:=right~wrong}``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Final

from itembank.authoring.content import ItemContent, Prompt
from itembank.errors import InvalidInput
from itembank.exchange.foreign_text import RESERVED
from itembank.exchange.html_text import plain_of_html
from itembank.exchange.item_file import Loss
from itembank.exchange.numbered_gaps import Gaps

_OPENING: Final = re.compile(r"\{([0-9]{0,4}):([A-Z_]{2,20}):")
#: A part of a gap's answers, up to a brace that is not escaped.
_CLOSING: Final = re.compile(r"(?:[^\\}]|\\.)*+\}", re.DOTALL)
#: Signs that part answers and what is said about them, where they are neither escaped nor begin a number of a letter.
_BETWEEN: Final = re.compile(r"(?<!\\)~")
_FEEDBACK: Final = re.compile(r"(?<![\\&])#")
_FRACTION: Final = re.compile(r"%(-?[0-9]{1,3}(?:[.,][0-9]{0,9})?)%")
#: Kinds of gaps to choose for; the letters say how choices are shown, those with an S in any order.
_SHOWN_AS: Final = ("", "V", "H", "S", "VS", "HS")
_ONE_OF_SEVERAL: Final = frozenset({
    *("MULTICHOICE" + (f"_{letters}" if letters else "") for letters in _SHOWN_AS),
    *(f"MC{letters}" for letters in _SHOWN_AS),
})  # fmt: skip
#: Around the number of a gap, since brackets would be taken for something else on the way; no text may have it.
_STAND_IN: Final = "\ufddf"
_GAP_SIGN: Final = re.compile(f"{_STAND_IN}([0-9]{{1,5}}){_STAND_IN}")
_ESCAPED: Final = re.compile(r"\\([}#~/\"\\=%{])")
_FORMULA: Final = re.compile(r"(?<!\\)\$\$?[^$]*\$")
#: What begins a gap, wherever it stands.
_LIKE_A_GAP: Final = re.compile(r"\{\s*[0-9]*\s*:")


@dataclass
class _Found:
    """What the gaps of a text hold."""

    prompts: list[Prompt] = field(default_factory=list)
    weights: list[str] = field(default_factory=list)
    lost: list[Loss] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    problems: list[InvalidInput] = field(default_factory=list)


def read_cloze(raw: str, *, read: Callable[[str], str]) -> Gaps:
    """Read a text with embedded answers; choices become gaps to choose for.

    Args:
        raw: The text as it is marked.
        read: Writes a marked text as ours.
    """
    if RESERVED.search(raw):
        expected = "letters and signs; this text has a character from U+FDD0 to U+FDEF, which no text may have"
        return Gaps("", (), problems=(InvalidInput(field="stem", expected=expected, reason="sign_reserved"),))
    found = _Found()
    stem = _GAP_SIGN.sub(r"[[\1]]", read(_with_signs(raw, found)))
    if found.others:
        kinds = ", ".join(dict.fromkeys(found.others))
        expected = f"gaps to choose for; a gap of the kind {kinds} can't be one of them"
        found.problems.append(InvalidInput(field="prompts", expected=expected, reason="gap_typed"))
    if _LIKE_A_GAP.search(stem) or re.search("[{}]", _FORMULA.sub("", stem)):
        # Whatever stands in them would be shown, and may be the key.
        expected = "gaps such as {1:MULTICHOICE:=right~wrong}; a brace is left that belongs to none"
        found.problems.append(InvalidInput(field="stem", expected=expected, reason="gap_left"))
        stem = ""
    if len(set(found.weights)) > 1:
        found.lost.append(Loss("weight", f"gaps that count {', '.join(found.weights)}; all count alike here"))
    return Gaps(stem, tuple(found.prompts), tuple(found.lost), tuple(found.problems))


def _with_signs(raw: str, found: _Found) -> str:
    """Put a sign with its number in the place of each gap."""
    parts, end = [], 0
    while opening := _OPENING.search(raw, end):
        parts.append(raw[end : opening.start()])
        closing = _CLOSING.match(raw, opening.end())
        if closing is None:
            # Nothing closes it or those after it.
            end = opening.start()
            break
        parts.append(_gap(opening[1], opening[2], raw[opening.end() : closing.end() - 1], found))
        end = closing.end()
    return "".join(parts) + raw[end:]


def _gap(weight: str, kind: str, body: str, found: _Found) -> str:
    if kind not in _ONE_OF_SEVERAL:
        found.others.append(kind)
        found.lost.append(Loss(kind, "a gap to type in or to choose several for"))
        return "_____"
    if kind.endswith("S"):
        found.lost.append(Loss(kind, "the choices stay in their order here"))
    found.weights.append(weight.lstrip("0") or ("0" if weight else "1"))
    found.prompts.append(_prompt(body, found))
    return f"{_STAND_IN}{len(found.prompts)}{_STAND_IN}"


def write_cloze(content: ItemContent, *, write: Callable[[str], str]) -> str:
    """Write an item with gaps as a text with embedded answers.

    Args:
        content: The item.
        write: Marks a text of ours.
    """
    text = write(content.stem)
    for number, prompt in enumerate(content.prompts, start=1):
        text = text.replace(f"[[{number}]]", "{1:MULTICHOICE:" + _choices(prompt) + "}")
    return text


def _prompt(body: str, found: _Found) -> Prompt:
    options: list[str] = []
    right: list[int] = []
    # A sign before the first answer parts it from nothing.
    for answer in _BETWEEN.split(body.strip().removeprefix("~")):
        fraction, written = _with_fraction(answer.strip())
        text, feedback = _split(written)
        if fraction >= 100:
            right.append(len(options))
        elif fraction:
            found.lost.append(Loss("fraction", f"{fraction:g} % for {text}"))
        if feedback:
            found.lost.append(Loss("feedback", text))
        options.append(text)
    if len(right) > 1:
        expected = f"gaps with one right choice; gap {len(found.prompts) + 1} has {len(right)}"
        number, count = len(found.prompts) + 1, len(right)
        problem = InvalidInput(field="prompts", expected=expected, reason="gap_several", gap=number, count=count)
        found.problems.append(problem)
    return Prompt(key=right[0] if right else -1, options=tuple(options))


def _with_fraction(answer: str) -> tuple[float, str]:
    """Give the hundredths that an answer gets, and the answer."""
    if answer.startswith("="):
        return 100.0, answer[1:]
    fraction = _FRACTION.match(answer)
    return (float(fraction[1].replace(",", ".")), answer[fraction.end() :]) if fraction else (0.0, answer)


def _split(answer: str) -> tuple[str, str]:
    text, *feedback = _FEEDBACK.split(answer, maxsplit=1)
    return _plain(text), _plain("".join(feedback))


def _plain(text: str) -> str:
    return unescape(plain_of_html(_ESCAPED.sub(r"\1", text))).strip()


def _choices(prompt: Prompt) -> str:
    return "~".join(("=" if place == prompt.key else "") + _choice(text) for place, text in enumerate(prompt.options))


def _choice(text: str) -> str:
    written = re.sub(r"([}#~/\"\\])", r"\\\1", escape(text, quote=False))
    # At its beginning these would make the choice the right one, or a part of it.
    return f"&#{ord(written[0])};{written[1:]}" if written[:1] in ("=", "%") else written
