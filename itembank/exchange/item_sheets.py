"""Items as an Excel workbook: one sheet of items, lists to choose from, and a sheet that explains the columns."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from itembank.authoring.content import LANGUAGES, MAXIMUM_RATING, MINIMUM_RATING, CognitiveLevel, ItemType
from itembank.authoring.exchange import ExchangedItem
from itembank.errors import InvalidInput, UnreadableFile
from itembank.exchange.file_bytes import refuse_too_many
from itembank.exchange.item_csv import missing_columns, nameless, refuse_twice
from itembank.exchange.item_file import ItemDefaults, ItemFile, ReadItem
from itembank.exchange.item_table import COLUMNS, NO_DEFAULTS, read_row, row_of
from itembank.exchange.sheet_bombs import refuse_far_cells
from itembank.exchange.sheet_template import EXAMPLES, MEANINGS

SHEET: Final = "items"
#: What Excel itself can hold in a cell.
_CELL_LETTERS: Final = 32_767
#: A workbook is a packed archive: more than these bytes unpacked is no bank of questions.
MOST_BYTES_UNPACKED: Final = 200_000_000
#: Rows that get lists to choose from.
_ROWS_TO_FILL: Final = 20_000
_CHOICES: Final = {
    "type": [kind.value for kind in ItemType],
    "difficulty_rating": [str(rating) for rating in range(MINIMUM_RATING, MAXIMUM_RATING + 1)],
    "cognitive_level": [level.value for level in CognitiveLevel],
    "language": list(LANGUAGES),
    "partial_credit": ["no", "yes"],
}
_WIDE: Final = {
    "stem": 60, "options": 50, "rationales": 50, "stimulus": 40, "source": 30, "enemies": 30,
    "prompts": 40, "accepted": 30, "rubric": 40, "rationale": 40, "stem_en": 40, "options_en": 40, "stem_th": 40,
}  # fmt: skip


def write_sheet(path: Path, items: Sequence[ExchangedItem]) -> None:
    """Write items as a workbook; without items it is the template to fill in.

    Raises:
        UnreadableFile: An item has a text that no cell can hold; names both.
    """
    # Loading it takes longer than writing a small bank.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    # All texts before the first is written, so that a refusal leaves nothing half-written.
    rows = [_texts(path, item) for item in items]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "B2"
    for number, name in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDE.get(name, 16)
        # What is typed stays what was typed: 5% no part of one, 1-2 no date.
        sheet.column_dimensions[get_column_letter(number)].number_format = "@"
    _offer_choices(sheet)
    sheet.append([_cell(WriteOnlyCell(sheet), name, font=Font(bold=True)) for name in COLUMNS])
    wrapped = Alignment(wrap_text=True, vertical="top")
    for texts in rows:
        sheet.append([_cell(WriteOnlyCell(sheet), text, alignment=wrapped, quotePrefix=True) for text in texts])
    if not rows:
        _show_examples(book.create_sheet("examples"))
    _explain(book.create_sheet("how to fill in"))
    book.save(path)


def read_sheet(path: Path, *, defaults: ItemDefaults = NO_DEFAULTS) -> ItemFile:
    """Read items from a workbook: from its sheet ``items``, or from its first.

    Raises:
        UnreadableFile: It is no such workbook; names the file and what was expected.
    """
    rows = _rows(path)
    header = [str(cell).strip() for cell in rows[0]] if rows else []
    refuse_twice(path, header, place="row 1")
    missing = missing_columns(header, defaults)
    if missing:
        raise UnreadableFile(file=path, expected=f"row 1: the columns {', '.join(missing)}")
    _show_percents(path, header, rows)
    items = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(str(cell).strip() for cell in row):
            continue
        place, cells = f"row {number}", dict(zip(header, row, strict=False))
        items.append(nameless(header, row, place=place) or _read(cells, place=place, defaults=defaults))
        refuse_too_many(path, len(items))
    return ItemFile(tuple(items))


def _read(cells: dict[str, Any], *, place: str, defaults: ItemDefaults) -> ReadItem:
    for name, cell in cells.items():
        if isinstance(cell, date | time | timedelta):
            expected = f"a text; the spreadsheet made the date or time {cell} of it, format the cell as text"
            problem = InvalidInput(field=name, expected=expected, reason="cell_date")
            return ReadItem(place=place, name=str(cells.get("id", "")), item=None, problems=(problem,))
    return read_row({name: _text(cell) for name, cell in cells.items()}, place=place, defaults=defaults)


def _show_percents(path: Path, header: Sequence[str], rows: list[list[Any]]) -> None:
    """Put ``5%`` where a cell shows that and holds 0.05, as cells do that were not formatted as text."""
    doubtful = [
        place
        for place, name in enumerate(header)
        if name != "difficulty_rating" and any(isinstance(row[place], float) for row in rows[1:])
    ]
    if not doubtful:
        return
    # Only this one tells how cells are shown; it takes longer than the other takes to read.
    from openpyxl import load_workbook

    try:
        with closing(load_workbook(path, read_only=True, data_only=True)) as book:
            sheet = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
            sheet.reset_dimensions()
            for cells, row in zip(sheet.iter_rows(max_col=doubtful[-1] + 1), rows, strict=False):
                for place in doubtful:
                    if isinstance(row[place], float) and place < len(cells) and "%" in str(cells[place].number_format):
                        row[place] = f"{_text(float(Decimal(repr(row[place])) * 100))}%"
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UnreadableFile(file=path, expected=f"a sound Excel workbook (.xlsx); {error}") from error


def _rows(path: Path) -> list[list[Any]]:
    from python_calamine import CalamineError, load_workbook

    _refuse_bombs(path)
    try:
        book = load_workbook(path)
        name = SHEET if SHEET in book.sheet_names else book.sheet_names[0]
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError) as error:
        raise UnreadableFile(file=path, expected=f"a sound Excel workbook (.xlsx); {error}") from error


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except OSError as error:
        raise UnreadableFile(file=path, expected=f"cannot be read ({error.strerror or error})") from error
    except zipfile.BadZipFile as error:
        raise UnreadableFile(file=path, expected="a sound Excel workbook (.xlsx)") from error
    if unpacked > MOST_BYTES_UNPACKED:
        raise UnreadableFile(
            file=path, expected=f"at most {MOST_BYTES_UNPACKED:,} bytes when unpacked; these are {unpacked:,}"
        )
    refuse_far_cells(path)


def _texts(path: Path, item: ExchangedItem) -> list[str]:
    row = row_of(item)
    return [_writable(path, item.code, name, row[name]) for name in COLUMNS]


def _writable(path: Path, code: str, name: str, text: str) -> str:
    if len(text) > _CELL_LETTERS:
        raise UnreadableFile(
            file=path, expected=f"item {code}, {name}: at most {_CELL_LETTERS:,} characters fit in a cell; use JSON"
        )
    if re.search("[\x00-\x08\x0b-\x1f\ufffe\uffff]", text):
        raise UnreadableFile(
            file=path, expected=f"item {code}, {name}: no control characters; cells can't hold them; use JSON"
        )
    # Cells write characters that they can't hold by their number; what looks like one is meant as it stands.
    return re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def _cell(cell: Any, text: str, **style: Any) -> Any:
    cell.value = text
    # A text stays a text, whatever it begins with: no cell of a bank is a formula.
    cell.data_type = "s"
    for name, value in style.items():
        setattr(cell, name, value)
    return cell


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        # Without an exponent, which people do not write numbers with.
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    return str(cell)


def _show_examples(sheet: Any) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    wrapped = Alignment(wrap_text=True, vertical="top")
    sheet.append(list(COLUMNS))
    for content in EXAMPLES:
        row = row_of(ExchangedItem("", "", content))
        sheet.append([_cell(WriteOnlyCell(sheet), row[name], alignment=wrapped, quotePrefix=True) for name in COLUMNS])


def _offer_choices(sheet: Any) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for name, choices in _CHOICES.items():
        offered = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
        letter = get_column_letter(COLUMNS.index(name) + 1)
        offered.add(f"{letter}2:{letter}{_ROWS_TO_FILL}")
        sheet.data_validations.append(offered)


def _explain(sheet: Any) -> None:
    for letter, width in (("A", 20), ("B", 60), ("C", 60)):
        sheet.column_dimensions[letter].width = width
    for name in COLUMNS:
        sheet.append([name, *MEANINGS[name]])
