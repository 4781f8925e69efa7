"""Near duplicates are found by the words that are rare in the bank."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from itembank.authoring.flaws.near_duplicates import SimilarityIndex
from itembank.authoring.flaws.words import content_words
from itembank.authoring.starter import starter_items

BANK = dict(starter_items()[:60])
FIRST = next(iter(BANK))


def test_the_same_words_are_wholly_alike_and_strange_ones_not_at_all() -> None:
    index = SimilarityIndex(BANK)
    assert index.similar_to(BANK[FIRST], least=0.9)[0].code == FIRST
    assert index.similar_to(BANK[FIRST], least=0.9)[0].similarity == pytest.approx(1.0)
    strange = replace(
        BANK[FIRST],
        stem="kangaroo",
        options=tuple(replace(o, text=f"{o.correct}{n}") for n, o in enumerate(BANK[FIRST].options)),
    )
    assert index.similar_to(strange, least=0.01) == ()


def test_an_item_is_no_duplicate_of_itself() -> None:
    assert FIRST not in {
        near.code for near in SimilarityIndex(BANK).similar_to(BANK[FIRST], except_code=FIRST, least=0.0)
    }


def test_a_copy_with_one_word_changed_is_found_in_both_ways() -> None:
    copy = replace(BANK[FIRST], stem=BANK[FIRST].stem.replace("กรม", "สำนักงาน"))
    index = SimilarityIndex(BANK | {"copy": copy})
    assert next(pair for pair in index.pairs() if "copy" in (pair.first, pair.second)).first == FIRST
    assert index.similar_to(copy, except_code="copy")[0].code == FIRST


def test_likeness_is_the_cosine_of_weights() -> None:
    """By hand, from the definition, for every pair of a small bank."""
    bank = dict(list(BANK.items())[:12])
    words = {
        code: set(content_words(c.stem)).union(*(content_words(o.text) for o in c.options)) for code, c in bank.items()
    }

    def weight(word: str) -> float:
        return math.log((1 + len(bank)) / (1 + sum(word in found for found in words.values()))) + 1

    def cosine(one: str, other: str) -> float:
        shared = sum(weight(word) ** 2 for word in words[one] & words[other])
        return shared / math.prod(math.sqrt(sum(weight(word) ** 2 for word in words[code])) for code in (one, other))

    found = {(pair.first, pair.second): pair.similarity for pair in SimilarityIndex(bank).pairs(least=1e-9)}
    codes = list(bank)
    for place, one in enumerate(codes):
        for other in codes[place + 1 :]:
            assert found.get((one, other), 0.0) == pytest.approx(cosine(one, other), abs=6e-4)


def test_pairs_of_a_large_bank_come_in_blocks() -> None:
    many = {f"{code}-{copy}": content for copy in range(10) for code, content in BANK.items()}
    pairs = SimilarityIndex(many).pairs(least=0.999)
    assert len(pairs) == len(BANK) * 45  # ten copies each: all of their pairs, none twice


def test_an_empty_bank_has_none() -> None:
    assert SimilarityIndex({}).pairs() == ()
    assert SimilarityIndex({}).similar_to(BANK[FIRST]) == ()
