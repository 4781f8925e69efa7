"""Writing GIFT: what it can't carry is named item by item."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from itembank.authoring.content import ItemContent, ItemType
from itembank.authoring.content_problems import marked_texts
from itembank.authoring.exchange import ExchangedItem
from itembank.authoring.item_types.numeric import read_number
from itembank.exchange.foreign_text import their_markdown
from itembank.exchange.found_criterion import tags_of
from itembank.exchange.gift_signs import with_escapes
from itembank.exchange.item_file import Loss, WrittenFile
from itembank.exchange.left_behind import counts_otherwise, losses_of_fields
from itembank.exchange.shown_images import IMAGE, images_of
from itembank.exchange.truth_options import has_words_of_its_own

_CARRIED: Final = frozenset({"criterion", "rationale", "rationales", "partial_credit"})
_BEGINNING: Final = re.compile(r"\A(\s*)(%|\[(?:html|moodle|plain|markdown)\])", re.IGNORECASE)


def write_gift(
    path: Path, items: Sequence[ExchangedItem], *, images: Mapping[str, bytes], parameters: Mapping[str, Any]
) -> WrittenFile:
    """Write the items that GIFT has a type for and name the others."""
    blocks, lost = [], {}
    for item in items:
        write = _WRITERS.get(item.content.type)
        losses = _losses(item)
        refusal = _refusal(item.content)
        if write is None or refusal:
            losses = (Loss("item", refusal or f"type {item.content.type.value}"),)
        else:
            blocks.append(_block(item, write(item.content)))
        if losses:
            lost[item.code] = losses
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return WrittenFile(lost)


def _refusal(content: ItemContent) -> str:
    """Tell why an item would be read as another one, or nothing."""
    if content.type is ItemType.INLINE_CHOICE and len(content.prompts) != 1:
        return f"type {content.type.value}"
    if content.type is ItemType.SHORT_TEXT and any("->" in text for text in content.accepted):
        return "an accepted answer with -> would be read as a pair"
    lines = (prompt.text for prompt in content.prompts if content.type is ItemType.MATCHING)
    if any("->" in line and ("$" in line or "`" in line) for line in lines):
        return "a line with -> in a formula or code would be read as a pair"
    return ""


def _losses(item: ExchangedItem) -> tuple[Loss, ...]:
    content = item.content
    lost = [*losses_of_fields(item, carried=_CARRIED), *(Loss("image", image) for image in images_of(content))]
    if content.number and content.number.unit:
        lost.append(Loss("unit", content.number.unit))
    if content.type is not ItemType.INLINE_CHOICE:
        lost += counts_otherwise(content)
    if content.type is ItemType.MATCHING and _spare_choices(content):
        lost.append(Loss("options", "choices that no line matches are written as lines without a text"))
    if content.type is ItemType.TRUE_FALSE and has_words_of_its_own(content):
        lost.append(Loss("type", "written as a single choice, since its options are other words"))
    if content.type is ItemType.CONSTRUCTED_RESPONSE:
        lost.append(Loss("rubric"))
    if content.type is ItemType.INLINE_CHOICE and content.stem.rstrip().endswith("[[1]]"):
        lost.append(Loss("type", "read as a single choice, since nothing follows the gap"))
    if any(text != text.strip() for text in (*content.accepted, *(text for _, text in marked_texts(content)))):
        lost.append(Loss("blanks", "at the beginning or the end of a text"))
    return tuple(lost)


def _block(item: ExchangedItem, answers: str) -> str:
    content = item.content
    tags = tags_of(
        criterion=content.criterion,
        level=content.cognitive_level.value,
        difficulty=content.difficulty_rating,
        language=content.language,
    )
    marks = "".join(f"[tag:{tag}]" for tag in tags)
    general = f"####{_answer_text(content.rationale)}" if content.rationale.strip() else ""
    stem = _text(content.stem)
    answered = f"{{{answers}{general}}}"
    body = stem.replace("[[1]]", answered) if content.type is ItemType.INLINE_CHOICE else f"{stem} {answered}"
    return f"// [id:{item.code}] {marks}\n::{with_escapes(item.code)}::[markdown]{body}"


def _text(text: str) -> str:
    return with_escapes(their_markdown(IMAGE.sub(r"\1", text)))


def _answer_text(text: str) -> str:
    """Write a text that might begin like a weight or a form, which Markdown's own escape keeps it from."""
    return _text(_BEGINNING.sub(r"\1\\\2", text))


