"""Writes one item."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from itembank.authoring.content import ItemContent, ItemType
from itembank.authoring.item_types.numeric import read_number
from itembank.authoring.item_types.question import CHOICE_TYPES
from itembank.authoring.item_types.shown_order import shown_order
from itembank.authoring.marked_text import plain_text
from itembank.exchange.item_file import Loss
from itembank.exchange.qti import written_processing as scoring
from itembank.exchange.qti.names import Version
from itembank.exchange.qti.stimuli import STIMULUS_CLASS
from itembank.exchange.qti.tree import Node
from itembank.exchange.qti.typed_questions import UNIT
from itembank.exchange.qti.written_text import TextWriter

LETTERS: Final = "ABCDEFGHI"


@dataclass(slots=True)
class ItemWriter:
    """Writes items of one version.

    Args:
        version: The version.
        files: How items refer to images, by image id.
    """

    version: Version
    files: Mapping[str, str]
    lost: list[Loss] = field(default_factory=list)

    def item(self, content: ItemContent, *, identifier: str, title: str, stimulus: str, testlet: str) -> Node:
        """Write an item.

        Args:
            content: The item.
            identifier: Its name in the package.
            title: Its name for people.
            stimulus: The file of its shared text; nothing where there is none, or where it goes into the item.
            testlet: The name of its shared text.
        """
        question = _QUESTIONS[content.type](self, content)
        feedback = self._feedback(content)
        if feedback:
            is_choice = content.type in CHOICE_TYPES
            rule = scoring.shown_feedback(
                of_choices=is_choice and any(option.rationale for option in content.options),
                whole=bool(content.rationale),
            )
            question.rules.append(rule)
        marked = content.type is ItemType.CONSTRUCTED_RESPONSE
        declared = scoring.outcomes(content.maximum_score, marked=marked, feedback=bool(feedback), version=self.version)
        reference = {"identifier": testlet, "href": stimulus}
        parts: list[Node] = [
            *question.responses,
            *declared,
            *([Node("assessmentStimulusRef", reference)] if stimulus else []),
            Node("itemBody", {}, [*self._stimulus(content, stimulus, testlet), *question.body]),
            *self._processing(question),
            *feedback,
        ]
        attributes = {
            "identifier": identifier, "title": title, "adaptive": "false", "timeDependent": "false",
            "xml:lang": content.language,
        }  # fmt: skip
        return Node("assessmentItem", attributes, list(parts))

    def shared_text(self, text: str, *, identifier: str, language: str) -> Node:
        """Write a text that items share as a document of its own."""
        attributes = {"identifier": identifier, "title": identifier, "xml:lang": language}
        return Node("assessmentStimulus", attributes, [Node("stimulusBody", {}, self.blocks(text))])

    def blocks(self, text: str, gaps: Mapping[int, Node] | None = None) -> list[Node | str]:
        """Write a text of several paragraphs."""
        return self._writer(gaps).blocks(text)

    def line(self, text: str) -> list[Node | str]:
        """Write a text within a line."""
        return self._writer(None).line(text)

    def _writer(self, gaps: Mapping[int, Node] | None) -> TextWriter:
        return TextWriter(files=self.files, gaps=gaps or {}, lost=self.lost)

    def _stimulus(self, content: ItemContent, stimulus: str, testlet: str) -> list[Node | str]:
        if stimulus or not content.stimulus:
            return []
        return [Node("div", {"id": testlet, "class": STIMULUS_CLASS}, self.blocks(content.stimulus))]

    def _processing(self, question: _Written) -> list[Node]:
        if question.template and not question.rules:
            return [scoring.template(question.template, self.version)]
        rules = [*question.scored, *question.rules]
        return [scoring.processing(*rules)] if rules else []

    def _feedback(self, content: ItemContent) -> list[Node]:
        texts = []
        if content.type in CHOICE_TYPES:
            texts = list(zip(LETTERS, (option.rationale for option in content.options), strict=False))
        texts.append((scoring.RATIONALE, content.rationale))
        return [self._shown(name, text) for name, text in texts if text.strip()]

    def _shown(self, name: str, text: str) -> Node:
        attributes = {"outcomeIdentifier": scoring.FEEDBACK, "identifier": name, "showHide": "show"}
        return Node("modalFeedback", attributes, self.contents(self.blocks(text)))

    def contents(self, blocks: list[Node | str]) -> list[Node | str]:
        """Give blocks as the version wants them where texts stand beside the body."""
        return [Node("contentBody", {}, blocks)] if self.version.kebab else blocks


@dataclass(slots=True)
class _Written:
    """The parts of an item that depend on its type; ``template`` does what ``scored`` does."""

    responses: list[Node]
    body: list[Node | str]
    template: str = ""
    scored: list[Node] = field(default_factory=list)
    rules: list[Node] = field(default_factory=list)


def _choice(writer: ItemWriter, content: ItemContent) -> _Written:
    several = content.type is ItemType.MULTIPLE_CHOICE
    names = LETTERS[: len(content.options)]
    points = {name: 1 if option.correct else -1 for name, option in zip(names, content.options, strict=True)}
    choices = [
        Node("simpleChoice", {"identifier": name}, writer.line(option.text))
        for name, option in zip(names, content.options, strict=True)
    ]
    limits = {"maxChoices": "0" if several else "1"}
    declared = scoring.response(
        scoring.RESPONSE,
        "multiple" if several else "single",
        "identifier",
        [names[place] for place in content.key],
        points if content.partial_credit else None,
    )
    body = _asking(writer, content, "choiceInteraction", {"shuffle": "false", **limits}, choices)
    return _scored(declared, body, partial=content.partial_credit)


def _ordering(writer: ItemWriter, content: ItemContent) -> _Written:
    shown = shown_order([option.text for option in content.options])
    name_of = dict(zip(shown, LETTERS, strict=False))
    right = [name_of[place] for place in range(len(shown))]
    choices = [
        Node("simpleChoice", {"identifier": name_of[place]}, writer.line(content.options[place].text))
        for place in shown
    ]
    declared = scoring.response(scoring.RESPONSE, "ordered", "identifier", right)
    body = _asking(writer, content, "orderInteraction", {"shuffle": "true"}, choices)
    if content.partial_credit:
        return _Written([declared], body, scored=scoring.followed(right), rules=[])
    return _scored(declared, body, partial=False)


def _matching(writer: ItemWriter, content: ItemContent) -> _Written:
    lines = [f"L{number}" for number in range(1, len(content.prompts) + 1)]
    choices = [f"C{number}" for number in range(1, len(content.options) + 1)]
    pairs = [f"{line} {choices[prompt.key]}" for line, prompt in zip(lines, content.prompts, strict=True)]
    shown = shown_order([option.text for option in content.options])
    first = [
        Node("simpleAssociableChoice", {"identifier": line, "matchMax": "1"}, writer.line(prompt.text))
        for line, prompt in zip(lines, content.prompts, strict=True)
    ]
    second = [
        Node(
            "simpleAssociableChoice",
            {"identifier": choices[place], "matchMax": "0"},
            writer.line(content.options[place].text),
        )
        for place in shown
    ]
    sets = [Node("simpleMatchSet", {}, list(first)), Node("simpleMatchSet", {}, list(second))]
    points = dict.fromkeys(pairs, 1) if content.partial_credit else None
    declared = scoring.response(scoring.RESPONSE, "multiple", "directedPair", pairs, points)
    limits = {"shuffle": "false", "maxAssociations": str(len(lines))}
    body = _asking(writer, content, "matchInteraction", limits, sets)
    return _scored(declared, body, partial=content.partial_credit)


def _inline_choice(writer: ItemWriter, content: ItemContent) -> _Written:
    declared, gaps, names = [], {}, []
    for number, prompt in enumerate(content.prompts, start=1):
        name = f"{scoring.RESPONSE}_{number}"
        names.append(name)
        right = LETTERS[prompt.key]
        points = {right: 1} if content.partial_credit else None
        declared.append(scoring.response(name, "single", "identifier", [right], points))
        choices = [
            Node("inlineChoice", {"identifier": letter}, _inline_text(writer, text))
            for letter, text in zip(LETTERS, prompt.options, strict=False)
        ]
        gaps[number] = Node("inlineChoiceInteraction", {"responseIdentifier": name, "shuffle": "false"}, list(choices))
    body = writer.blocks(content.stem, gaps)
    rule = scoring.summed(names) if content.partial_credit else scoring.all_right(names)
    return _Written(declared, body, scored=[rule])


def _inline_text(writer: ItemWriter, text: str) -> list[Node | str]:
    if writer.version.kebab:
        return writer.line(text)
    nodes = writer.line(text)
    if any(isinstance(node, Node) for node in nodes):
        writer.lost.append(Loss("inlineChoice", "marks within the choices of a gap"))
    return [plain_text(text)]


def _numeric(writer: ItemWriter, content: ItemContent) -> _Written:
    key = content.number
    assert key is not None  # content without is refused when it is made
    value, tolerance = read_number(key.value), read_number(key.tolerance)
    declared = scoring.response(scoring.RESPONSE, "single", "float", [f"{value:f}"])
    entry: list[Node | str] = [Node("textEntryInteraction", {"responseIdentifier": scoring.RESPONSE})]
    if key.unit:
        entry += [" ", Node("span", {"class": UNIT}, [key.unit])]
    body = [*writer.blocks(content.stem), Node("p", {}, entry)]
    return _Written([declared], body, scored=[scoring.within(f"{tolerance:f}", percent=key.percent)])


def _short_text(writer: ItemWriter, content: ItemContent) -> _Written:
    points = dict.fromkeys(content.accepted, 1)
    declared = scoring.response(scoring.RESPONSE, "single", "string", content.accepted[:1], points)
    entry = Node("textEntryInteraction", {"responseIdentifier": scoring.RESPONSE})
    body = [*writer.blocks(content.stem), Node("p", {}, [entry])]
    return _Written([declared], body, template="map_response", scored=[scoring.summed([scoring.RESPONSE])])


def _constructed(writer: ItemWriter, content: ItemContent) -> _Written:
    declared = scoring.response(scoring.RESPONSE, "single", "string", ())
    rubric: list[Node | str] = []
    for aspect in content.rubric:
        levels = [Node("li", {}, [f"{points}: ", *writer.line(level)]) for points, level in enumerate(aspect.levels)]
        rubric += [Node("p", {}, writer.line(aspect.title)), Node("ul", {}, list(levels))]
    block = Node("rubricBlock", {"view": "scorer"}, writer.contents(rubric))
    body = _asking(writer, content, "extendedTextInteraction", {}, [])
    return _Written([declared], [*body, block])


def _asking(
    writer: ItemWriter, content: ItemContent, name: str, attributes: Mapping[str, str], inside: Sequence[Node]
) -> list[Node | str]:
    """Give an interaction with the question before it, as its prompt where that is one paragraph."""
    interaction = Node(name, {"responseIdentifier": scoring.RESPONSE, **attributes}, list(inside))
    stem = writer.blocks(content.stem)
    if len(stem) == 1 and isinstance(stem[0], Node) and stem[0].name == "p":
        interaction.children.insert(0, Node("prompt", {}, stem[0].children))
        return [interaction]
    return [*stem, interaction]


def _scored(declared: Node, body: list[Node | str], *, partial: bool) -> _Written:
    if partial:
        return _Written([declared], body, template="map_response", scored=[scoring.summed([scoring.RESPONSE])])
    return _Written([declared], body, template="match_correct", scored=[scoring.all_right([scoring.RESPONSE])])


_QUESTIONS: Final[Mapping[ItemType, Callable[[ItemWriter, ItemContent], _Written]]] = {
    **dict.fromkeys(CHOICE_TYPES, _choice),
    ItemType.MATCHING: _matching,
    ItemType.ORDERING: _ordering,
    ItemType.INLINE_CHOICE: _inline_choice,
    ItemType.NUMERIC: _numeric,
    ItemType.SHORT_TEXT: _short_text,
    ItemType.CONSTRUCTED_RESPONSE: _constructed,
}
