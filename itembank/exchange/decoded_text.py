"""Text files in the encodings that they come in: Unicode, and the Thai one of older programs."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final

from itembank.errors import UnreadableFile

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Thai is written without blanks between words, so that its letters come in runs; accents of other languages do not.
_THAI_RUN: Final = re.compile(rb"[\xa1-\xda\xdf-\xfb]{3,}")
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]")
_THAI: Final = re.compile(rb"[\xa1-\xda\xdf-\xfb\xa0\x85\x91-\x97]")


def decoded(data: bytes, *, file: Path | str) -> str:
    """Read bytes as text: UTF-8, UTF-16 with its mark, or TIS-620 (Windows-874) where they are plainly Thai.

    Args:
        data: All of the file.
        file: Its name, for messages.

    Raises:
        UnreadableFile: It is in another encoding; names the line and what was found.
    """
    if data.startswith(_UTF_16):
        return _decoded_as(data, "utf-16", file=file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _is_thai(data):
            return _decoded_as(data, "cp874", file=file)
        line = data.count(b"\n", 0, error.start) + 1
        expected = f"line {line}: UTF-8; byte {data[error.start]:#04x} is none, save the file as UTF-8"
        raise UnreadableFile(file=file, expected=expected) from None


def _decoded_as(data: bytes, encoding: str, *, file: Path | str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile(file=file, expected=f"UTF-8; this is broken {encoding.upper()}") from None


def _is_thai(data: bytes) -> bool:
    beyond = len(_BEYOND_ASCII.findall(data))
    in_runs = sum(map(len, _THAI_RUN.findall(data)))
    return len(_THAI.findall(data)) == beyond and 2 * in_runs >= beyond
