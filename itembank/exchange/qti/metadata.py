"""What a package says about an item: its criterion, its difficulty, what answering takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from itembank.authoring.content import CognitiveLevel
from itembank.exchange.found_criterion import criterion_in
from itembank.exchange.item_file import Loss
from itembank.exchange.qti.tree import Node, squeezed

#: Words of the metadata standard for how hard something is, from our 1 to our 5.
DIFFICULTIES: Final = ("very easy", "easy", "medium", "difficult", "very difficult")
#: The kind of relation that an item has to where its facts come from.
BASED_ON: Final = "isbasedon"
#: The kind of relation that an item has to its testlet, and the catalogue that testlets have their codes in.
PART_OF: Final = "ispartof"
TESTLETS: Final = "samat-testlet"
#: Parts of the metadata that say who made something, by what and for whom; the bank has its own records of that.
_NOT_TAKEN: Final = (
    "lifecycle", "lifeCycle", "metametadata", "metaMetadata", "technical", "rights", "annotation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Described:
    """What metadata tell; empty where they don't."""

    criterion: str = ""
    difficulty_rating: int = 0
    cognitive_level: CognitiveLevel | None = None
    source: str = ""
    testlet: str = ""
    lost: tuple[Loss, ...] = ()


def read_metadata(blocks: Iterable[Node]) -> Described:
    """Read the metadata of one item.

    Args:
        blocks: Its ``metadata`` elements.
    """
    nodes = [node for block in blocks for node in block.walk()]
    guids = [node for node in nodes if node.name in ("labelledGUID", "labelledGuid")]
    labels = [label for node in guids if (label := _text_of(node, "label"))]
    ours = [label for node in guids if (label := _text_of(node, "label")) and _text_of(node, "GUID") == guid_of(label)]
    keywords = [squeezed(node.text) for node in nodes if node.name == "keyword"]
    levels = [CognitiveLevel(word) for word in keywords if word in set(CognitiveLevel)]
    criterion = next(iter(ours), "") or criterion_in(labels) or criterion_in(keywords)
    others = [word for word in keywords if word not in set(CognitiveLevel) and word != criterion]
    lost = [Loss("keyword", word) for word in others]
    lost += [Loss("labelledGUID", label) for label in labels if label != criterion]
    lost += [Loss("metadata", name) for name in dict.fromkeys(node.name for node in nodes) if name in _NOT_TAKEN]
    relations = [(node, _kind(node)) for node in nodes if node.name == "relation"]
    testlets = [_text_of(node, "entry") for node, kind in relations if _is_testlet(node, kind)]
    taken = [kind == BASED_ON or _is_testlet(node, kind) for node, kind in relations]
    lost += [Loss("relation", kind) for (_, kind), known in zip(relations, taken, strict=True) if not known]
    sources = [_text_of(node, "description") for node, kind in relations if kind == BASED_ON]
    return Described(
        criterion=criterion,
        difficulty_rating=_difficulty(nodes),
        cognitive_level=next(iter(levels), None),
        source="; ".join(filter(None, sources)),
        testlet=next(iter(testlets), ""),
        lost=tuple(lost),
    )


def guid_of(criterion: str) -> str:
    """Give the identifier that a criterion has in our packages; the standard wants one beside the code."""
    return str(uuid5(NAMESPACE_URL, f"urn:samat:criterion:{criterion}"))


def _is_testlet(relation: Node, kind: str) -> bool:
    return kind == PART_OF and _text_of(relation, "catalog") == TESTLETS


def _kind(relation: Node) -> str:
    return _text_of(relation, "value").lower()


def _text_of(node: Node, name: str) -> str:
    found = node.find(name)
    return squeezed(found.text) if found is not None else ""


def _difficulty(nodes: Iterable[Node]) -> int:
    for node in nodes:
        if node.name == "difficulty":
            value = node.child("value") or node
            word = squeezed(value.text).lower()
            return DIFFICULTIES.index(word) + 1 if word in DIFFICULTIES else 0
    return 0
