"""Writes the manifest of a package and the statistics that go with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from itembank.authoring.content import ItemContent
from itembank.exchange.parameter_files import ParameterRow
from itembank.exchange.qti.metadata import BASED_ON, DIFFICULTIES, PART_OF, TESTLETS, guid_of
from itembank.exchange.qti.names import Version
from itembank.exchange.qti.serialising import plain_document
from itembank.exchange.qti.tree import Node

_METADATA: Final = "http://ltsc.ieee.org/xsd/LOM"
_STANDARDS: Final = "http://www.imsglobal.org/xsd/imscsmd_v1p0"
#: What the statistics are called that other programs know.
_PARAMETERS: Final = (
    ("A-Parm", "discrimination", "se_discrimination"),
    ("B-Parm", "difficulty", "se_difficulty"),
    ("C-Parm", "guessing", "se_guessing"),
    ("D-Parm", "upper_asymptote", ""),
)


@dataclass(frozen=True, slots=True)
class WrittenResource:
    """A resource of a package; the first of its files is the one that it is about."""

    identifier: str
    type: str
    files: tuple[str, ...]
    metadata: Node | None = None
    dependencies: tuple[str, ...] = ()

    def node(self) -> Node:
        """Give it as the manifest names it."""
        attributes = {"identifier": self.identifier, "type": self.type, "href": self.files[0]}
        parts: list[Node | str] = [self.metadata] if self.metadata else []
        parts += [Node("file", {"href": file}) for file in self.files]
        parts += [Node("dependency", {"identifierref": other}) for other in self.dependencies]
        return Node("resource", attributes, parts)


def manifest(resources: Sequence[WrittenResource], version: Version) -> bytes:
    """Write the manifest."""
    about = Node(
        "metadata",
        {},
        [
            Node("schema", {}, [version.schema]),
            Node("schemaversion", {}, ["3.0.0" if version.kebab else "1.0.0"]),
        ],
    )
    inside: list[Node | str] = [
        about, Node("organizations"), Node("resources", {}, [resource.node() for resource in resources]),
    ]  # fmt: skip
    root = Node("manifest", {"identifier": "MANIFEST"}, inside)
    return plain_document(root, {"": version.package, "lom": _METADATA, "csm": _STANDARDS})


def metadata(content: ItemContent, *, title: str) -> Node:
    """Describe an item: its title, language, criterion, cognitive level and expected difficulty."""
    general = Node(
        "lom:general",
        {},
        [
            Node("lom:title", {}, [_string(title, content.language)]),
            Node("lom:language", {}, [content.language]),
            Node("lom:keyword", {}, [_string(content.criterion, "en")]),
            Node("lom:keyword", {}, [_string(content.cognitive_level.value, "en")]),
        ],
    )
    difficulty = Node(
        "lom:difficulty",
        {},
        [
            Node("lom:source", {}, ["LOMv1.0"]),
            Node("lom:value", {}, [DIFFICULTIES[content.difficulty_rating - 1]]),
        ],
    )
    lom = Node("lom:lom", {}, [general, Node("lom:educational", {}, [difficulty]), *_relations(content)])
    guid = guid_of(content.criterion)
    label = Node("csm:labelledGUID", {}, [Node("csm:label", {}, [content.criterion]), Node("csm:GUID", {}, [guid])])
    standards = Node(
        "csm:curriculumStandardsMetadataSet",
        {},
        [Node("csm:curriculumStandardsMetadata", {}, [Node("csm:setOfGUIDs", {}, [label])])],
    )
    return Node("metadata", {}, [lom, standards])


def _relations(content: ItemContent) -> list[Node]:
    """Tell where an item's facts come from and which testlet it belongs to."""
    found = []
    if content.source.strip():
        found.append(_relation(BASED_ON, Node("lom:description", {}, [_string(content.source, content.language)])))
    if content.testlet:
        code: list[Node | str] = [Node("lom:catalog", {}, [TESTLETS]), Node("lom:entry", {}, [content.testlet])]
        found.append(_relation(PART_OF, Node("lom:identifier", {}, code)))
    return found


def _relation(word: str, other: Node) -> Node:
    kind = Node("lom:kind", {}, [Node("lom:source", {}, ["LOMv1.0"]), Node("lom:value", {}, [word])])
    return Node("lom:relation", {}, [kind, Node("lom:resource", {}, [other])])


def usage_data(rows: Iterable[tuple[str, ParameterRow]]) -> Node:
    """Write calibrated parameters as usage data.

    Args:
        rows: Identifier of each item in the package, and its parameters.
    """
    statistics: list[Node | str] = []
    for identifier, row in rows:
        for name, value, error in _statistics(row):
            known = {} if error is None else {"stdError": repr(float(error))}
            statistics.append(
                Node(
                    "ordinaryStatistic",
                    {"name": name, "context": f"{row.model}, D = 1", **known},
                    [
                        Node("targetObject", {"identifier": identifier}),
                        Node("value", {"baseType": "float"}, [repr(float(value))]),
                    ],
                )
            )
    return Node("usageData", {}, statistics)


def _statistics(row: ParameterRow) -> list[tuple[str, float, float | None]]:
    found = [
        (name, float(getattr(row, value)), getattr(row, error) if error else None) for name, value, error in _PARAMETERS
    ]
    if not row.thresholds:
        return found
    errors = row.se_thresholds or (None,) * len(row.thresholds)
    steps = zip(row.thresholds, errors, strict=True)
    return [*found, *((f"B{number}-Parm", value, error) for number, (value, error) in enumerate(steps, start=1))]


def _string(text: str, language: str) -> Node:
    return Node("lom:string", {"language": language}, [text])
