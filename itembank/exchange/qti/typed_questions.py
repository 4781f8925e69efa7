"""Questions that are answered by typing: a number, a few words, or an answer that people mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from itembank.authoring.content import ItemType, NumericKey, RubricAspect
from itembank.exchange.qti.asked import Asked, Bench, NotAsked
from itembank.exchange.qti.choice_questions import prompt_of
from itembank.exchange.qti.declarations import Response
from itembank.exchange.qti.tree import RAW, Node, squeezed
from itembank.exchange.qti.values import UnsupportedProcessing, read_decimal

#: Bounds that are looked at; no honest question has more.
_MOST_BOUNDS = 60
_MOST_SHOWN = 60
_FIGURES = {str(figures) for figures in range(21)}
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
        key = _number(bench, response, unit=squeezed(units[0].text) if units else "")
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
        bench.lose("responseProcessing", "there is none; what is declared as correct counts")
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


@dataclass(frozen=True, slots=True)
class _Tolerance:
    relative: bool
    below: Decimal
    above: Decimal

    def around(self, value: Decimal) -> tuple[Decimal, Decimal]:
        scale = abs(value) / 100 if self.relative else Decimal(1)
        return value - self.below * scale, value + self.above * scale


def _number(bench: Bench, response: Response, *, unit: str) -> NumericKey:
    right = read_decimal(str(response.correct.single)) if response.correct else None
    if not bench.processing.scores:
        if right is None:
            raise NotAsked("correctResponse", "the right number")
        bench.lose("responseProcessing", "there is none; what is declared as correct counts")
        return NumericKey(value=_plain(right), unit=unit)
    tolerances = _tolerances(bench, right)
    low, high = _bounds(bench, response, _breaks(bench, response, tolerances))
    middle = (low + high) / 2
    value = right if right is not None and high - right == right - low else middle
    width = high - value
    for tolerance in tolerances:
        if tolerance.relative and tolerance.below == tolerance.above and tolerance.around(value) == (low, high):
            return NumericKey(value=_plain(value), tolerance=_plain(tolerance.below), percent=True, unit=unit)
    return NumericKey(value=_plain(value), tolerance=_plain(width), unit=unit)


def _tolerances(bench: Bench, right: Decimal | None) -> list[_Tolerance]:
    found = []
    for node in (node for rule in bench.processing.rules for node in rule.all({"equal", "equalRounded"})):
        if node.name == "equalRounded":
            half = _half_a_step(node, right or Decimal(1))
            found.append(_Tolerance(False, half, half))
        elif node.get("tolerance"):
            sizes = [read_decimal(text) for text in node.get("tolerance").split()]
            found.append(_Tolerance(node.get("toleranceMode") == "relative", sizes[0], sizes[-1]))
    return found


def _half_a_step(node: Node, right: Decimal) -> Decimal:
    """Give how far from a rounded number others may be that are rounded to the same."""
    text = node.get("figures", "0")
    if text not in _FIGURES:
        raise UnsupportedProcessing("equalRounded", f"figures {text[:20]}")
    places = int(text) if node.get("roundingMode") == "decimalPlaces" else int(text) - right.adjusted() - 1
    return Decimal(5).scaleb(-places - 1)


def _breaks(bench: Bench, response: Response, tolerances: Sequence[_Tolerance]) -> list[Decimal]:
    """List the numbers at which points may change."""
    texts = [str(member) for member in (response.correct.members if response.correct else ())]
    texts += [str(entry.key) for entry in (response.mapped.entries if response.mapped else ())]
    bases = [node for rule in bench.processing.rules for node in rule.all({"baseValue"})]
    texts += [node.text.strip() for node in bases if node.get("baseType") in ("float", "integer")]
    values = {read_decimal(text) for text in texts}
    values |= {bound for value in tuple(values) for tolerance in tolerances for bound in tolerance.around(value)}
    if not values or len(values) > _MOST_BOUNDS:
        raise UnsupportedProcessing("numbers", f"{len(values)} bounds to look at; 1 to {_MOST_BOUNDS} are")
    return sorted(values)


def _bounds(bench: Bench, response: Response, breaks: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Find the one stretch of numbers that bring full points."""
    probes = [breaks[0] - 1]
    for one, following in zip(breaks, [*breaks[1:], breaks[-1] + 2], strict=True):
        probes += [one, (one + following) / 2]
    scored = [bench.points({response.identifier: response.value(probe)}) for probe in probes]
    top = max(scored)
    full = [place for place, points in enumerate(scored) if points == top]
    if top <= 0 or full != list(range(full[0], full[-1] + 1)) or 0 in full or len(probes) - 1 in full:
        raise NotAsked("responseProcessing", "one stretch of numbers that count as right")
    if any(0 < points < top for points in scored):
        bench.lose("responseProcessing", "some points for numbers further off")
    if top != 1:
        bench.lose("SCORE", f"{top:f} points at most; here 1")
    # Breaks stand at odd places; a stretch that begins between two of them leaves the bound itself out.
    first, last = full[0] - (full[0] % 2 == 0), full[-1] + (full[-1] % 2 == 0)
    if (first, last) != (full[0], full[-1]):
        bench.lose("bounds", "here the bounds themselves count as right")
    return probes[first], probes[last]


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
