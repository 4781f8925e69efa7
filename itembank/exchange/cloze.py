"""Questions with answers embedded in their text, as Moodle writes them: ``{1:MULTICHOICE:=right~wrong}``."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Final

from itembank.authoring.content import ItemContent, Prompt
from itembank.errors import InvalidInput
from itembank.exchange.html_text import plain_of_html
from itembank.exchange.item_file import Loss
from itembank.exchange.numbered_gaps import Gaps

_GAP: Final = re.compile(
    r"\{(\d*):(MULTICHOICE|MC|MULTIRESPONSE|MR|SHORTANSWER|SA|MW|NUMERICAL|NM)(_[VHS]+|C|CS)?:((?:[^\\}]|\\.)*)\}",
    re.DOTALL,
)
_ANSWER: Final = re.compile(r"~?(=|%-?[\d.]+%)?((?:[^~\\]|\\.)+)", re.DOTALL)
_ONE_OF_SEVERAL: Final = ("MULTICHOICE", "MC")
#: Signs for gaps that no text has; brackets would be taken for something else on the way.
_FIRST_SIGN: Final = 0xE200
_ESCAPED: Final = re.compile(r"\\([}#~/\"\\=%{])")


def read_cloze(raw: str, *, read: Callable[[str], str]) -> Gaps:
    """Read a text with embedded answers; choices become gaps to choose for.

    Args:
        raw: The text as it is marked.
        read: Writes a marked text as ours.
    """
    prompts: list[Prompt] = []
    lost: list[Loss] = []
    others: list[str] = []

    def gap(found: re.Match[str]) -> str:
        kind = found[2]
        if kind not in _ONE_OF_SEVERAL:
            others.append(kind)
            return "_____"
        prompts.append(_prompt(found[4], lost))
        return chr(_FIRST_SIGN + len(prompts))

    stem = read(_GAP.sub(gap, raw))
    for number in range(1, len(prompts) + 1):
        stem = stem.replace(chr(_FIRST_SIGN + number), f"[[{number}]]")
    lost += [Loss(kind, "a gap to type in") for kind in others]
    problems = []
    if others:
        expected = f"gaps to choose for; a gap of the kind {', '.join(dict.fromkeys(others))} can't be one of them"
        problems.append(InvalidInput(field="prompts", expected=expected, reason="gap_typed"))
    return Gaps(stem, tuple(prompts), tuple(lost), tuple(problems))


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


def _prompt(body: str, lost: list[Loss]) -> Prompt:
    options: list[str] = []
    key = -1
    for sign, answer in _ANSWER.findall(body):
        text, _, feedback = _split(answer)
        if sign in ("=", "%100%"):
            key = len(options) if key < 0 else key
        elif sign and float(sign.strip("%")) > 0:
            lost.append(Loss("fraction", f"{sign.strip('%')} % for {text}"))
        if feedback:
            lost.append(Loss("feedback", text))
        options.append(text)
    return Prompt(key=key, options=tuple(options))


def _split(answer: str) -> tuple[str, str, str]:
    found = re.search(r"(?<!\\)#", answer)
    text, feedback = (answer[: found.start()], answer[found.end() :]) if found else (answer, "")
    return _plain(text), "#", _plain(feedback)


def _plain(text: str) -> str:
    return unescape(plain_of_html(_ESCAPED.sub(r"\1", text))).strip()


def _choices(prompt: Prompt) -> str:
    return "~".join(
        ("=" if place == prompt.key else "") + re.sub(r"([}#~/\"\\])", r"\\\1", escape(text, quote=False))
        for place, text in enumerate(prompt.options)
    )
