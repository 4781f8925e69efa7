"""XML as a tree of plain values, in which an element has one name whatever version of the standard it came in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

#: Elements of a formula and of another namespace keep their names in every version; this is where formulas begin.
MATH = "math"
#: Text that goes into the Markdown as it stands, such as the mark of a gap; no document has such an element.
RAW = "#raw"


@dataclass(slots=True, eq=False)
class Node:
    """An element: its name in QTI 2, or in HTML; attributes; texts and elements inside in their order."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    @property
    def elements(self) -> list[Node]:
        """The elements directly inside."""
        return [child for child in self.children if isinstance(child, Node)]

    @property
    def text(self) -> str:
        """All text inside, as it stands."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def get(self, name: str, default: str = "") -> str:
        """Give an attribute without blanks around it."""
        return self.attributes.get(name, default).strip()

    def child(self, name: str) -> Node | None:
        """Give the first element of a name directly inside."""
        return next((child for child in self.elements if child.name == name), None)

    def named(self, *names: str) -> list[Node]:
        """List the elements of some names directly inside."""
        return [child for child in self.elements if child.name in names]

    def walk(self) -> Iterator[Node]:
        """Give the element itself and all inside it, in the order of the document."""
        yield self
        for child in self.elements:
            yield from child.walk()

    def find(self, *names: str) -> Node | None:
        """Give the first element of some names, however deep."""
        return next((node for node in self.walk() if node.name in names), None)

    def all(self, names: Collection[str]) -> list[Node]:
        """List the elements of some names, however deep."""
        return [node for node in self.walk() if node.name in names]


def squeezed(text: str) -> str:
    """Give a text with each run of white space as one blank, and none around it."""
    return " ".join(text.split())


def digest(*nodes: Node) -> str:
    """Give a short name for what trees say: the same for any indentation, order of attributes and version."""
    return sha256("\n".join(part for node in nodes for part in _parts(node)).encode()).hexdigest()


def _parts(node: Node) -> Iterator[str]:
    yield f"<{node.name}"
    yield from (f"{name}={value.strip()}" for name, value in sorted(node.attributes.items()))
    text = ""
    for child in node.children:
        if isinstance(child, str):
            text += child
            continue
        yield squeezed(text)
        text = ""
        yield from _parts(child)
    yield f"{squeezed(text)}>"
