"""Writes trees as the XML of one version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from itembank.exchange.qti.names import HTML, Version, kebab
from itembank.exchange.qti.tree import MATH, Node

_MATHML = "http://www.w3.org/1998/Math/MathML"
#: What XML can't hold, not even by number.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def document(root: Node, version: Version) -> bytes:
    """Write a document of the standard: an item, a text or usage data."""
    return _document(_written(root, version, namespace=version.namespace))


def plain_document(root: Node, namespaces: Mapping[str, str]) -> bytes:
    """Write a document whose names are the same in every version, such as a manifest.

    Args:
        root: Its root; a name may have a prefix.
        namespaces: Address of each prefix; the empty one's is that of names without.
    """
    named = {f"xmlns:{prefix}" if prefix else "xmlns": address for prefix, address in namespaces.items()}
    root.attributes = named | root.attributes
    return _document(_element(root.name, root.attributes, [_written(child, None) for child in root.children]))


def _document(text: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _written(node: Node | str, version: Version | None, *, namespace: str = "") -> str:
    if isinstance(node, str):
        return escape(UNWRITABLE.sub("\ufffd", node), quote=False)
    if node.name == MATH and version is not None:
        return _written(Node(MATH, {"xmlns": _MATHML, **node.attributes}, node.children), None)
    attributes, name = node.attributes, node.name
    if version is not None and version.kebab and name not in HTML:
        name = f"qti-{kebab(name)}"
        attributes = {_kebab_attribute(key): value for key, value in attributes.items()}
    if namespace:
        attributes = {"xmlns": namespace, **attributes}
    return _element(name, attributes, [_written(child, version) for child in node.children])


def _kebab_attribute(name: str) -> str:
    return name if ":" in name else kebab(name)


def _element(name: str, attributes: Mapping[str, str], inside: list[str]) -> str:
    listed = "".join(f' {key}="{_value(value)}"' for key, value in attributes.items())
    return f"<{name}{listed}>{''.join(inside)}</{name}>" if inside else f"<{name}{listed}/>"


def _value(text: str) -> str:
    # Blanks of other kinds would come back as blanks.
    return escape(UNWRITABLE.sub("\ufffd", text)).replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")
