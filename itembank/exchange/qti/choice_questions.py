"""Choosing among options or among words of a passage, and putting in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise, permutations

from itembank.authoring.content import MAXIMUM_OPTIONS, ItemType
from itembank.exchange.qti.asked import Asked, Bench, NotAsked
from itembank.exchange.qti.body_text import BodyReader
from itembank.exchange.qti.declarations import Response
from itembank.exchange.qti.tree import RAW, Node

#: Pairs of words that make a question one of true or false.
_TRUE_FALSE = (
    {"true", "false"}, {"จริง", "เท็จ"}, {"ถูก", "ผิด"}, {"ถูกต้อง", "ไม่ถูกต้อง"}, {"ใช่", "ไม่ใช่"}, {"yes", "no"},
)  # fmt: skip
#: All orders of so few are tried, beyond that the right one and its neighbours.
_FEW = 5


def read_choice(bench: Bench, interaction: Node) -> Asked:
    """Read a choice among options."""
    choices = interaction.all({"simpleChoice"})
    texts, rationales = _option_texts(bench, choices)
    if interaction.get("shuffle") == "true":
        bench.lose("shuffle", "options keep their order")
    return _asked(bench, interaction, choices, texts=texts, rationales=rationales, swap=prompt_of(interaction))


def read_hottext(bench: Bench, interaction: Node) -> Asked:
    """Read a choice among words of a passage: the passage is part of the question, the words are strong in it."""
    choices = interaction.all({"hottext"})
    texts = tuple(bench.texts.line(choice.children) for choice in choices)
    bench.lose("hottextInteraction", "the words to choose from are options below the passage")
    for choice in choices:
        choice.name = "strong"
    passage = [*prompt_of(interaction), Node("div", {}, [one for one in interaction.children if not _is_prompt(one)])]
    return _asked(bench, interaction, choices, texts=texts, rationales=("",) * len(texts), swap=passage)


def read_order(bench: Bench, interaction: Node) -> Asked:
    """Read what is to be put in order."""
    choices = interaction.all({"simpleChoice"})
    names = [choice.get("identifier") for choice in choices]
    response = bench.response(interaction, "ordered")
    right = [str(member) for member in response.correct.members] if response.correct else []
    if sorted(right) != sorted(names) or interaction.get("maxChoices", "0") not in ("0", str(len(names))):
        raise NotAsked("orderInteraction", "one right order of all that is to be put in order")
    if len(names) > MAXIMUM_OPTIONS:
        raise NotAsked("options", f"three to {MAXIMUM_OPTIONS} things to put in order; there are {len(names)}")
    texts, rationales = _option_texts(bench, choices)
    places = [names.index(name) for name in right]
    trials = (
        ({response.identifier: response.value(*(right[place] for place in order))}, _neighbours(order))
        for order in _orders(len(names))
    )
    return Asked(
        kind=ItemType.ORDERING,
        swaps={id(interaction): prompt_of(interaction)},
        full={response.identifier: response.correct},
        options=tuple(texts[place] for place in places),
        rationales=tuple(rationales[place] for place in places),
        partial_credit=bench.agrees(trials, most=len(names) - 1),
    )


def prompt_of(interaction: Node) -> list[Node | str]:
    """Give the part of the question that an interaction holds."""
    return list(interaction.named("prompt"))


def _is_prompt(node: Node | str) -> bool:
    return isinstance(node, Node) and node.name == "prompt"


def _asked(
    bench: Bench,
    interaction: Node,
    choices: Sequence[Node],
    *,
    texts: tuple[str, ...],
    rationales: tuple[str, ...],
    swap: list[Node | str],
) -> Asked:
    response = bench.response(interaction, "single", "multiple")
    names = [choice.get("identifier") for choice in choices]
    kind, correct, partial = _chosen(bench, interaction, names)
    if kind is ItemType.SINGLE_CHOICE and {text.strip(" .").casefold() for text in texts} in _TRUE_FALSE:
        kind = ItemType.TRUE_FALSE
    return Asked(
        kind=kind,
        swaps={id(interaction): swap},
        full={response.identifier: response.value(*(names[place] for place in sorted(correct)))},
        alone=tuple({response.identifier: response.value(name)} for name in names),
        options=texts,
        correct=correct,
        rationales=rationales,
        partial_credit=partial,
    )


def _option_texts(bench: Bench, choices: Sequence[Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    texts = tuple(bench.texts.line(choice.children) for choice in choices)
    rationales = tuple(_inline_feedback(bench.texts, choice) for choice in choices)
    return texts, rationales


def _inline_feedback(texts: BodyReader, choice: Node) -> str:
    """Give the feedback within an option; it belongs to that option whatever shows it."""
    found = [texts.blocks(node.children) for node in choice.all({"feedbackInline", "feedbackBlock"})]
    return "\n\n".join(text for text in found if text)


def _chosen(bench: Bench, interaction: Node, names: Sequence[str]) -> tuple[ItemType, frozenset[int], bool]:
    """Find out the type, the key and whether parts count, by trying out every answer."""
    response = bench.response(interaction, "single", "multiple")
    if not 2 <= len(names) <= MAXIMUM_OPTIONS:
        raise NotAsked("options", f"two to {MAXIMUM_OPTIONS} options; there are {len(names)}")
    most = _limit(interaction, response)
    one = response.cardinality == "single" or most == 1
    kind = ItemType.SINGLE_CHOICE if one else ItemType.MULTIPLE_CHOICE
    declared = frozenset(names.index(str(name)) for name in _declared(response) if name in names)
    if not one:
        _name_limits(bench, interaction, most, len(names))
    if not bench.processing.scores:
        if not declared:
            raise NotAsked("responseProcessing", "a right answer: nothing declares or scores one")
        bench.lose_processing()
        return kind, declared, False
    scores = {
        frozenset(places): bench.points({response.identifier: response.value(*(names[place] for place in places))})
        for size in range(1, (1 if one else most or len(names)) + 1)
        for places in combinations(range(len(names)), size)
    }
    key = _best(bench, scores, declared, one=one)
    scored = [(scores[key], len(key))]
    others = ((points, chosen) for chosen, points in scores.items() if chosen != key)
    scored += [(points, max(0, len(chosen & key) - len(chosen - key))) for points, chosen in others]
    return kind, key, bench.settled(scored, most=len(key), ties=not one)


def _best(
    bench: Bench, scores: dict[frozenset[int], Decimal], declared: frozenset[int], *, one: bool
) -> frozenset[int]:
    top = max(scores.values())
    if top <= 0:
        raise NotAsked("responseProcessing", "an answer that brings points; none does")
    best = [chosen for chosen, points in scores.items() if points == top]
    if len(best) == 1:
        if declared and declared != best[0]:
            bench.lose("correctResponse", "another answer than the one that brings most points")
        return best[0]
    if one or declared not in best:
        letters = ", ".join("".join(chr(ord("A") + place) for place in sorted(chosen)) for chosen in best[:5])
        raise NotAsked("responseProcessing", f"one answer with most points; {letters} have as many")
    bench.lose("responseProcessing", "further answers with full points, such as those that choose more")
    return declared


def _declared(response: Response) -> Sequence[object]:
    return response.correct.members if response.correct else ()


def _limit(interaction: Node, response: Response) -> int:
    text = interaction.get("maxChoices", "1" if response.cardinality == "single" else "0")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _name_limits(bench: Bench, interaction: Node, most: int, count: int) -> None:
    if 0 < most < count:
        bench.lose("maxChoices", f"{most} options at most; here any number")
    if interaction.get("minChoices", "0") not in ("0", "1"):
        bench.lose("minChoices", f"{interaction.get('minChoices')} options at least; here one")


def _orders(count: int) -> Iterator[tuple[int, ...]]:
    right = tuple(range(count))
    if count <= _FEW:
        yield from permutations(right)  # the first one is the right one
        return
    yield right
    for one, other in combinations(right, 2):
        swapped = list(right)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        yield tuple(swapped)
    for start in range(1, count):
        yield right[start:] + right[:start]
    yield right[::-1]


def _neighbours(order: Sequence[int]) -> int:
    return sum(second == first + 1 for first, second in pairwise(order))


def gap_mark(number: int) -> Node:
    """Make the mark of a gap in a text."""
    return Node(RAW, {}, [f"[[{number}]]"])
