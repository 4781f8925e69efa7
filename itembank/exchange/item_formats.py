"""The formats in which items come and go, and which of them a file is in."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from itembank.authoring.exchange import ExchangedItem
from itembank.errors import UnreadableFile
from itembank.exchange.aiken import read_aiken, write_aiken
from itembank.exchange.decoded_text import decoded
from itembank.exchange.file_bytes import file_bytes
from itembank.exchange.gift_reading import read_gift
from itembank.exchange.gift_writing import write_gift
from itembank.exchange.item_csv import read_csv, write_csv
from itembank.exchange.item_file import ItemDefaults, ItemFile, WrittenFile
from itembank.exchange.item_json import read_json, write_json
from itembank.exchange.item_sheets import read_sheet, write_sheet
from itembank.exchange.moodle_reading import read_moodle
from itembank.exchange.moodle_writing import write_moodle
from itembank.exchange.shown_images import losses_of_images

#: Images of texts by id, and calibrated parameters by item code, as formats write them that have a place for them.
Images = Mapping[str, bytes]
Parameters = Mapping[str, Any]


class Reader(Protocol):
    """Reads a file of one format."""

    def __call__(self, path: Path, *, defaults: ItemDefaults) -> ItemFile:
        """Read it item by item."""
        ...


class Writer(Protocol):
    """Writes a file of one format."""

    def __call__(
        self, path: Path, items: Sequence[ExchangedItem], *, images: Images, parameters: Parameters
    ) -> WrittenFile:
        """Write it and tell what is left behind."""
        ...


@dataclass(frozen=True, slots=True)
class ItemFormat:
    """A format: its name, how its files' names end, and what reads and writes them."""

    name: str
    ending: str
    media_type: str
    read: Reader
    writer: Writer

    def write(
        self,
        path: Path,
        items: Sequence[ExchangedItem],
        *,
        images: Images | None = None,
        parameters: Parameters | None = None,
    ) -> WrittenFile:
        """Write items to a file and tell what is left behind, by item code.

        Raises:
            UnreadableFile: The format can't hold a text of an item.
        """
        return self.writer(path, items, images=images or {}, parameters=parameters or {})


def _read_qti(path: Path, *, defaults: ItemDefaults) -> ItemFile:
    # Loaded where it is wanted: it takes longer than a small file takes to read.
    from itembank.exchange.qti import read_qti

    return read_qti(path, defaults=defaults)


def _qti_writer(version: str) -> Writer:
    def write(path: Path, items: Sequence[ExchangedItem], *, images: Images, parameters: Parameters) -> WrittenFile:
        from itembank.exchange.qti import write_qti

        return write_qti(path, items, version=version, images=images, parameters=parameters)

    return write


def _table_writer(write: Any) -> Writer:
    def write_table(
        path: Path, items: Sequence[ExchangedItem], *, images: Images, parameters: Parameters
    ) -> WrittenFile:
        write(path, items)
        return WrittenFile(losses_of_images(items))

    return write_table


_XML, _ZIP, _TEXT = "application/xml", "application/zip", "text/plain; charset=utf-8"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: Final = {
    one.name: one
    for one in (
        ItemFormat("xlsx", ".xlsx", _WORKBOOK, read_sheet, _table_writer(write_sheet)),
        ItemFormat("csv", ".csv", "text/csv; charset=utf-8", read_csv, _table_writer(write_csv)),
        ItemFormat("json", ".json", "application/json", read_json, _table_writer(write_json)),
        ItemFormat("qti3", ".zip", _ZIP, _read_qti, _qti_writer("3.0")),
        ItemFormat("qti22", ".zip", _ZIP, _read_qti, _qti_writer("2.2")),
        ItemFormat("qti21", ".zip", _ZIP, _read_qti, _qti_writer("2.1")),
        ItemFormat("moodle", ".xml", _XML, read_moodle, write_moodle),
        ItemFormat("gift", ".txt", _TEXT, read_gift, write_gift),
        ItemFormat("aiken", ".txt", _TEXT, read_aiken, write_aiken),
    )
}
_BY_ENDING: Final = {
    ".xlsx": "xlsx", ".csv": "csv", ".json": "json", ".zip": "qti3", ".xml": "moodle", ".gift": "gift", ".txt": "gift",
}  # fmt: skip
#: A question of Aiken ends so; GIFT has its answers in braces.
_AIKEN: Final = re.compile(r"^ANSWER:\s*[A-Za-z]\s*$", re.MULTILINE)
_BYTES_THAT_TELL: Final = 20_000


def format_of(path: Path, name: str | None = None) -> ItemFormat:
    """Find out in which format a file is.

    Args:
        path: The file.
        name: The format's name, where it is known; else the file's ending tells, and its content where that is not
            enough.

    Raises:
        UnreadableFile: There is no such format, or nothing tells which it is.
    """
    if name:
        return _named(path, name)
    found = _BY_ENDING.get(path.suffix.lower())
    if found == "gift" and path.suffix.lower() == ".txt":
        text = decoded(file_bytes(path), file=path)
        found = "aiken" if _AIKEN.search(text) and "{" not in text else "gift"
    elif found == "moodle":
        found = "moodle" if _is_moodle(path) else "qti3"
    elif found == "qti3" and _is_workbook(path):
        found = "xlsx"
    if found is None:
        raise UnreadableFile(file=path, expected=_expected_ending())
    return FORMATS[found]


def format_to_write(path: Path, name: str | None = None) -> ItemFormat:
    """Choose the format of a file that is to be written, by name or by ending.

    Raises:
        UnreadableFile: There is no such format.
    """
    if name:
        return _named(path, name)
    found = _BY_ENDING.get(path.suffix.lower())
    if found is None:
        raise UnreadableFile(file=path, expected=_expected_ending())
    return FORMATS[found]


def _named(path: Path, name: str) -> ItemFormat:
    if name not in FORMATS:
        raise UnreadableFile(file=path, expected=f"a format among {', '.join(FORMATS)}, not {name!r}")
    return FORMATS[name]


def _expected_ending() -> str:
    return f"a file that ends in {', '.join(_BY_ENDING)}, or the option --format"


def _is_moodle(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            begin = file.read(_BYTES_THAT_TELL)
    except OSError as error:
        raise UnreadableFile(file=path, expected=f"cannot be read ({error.strerror or error})") from error
    # Two bytes a letter in UTF-16: without the empty ones the names read the same.
    begin = begin.replace(b"\0", b"")
    return b"<quiz" in begin or not re.search(rb"<(?:\w+:)?(?:qti-)?assessment-?[Ii]tem", begin)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
