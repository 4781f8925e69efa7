"""GIFT: questions as text with their answers in braces, as learning platforms document it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from itembank.authoring.content import ItemType, Prompt
from itembank.authoring.drafts import ItemDraft
from itembank.errors import InvalidInput
from itembank.exchange.decoded_text import decoded
from itembank.exchange.file_bytes import file_bytes, refuse_too_many
from itembank.exchange.foreign_text import RESERVED, our_text
from itembank.exchange.found_criterion import draft_with
from itembank.exchange.gift_answers import GiftAnswers, read_answers
from itembank.exchange.gift_signs import hidden, shown
from itembank.exchange.item_file import ItemDefaults, ItemFile, Loss, ReadItem, item_of_draft
from itembank.exchange.truth_options import truth_in_its_language

_CATEGORY: Final = re.compile(r"\$CATEGORY:\s*(.*)")
_NAME: Final = re.compile(r"::(.*?)::", re.DOTALL)
_FORM: Final = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
#: Newer files tell an identifier and tags in a comment before the question.
_MARKS: Final = re.compile(r"\[(id|tag):((?:[^\]\\]|\\.){0,200})\]")
#: What stands for the word that is missing.
_BLANK: Final = "_____"


@dataclass
class _Block:
    """The lines of one question."""

    line: int
    category: str
    lines: list[str] = field(default_factory=list)
    code: str = ""
    tags: list[str] = field(default_factory=list)


def read_gift(path: Path, *, defaults: ItemDefaults) -> ItemFile:
    """Read the questions of a file.

    Raises:
        UnreadableFile: It is no text.
    """
    items = []
    for block in _blocks(decoded(file_bytes(path), file=path)):
        items.append(_read(block, defaults))
        refuse_too_many(path, len(items))
    return ItemFile(tuple(items))


def _blocks(text: str) -> Iterator[_Block]:
    """Give the questions: what stands between empty lines, comments apart."""
    category, block = "", _Block(0, "")
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        found = _CATEGORY.match(line.strip())
        if found:
            category = found[1].strip()
        elif line.lstrip().startswith("//"):
            for kind, value in _MARKS.findall(line):
                if kind == "id":
                    block.code = value
                else:
                    block.tags.append(value)
        elif line.strip():
            block.line = block.line or number
            block.category = category
            block.lines.append(line)
        elif block.lines:
            yield block
            block = _Block(0, "")
    if block.lines:
        yield block


def _read(block: _Block, defaults: ItemDefaults) -> ReadItem:
    source = "\n".join(block.lines).strip()
    text = hidden(source)
    name, text = _taken(_NAME, text)
    form, text = _taken(_FORM, text)
    place, form = f"line {block.line}", form.lower() or "moodle"
    before, _, rest = text.partition("{")
    inside, closed, after = rest.partition("}")
    name = shown(name).strip() or " ".join(shown(before).split())[:60]
    problem = _problem_of_signs(source, is_closed=bool(closed), outside=before + inside + after)
    if problem:
        return ReadItem(place=place, name=name, item=None, problems=(problem,))
    told = [*block.tags, name, block.category]
    draft, lost, problems = _draft(
        read_answers(inside, form=form), before, after, form=form, told=told, defaults=defaults
    )
    return item_of_draft(draft, place=place, name=name, code=block.code, problems=problems, lost=lost)


def _problem_of_signs(source: str, *, is_closed: bool, outside: str) -> InvalidInput | None:
    """Tell why a text is no question with one pair of braces around its answers, which nobody else may see."""
    if not is_closed:
        expected = "a question with its answers in braces; this text has none, or no brace that closes them"
        return InvalidInput(field="item", expected=expected, reason="gift_braces")
    if "{" in outside or "}" in outside:
        expected = "one pair of braces, around the answers; write those of the text as \\{ and \\}"
        return InvalidInput(field="item", expected=expected, reason="gift_one_pair")
    if RESERVED.search(source):
        expected = "letters and signs; this text has a character from U+FDD0 to U+FDEF, which no text may have"
        return InvalidInput(field="item", expected=expected, reason="sign_reserved")
    return None


def _draft(
    answers: GiftAnswers, before: str, after: str, *, form: str, told: list[str], defaults: ItemDefaults
) -> tuple[ItemDraft, list[Loss], list[InvalidInput]]:
    kind, fields, lost = answers.kind, dict(answers.fields), list(answers.lost)
    gap = ""
    if after.strip():
        kind, fields, gap = _with_gap(kind, fields, lost)
    stem, of_stem = our_text(shown(before + gap + after), form)
    stem = stem.replace(_GAP_SIGN, "[[1]]" if kind is ItemType.INLINE_CHOICE else _BLANK)
    return (
        truth_in_its_language(draft_with(defaults, kind=kind, stem=stem, told=told, **fields)),
        [*lost, *of_stem],
        list(answers.problems),
    )


#: A sign that no text may have; brackets and lines would be taken for something else on the way.
_GAP_SIGN: Final = "\ufddf"


def _with_gap(kind: ItemType, fields: dict[str, Any], lost: list[Loss]) -> tuple[ItemType, dict[str, Any], str]:
    """Turn a choice in the middle of a sentence into a gap; other answers leave a blank where they stood."""
    if kind is not ItemType.SINGLE_CHOICE:
        return kind, fields, _GAP_SIGN
    options = fields.pop("options")
    if any(option.rationale for option in options):
        lost.append(Loss("feedback", "of the choices of a gap"))
    key = next((place for place, option in enumerate(options) if option.correct), -1)
    fields["prompts"] = (Prompt(key=key, options=tuple(option.text for option in options)),)
    return ItemType.INLINE_CHOICE, fields, _GAP_SIGN


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Take a sign off the beginning of a text."""
    found = pattern.match(text)
    return (found[1], text[found.end() :].lstrip()) if found else ("", text)
