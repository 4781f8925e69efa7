"""Bookmark: items in order of difficulty, and where judges see the last that a just competent candidate masters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError
from calibration.standard_setting.cut import CutScore, crossing, judged_pool, refuse_too_few_judges
from engine.response_models import ItemPool

BOOKMARK = "bookmark"
#: With two chances in three an item of two parameters is mastered at b + ln 2 / a.
RESPONSE_PROBABILITY = 2 / 3
#: Digits of an ability to which pages count as different: the way to them ends at 1e-12.
PLACES = 9
#: The median of normal values varies by so much more than their mean.
MEDIAN_FACTOR = math.sqrt(math.pi / 2)


@dataclass(frozen=True, slots=True)
class BookletPage:
    """One page: an item, or one of the scores of an item that has several.

    Args:
        item_id: The item.
        score: The score that is to be reached.
        theta: The ability at which it is reached with the response probability.
    """

    item_id: str
    score: int
    theta: float


def ordered_booklet(
    items: Sequence[CalibratedItem] | ItemPool, *, response_probability: float = RESPONSE_PROBABILITY
) -> tuple[BookletPage, ...]:
    """Order items, and the scores of those that have several, by the ability at which they are mastered.

    Args:
        items: Calibrated items, or a pool.
        response_probability: Chance of reaching the score that counts as mastery.

    Returns:
        The pages, easiest first.

    Raises:
        CalibrationError: A response probability outside 0 to 1, or one that guessing alone reaches.

    Reference:
        Lewis, Mitzel & Green (1996); Mitzel, Lewis, Patz & Green (2001).
    """
    if not 0 < response_probability < 1:
        raise CalibrationError(
            f"response probability {response_probability:g}; a number between 0 and 1 is expected", code="bad_option"
        )
    pool = judged_pool(items)
    pages = [
        BookletPage(name, score, _location(pool, place, score, response_probability))
        for place, name in enumerate(pool.item_ids)
        for score in range(1, int(pool.category_counts[place]))
    ]
    return tuple(sorted(pages, key=lambda page: (page.theta, page.item_id, page.score)))


def _location(pool: ItemPool, place: int, score: int, chance: float) -> float:
    group = pool.groups_for([pool.item_ids[place]])[0]

    def beyond(theta: float) -> float:
        logs = group.family.log_probabilities(group.parameters, np.array([theta]))
        return float(np.exp(logs[0, score:, 0]).sum()) - chance

    return crossing(beyond, f"item {pool.item_ids[place]!r}, score {score}: a chance of {chance:.3g}")


def bookmark(booklet: Sequence[BookletPage], marks: Mapping[str, int], *, by_median: bool = False) -> CutScore:
    """Turn bookmarks into a cut score.

    Args:
        booklet: The pages in order.
        marks: By judge the number, from 1, of the first page that a just competent candidate does not master; one more
            than there are pages if all are mastered.
        by_median: Whether the panel's cut score is the median of the judges' rather than the mean.

    Returns:
        The cut score: each judge's is the ability of the last page that is mastered. Its standard error is that by
        judges; `page_error` and `booklet_sampling_error` tell what comes besides.

    Raises:
        CalibrationError: Fewer than two judges, or a bookmark on page 1 or beyond the end: it names no ability.

    Reference:
        Mitzel, Lewis, Patz & Green (2001).
    """
    refuse_too_few_judges(len(marks))
    cuts = np.array(list(mark_abilities(booklet, marks).values()))
    error = float(cuts.std(ddof=1)) / math.sqrt(len(cuts))
    if by_median:
        return CutScore(float(np.median(cuts)), error * MEDIAN_FACTOR, BOOKMARK, len(cuts))
    return CutScore(float(cuts.mean()), error, BOOKMARK, len(cuts))


def page_error(booklet: Sequence[BookletPage], marks: Mapping[str, int]) -> float:
    """Tell how far the pages' distance lets a cut score lie from what judges mean.

    A bookmark says that the standard lies from the last page mastered to the next one, and the cut score is read off
    the lower end. Wherever in a gap g the standard is, the mean square of what is lost is g²/3. All judges go through
    the same pages, so that more of them do not make it smaller.

    Args:
        booklet: The pages in order.
        marks: As for `bookmark`.

    Returns:
        The mean gap divided by √3; 0 only where all pages lie at one ability. Beyond the last page the gap below it
        stands in.

    Raises:
        CalibrationError: A bookmark on page 1 or beyond the end.
    """
    places = np.unique(np.array([page.theta for page in booklet]).round(PLACES))
    if len(places) < 2:
        return 0.0
    found = np.array(list(mark_abilities(booklet, marks).values())).round(PLACES)
    # Pages at the same ability are one place: a bookmark between two of them says no more than one behind both.
    gaps = np.diff(places)[np.minimum(np.searchsorted(places, found), len(places) - 2)]
    return float(gaps.mean()) / math.sqrt(3)


def booklet_sampling_error(samples: Sequence[Sequence[BookletPage]], marks: Mapping[str, int]) -> float:
    """Tell how far the cut score would be expected to move with another sample of the bank's items.

    Of a bookmark only its place is known, not what the judge thought of single items, so nothing can be said of how
    much the curves explain: the bookmarks are taken to stay on their pages, which says rather too much than too little.

    Args:
        samples: Booklets of other samples, drawn as the one that was judged; at least two.
        marks: As for `bookmark`; one beyond the end of a booklet is taken as its end.

    Returns:
        The standard deviation of the cut scores that they come to.
    """
    cuts = [np.mean([booklet[min(mark, len(booklet) + 1) - 2].theta for mark in marks.values()]) for booklet in samples]
    return float(np.std(cuts, ddof=1))


def mark_abilities(booklet: Sequence[BookletPage], marks: Mapping[str, int]) -> dict[str, float]:
    """Give the ability that each judge's bookmark names: that of the last page before it.

    Args:
        booklet: The pages in order.
        marks: As for `bookmark`.

    Returns:
        The ability by judge.

    Raises:
        CalibrationError: A bookmark on page 1 or beyond the end.
    """
    for judge, mark in marks.items():
        if not 2 <= mark <= len(booklet) + 1:
            raise CalibrationError(
                f"judge {judge!r}: bookmark {mark}; 2 to {len(booklet) + 1} are expected, for at least one page must "
                "come before it",
                code="bookmark_out_of_range",
            )
    return {judge: booklet[mark - 2].theta for judge, mark in marks.items()}
