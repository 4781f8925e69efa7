"""Questions that are answered by typing: a number, a few words, or an answer that people mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from itembank.authoring.content import ItemType, RubricAspect
from itembank.exchange.qti.asked import Asked, Bench, NotAsked
from itembank.exchange.qti.choice_questions import prompt_of
from itembank.exchange.qti.declarations import Response
from itembank.exchange.qti.right_numbers import right_number
from itembank.exchange.qti.tree import RAW, Node, squeezed
from itembank.exchange.qti.values import read_decimal

_MOST_SHOWN = 60
#: What stands in a text where a candidate writes into it.
BLANK = "……"
#: Beside the answer stands what it is measured in.
UNIT = "samat-unit"
_POINTS = re.compile(r"\(?(\d{1,2})\s*(?:points?|pts?\.?|คะแนน)?\s*\)?\s*[:.)=–—-]\s*(?=\S)")


def read_text_entry(bench: Bench, interaction: Node, body: Node) -> Asked:
    """Read a number or a few words to enter."""
    response = bench.response(interaction, "single")
    for name in ("patternMask", "placeholderText", "expectedLength"):
        if interaction.get(name):
            bench.lose(name, interaction.get(name))
    units = [node for node in body.all({"span"}) if node.get("class") == UNIT]
    swaps: dict[int, Sequence[Node | str]] = {id(unit): [] for unit in units}
    swaps[id(interaction)] = [] if _stands_alone(body, interaction, swaps) else [Node(RAW, {}, [BLANK])]
    if response.base_type in ("float", "integer"):
        key = right_number(bench, response, unit=squeezed(units[0].text) if units else "")
        full = {response.identifier: response.value(read_decimal(key.value))}
        return Asked(kind=ItemType.NUMERIC, swaps=swaps, full=full, number=key)
    if response.base_type != "string":
        raise NotAsked("responseDeclaration", f"a text or a number to enter, not {response.base_type}")
    accepted = _accepted(bench, response)
    full = {response.identifier: response.value(accepted[0])}
    return Asked(kind=ItemType.SHORT_TEXT, swaps=swaps, full=full, accepted=accepted)


def read_extended_text(bench: Bench, interaction: Node, body: Node) -> Asked:
    """Read an answer in one's own words; it needs a rubric, or nobody could mark it."""
    rubric = [aspect for block in body.all({"rubricBlock"}) for aspect in _aspects(bench, block)]
    if not rubric:
        expected = "a rubricBlock with aspects: a line each, below it a list of levels with their points, from 0"
        raise NotAsked("rubric", expected)
    for name in ("expectedLength", "patternMask", "placeholderText"):
        if interaction.get(name):
            bench.lose(name, interaction.get(name))
    response = bench.response(interaction, "single")
    return Asked(
        kind=ItemType.CONSTRUCTED_RESPONSE,
        swaps={id(interaction): prompt_of(interaction)},
        full={response.identifier: response.value("")},
        rubric=tuple(rubric),
    )


def _stands_alone(body: Node, interaction: Node, swaps: dict[int, Sequence[Node | str]]) -> bool:
    """Tell whether nothing else stands in the paragraph of an interaction."""
    parent = next(node for node in body.walk() if any(child is interaction for child in node.children))
    rest = [child for child in parent.children if child is not interaction and id(child) not in swaps]
    return not any(
        (child if isinstance(child, str) else child.text).strip() or not isinstance(child, str) for child in rest
    )


def _accepted(bench: Bench, response: Response) -> tuple[str, ...]:
    entries = response.mapped.entries if response.mapped else ()
    texts = [str(member) for member in (response.correct.members if response.correct else ())]
    texts += [str(entry.key) for entry in entries]
    texts += [
        node.text
        for rule in bench.processing.rules
        for node in rule.all({"baseValue"})
        if node.get("baseType") == "string"
    ]
    candidates = [text for text in dict.fromkeys(texts) if text.strip()]
    if not bench.processing.scores:
        declared = [str(member) for member in response.correct.members] if response.correct else []
        if not declared:
            raise NotAsked("correctResponse", "an answer that counts as right")
        bench.lose_processing()
        return tuple(declared)
    scored = {text: bench.points({response.identifier: response.value(text)}) for text in candidates}
    top = max(scored.values(), default=Decimal(0))
    if top <= 0:
        raise NotAsked("correctResponse", "an answer that brings points")
    accepted = tuple(text for text, points in scored.items() if points == top)
    _name_differences(bench, response, accepted, top)
    for text, points in scored.items():
        if 0 < points < top:
            bench.lose("mapEntry", f"{points:f} of {top:f} points for “{text}”; here none")
    if top != 1:
        bench.lose("SCORE", f"{top:f} points at most; here 1")
    return accepted


def _name_differences(bench: Bench, response: Response, accepted: Sequence[str], top: Decimal) -> None:
    """Name what the bank takes as the same though the document does not, and the other way round."""
    for text in accepted:
        other = text.swapcase()
        if other != text and bench.points({response.identifier: response.value(other)}) != top:
            bench.lose("caseSensitive", "capital and small letters count as the same here")
        if bench.points({response.identifier: response.value(f"x {text} x")}) == top:
            bench.lose("substring", "an answer that only holds the right words does not count here")


def _aspects(bench: Bench, block: Node) -> list[RubricAspect]:
    """Read what markers look at: each list of levels with the line before it as its title."""
    if not {"scorer", "author", "tutor"} & set(block.get("view", "scorer").split()):
        return []
    found: list[RubricAspect] = []
    title = ""
    for node in _lines(block):
        texts = [bench.texts.line(entry.children) for entry in node.named("li")]
        levels = _levels(texts) if title else ()
        if levels:
            found.append(RubricAspect(title, levels))
        elif title or texts:
            bench.lose("rubricBlock", " / ".join(filter(None, (title, *texts)))[:_MOST_SHOWN])
        title = "" if texts else bench.texts.line(node.children)
    if title:
        bench.lose("rubricBlock", title[:_MOST_SHOWN])
    return found


def _lines(block: Node) -> list[Node]:
    found = []
    for node in block.elements:
        found += _lines(node) if node.name in ("div", "contentBody", "section") else [node]
    return found


def _levels(texts: Sequence[str]) -> tuple[str, ...]:
    """Give the levels from 0 points up; none if they are not numbered so."""
    numbered = {}
    for text in texts:
        points = _POINTS.match(text)
        if points is None:
            return ()
        numbered[int(points[1])] = text[points.end() :].strip()
    complete = sorted(numbered) == list(range(len(texts))) and len(texts) > 1
    return tuple(numbered[level] for level in sorted(numbered)) if complete else ()
