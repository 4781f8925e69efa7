"""Near duplicates are found by the words that are rare in the bank."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from itembank.authoring.content import Translation
from itembank.authoring.flaws.near_duplicates import similar_pairs
from itembank.authoring.flaws.word_index import FEWEST_SHARED, WordIndex
from itembank.authoring.item_words import words_by_language
from itembank.authoring.starter import starter_items
from itembank.authoring.translations import TranslatedOption

BANK = dict(starter_items()[:60])
WORDS = {code: words_by_language(content)["th"] for code, content in BANK.items()}
FIRST = next(iter(BANK))


def index_of(words: dict[str, frozenset[str]]) -> WordIndex[str]:
    index: WordIndex[str] = WordIndex()
    for key, found in words.items():
        index.put(key, found)
    return index


def test_the_same_words_are_wholly_alike_and_strange_ones_not_at_all() -> None:
    index = index_of(WORDS)
    assert index.similar_to(WORDS[FIRST], least=0.9) == [(FIRST, 1.0)]
    assert index.similar_to({"kangaroo", "wombat"}, least=0.01) == []
    # Words that nobody has make a text less like all others.
    likeness = [index.similar_to([*WORDS[FIRST], *(f"x{n}" for n in range(more))])[0][1] for more in range(4)]
    assert likeness == sorted(likeness, reverse=True)
    assert len(set(likeness)) == 4


def test_what_is_changed_or_dropped_is_no_longer_found() -> None:
    index = index_of(WORDS)
    index.put(FIRST, ["kangaroo", "wombat", "koala", "emu"])
    assert FIRST not in dict(index.similar_to(WORDS[FIRST], least=0.01))
    assert index.similar_to(["kangaroo", "wombat", "koala", "emu"]) == [(FIRST, 1.0)]
    index.drop(FIRST)
    index.drop(FIRST)
    assert FIRST not in index
    assert index.similar_to(["kangaroo", "wombat", "koala", "emu"]) == []


def test_a_copy_with_one_word_changed_is_found_in_any_language() -> None:
    copy = replace(BANK[FIRST], stem=BANK[FIRST].stem.replace("กรม", "สำนักงาน"))
    assert [(pair.first, pair.second) for pair in similar_pairs(BANK | {"copy": copy})] == [(FIRST, "copy")]
    options = tuple(TranslatedOption(f"number {n}") for n in range(len(copy.options)))
    english = Translation("en", "Which agency answers citizens quickest of all?", options)
    one, other = (replace(BANK[code], translations=(english,)) for code in list(BANK)[:2])
    translated = similar_pairs(BANK | dict(zip(list(BANK)[:2], (one, other), strict=True)))
    assert [(pair.first, pair.second, pair.similarity) for pair in translated] == [(*list(BANK)[:2], 1.0)]


def test_likeness_is_the_cosine_of_weights() -> None:
    """By hand, from the definition, for every pair of a small bank."""
    words = dict(list(WORDS.items())[:14])

    def weight(word: str) -> float:
        return math.log((1 + len(words)) / (1 + sum(word in found for found in words.values()))) + 1

    def cosine(one: str, other: str) -> float:
        if len(words[one] & words[other]) < FEWEST_SHARED:
            return 0.0
        shared = sum(weight(word) ** 2 for word in words[one] & words[other])
        return shared / math.prod(math.sqrt(sum(weight(word) ** 2 for word in words[code])) for code in (one, other))

    index = index_of(words)
    found = {(one, other): value for one, other, value in index.pairs(list(words), of=list(words), least=1e-9)}
    codes = list(words)
    for place, one in enumerate(codes):
        for other in codes[place + 1 :]:
            assert found.get((one, other), 0.0) == pytest.approx(cosine(one, other), abs=6e-4)
    some = codes[:3]
    expected = {pair for pair in found if set(pair) <= set(codes[:9]) and not set(pair).isdisjoint(some)}
    assert {(one, other) for one, other, _ in index.pairs(codes[:9], of=some, least=1e-9)} == expected


def test_pairs_of_a_large_bank_come_in_blocks() -> None:
    many = {f"{code}-{copy}": found for copy in range(10) for code, found in WORDS.items()}
    pairs = index_of(many).pairs(list(many), of=list(many), least=0.999)
    assert len(pairs) == len(BANK) * 45  # ten copies each: all of their pairs, none twice


def test_an_empty_bank_has_none() -> None:
    assert similar_pairs({}) == ()
    assert index_of({}).similar_to(WORDS[FIRST]) == []
    assert index_of({}).pairs([], of=[]) == []
