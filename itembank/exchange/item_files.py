"""Items as files of any format that there is, read whole or refused whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from itembank.authoring.exchange import ExchangedItem
from itembank.errors import UnreadableFile
from itembank.exchange.item_file import ItemDefaults, ItemFile, WrittenFile
from itembank.exchange.item_formats import format_of, format_to_write
from itembank.exchange.item_table import NO_DEFAULTS


def read_items(
    path: Path, *, file_format: str | None = None, defaults: ItemDefaults = NO_DEFAULTS
) -> tuple[ExchangedItem, ...]:
    """Read items from a file of which every item can be taken.

    Args:
        path: The file.
        file_format: Name of a format; by the file's ending and content if not given.
        defaults: What items get that the file leaves open.

    Raises:
        UnreadableFile: Names the file, the first item that can't be taken and its field, and what was expected.
    """
    return whole_items(read_item_file(path, file_format=file_format, defaults=defaults), file=path)


def read_item_file(path: Path, *, file_format: str | None = None, defaults: ItemDefaults = NO_DEFAULTS) -> ItemFile:
    """Read a file item by item, with what is wrong and what gets lost of each.

    Raises:
        UnreadableFile: The file itself can't be read, or its format is none of those that there are.
    """
    return format_of(path, file_format).read(path, defaults=defaults)


def whole_items(file_of_items: ItemFile, *, file: Path | str) -> tuple[ExchangedItem, ...]:
    """Give all items of a file.

    Raises:
        UnreadableFile: One can't be taken; names it and what was expected.
    """
    items = []
    for read in file_of_items.items:
        for problem in read.problems:
            raise UnreadableFile(file=file, expected=f"{read.place}: {problem}")
        if read.item is not None:
            items.append(read.item)
    return tuple(items)


def write_items(path: Path, items: Iterable[ExchangedItem], *, file_format: str | None = None) -> WrittenFile:
    """Write items to a file.

    Returns:
        What the format can't carry, by item code.

    Raises:
        UnreadableFile: The format is none of those that there are, or it can't hold a text of an item.
    """
    return format_to_write(path, file_format).write(path, tuple(items))