def _option_line(sign: str, text: str, feedback: str) -> str:
    return f"\n{sign}{_answer_text(text)}" + (f"#{_answer_text(feedback)}" if feedback.strip() else "")


def _single(content: ItemContent) -> str:
    lines = (_option_line("=" if one.correct else "~", one.text, one.rationale) for one in content.options)
    return "".join(lines) + "\n"


def _several(content: ItemContent) -> str:
    share = f"{100 / sum(one.correct for one in content.options):.5f}".rstrip("0").rstrip(".")
    # Where all count together, a wrong choice takes away whatever the right ones gave.
    cost = f"-{share}" if content.partial_credit else "-100"
    lines = (_option_line(f"~%{share if one.correct else cost}%", one.text, one.rationale) for one in content.options)
    return "".join(lines) + "\n"


def _truth(content: ItemContent) -> str:
    if has_words_of_its_own(content):
        return _single(content)
    is_true = content.options[0].correct
    right, wrong = (option.rationale for option in (content.options if is_true else content.options[::-1]))
    feedback = f"#{_answer_text(wrong)}#{_answer_text(right)}" if right or wrong else ""
    return f"{'TRUE' if is_true else 'FALSE'}{feedback}"


def _matching(content: ItemContent) -> str:
    pairs = [(prompt.text, content.options[prompt.key].text) for prompt in content.prompts]
    pairs += [("", text) for text in _spare_choices(content)]
    return "".join(f"\n={_line(line)} -> {_answer_text(choice)}" for line, choice in pairs) + "\n"


def _line(text: str) -> str:
    """Write a line so that its own arrows are not taken for that before its choice."""
    return _answer_text(text).replace("->", "-\\\\>")


def _spare_choices(content: ItemContent) -> list[str]:
    used = {prompt.key for prompt in content.prompts}
    return [option.text for place, option in enumerate(content.options) if place not in used]


def _gap(content: ItemContent) -> str:
    (gap,) = content.prompts
    return "".join(f"{'=' if place == gap.key else '~'}{_answer_text(text)}" for place, text in enumerate(gap.options))


def _numeric(content: ItemContent) -> str:
    value, tolerance = number_and_tolerance(content)
    return f"#{value}:{tolerance}"


def number_and_tolerance(content: ItemContent) -> tuple[str, str]:
    """Give the right number of a numeric item and its tolerance in the same unit, digits and a point only."""
    number = content.number
    value = read_number(number.value) if number else None
    tolerance = read_number(number.tolerance) if number else None
    if number is None or value is None or tolerance is None:
        return "0", "0"
    room = abs(value) * tolerance / Decimal(100) if number.percent else tolerance
    return format(value, "f"), format(room.normalize(), "f")


def _essay(content: ItemContent) -> str:
    return ""


def _short_text(content: ItemContent) -> str:
    # A star stands for any letters, and an answer that begins like a weight needs one before it.
    texts = (with_escapes(text.strip().replace("*", "\\*")) for text in content.accepted)
    return "".join(f"\n={'%100%' if text.startswith('%') else ''}{text}" for text in texts) + "\n"


_WRITERS: Final[Mapping[ItemType, Callable[[ItemContent], str]]] = {
    ItemType.SINGLE_CHOICE: _single,
    ItemType.MULTIPLE_CHOICE: _several,
    ItemType.TRUE_FALSE: _truth,
    ItemType.MATCHING: _matching,
    ItemType.INLINE_CHOICE: _gap,
    ItemType.NUMERIC: _numeric,
    ItemType.SHORT_TEXT: _short_text,
    ItemType.CONSTRUCTED_RESPONSE: _essay,
}
