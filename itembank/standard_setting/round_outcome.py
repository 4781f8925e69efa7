"""From what judges said in a round to its results: the numerics called with a panel's rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from calibration.errors import CalibrationError
from calibration.standard_setting import (
    AngoffRound,
    CutScore,
    HofsteeJudgement,
    ability_at_score,
    angoff,
    booklet_sampling_error,
    bookmark,
    hofstee,
    item_sampling_error,
    mark_abilities,
    page_error,
)
from calibration.standard_setting.bookmark import BOOKMARK
from calibration.standard_setting.cut import LEAST_JUDGES
from engine.response_models import ItemPool
from itembank.errors import TooFewJudges
from itembank.standard_setting.impact import KnownAbilities, impact_around
from itembank.standard_setting.panel_pages import PanelPage, booklet_of, other_booklets, pool_of_rows
from itembank.standard_setting.results import Compromise, ItemFinding, JudgeFinding, RoundResults
from itembank.tables import BankItem

#: Why a round has no cut score, or no compromise.
NO_SUCH_ABILITY, NO_CANDIDATES, NO_MEETING, TOO_FEW_LIMITS = (
    "no_such_ability", "no_candidates", "no_meeting", "too_few_limits",
)  # fmt: skip


#: So many other samples tell their standard deviation to some per cent.
OTHER_SAMPLES = 200


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that was said in a round; judges are known by their ids.

    Args:
        names: Names of all judges of the panel.
        shares: By judge, then by item version: expected shares of points.
        bookmarks: By judge the page marked.
        limits: By judge the limits of Hofstee's compromise.
    """

    names: Mapping[UUID, str]
    shares: Mapping[UUID, Mapping[UUID, float]]
    bookmarks: Mapping[UUID, int]
    limits: Mapping[UUID, Sequence[float]]


@dataclass(frozen=True, eq=False, slots=True)
class JudgedPanel:
    """A panel as the numerics need it.

    Args:
        method: ``"angoff"`` or ``"bookmark"``.
        pages: What the judges go through.
        rows: What the panel's bank keeps of the pages' items, by item version.
        items_in_bank: Items that could have been on the pages.
        known: Abilities of candidates, None where there are too few.
        bank_rows: All items that could have been on a booklet's pages, where these are a sample; else empty.
        response_probability: Of a booklet.
    """

    method: str
    pages: tuple[PanelPage, ...]
    rows: Mapping[UUID, BankItem]
    items_in_bank: int
    known: KnownAbilities | None
    bank_rows: tuple[BankItem, ...]
    response_probability: float


