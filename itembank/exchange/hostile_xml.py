"""XML that may be anything, taken apart piece by piece: no entities, no document types, nothing fetched."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from itembank.errors import UnreadableFile
from itembank.exchange.decoded_text import decoded

DEEPEST: Final = 60
MOST_ELEMENTS: Final = 3_000_000
_DECLARATION: Final = re.compile(r"\s*<\?xml\b[^>]*\?>")
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")


def pieces_of_xml(data: bytes, *, file: Path | str, root: str, piece: str) -> Iterator[tuple[int, Any]]:
    """Give the children of one name that a document's root has, one after the other; only one is in memory.

    Args:
        data: The document.
        file: Its name, for messages.
        root: The name that the root must have.
        piece: The name of the children.

    Yields:
        The line of each child and the child, which holds only until the next is asked for.

    Raises:
        UnreadableFile: It is no sound XML, another document, has a document type, or is deeper or larger than any
            honest one.
    """
    from lxml import etree

    depth = count = 0
    try:
        events = etree.iterparse(
            io.BytesIO(_utf8(data, file)),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
            huge_tree=True,
        )
        for event, element in events:
            if event == "start":
                depth, count = depth + 1, count + 1
                _check(element, file=file, root=root, depth=depth, count=count)
                continue
            depth -= 1
            if depth == 1:
                if element.tag == piece:
                    yield element.sourceline or 0, element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(file=file, expected=f"sound XML; {error}") from None


def _check(element: Any, *, file: Path | str, root: str, depth: int, count: int) -> None:
    if depth == 1:
        if element.getroottree().docinfo.doctype:
            raise UnreadableFile(file=file, expected="XML without a document type: it could define entities")
        if element.tag != root:
            raise UnreadableFile(file=file, expected=f"XML whose root is {root}, not {str(element.tag)[:80]}")
    if depth > DEEPEST:
        raise UnreadableFile(file=file, expected=f"line {element.sourceline}: elements at most {DEEPEST} deep")
    if count > MOST_ELEMENTS:
        raise UnreadableFile(file=file, expected=f"at most {MOST_ELEMENTS:,} elements")


def _utf8(data: bytes, file: Path | str) -> bytes:
    """Bring a document to UTF-8, whatever it says of itself."""
    declared = _DECLARED.match(data[:200])
    name = declared[1].decode() if declared else "utf-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or name.lower() in ("utf-8", "utf8"):
        text = decoded(data, file=file)
    else:
        try:
            text = data.decode("cp874" if name.lower() in ("tis-620", "windows-874") else name)
        except (LookupError, UnicodeDecodeError):
            expected = f"UTF-8; it says that it is {name} and does not read as that"
            raise UnreadableFile(file=file, expected=expected) from None
    # What is decoded already must not be decoded by its declaration again.
    return _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
