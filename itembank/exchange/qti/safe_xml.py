"""Reads XML that is taken for hostile: no entities, no document types, nothing fetched, bounds on everything."""

from __future__ import annotations

import codecs
import re
from typing import Any, Final

from itembank.errors import UnreadableFile
from itembank.exchange.qti.names import camel, plain_name
from itembank.exchange.qti.tree import Node

#: Bytes of an item, a text or a test; a manifest names thousands of items and may be larger.
MOST_XML_BYTES: Final = 5_000_000
MOST_MANIFEST_BYTES: Final = 50_000_000
DEEPEST: Final = 100
MOST_ATTRIBUTES: Final = 100
_MOST_ELEMENTS: Final = 20_000
_MOST_MANIFEST_ELEMENTS: Final = 2_000_000

_ENCODINGS = {"utf-8", "utf-16", "ascii", "iso8859-1", "cp1252", "tis-620", "cp874", "iso8859-11"}
#: Names of the Thai encoding that the codecs don't know.
_THAI = ("windows-874", "x-windows-874", "iso-8859-11", "tis620")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*?\?>")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_PROLOG = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_XML = "{http://www.w3.org/XML/1998/namespace}"
_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"


class BrokenXml(ValueError):
    """A file is no sound XML; says why."""


def read_xml(data: bytes, *, file: str, manifest: bool = False) -> Node:
    """Read a document.

    Args:
        data: Its bytes.
        file: Its name, for messages.
        manifest: Whether it may be as large as a manifest.

    Raises:
        UnreadableFile: It has a document type, or is larger or deeper than any honest one.
        BrokenXml: It is not sound XML.
    """
    # Reading XML is no part of starting up.
    from lxml import etree

    most = MOST_MANIFEST_BYTES if manifest else MOST_XML_BYTES
    if len(data) > most:
        raise UnreadableFile(file=file, expected=f"at most {most:,} bytes of XML; these are {len(data):,}")
    text = _decoded(data)
    if text[_PROLOG.match(text).end() :].startswith("<!"):  # type: ignore[union-attr]  # it matches nothing at least
        raise UnreadableFile(file=file, expected="XML without a document type: it could define entities")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=manifest,
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if "depth" in str(error).lower():
            raise _too_deep(file) from None
        raise BrokenXml(f"no sound XML; {error}") from None
    return _Reader(file, _MOST_MANIFEST_ELEMENTS if manifest else _MOST_ELEMENTS).node(root)


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding:
        declared = _DECLARED.match(data[:200])
        name = declared[1].decode().lower() if declared else "utf-8"
        name = "cp874" if name in _THAI else name
        try:
            encoding = codecs.lookup(name).name
        except LookupError:
            encoding = name
        if encoding not in _ENCODINGS:
            raise BrokenXml(f"the encoding {name} is not read; save the file as UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        where = getattr(error, "start", 0)
        raise BrokenXml(
            f"not {encoding.removesuffix('-sig').upper()} text at byte {where:,}; save the file as UTF-8"
        ) from None
    # What is decoded already must not be decoded by its declaration again.
    return _DECLARATION.sub("", text, count=1) if text.lstrip().startswith("<?xml") else text


def _too_deep(file: str) -> UnreadableFile:
    return UnreadableFile(file=file, expected=f"elements at most {DEEPEST} deep")


class _Reader:
    """Takes over what the library read, within bounds."""

    def __init__(self, file: str, elements: int) -> None:
        self.file = file
        self.left = elements

    def node(self, element: Any, depth: int = 1, *, foreign: bool = False) -> Node:
        self.left -= 1
        if depth > DEEPEST:
            raise _too_deep(self.file)
        if self.left < 0:
            raise UnreadableFile(file=self.file, expected="fewer elements than any question has")
        if len(element.attrib) > MOST_ATTRIBUTES:
            raise UnreadableFile(file=self.file, expected=f"at most {MOST_ATTRIBUTES} attributes of an element")
        node = self._bare(element, foreign=foreign)
        foreign = foreign or node.name == "math"
        if element.text:
            node.children.append(element.text)
        for child in element:
            node.children.append(self.node(child, depth + 1, foreign=foreign))
            if child.tail:
                node.children.append(child.tail)
        return node

    def _bare(self, element: Any, *, foreign: bool) -> Node:
        name = element.tag.rpartition("}")[2]
        ours = not foreign and name.startswith("qti-")
        attributes = {}
        for key, value in element.attrib.items():
            if key.startswith(_SCHEMA_INSTANCE):
                continue
            plain = f"xml:{key.removeprefix(_XML)}" if key.startswith(_XML) else key.rpartition("}")[2]
            attributes[camel(plain) if ours else plain] = value
        return Node(plain_name(name) if ours else name, attributes)
