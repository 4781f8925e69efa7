"""Reads one item: its question, its scoring, its texts, and whatever it has that the bank has not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from itembank.authoring.content import ItemContent, ItemType, Option
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.exchange import ExchangedItem
from itembank.errors import InvalidInput
from itembank.exchange.item_file import ItemDefaults, Loss, ReadItem, item_of_draft
from itembank.exchange.qti.asked import Asked, Bench, NotAsked
from itembank.exchange.qti.body_text import BodyReader, ImageFinder
from itembank.exchange.qti.choice_questions import read_choice, read_hottext, read_order
from itembank.exchange.qti.declarations import read_declarations
from itembank.exchange.qti.feedback import Rationales, read_feedback
from itembank.exchange.qti.metadata import Described
from itembank.exchange.qti.own_record import OwnRecord
from itembank.exchange.qti.pair_questions import read_associate, read_gap_match, read_inline_choices, read_match
from itembank.exchange.qti.response_processing import Budget, Processing
from itembank.exchange.qti.stimuli import StimulusFinder, take_stimulus
from itembank.exchange.qti.tree import Node, digest
from itembank.exchange.qti.typed_questions import read_extended_text, read_text_entry
from itembank.exchange.qti.values import UnsupportedProcessing

_READ_ALONE: Final[Mapping[str, Callable[[Bench, Node], Asked]]] = {
    "choiceInteraction": read_choice,
    "hottextInteraction": read_hottext,
    "orderInteraction": read_order,
    "matchInteraction": read_match,
    "associateInteraction": read_associate,
    "gapMatchInteraction": read_gap_match,
}
#: What makes an item another one each time, or lets answers change it.
_VARYING: Final = ("templateDeclaration", "templateProcessing")


@dataclass(frozen=True, slots=True)
class FoundItem:
    """An item as a package holds it."""

    place: str
    root: Node
    image: ImageFinder
    stimulus: StimulusFinder
    described: Described = field(default_factory=Described)
    record: OwnRecord | None = None
    budget: Budget = field(default_factory=Budget)
    #: What was found about it elsewhere in the package and has no place in the bank.
    lost: tuple[Loss, ...] = ()


@dataclass(slots=True)
class _Question:
    asked: Asked
    stem: str
    stimulus: str
    rationales: Rationales
    problems: list[InvalidInput] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, and which shared text it shows, for items that show the same one."""

    item: ReadItem
    stimulus: str = ""


def read_item(found: FoundItem, *, defaults: ItemDefaults) -> Reading:
    """Read an item.

    Args:
        found: The item.
        defaults: What it does not say.
    """
    root, told = found.root, [*found.lost, *found.described.lost]
    name = root.get("title") or root.get("label") or root.get("identifier")
    if found.record is not None and found.record.digest == digest(root, *found.stimulus.trees(root)):
        item = _as_described(found.record.item, found.described)
        return Reading(ReadItem(found.place, name, item, lost=merged(told)))
    texts = BodyReader(found.image, lost=told)
    shared = ""
    problems: list[InvalidInput] = []
    draft = _draft(found, defaults)
    try:
        question, shared = _question(found, texts)
        draft = _with_question(draft, question, found.record)
    except NotAsked as error:
        problems.append(error.problem)
    except UnsupportedProcessing as error:
        expected = f"scoring that can be tried out here; {error}"
        problems.append(InvalidInput(field="responseProcessing", expected=expected))
    if problems:
        return Reading(ReadItem(found.place, name, None, (*problems, *texts.problems), merged(texts.lost)))
    kept = found.record.item if found.record else None
    if kept is not None and kept.content.translations:
        texts.lost.append(Loss("translations", "the item was changed since it was translated"))
    read = item_of_draft(
        draft,
        place=found.place,
        name=name,
        code=kept.code if kept else "",
        state=kept.state if kept else "draft",
        enemies=kept.enemies if kept else (),
        problems=texts.problems,
        lost=merged(texts.lost),
    )
    return Reading(read, shared)


def merged(lost: Sequence[Loss]) -> tuple[Loss, ...]:
    """Give each construct once, with all that is said of it."""
    details: dict[str, list[str]] = {}
    for loss in lost:
        said = details.setdefault(loss.construct, [])
        if loss.detail and loss.detail not in said:
            said.append(loss.detail)
    return tuple(Loss(construct, "; ".join(said)) for construct, said in details.items())


def _question(found: FoundItem, texts: BodyReader) -> tuple[_Question, str]:
    root = found.root
    body = _checked_body(root, texts.lost)
    declarations = read_declarations(root)
    bench = Bench(texts, declarations, Processing(root, declarations, budget=found.budget))
    stimulus = take_stimulus(root, body, found.stimulus, texts)
    asked = _asked(bench, body)
    rationales = read_feedback(bench, root, body, asked)
    _name_rest(bench, root, body, asked)
    stem = texts.blocks(_swapped(body, asked).children)
    return _Question(asked, stem, stimulus.text, rationales), stimulus.name


