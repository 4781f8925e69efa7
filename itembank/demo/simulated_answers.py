"""What a simulated candidate enters to get the score that the simulation drew, whatever the item's type."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from itembank.authoring.content import Answer, ItemContent, ItemType
from itembank.authoring.item_types.numeric import read_number
from itembank.authoring.item_types.rules import rule_of

#: What people write who do not know; none may count as right by chance, which is checked.
_NOT_KNOWN = ("ไม่ทราบ", "จำไม่ได้", "ไม่แน่ใจ", "อื่น ๆ", "???1", "ข้ามข้อนี้")


def simulated_answer(content: ItemContent, score: int, draws: np.random.Generator) -> Answer:
    """Make an answer with a score.

    Args:
        content: An item that a rule scores.
        score: From 0 to its maximum.
        draws: Where chance comes from.

    Raises:
        ValueError: No answer to the item has this score.
    """
    right = rule_of(content.type).right_answer(content)
    if score == content.maximum_score:
        return right
    answer = _WAYS.get(content.type, _choice)(content, right, score, draws)
    if content.score(answer) != score:
        raise ValueError(f"no answer of score {score} to a {content.type} item")
    return answer


def _choice(content: ItemContent, _right: Answer, score: int, draws: np.random.Generator) -> Answer:
    """Choose options; of the wrong ones the earlier are liked better, as in real data."""
    if score > 0:
        return Answer(tuple(sorted(content.key[:score])))
    wrong = [position for position in range(len(content.options)) if position not in content.key]
    weights = np.array([0.5**rank for rank in range(len(wrong))])
    chosen = wrong[int(draws.choice(len(wrong), p=weights / weights.sum()))]
    return Answer((chosen,) if content.partial_credit else tuple(sorted({chosen, *content.key[1:]})))


def _parts(content: ItemContent, right: Answer, score: int, draws: np.random.Generator) -> Answer:
    """Miss as many lines or gaps as are to be missed, at least one."""
    count = len(content.prompts)
    missed = count - score if content.partial_credit else 1 + int(draws.integers(count))
    selected = list(right.selected)
    for place in draws.permutation(count)[:missed].tolist():
        choices = len(content.prompts[place].options) or len(content.options)
        selected[place] = (selected[place] + 1 + int(draws.integers(choices - 1))) % choices
    return Answer(tuple(selected))


def _order(content: ItemContent, right: Answer, score: int, draws: np.random.Generator) -> Answer:
    """Cut the right order into runs and put them the other way round: no run is followed by its right successor."""
    count = len(right.selected)
    kept = score if content.partial_credit else int(draws.integers(count - 1))
    cuts = sorted((draws.permutation(count - 1)[: count - 1 - kept] + 1).tolist())
    runs = [right.selected[start:end] for start, end in zip([0, *cuts], [*cuts, count], strict=True)]
    return Answer(tuple(place for run in reversed(runs) for place in run))


def _number(content: ItemContent, _right: Answer, _score: int, draws: np.random.Generator) -> Answer:
    """Slip by a power of ten or a sign, as people do, or by more than is tolerated."""
    assert content.number is not None
    value, tolerance = read_number(content.number.value), read_number(content.number.tolerance)
    assert value is not None
    assert tolerance is not None
    too_far = value + (abs(value) + 2) * tolerance + 1
    slips = (value * 10, value / 10, -value, value * 2, too_far)
    return _wrong(content, [f"{slip:f}" for slip in slips], draws)


def _words(content: ItemContent, _right: Answer, _score: int, draws: np.random.Generator) -> Answer:
    return _wrong(content, _NOT_KNOWN, draws)


def _wrong(content: ItemContent, texts: Sequence[str], draws: np.random.Generator) -> Answer:
    possible = [Answer(text=text) for text in texts if content.score(Answer(text=text)) == 0]
    return possible[int(draws.integers(len(possible)))]


_WAYS: dict[ItemType, Callable[[ItemContent, Answer, int, np.random.Generator], Answer]] = {
    ItemType.MATCHING: _parts,
    ItemType.INLINE_CHOICE: _parts,
    ItemType.ORDERING: _order,
    ItemType.NUMERIC: _number,
    ItemType.SHORT_TEXT: _words,
}
