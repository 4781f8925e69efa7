"""The design that is proposed for a unit, out of what it has to cover and what the bank holds."""

from __future__ import annotations

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.design import ExamDesign
from itembank.framework.document import UnitOfCompetence
from itembank.standard_setting.cuts import CutView

#: Until judges have set a standard: somewhat below the middle of the population, where an item that its writer rates
#: 3 of 5 is answered rightly by 43 of 100. An administrator sees it and can change it when designing an exam.
PROVISIONAL_CUT = -0.3

#: Questions that a candidate tries out for the bank: a few minutes at most of each one's time. A sitting tries out no
#: more than its bank has, so the proposal need not mind what that is today: tomorrow's bank may have more.
PRETEST_ITEMS = 3

#: Digits of a cut score set by judges, far below its standard error, so that a form shows it as it is.
CUT_DIGITS = 4


def default_blueprint(unit: UnitOfCompetence) -> Blueprint:
    """Ask at least one item of every written criterion, and so cover every written element."""
    bounds = [
        Bounds(level="criterion", code=criterion.code, minimum=1)
        for element in unit.elements
        if element.is_written
        for criterion in element.criteria
    ]
    return Blueprint(bounds=tuple(bounds))


def default_design(unit: UnitOfCompetence, *, pool_size: int, rated: int = 0, cut: CutView | None = None) -> ExamDesign:
    """Propose a design for a unit.

    The minimum is one item a criterion but never under ten; the maximum is twice that and at least thirty, which leaves
    room to be sure, but never more than three quarters of the pool.

    Args:
        unit: The unit.
        pool_size: How many items of the bank count in it.
        rated: How many of these are measured by nothing but their writers' ratings.
        cut: The cut score that judges set and an administrator took over; None before there is one.
    """
    blueprint = default_blueprint(unit)
    minimum = min(max(10, len(blueprint.bounds)), pool_size)
    maximum = max(minimum, min(max(30, 2 * minimum), (3 * pool_size) // 4))
    return ExamDesign(
        blueprint=blueprint,
        minimum_length=minimum,
        maximum_length=maximum,
        cut_score=PROVISIONAL_CUT if cut is None else round(cut.theta, CUT_DIGITS),
        cut_standard_error=0.0 if cut is None else round(cut.standard_error, CUT_DIGITS),
        selection=_selection(pool_size=pool_size, rated=rated),
        randomesque=3,
        maximum_exposure=max(0.5, min(0.95, 1.25 * maximum / pool_size)),
        parameter_uncertainty=True,
        pretest_items=PRETEST_ITEMS,
    )


def _selection(*, pool_size: int, rated: int) -> str:
    # Information at the cut is what a verdict needs, once it is known. Where ratings are all there is, it asks all
    # candidates for the items rated nearest to the cut, and a quarter of the bank gets no answer by which it could
    # become known. The progressive rule begins with chance and loses no accuracy by it: see decision 0008.
    return "progressive" if 2 * rated > pool_size else "information-at-cut"
