"""Questions that put things together: lines with choices, gaps with words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod

from itembank.authoring.content import MAXIMUM_OPTIONS, ItemType, Prompt
from itembank.exchange.qti.asked import Asked, Bench, NotAsked
from itembank.exchange.qti.choice_questions import gap_mark, prompt_of
from itembank.exchange.qti.declarations import Response
from itembank.exchange.qti.tree import Node
from itembank.exchange.qti.values import Value

#: All answers of a question with so few are tried, beyond that the right one and its neighbours.
_FEW_ANSWERS = 256

Responses = Mapping[str, Value | None]


def read_match(bench: Bench, interaction: Node) -> Asked:
    """Read two sets to match: the one whose every entry has one partner becomes the lines."""
    sets = interaction.named("simpleMatchSet")
    if len(sets) != 2:
        raise NotAsked("matchInteraction", "two sets to match")
    first, second = ([node for node in one.elements if node.name == "simpleAssociableChoice"] for one in sets)
    response = bench.response(interaction, "multiple", "single")
    pairs = _pairs(response)
    if _partners(pairs, first, side=0):
        return _matching(bench, interaction, response, first, second, dict(pairs))
    if _partners(pairs, second, side=1):
        return _matching(
            bench, interaction, response, second, first, {other: one for one, other in pairs}, swapped=True
        )
    raise NotAsked("matchInteraction", "one partner for each entry of one of the sets")


def read_associate(bench: Bench, interaction: Node) -> Asked:
    """Read things to put in pairs: the first of each right pair becomes a line, everything else a choice."""
    entries = interaction.all({"simpleAssociableChoice"})
    response = bench.response(interaction, "multiple", "single")
    pairs = _pairs(response)
    named = [name for pair in pairs for name in pair]
    if not pairs or len(set(named)) < len(named):
        raise NotAsked("associateInteraction", "right pairs in which nothing is twice")
    order = [entry.get("identifier") for entry in entries]
    firsts = dict(sorted(pair, key=lambda name: order.index(name) if name in order else -1) for pair in pairs)
    lines = [entry for entry in entries if entry.get("identifier") in firsts]
    others = [entry for entry in entries if entry.get("identifier") not in firsts]
    if len(lines) != len(firsts):
        raise NotAsked("associateInteraction", "right pairs of entries that there are")
    bench.lose("associateInteraction", "the first of each pair is a line, the others are choices for it")
    return _matching(bench, interaction, response, lines, others, firsts, unordered=True)


def read_gap_match(bench: Bench, interaction: Node) -> Asked:
    """Read gaps of a text to fill with words of a list: each gap has all the words as choices."""
    words = interaction.all({"gapText", "gapImg"})
    gaps = interaction.all({"gap"})
    response = bench.response(interaction, "multiple", "single")
    word_of = {gap: word for word, gap in _pairs(response)}
    names = [word.get("identifier") for word in words]
    holes = [gap.get("identifier") for gap in gaps]
    if sorted(word_of) != sorted(holes) or not set(word_of.values()) <= set(names):
        raise NotAsked("gapMatchInteraction", "one right word for each gap")
    texts = tuple(_word(bench, word) for word in words)
    key = [names.index(word_of[hole]) for hole in holes]
    if any(word.get("matchMax", "1") not in ("0", str(len(gaps))) for word in words):
        bench.lose("matchMax", "each word may fill any number of gaps")
    passage = [*prompt_of(interaction), Node("div", {}, [one for one in interaction.children if not _is_list(one)])]
    for number, gap in enumerate(gaps, start=1):
        mark = gap_mark(number)
        gap.name, gap.children = mark.name, mark.children

    def responses(places: Sequence[int]) -> Responses:
        pairs = (f"{names[place]} {hole}" for place, hole in zip(places, holes, strict=True))
        return {response.identifier: response.value(*pairs)}

    return Asked(
        kind=ItemType.INLINE_CHOICE,
        swaps={id(interaction): passage},
        full=responses(key),
        prompts=tuple(Prompt(key=place, options=texts) for place in key),
        partial_credit=bench.agrees(_trials(key, [len(names)] * len(holes), responses), most=len(holes)),
    )


def read_inline_choices(bench: Bench, interactions: Sequence[Node]) -> Asked:
    """Read gaps of a text, each with choices of its own."""
    prompts, names, variables = [], [], []
    for interaction in interactions:
        response = bench.response(interaction, "single")
        choices = interaction.named("inlineChoice")
        identifiers = [choice.get("identifier") for choice in choices]
        right = str(response.correct.single) if response.correct else _best_mapped(response)
        if right not in identifiers:
            raise NotAsked("correctResponse", f"one of the choices of {response.identifier}")
        texts = tuple(bench.texts.line(choice.children) for choice in choices)
        prompts.append(Prompt(key=identifiers.index(right), options=texts))
        names.append(identifiers)
        variables.append(response)
        if interaction.get("shuffle") == "true":
            bench.lose("shuffle", "choices of gaps keep their order")

    def responses(places: Sequence[int]) -> Responses:
        return {
            one.identifier: one.value(listed[place])
            for one, listed, place in zip(variables, names, places, strict=True)
        }

    key = [prompt.key for prompt in prompts]
    trials = _trials(key, [len(listed) for listed in names], responses)
    return Asked(
        kind=ItemType.INLINE_CHOICE,
        swaps={id(one): [gap_mark(number)] for number, one in enumerate(interactions, start=1)},
        full=responses(key),
        prompts=tuple(prompts),
        partial_credit=bench.agrees(trials, most=len(key)),
    )


def _matching(
    bench: Bench,
    interaction: Node,
    response: Response,
    lines: Sequence[Node],
    choices: Sequence[Node],
    partner: Mapping[str, str],
    *,
    swapped: bool = False,
    unordered: bool = False,
) -> Asked:
    names = [choice.get("identifier") for choice in choices]
    heads = [line.get("identifier") for line in lines]
    key = _key(heads, names, partner)
    if any(choice.get("matchMax", "1") not in ("0", str(len(heads))) for choice in choices):
        bench.lose("matchMax", "each choice may be used for any number of lines")

    def responses(places: Sequence[int]) -> Responses:
        pairs = []
        for place, head in zip(places, heads, strict=True):
            pair = [names[place], head] if swapped else [head, names[place]]
            pairs.append(" ".join(sorted(pair) if unordered else pair))
        return {response.identifier: response.value(*pairs)}

    return Asked(
        kind=ItemType.MATCHING,
        swaps={id(interaction): prompt_of(interaction)},
        full=responses(key),
        options=tuple(bench.texts.line(choice.children) for choice in choices),
        prompts=tuple(
            Prompt(key=place, text=bench.texts.line(line.children)) for line, place in zip(lines, key, strict=True)
        ),
        partial_credit=bench.agrees(_trials(key, [len(names)] * len(heads), responses), most=len(heads)),
    )


def _key(heads: Sequence[str], names: Sequence[str], partner: Mapping[str, str]) -> list[int]:
    """Give the place of the right choice for each line."""
    if not set(partner.values()) <= set(names):
        raise NotAsked("correctResponse", "pairs of entries that there are")
    if len(names) > MAXIMUM_OPTIONS or len(heads) > MAXIMUM_OPTIONS:
        raise NotAsked("options", f"at most {MAXIMUM_OPTIONS} lines and as many choices")
    return [names.index(partner[head]) for head in heads]


def _pairs(response: Response) -> list[tuple[str, str]]:
    """Give the right pairs; where none are declared those that bring points."""
    members = list(response.correct.members) if response.correct else []
    if not members and response.mapped is not None:
        members = [entry.key for entry in response.mapped.entries if entry.points > 0]
    pairs = [tuple(str(member).split()) for member in members]
    found = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
    if not found or len(found) < len(pairs):
        raise NotAsked("correctResponse", "the right pairs")
    return found


def _partners(pairs: Sequence[Sequence[str]], entries: Sequence[Node], *, side: int) -> bool:
    return sorted(pair[side] for pair in pairs) == sorted(entry.get("identifier") for entry in entries)


def _best_mapped(response: Response) -> str:
    entries = response.mapped.entries if response.mapped else ()
    return str(max(entries, key=lambda entry: entry.points).key) if entries else ""


def _word(bench: Bench, word: Node) -> str:
    return bench.texts.line(word.children)


def _is_list(node: Node | str) -> bool:
    return isinstance(node, Node) and node.name in ("prompt", "gapText", "gapImg")


def _trials(
    key: Sequence[int], sizes: Sequence[int], responses: Callable[[Sequence[int]], Responses]
) -> Iterator[tuple[Responses, int]]:
    yield responses(key), len(key)
    for places in _neighbours(key, sizes):
        right = sum(one == other for one, other in zip(places, key, strict=True))
        if right < len(key):
            yield responses(places), right


def _neighbours(key: Sequence[int], sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Give all answers, or if they are many those with one part wrong and some with more."""
    if prod(sizes) <= _FEW_ANSWERS:
        yield from product(*(range(size) for size in sizes))
        return
    for number, size in enumerate(sizes):
        yield from ((*key[:number], place, *key[number + 1 :]) for place in range(size))
    for step in range(1, max(sizes)):
        moved = [(place + step) % size for place, size in zip(key, sizes, strict=True)]
        yield from ((*moved[:wrong], *key[wrong:]) for wrong in range(2, len(key) + 1))