def round_results(panel: JudgedPanel, said: Said) -> RoundResults:
    """Work out what a round came to.

    Raises:
        TooFewJudges: Fewer than two judges said anything.
    """
    spoke = said.bookmarks if panel.method == BOOKMARK else {one: told for one, told in said.shares.items() if told}
    if len(spoke) < LEAST_JUDGES:
        raise TooFewJudges(judges=len(spoke), fewest=LEAST_JUDGES)
    left_out = tuple(name for person, name in said.names.items() if person not in spoke)
    try:
        found = _of_booklet(panel, said) if panel.method == BOOKMARK else _of_angoff(panel, said)
    except CalibrationError as refusal:
        if refusal.code != NO_SUCH_ABILITY:
            raise
        return _results(panel, said, _Found(refusal=NO_SUCH_ABILITY), left_out=left_out)
    return _results(panel, said, found, left_out=left_out)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a method came to."""

    refusal: str | None = None
    cut: CutScore | None = None
    items_error: float = 0.0
    pages_error: float | None = None
    judges: tuple[JudgeFinding, ...] = ()
    angoff: AngoffRound | None = None
    items: tuple[ItemFinding, ...] = ()


def _results(panel: JudgedPanel, said: Said, found: _Found, *, left_out: tuple[str, ...]) -> RoundResults:
    cut, known = found.cut, panel.known
    error = None if cut is None else math.hypot(cut.standard_error, found.items_error, found.pages_error or 0.0)
    return RoundResults(
        refusal=found.refusal,
        theta=None if cut is None else cut.theta,
        standard_error=error,
        judges_error=None if cut is None else cut.standard_error,
        items_error=None if cut is None else found.items_error,
        points=None if found.angoff is None else found.angoff.points,
        highest_points=sum(item.highest_score for item in found.items),
        judges=found.judges,
        items=found.items,
        components=None if found.angoff is None else found.angoff.components,
        sittings=0 if known is None else len(known.thetas),
        simulated=known is not None and known.simulated,
        impact=() if cut is None else tuple(impact_around(known, theta=cut.theta, standard_error=error or 0.0)),
        compromise=_compromise(panel, said) if said.limits else None,
        left_out=left_out,
        pages_error=found.pages_error,
    )


def _of_angoff(panel: JudgedPanel, said: Said) -> _Found:
    judged = {version for told in said.shares.values() for version in told}
    # An item that nobody judged says nothing of the standard; the round was closed with a reason.
    pages = [page for page in panel.pages if page.item_version_id in judged]
    pool = pool_of_rows([panel.rows[page.item_version_id] for page in pages])
    said_of = {str(person): {str(item): share for item, share in told.items()} for person, told in said.shares.items()}
    found = angoff(pool, {judge: told for judge, told in said_of.items() if told})
    highest = int((pool.category_counts - 1).sum())
    return _Found(
        cut=found.cut,
        items_error=item_sampling_error(pool, found, items_in_bank=panel.items_in_bank),
        judges=tuple(
            _judge(
                panel,
                said,
                one.judge,
                theta=_ability_or_none(pool, found.points + one.severity * highest),
                severity=one.severity,
                consistency=one.consistency,
                judged=one.n_items,
            )
            for one in found.judges
        ),
        angoff=found,
        items=tuple(
            ItemFinding(
                item_version_id=page.item_version_id,
                code=page.code,
                criterion=page.criterion,
                highest_score=page.highest,
                mean=one.mean,
                standard_deviation=one.standard_deviation,
                lowest=one.lowest,
                highest=one.highest,
                expected=one.expected,
                judges=one.n_judges,
            )
            for page, one in zip(pages, found.items, strict=True)
        ),
    )


def _of_booklet(panel: JudgedPanel, said: Said) -> _Found:
    booklet = booklet_of(panel.pages)
    marks = {str(person): page for person, page in said.bookmarks.items()}
    cut, abilities = bookmark(booklet, marks), mark_abilities(booklet, marks)
    return _Found(
        cut=cut,
        items_error=_sampling_error(panel, marks),
        pages_error=page_error(booklet, marks),
        judges=tuple(
            _judge(panel, said, judge, theta=theta, severity=theta - cut.theta, mark=marks[judge])
            for judge, theta in abilities.items()
        ),
    )


def _sampling_error(panel: JudgedPanel, marks: Mapping[str, int]) -> float:
    if not panel.bank_rows:
        return 0.0
    samples = other_booklets(
        panel.bank_rows, size=len(panel.rows), response_probability=panel.response_probability, count=OTHER_SAMPLES
    )
    return booklet_sampling_error(samples, marks)


def _judge(
    panel: JudgedPanel,
    said: Said,
    judge: str,
    *,
    theta: float | None,
    severity: float,
    consistency: float | None = None,
    judged: int = 0,
    mark: int | None = None,
) -> JudgeFinding:
    person = UUID(judge)
    passing = None if panel.known is None or theta is None else panel.known.share_passing(theta)
    return JudgeFinding(person, said.names[person], theta, severity, consistency, passing, mark, judged)


def _ability_or_none(pool: ItemPool, points: float) -> float | None:
    try:
        return ability_at_score(pool, points)
    except CalibrationError as refusal:
        if refusal.code != NO_SUCH_ABILITY:
            raise
        return None


def _compromise(panel: JudgedPanel, said: Said) -> Compromise:
    judges = len(said.limits)
    if panel.known is None:
        return Compromise(None, None, judges, NO_CANDIDATES)
    if judges < LEAST_JUDGES:
        return Compromise(None, None, judges, TOO_FEW_LIMITS)
    limits = [HofsteeJudgement(*values) for values in said.limits.values()]
    try:
        found = hofstee(pool_of_rows(list(panel.rows.values())), limits, panel.known.thetas)
    except CalibrationError as refusal:
        if refusal.code != NO_SUCH_ABILITY:
            raise
        return Compromise(None, None, judges, NO_SUCH_ABILITY)
    if found is None:
        return Compromise(None, None, judges, NO_MEETING)
    return Compromise(found.theta, found.standard_error, judges, None)
