"""Writing Moodle XML: texts in Markdown, images within, the place in the standard as tags."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from itembank.authoring.content import ItemType
from itembank.authoring.exchange import ExchangedItem
from itembank.exchange.cloze import write_cloze
from itembank.exchange.foreign_text import their_markdown
from itembank.exchange.found_criterion import tags_of
from itembank.exchange.gift_writing import number_and_tolerance
from itembank.exchange.item_file import Loss, WrittenFile
from itembank.exchange.left_behind import counts_otherwise, losses_of_fields
from itembank.exchange.rubric_text import text_of_rubric
from itembank.exchange.shown_images import IMAGE, images_of
from itembank.exchange.truth_options import has_words_of_its_own

_CARRIED: Final = frozenset({
    "criterion", "rationale", "rationales", "partial_credit", "cognitive_level", "difficulty_rating",
})  # fmt: skip
_TYPES: Final[Mapping[ItemType, str]] = {
    ItemType.SINGLE_CHOICE: "multichoice",
    ItemType.MULTIPLE_CHOICE: "multichoice",
    ItemType.TRUE_FALSE: "truefalse",
    ItemType.MATCHING: "matching",
    ItemType.ORDERING: "ordering",
    ItemType.INLINE_CHOICE: "cloze",
    ItemType.NUMERIC: "numerical",
    ItemType.SHORT_TEXT: "shortanswer",
    ItemType.CONSTRUCTED_RESPONSE: "essay",
}


def write_moodle(
    path: Path, items: Sequence[ExchangedItem], *, images: Mapping[str, bytes], parameters: Mapping[str, Any]
) -> WrittenFile:
    """Write items as a quiz, by criterion in categories.

    Args:
        path: Where.
        items: The items.
        images: Images of their texts by id; those that are missing are named.
        parameters: Nothing of Moodle's has a place for them.
    """
    from lxml import etree

    quiz = etree.Element("quiz")
    lost = {}
    category = ""
    for item in sorted(items, key=lambda one: one.content.criterion):
        if item.content.criterion != category:
            category = item.content.criterion
            _text(
                etree.SubElement(etree.SubElement(quiz, "question", type="category"), "category"),
                f"$course$/{category}",
            )
        _Question(quiz, item, images).write()
        losses = _losses(item, images)
        if losses:
            lost[item.code] = losses
    path.write_bytes(etree.tostring(quiz, xml_declaration=True, encoding="UTF-8", pretty_print=True))
    return WrittenFile(lost)


def _losses(item: ExchangedItem, images: Mapping[str, bytes]) -> tuple[Loss, ...]:
    content = item.content
    lost = [*losses_of_fields(item, carried=_CARRIED)]
    lost += [Loss("image", image) for image in images_of(content) if image not in images]
    lost += counts_otherwise(content)
    if content.number and content.number.percent:
        lost.append(Loss("percent", "the tolerance is written out in the unit of the number"))
    if content.type is ItemType.TRUE_FALSE and has_words_of_its_own(content):
        lost.append(Loss("type", "written as a single choice, since its options are other words"))
    if any(option.rationale for option in content.options) and content.type in (ItemType.MATCHING, ItemType.ORDERING):
        lost.append(Loss("rationales"))
    return tuple(lost)


class _Question:
    """Writes one item into a quiz."""

    def __init__(self, quiz: Any, item: ExchangedItem, images: Mapping[str, bytes]) -> None:
        self._item, self._content, self._images = item, item.content, images
        kind = _TYPES[item.content.type]
        if item.content.type is ItemType.TRUE_FALSE and has_words_of_its_own(item.content):
            kind = "multichoice"
        self._question = self._child(quiz, "question", type=kind)
        self._kind = kind

    def write(self) -> None:
        """Write all of it."""
        content = self._content
        _text(self._child(self._question, "name"), self._item.code)
        if self._kind == "cloze":
            stem = self._child(self._question, "questiontext", format="markdown")
            _text(stem, write_cloze(content, write=lambda text: self._with_files(stem, text)))
        else:
            self._marked(self._question, "questiontext", content.stem)
        self._marked(self._question, "generalfeedback", content.rationale)
        self._plain("defaultgrade", "1")
        self._plain("hidden", "0")
        self._plain("idnumber", self._item.code)
        _PARTS[self._kind](self)
        tags = self._child(self._question, "tags")
        for tag in tags_of(
            criterion=content.criterion,
            level=content.cognitive_level.value,
            difficulty=content.difficulty_rating,
            language=content.language,
        ):
            _text(self._child(tags, "tag"), tag)

    def choices(self) -> None:
        several = self._content.type is ItemType.MULTIPLE_CHOICE
        share = 100 / sum(option.correct for option in self._content.options)
        cost = 0.0 if not several else -share if self._content.partial_credit else -100.0
        self._plain("single", "false" if several else "true")
        self._plain("shuffleanswers", "false")
        self._plain("answernumbering", "ABCD")
        for option in self._content.options:
            answer = self._answer(option.text, share if option.correct else cost)
            self._marked(answer, "feedback", option.rationale)

    def truth(self) -> None:
        for word, option in zip(("true", "false"), self._content.options, strict=True):
            answer = self._child(self._question, "answer", fraction="100" if option.correct else "0")
            _text(answer, word)
            self._marked(answer, "feedback", option.rationale)

    def lines(self) -> None:
        self._plain("shuffleanswers", "true")
        content = self._content
        pairs = [(prompt.text, content.options[prompt.key].text) for prompt in content.prompts]
        used = {prompt.key for prompt in content.prompts}
        pairs += [("", option.text) for place, option in enumerate(content.options) if place not in used]
        for line, choice in pairs:
            pair = self._marked(self._question, "subquestion", line)
            _text(self._child(pair, "answer"), choice)

    def order(self) -> None:
        self._plain("layouttype", "VERTICAL")
        self._plain("selecttype", "ALL")
        grading = "RELATIVE_NEXT_EXCLUDE_LAST" if self._content.partial_credit else "ALL_OR_NOTHING"
        self._plain("gradingtype", grading)
        for place, option in enumerate(self._content.options, start=1):
            self._answer(option.text, place)

    def number(self) -> None:
        value, tolerance = number_and_tolerance(self._content)
        answer = self._child(self._question, "answer", fraction="100")
        _text(answer, value)
        self._child(answer, "tolerance").text = tolerance
        number = self._content.number
        if number and number.unit:
            unit = self._child(self._child(self._question, "units"), "unit")
            self._child(unit, "multiplier").text = "1"
            self._child(unit, "unit_name").text = number.unit

    def words(self) -> None:
        self._plain("usecase", "0")
        for text in self._content.accepted:
            answer = self._child(self._question, "answer", fraction="100", format="plain_text")
            _text(answer, text.replace("*", "\\*"))

    def rubric(self) -> None:
        self._plain("responseformat", "editor")
        self._plain("attachments", "0")
        _text(self._child(self._question, "graderinfo", format="plain_text"), text_of_rubric(self._content.rubric))

    def gaps(self) -> None:
        """Gaps stand in the text of the question."""

    def _answer(self, text: str, fraction: float) -> Any:
        answer = self._marked(self._question, "answer", text)
        answer.set("fraction", f"{fraction:.5f}".rstrip("0").rstrip("."))
        return answer

    def _marked(self, parent: Any, name: str, text: str) -> Any:
        element = self._child(parent, name, format="markdown")
        _text(element, self._with_files(element, text))
        return element

    def _with_files(self, element: Any, text: str) -> str:
        """Mark a text and put its images beside it."""

        def file(found: Any) -> str:
            data = self._images.get(found[2])
            if data is None:
                return str(found[1])
            name = f"{found[2][:16]}.{_ending(data)}"
            held = self._child(element, "file", name=name, path="/", encoding="base64")
            held.text = base64.b64encode(data).decode()
            return f"![{found[1]}](@@PLUGINFILE@@/{name})"

        return IMAGE.sub(file, their_markdown(text))

    def _plain(self, name: str, text: str) -> None:
        self._child(self._question, name).text = text

    def _child(self, parent: Any, tag: str, /, **attributes: str) -> Any:
        from lxml import etree

        return etree.SubElement(parent, tag, attributes)


_PARTS: Final[Mapping[str, Callable[[_Question], None]]] = {
    "multichoice": _Question.choices,
    "truefalse": _Question.truth,
    "matching": _Question.lines,
    "ordering": _Question.order,
    "numerical": _Question.number,
    "shortanswer": _Question.words,
    "essay": _Question.rubric,
    "cloze": _Question.gaps,
}


def _ending(image: bytes) -> str:
    if image.startswith(b"\x89PNG"):
        return "png"
    return "webp" if image.startswith(b"RIFF") else "jpg"


def _text(parent: Any, text: str) -> None:
    from lxml import etree

    element = etree.SubElement(parent, "text")
    # XML has no place for most control characters.
    element.text = "".join(letter for letter in text if letter in "\t\n" or letter >= " ")
