"""Aiken: single-choice questions as plain text, one line each for the question, every option and the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from itembank.authoring.content import ItemContent, ItemType, Option
from itembank.authoring.exchange import ExchangedItem
from itembank.authoring.marked_text import plain_text
from itembank.errors import InvalidInput
from itembank.exchange.decoded_text import decoded
from itembank.exchange.file_bytes import file_bytes, refuse_too_many
from itembank.exchange.foreign_text import our_text
from itembank.exchange.found_criterion import draft_with
from itembank.exchange.item_file import ItemDefaults, ItemFile, Loss, ReadItem, WrittenFile, item_of_draft
from itembank.exchange.left_behind import losses_of_fields
from itembank.exchange.shown_images import images_of

_OPTION: Final = re.compile(r"([A-Z])[.)]\s+(.*)")
_ANSWER: Final = re.compile(r"ANSWER:\s*([A-Za-z])")
#: Fields that a question of Aiken has a place for.
_CARRIED: Final = frozenset({"stem", "options", "type"})


def read_aiken(path: Path, *, defaults: ItemDefaults) -> ItemFile:
    """Read the questions of a file.

    Raises:
        UnreadableFile: It is no text.
    """
    items = []
    for line, lines in _questions(decoded(file_bytes(path), file=path)):
        items.append(_read(lines, place=f"line {line}", defaults=defaults))
        refuse_too_many(path, len(items))
    return ItemFile(tuple(items))


def write_aiken(
    path: Path, items: Sequence[ExchangedItem], *, images: Mapping[str, bytes], parameters: Mapping[str, Any]
) -> WrittenFile:
    """Write the single-choice and true/false items and name the others."""
    blocks, lost = [], {}
    for item in items:
        refusal = _not_writable(item.content)
        lost[item.code] = (refusal,) if refusal else (*losses_of_fields(item, carried=_CARRIED), *_marks(item.content))
        if not refusal:
            blocks.append(_block(item.content))
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return WrittenFile({code: losses for code, losses in lost.items() if losses})


def _questions(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the lines of each question with the number of its first; the line of the answer ends it."""
    begins, lines = 0, list[str]()
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if not line.strip():
            continue
        begins = begins or number
        lines.append(line.strip())
        if _ANSWER.fullmatch(lines[-1]):
            yield begins, lines
            begins, lines = 0, []
    if lines:
        yield begins, lines


def _read(lines: Sequence[str], *, place: str, defaults: ItemDefaults) -> ReadItem:
    problems = []
    answer = _ANSWER.fullmatch(lines[-1])
    if answer is None:
        problems.append(InvalidInput(field="key", expected="a last line such as ANSWER: B", reason="aiken_answer"))
    first = next((number for number, line in enumerate(lines) if _OPTION.fullmatch(line)), len(lines))
    options = []
    for place_of_option, line in enumerate(lines[first : len(lines) - 1 if answer else None]):
        found = _OPTION.fullmatch(line)
        if found is None or ord(found[1]) - ord("A") != place_of_option:
            letter = chr(ord("A") + place_of_option)
            problems.append(
                InvalidInput(field="options", expected=f"option {letter}, such as {letter}. …: {line[:40]}")
            )
            break
        correct = answer is not None and answer[1].upper() == found[1]
        options.append(Option(_read_text(found[2]), correct=correct))
    draft = draft_with(
        defaults,
        kind=ItemType.SINGLE_CHOICE,
        stem=_read_text("\n".join(line for line in lines[:first] if not _ANSWER.fullmatch(line))),
        options=tuple(options),
    )
    return item_of_draft(draft, place=place, name=" ".join(draft.stem.split())[:60], problems=problems)


def _not_writable(content: ItemContent) -> Loss | None:
    if content.type not in (ItemType.SINGLE_CHOICE, ItemType.TRUE_FALSE):
        return Loss("item", f"type {content.type.value}")
    if images_of(content):
        return Loss("item", "images")
    if _OPTION.fullmatch(_line(content.stem)) or _ANSWER.fullmatch(_line(content.stem)):
        return Loss("item", "a question that looks like an option or an answer")
    return None


def _marks(content: ItemContent) -> tuple[Loss, ...]:
    """Name what a line of plain text has no place for."""
    texts = (content.stem, *(option.text for option in content.options))
    if all(_read_text(_line(text)) == text for text in texts):
        return ()
    return (Loss("marks", "emphasis, formulas, lists, tables and line breaks become plain text in one line"),)


def _block(content: ItemContent) -> str:
    options = [f"{chr(ord('A') + place)}. {_line(option.text)}" for place, option in enumerate(content.options)]
    return "\n".join([_line(content.stem), *options, f"ANSWER: {content.key_letters}"])


def _line(text: str) -> str:
    return " ".join(plain_text(text).split())


def _read_text(text: str) -> str:
    return our_text(text, "plain")[0]
