"""What the manifest of a package names: its resources with their files and metadata."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from itembank.errors import UnreadableFile
from itembank.exchange.qti.archive import Archive, resolved
from itembank.exchange.qti.safe_xml import BrokenXml, read_xml
from itembank.exchange.qti.tree import Node

MANIFEST = "imsmanifest.xml"


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource; names of files are full ones, and None where a reference leads out of the package."""

    identifier: str
    type: str
    href: str
    file: str | None
    files: tuple[str, ...]
    metadata: tuple[Node, ...]


def read_manifest(archive: Archive) -> tuple[Resource, ...]:
    """Read the manifest.

    Raises:
        UnreadableFile: It is missing, is not at the root, or is no manifest.
    """
    name = archive.path.name
    if MANIFEST not in archive:
        elsewhere = next((one for one in archive.names if posixpath.basename(one) == MANIFEST), None)
        found = (
            f"it is in {posixpath.dirname(elsewhere)}/; pack what is in that folder" if elsewhere else "there is none"
        )
        raise UnreadableFile(file=name, expected=f"a package of QTI with {MANIFEST} at its root; {found}")
    try:
        root = read_xml(archive.read(MANIFEST), file=f"{name}, {MANIFEST}", manifest=True)
    except BrokenXml as error:
        raise UnreadableFile(file=f"{name}, {MANIFEST}", expected=str(error)) from None
    if root.name != "manifest":
        raise UnreadableFile(file=f"{name}, {MANIFEST}", expected=f"a manifest, not {root.name}")
    base = root.get("xml:base")
    found_resources = []
    for group in root.named("resources"):
        within = _joined(base, group.get("xml:base"))
        found_resources += [_resource(node, _joined(within, node.get("xml:base"))) for node in group.named("resource")]
    return tuple(found_resources)


def _resource(node: Node, base: str) -> Resource:
    files = [resolved("", _joined(base, file.get("href"))) for file in node.named("file")]
    href = node.get("href")
    return Resource(
        identifier=node.get("identifier"),
        type=node.get("type").lower(),
        href=href,
        file=resolved("", _joined(base, href)) if href else None,
        files=tuple(file for file in files if file is not None),
        metadata=tuple(node.named("metadata")),
    )


def _joined(base: str, name: str) -> str:
    return f"{base.rstrip('/')}/{name}" if base and name else base or name
