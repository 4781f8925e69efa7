"""Texts that items share: referred to in QTI 3, loaded as an object or marked at the beginning of the body in QTI 2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from itembank.errors import InvalidInput
from itembank.exchange.qti.body_text import BodyReader
from itembank.exchange.qti.tree import Node

#: Marks a text at the beginning of a body as one that others share; its ``id`` tells which.
STIMULUS_CLASS: Final = "samat-stimulus"
_CLASSES: Final = (STIMULUS_CLASS, "stimulus", "passage")
_TEXTS: Final = ("text/html", "application/xhtml+xml", "text/xml", "application/xml")


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A text, and a name that all items give it which share it."""

    text: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class StimulusFinder:
    """Finds the documents that an item refers to.

    Args:
        load: Gives the document that a reference means; raises `InvalidInput` where there is none.
        reader: Makes what reads its texts, whose images are found from where it stands.
        name: Gives the full name of the file that a reference means.
    """

    load: Callable[[str], Node]
    reader: Callable[[str, BodyReader], BodyReader]
    name: Callable[[str], str]

    def trees(self, root: Node) -> list[Node]:
        """Give the texts that an item refers to, as far as they are there."""
        found = []
        for reference in root.named("assessmentStimulusRef"):
            try:
                found.append(self.load(reference.get("href")))
            except InvalidInput:
                continue
        return found


def take_stimulus(root: Node, body: Node, finder: StimulusFinder, texts: BodyReader) -> Stimulus:
    """Take the shared text out of an item.

    Args:
        root: The item.
        body: Its body; a text that stands in it is taken away.
        finder: Finds texts that stand elsewhere.
        texts: What reads texts.
    """
    found: list[Stimulus] = []
    references = [(node, node.get("href")) for node in root.named("assessmentStimulusRef")]
    references += [(node, node.get("data")) for node in body.all({"object"}) if node.get("type") in _TEXTS]
    for node, address in references:
        try:
            document = finder.load(address)
        except InvalidInput as problem:
            texts.problems.append(problem)
            continue
        inner = document.find("stimulusBody", "body") or document
        found.append(Stimulus(finder.reader(address, texts).blocks(inner.children), finder.name(address)))
        _remove(root, node)
    while (marked := _marked(body)) is not None:
        text = texts.blocks(marked.children)
        found.append(Stimulus(text, marked.get("id") or text))
        _remove(body, marked)
    return Stimulus("\n\n".join(one.text for one in found), "\n".join(one.name for one in found))


def _marked(body: Node) -> Node | None:
    """Find a part of a body that is marked as a shared text and holds nothing to answer."""
    for node in body.walk():
        is_marked = bool(set(node.get("class").split()) & set(_CLASSES)) and node is not body
        if is_marked and not any(inner.name.endswith("Interaction") for inner in node.walk()):
            return node
    return None


def _remove(root: Node, node: Node) -> None:
    for parent in root.walk():
        parent.children = [child for child in parent.children if child is not node]
