"""Taking in a file that may be anything: missing, a folder, or far too large."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from itembank.errors import UnreadableFile

#: No bank of questions is larger; images come in archives or are looked at one by one.
MOST_BYTES: Final = 100_000_000
#: A text of so many bytes takes seconds to read; one of tables or questions has a thousandth of it.
MOST_BYTES_OF_TEXT: Final = 50_000_000
#: The most items that come in with one file.
MOST_ITEMS: Final = 20_000


def file_bytes(path: Path, *, most: int = MOST_BYTES_OF_TEXT) -> bytes:
    """Read a file.

    Raises:
        UnreadableFile: It can't be read or has more bytes than ``most``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise UnreadableFile(file=path, expected=f"cannot be read ({error.strerror or error})") from error
    if len(data) > most:
        raise UnreadableFile(file=path, expected=f"at most {most:,} bytes")
    return data


def refuse_too_many(path: Path, count: int) -> None:
    """Refuse a file with more items than anybody could look through.

    Raises:
        UnreadableFile: There are more than ``MOST_ITEMS``.
    """
    if count > MOST_ITEMS:
        raise UnreadableFile(file=path, expected=f"at most {MOST_ITEMS:,} items; split the file")
