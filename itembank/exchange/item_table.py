"""An item as a row of text cells, as tables of any kind hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, NumericKey, Option, Prompt, RubricAspect
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem
from itembank.authoring.item_types.question import CHOICE_TYPES
from itembank.errors import InvalidInput
from itembank.exchange.cell_entries import read_entries, read_parts, written_entries, written_parts
from itembank.exchange.item_file import ItemDefaults, Loss, ReadItem, item_of_draft
from itembank.exchange.translated_cells import TRANSLATED_COLUMNS, translated_cells, translations_of

COLUMNS: Final = (
    "id", "criterion", "type", "status", "stem", "options", "key", "difficulty_rating",
    "cognitive_level", "language", "rationales", "source", "testlet", "stimulus", "partial_credit", "enemies",
    "prompts", "number", "tolerance", "unit", "accepted", "rubric", "rationale", *TRANSLATED_COLUMNS,
)  # fmt: skip
REQUIRED_COLUMNS: Final = ("criterion", "type", "stem", "options", "key", "difficulty_rating")
#: For tables that must say everything themselves: a row without a rating is named.
NO_DEFAULTS: Final = ItemDefaults(difficulty_rating=0, cognitive_level=CognitiveLevel.APPLY)

#: Words for yes and no; the first of each is written, spreadsheets make others of them.
_YES = ("yes", "true", "1", "ใช่")
_NO = ("no", "false", "0", "ไม่")
_PERCENT = ("%", "percent")


def row_of(item: ExchangedItem) -> dict[str, str]:
    """Write an item as a row, by column."""
    content = item.content
    return {
        "id": item.code,
        "criterion": content.criterion,
        "type": content.type.value,
        "status": item.state,
        "stem": content.stem,
        "options": written_entries([option.text for option in content.options]),
        "key": _key_letters(content),
        "difficulty_rating": str(content.difficulty_rating),
        "cognitive_level": content.cognitive_level.value,
        "language": content.language,
        "rationales": _unless_empty([option.rationale for option in content.options]),
        "source": content.source,
        "testlet": content.testlet,
        "stimulus": content.stimulus,
        "partial_credit": _YES[0] if content.partial_credit else _NO[0],
        "enemies": written_entries([_enemy_line(enemy) for enemy in item.enemies]),
        "prompts": written_entries([_prompt_entry(prompt) for prompt in content.prompts]),
        **_number_cells(content.number),
        "accepted": written_entries(content.accepted),
        "rubric": written_entries([written_parts([aspect.title, *aspect.levels]) for aspect in content.rubric]),
        "rationale": content.rationale,
        **translated_cells(content.translations),
    }


def read_row(cells: Mapping[str, str], *, place: str, defaults: ItemDefaults = NO_DEFAULTS) -> ReadItem:
    """Read an item from a row.

    Args:
        cells: The cells by column; those that are missing count as empty.
        place: Where the row stands.
        defaults: What the item gets that its cells leave open.
    """
    kind = cells.get("type", "").strip()
    gaps = kind == ItemType.INLINE_CHOICE
    prompts = [read_parts(entry) if gaps else [entry] for entry in read_entries(cells.get("prompts", ""))]
    texts = read_entries(cells.get("options", ""))
    keys, problems = _keys(cells.get("key", ""), kind, options=len(texts), gaps=[len(parts) for parts in prompts])
    partial_credit, wrong_word = _partial_credit(cells.get("partial_credit", ""))
    draft = ItemDraft(
        criterion=cells.get("criterion", "").strip() or defaults.criterion,
        type=kind,
        cognitive_level=cells.get("cognitive_level", "").strip() or defaults.cognitive_level.value,
        difficulty_rating=cells.get("difficulty_rating", "").strip() or str(defaults.difficulty_rating),
        language=cells.get("language", "").strip() or defaults.language,
        stem=cells.get("stem", ""),
        options=_options(texts, read_entries(cells.get("rationales", "")), keys if kind in CHOICE_TYPES else []),
        source=cells.get("source", ""),
        testlet=cells.get("testlet", "").strip(),
        stimulus=cells.get("stimulus", ""),
        partial_credit=partial_credit,
        prompts=tuple(
            _prompt(parts, keys[place] if place < len(keys) else -1, gaps=gaps) for place, parts in enumerate(prompts)
        ),
        number=_number(cells),
        accepted=tuple(read_entries(cells.get("accepted", ""))),
        rubric=tuple(_aspect(entry) for entry in read_entries(cells.get("rubric", ""))),
        rationale=cells.get("rationale", ""),
        translations=translations_of(cells, gaps=gaps),
    )
    return item_of_draft(
        draft,
        place=place,
        code=cells.get("id", "").strip(),
        state=cells.get("status", ""),
        enemies=tuple(_enemy(line) for line in read_entries(cells.get("enemies", "")) if line.strip()),
        problems=[*problems, *wrong_word],
        lost=_without_a_place(cells),
    )


def _without_a_place(cells: Mapping[str, str]) -> list[Loss]:
    return [Loss(f"column {name}") for name, cell in cells.items() if name and name not in COLUMNS and cell.strip()]


def _unless_empty(texts: Sequence[str]) -> str:
    return written_entries(texts) if any(texts) else ""


def _options(texts: Sequence[str], rationales: Sequence[str], key: Sequence[int]) -> tuple[Option, ...]:
    return tuple(
        Option(text, correct=place in key, rationale=rationales[place] if place < len(rationales) else "")
        for place, text in enumerate(texts)
    )


def _key_letters(content: ItemContent) -> str:
    if content.type in CHOICE_TYPES:
        return content.key_letters
    return "".join(chr(ord("A") + prompt.key) for prompt in content.prompts)


def _keys(letters: str, kind: str, *, options: int, gaps: Sequence[int]) -> tuple[list[int], list[InvalidInput]]:
    """Read the letters of the key: of the right options, or one for each line to match or gap."""
    places = [ord(letter) - ord("A") for letter in letters.upper() if not letter.isspace() and letter not in ",;"]
    if kind == ItemType.INLINE_CHOICE:
        limits = list(gaps)
    elif kind == ItemType.MATCHING:
        limits = [options] * len(gaps)
    elif kind in CHOICE_TYPES:
        limits = [options] * max(len(places), 1)
    else:
        return [], []
    if len(places) == len(limits) and all(0 <= place < limit for place, limit in zip(places, limits, strict=True)):
        return places, []
    last = chr(ord("A") + max(*limits, 1) - 1)
    each = "" if kind in CHOICE_TYPES else f", one for each of the {len(limits)} lines in prompts"
    expected = f"letters from A to {last}{each}, not {letters!r}"
    return [], [InvalidInput(field="key", expected=expected, reason="key_letters", last=last)]


def _prompt_entry(prompt: Prompt) -> str:
    return written_parts(prompt.options) if prompt.options else prompt.text


def _prompt(parts: Sequence[str], key: int, *, gaps: bool) -> Prompt:
    return Prompt(key=key, options=tuple(parts)) if gaps else Prompt(key=key, text=parts[0])


def _number_cells(number: NumericKey | None) -> dict[str, str]:
    if number is None:
        return {"number": "", "tolerance": "", "unit": ""}
    return {
        "number": number.value,
        "tolerance": f"{number.tolerance}{_PERCENT[0] if number.percent else ''}",
        "unit": number.unit,
    }


def _number(cells: Mapping[str, str]) -> NumericKey | None:
    value, tolerance, unit = (cells.get(name, "").strip() for name in ("number", "tolerance", "unit"))
    if not (value or tolerance or unit):
        return None
    percent = tolerance.endswith(_PERCENT)
    for sign in _PERCENT:
        tolerance = tolerance.removesuffix(sign).strip()
    return NumericKey(value=value, tolerance=tolerance or "0", percent=percent, unit=unit)


def _aspect(entry: str) -> RubricAspect:
    title, *levels = read_parts(entry) or [""]
    return RubricAspect(title=title, levels=tuple(levels))


def _enemy_line(enemy: ExchangedEnemy) -> str:
    return f"{enemy.code}: {enemy.reason}" if enemy.reason else enemy.code


def _enemy(line: str) -> ExchangedEnemy:
    code, _, reason = line.partition(": ")
    return ExchangedEnemy(code.strip(), reason.strip())


def _partial_credit(cell: str) -> tuple[bool, list[InvalidInput]]:
    word = cell.strip().lower()
    if word not in (*_YES, *_NO, ""):
        expected = f"{_YES[0]} or {_NO[0]}, not {cell!r}"
        return False, [InvalidInput(field="partial_credit", expected=expected)]
    return word in _YES, []
