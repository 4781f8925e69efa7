"""The bytes of a published text to a string, in the encodings that Thai documents come in."""

from __future__ import annotations

import codecs
import re

from itembank.framework.errors import UnreadableStandard

# Tabulator, line ends and form feed belong to a text; other control characters mean that the file is something else.
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
THAI_RUN = re.compile(r"[\u0e01-\u0e3a\u0e3f-\u0e5b]{2,}")


def decode_standard(data: bytes, *, source_name: str = "the file") -> str:
    """Decode a published text.

    UTF-8 is tried first, with or without a byte order mark; UTF-16 is taken only with its mark; anything else has to be
    Thai text in code page 874.

    Args:
        data: The file's content.
        source_name: Name of the file, for messages.

    Returns:
        The text.

    Raises:
        UnreadableStandard: The bytes are text in none of these encodings.
    """
    if not data.strip():
        raise UnreadableStandard(source=source_name, problem="the file is empty")
    text = _decoded(data, source_name)
    control = CONTROL_CHARACTER.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        problem = f"line {line} holds the control character U+{ord(control.group()):04X}, so this is not plain text"
        raise UnreadableStandard(source=source_name, problem=problem)
    return text


def _decoded(data: bytes, source_name: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded_as(data, "utf-16", source_name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _decoded_as(data, "cp874", source_name)
    # Nearly every byte is a letter in code page 874; Thai letters stand together, another code page's accents apart.
    high = sum(byte > 0x7F for byte in data)
    if sum(map(len, THAI_RUN.findall(text))) < 0.8 * high:
        raise UnreadableStandard(source=source_name, problem="the bytes are neither")
    return text


def _decoded_as(data: bytes, encoding: str, source_name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        problem = f"byte {error.start + 1} is not valid in either"
        raise UnreadableStandard(source=source_name, problem=problem) from None
