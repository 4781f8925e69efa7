"""Items as an Excel workbook: one sheet of items, lists to choose from, and a sheet that explains the columns."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from itembank.authoring.content import LANGUAGES, MAXIMUM_RATING, MINIMUM_RATING, CognitiveLevel, ItemType
from itembank.authoring.exchange import ExchangedItem
from itembank.errors import InvalidInput, UnreadableFile
from itembank.exchange.item_table import COLUMNS, REQUIRED_COLUMNS, item_of, row_of

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
_WIDE: Final = {"stem": 60, "options": 50, "rationales": 50, "stimulus": 40, "source": 30, "enemies": 30}
#: What each column means, in Thai and English, for whoever fills it in.
_MEANINGS: Final = {
    "id": ("รหัสข้อสอบ เว้นว่างไว้ให้ระบบตั้งให้ได้", "Code of the item; left empty, it gets one"),
    "criterion": (
        "รหัสเกณฑ์การปฏิบัติงาน เช่น DG101-1.1 (ต้องมี)",
        "Code of the performance criterion, such as DG101-1.1 (required)",
    ),
    "type": ("ประเภทข้อสอบ เลือกจากรายการ (ต้องมี)", "Type, from the list (required)"),
    "status": ("สถานะตอนส่งออก ตอนนำเข้าทุกข้อเป็นฉบับร่าง", "State when exported; everything imported is a draft"),
    "stem": ("คำถาม (ต้องมี)", "The question (required)"),
    "options": (
        "ตัวเลือก บรรทัดละหนึ่งตัวเลือก กด Alt+Enter ขึ้นบรรทัด (ต้องมี)",
        "Options, one a line; Alt+Enter begins a line (required)",
    ),
    "key": ("อักษรของตัวเลือกที่ถูก เช่น B หรือ AC (ต้องมี)", "Letters of the right options, such as B or AC (required)"),
    "difficulty_rating": (
        "ความยากที่คาด 1 ง่ายที่สุด ถึง 5 ยากที่สุด (ต้องมี)",
        "Expected difficulty from 1, easiest, to 5, hardest (required)",
    ),
    "cognitive_level": ("ระดับพฤติกรรมการคิด เลือกจากรายการ", "Cognitive level, from the list"),
    "language": ("ภาษาของข้อสอบ th หรือ en", "Language of the item: th or en"),
    "rationales": (
        "เหตุผลของแต่ละตัวเลือก บรรทัดละหนึ่งตัวเลือกตามลำดับ",
        "Why each option is right or wrong, one a line in their order",
    ),
    "source": ("แหล่งอ้างอิง", "Where it comes from"),
    "testlet": ("รหัสชุดข้อสอบที่ใช้เนื้อเรื่องเดียวกัน", "Code that the items of one text share"),
    "stimulus": ("เนื้อเรื่องของชุด", "The text that they share"),
    "partial_credit": ("ให้คะแนนบางส่วนหรือไม่ yes หรือ no", "Whether parts count: yes or no"),
    "enemies": (
        "รหัสข้อที่ห้ามอยู่ร่วมกัน บรรทัดละข้อ ตามด้วย : และเหตุผล",
        "Codes that must not meet it, one a line, each with : and the reason",
    ),
}


def write_sheet(path: Path, items: Iterable[ExchangedItem]) -> None:
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
    _offer_choices(sheet)
    sheet.append([_cell(WriteOnlyCell(sheet), name, font=Font(bold=True)) for name in COLUMNS])
    wrapped = Alignment(wrap_text=True, vertical="top")
    for texts in rows:
        sheet.append([_cell(WriteOnlyCell(sheet), text, alignment=wrapped, quotePrefix=True) for text in texts])
    _explain(book.create_sheet("how to fill in"))
    book.save(path)


def read_sheet(path: Path) -> tuple[ExchangedItem, ...]:
    """Read items from a workbook: from its sheet ``items``, or from its first.

    Raises:
        UnreadableFile: Names the file, the row and the column, and what was expected.
    """
    rows = _rows(path)
    header = [_text(cell).strip() for cell in rows[0]] if rows else []
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    if missing:
        raise UnreadableFile(file=path, expected=f"row 1: the columns {', '.join(missing)}")
    items = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: _text(cell) for name, cell in zip(header, row, strict=False)}
        if not any(cell.strip() for cell in cells.values()):
            continue
        try:
            items.append(item_of(cells))
        except InvalidInput as error:
            raise UnreadableFile(file=path, expected=f"row {number}: {error}") from error
    return tuple(items)


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
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


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
        sheet.append([name, *_MEANINGS[name]])
