"""Moodle XML: the questions of a question bank, with their categories, tags and images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from itembank.errors import InvalidInput
from itembank.exchange.file_bytes import MOST_BYTES, file_bytes, refuse_too_many
from itembank.exchange.found_criterion import draft_with
from itembank.exchange.hostile_xml import pieces_of_xml
from itembank.exchange.item_file import ItemDefaults, ItemFile, Loss, ReadItem, item_of_draft
from itembank.exchange.moodle_question import MoodleQuestion
from itembank.exchange.moodle_types import READERS
from itembank.exchange.truth_options import truth_in_its_language

#: Types of which a question can't be made, with what they are.
_NO_QUESTIONS = {"description": "a text without a question; put it into the questions that it belongs to"}


def read_moodle(path: Path, *, defaults: ItemDefaults) -> ItemFile:
    """Read the questions of a file.

    Raises:
        UnreadableFile: It is no sound Moodle XML; says why.
    """
    items: list[ReadItem] = []
    images: dict[str, bytes] = {}
    category = ""
    for line, element in pieces_of_xml(file_bytes(path, most=MOST_BYTES), file=path, root="quiz", piece="question"):
        kind = str(element.get("type", ""))
        if kind == "category":
            category = " ".join((element.findtext("category/text") or "").split())
            continue
        items.append(_read(MoodleQuestion(element, images), kind, f"line {line}", category, defaults))
        refuse_too_many(path, len(items))
    return ItemFile(tuple(items), images)


def _read(question: MoodleQuestion, kind: str, place: str, category: str, defaults: ItemDefaults) -> ReadItem:
    name = question.plain("name/text")
    read = READERS.get(kind)
    if read is None:
        expected = _NO_QUESTIONS.get(kind, f"a type that this bank has; it has none like Moodle's {kind[:60]!r}")
        reason = "no_question" if kind in _NO_QUESTIONS else "type_unlike"
        problem = InvalidInput(field="type", expected=expected, reason=reason, kind=kind[:60])
        return ReadItem(place=place, name=name, item=None, problems=(problem,), lost=(Loss(kind[:60]),))
    found = read(question)
    fields: dict[str, Any] = dict(found.fields)
    stem = fields.pop("stem", None) or question.text("questiontext")
    rationale = question.text("generalfeedback")
    code = question.plain("idnumber")
    tags = [" ".join((tag.text or "").split()) for tag in question.element.findall("tags/tag/text")]
    draft = draft_with(
        defaults, kind=found.kind, stem=stem, told=[*tags, code, name, category], rationale=rationale, **fields
    )
    question.lose_settings()
    return item_of_draft(
        truth_in_its_language(draft),
        place=place,
        name=name,
        code=code,
        problems=found.problems,
        lost=[*found.lost, *question.lost],
    )