def _checked_body(root: Node, lost: list[Loss]) -> Node:
    if root.name != "assessmentItem":
        raise NotAsked("assessmentItem", f"an item of QTI 2.1, 2.2 or 3.0, not {root.name}")
    if root.get("adaptive") == "true":
        raise NotAsked("adaptive", "an item that is answered once; this one goes on after an answer")
    for name in _VARYING:
        if root.child(name) is not None:
            raise NotAsked(name, "an item that is the same for everybody")
    if root.get("timeDependent") == "true":
        lost.append(Loss("timeDependent", "time makes no difference here"))
    body = root.child("itemBody")
    if body is None:
        raise NotAsked("itemBody", "a question")
    return body


def _asked(bench: Bench, body: Node) -> Asked:
    interactions = [node for node in body.walk() if node.name.endswith("Interaction")]
    names = [node.name for node in interactions]
    if not interactions:
        raise NotAsked("itemBody", "an interaction; there is nothing to answer")
    if set(names) == {"inlineChoiceInteraction"}:
        return read_inline_choices(bench, interactions)
    supported = {*_READ_ALONE, "textEntryInteraction", "extendedTextInteraction", "inlineChoiceInteraction"}
    unknown = sorted(set(names) - supported)
    if unknown:
        raise NotAsked("itemBody", f"an interaction that the bank has a type for, not {', '.join(unknown)}")
    if len(interactions) > 1:
        raise NotAsked(
            "itemBody", f"one interaction; there are {len(interactions)} ({', '.join(dict.fromkeys(names))})"
        )
    (interaction,) = interactions
    if interaction.name == "textEntryInteraction":
        return read_text_entry(bench, interaction, body)
    if interaction.name == "extendedTextInteraction":
        return read_extended_text(bench, interaction, body)
    return _READ_ALONE[interaction.name](bench, interaction)


def _name_rest(bench: Bench, root: Node, body: Node, asked: Asked) -> None:
    for block in body.all({"rubricBlock"}):
        if asked.kind is not ItemType.CONSTRUCTED_RESPONSE and "candidate" not in block.get("view").split():
            bench.lose("rubricBlock", f"for {block.get('view') or 'nobody'}")
    for node in root.walk():
        for name, value in node.attributes.items():
            if name.lower().startswith("on") or (name == "class" and node.name.endswith("Interaction")):
                bench.lose(f"@{name}", value[:60] if name == "class" else "an event handler")
    for name in ("stylesheet", "catalogInfo", "companionMaterialsInfo", "contextDeclaration", "apipAccessibility"):
        if root.find(name) is not None:
            bench.lose(name)


def _swapped(node: Node, asked: Asked) -> Node:
    """Give a copy of a body with other nodes in the place of interactions; rubrics for candidates become text."""
    children: list[Node | str] = []
    for child in node.children:
        if isinstance(child, str):
            children.append(child)
        elif id(child) in asked.swaps:
            children += asked.swaps[id(child)]
        elif child.name == "rubricBlock" and "candidate" in child.get("view").split():
            children.append(Node("div", {}, child.children))
        else:
            children.append(_swapped(child, asked))
    return Node(node.name, node.attributes, children)


def _draft(found: FoundItem, defaults: ItemDefaults) -> ItemDraft:
    """Begin with what is known about an item beside its question."""
    described = found.described
    kept = ItemDraft.of(found.record.item.content) if found.record else None
    base = ItemDraft(
        criterion=kept.criterion if kept else defaults.criterion,
        cognitive_level=kept.cognitive_level if kept else defaults.cognitive_level.value,
        difficulty_rating=kept.difficulty_rating if kept else str(defaults.difficulty_rating),
        language=found.root.get("xml:lang").lower().split("-")[0] or (kept.language if kept else defaults.language),
        source=kept.source if kept else "",
        testlet=kept.testlet if kept else described.testlet,
    )
    return replace(
        base,
        criterion=described.criterion or base.criterion,
        cognitive_level=described.cognitive_level or base.cognitive_level,
        difficulty_rating=str(described.difficulty_rating or base.difficulty_rating),
        source=base.source or described.source,
    )


def _with_question(draft: ItemDraft, question: _Question, record: OwnRecord | None) -> ItemDraft:
    asked, rationales = question.asked, question.rationales
    kind = asked.kind
    choices = {ItemType.SINGLE_CHOICE, ItemType.TRUE_FALSE}
    if record is not None and {kind, record.item.content.type} == choices and len(asked.options) == 2:
        kind = record.item.content.type
    return replace(
        draft,
        type=kind.value,
        stem=question.stem,
        stimulus=question.stimulus,
        testlet=draft.testlet if question.stimulus else "",
        options=tuple(
            Option(text, correct=place in asked.correct, rationale=rationale)
            for place, (text, rationale) in enumerate(zip(asked.options, rationales.options, strict=True))
        ),
        prompts=asked.prompts,
        number=asked.number,
        accepted=asked.accepted,
        rubric=asked.rubric,
        rationale=rationales.whole,
        partial_credit=asked.partial_credit,
    )


def _as_described(item: ExchangedItem, described: Described) -> ExchangedItem:
    """Give an item with what the package says about it, which may have been changed since."""
    content: ItemContent = item.content
    return replace(
        item,
        content=replace(
            content,
            criterion=described.criterion or content.criterion,
            difficulty_rating=described.difficulty_rating or content.difficulty_rating,
            cognitive_level=described.cognitive_level or content.cognitive_level,
        ),
    )
