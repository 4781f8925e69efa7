"""What a run's page tells of fit and warnings: the worst first, in an order that puts harm before curiosity."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from itembank.diagnostics.findings import ItemDiagnosis, RunDiagnostics
from web.charts import ScatterFigure, scatter_figure

#: Pairs and sittings shown at once; the JSON API has all that are kept.
SHOWN_PAIRS, SHOWN_SITTINGS = 15, 25
#: Items whose groups of ability are drawn: those that fit worst.
DRAWN_ITEMS = 8
_SOMETIMES = ("s_x2", "displacement", "timed", "classical_n")


def diagnostics_shown(found: RunDiagnostics | None) -> dict[str, Any]:
    """Give the page what it shows of a run's diagnostics.

    Args:
        found: The diagnostics; None of a run that has none.
    """
    if found is None:
        return {"diagnostics": None}
    items = sorted(found.items, key=_harm)
    return {
        "diagnostics": found,
        "diagnosed_items": [(item, _moments(item)) for item in items],
        "warned_items": [(item, _moments(item)) for item in items if item.warned],
        "shown_pairs": found.dependence.pairs[:SHOWN_PAIRS] if found.dependence else (),
        "shown_sittings": found.persons.sittings[:SHOWN_SITTINGS] if found.persons else (),
        "fit_figure": _figure(found),
        # Columns that no item fills would only push the others off the screen.
        "has": {name: any(getattr(item, name) for item in items) for name in _SOMETIMES},
    }


def _harm(item: ItemDiagnosis) -> tuple[bool, bool, bool, float, str]:
    drifts = item.drifted or item.drift_alarm is not None
    return not item.compromised, not drifts, not item.misfits, -(item.misfit or 0.0), item.code


def _moments(item: ItemDiagnosis) -> dict[str, datetime | None]:
    told = {"began": item.drift_began, "alarm": item.drift_alarm, "compromised": item.compromised_since}
    return {name: datetime.fromisoformat(moment) if moment else None for name, moment in told.items()}


def _figure(found: RunDiagnostics) -> ScatterFigure | None:
    """Observed against expected shares of the worst fitting items; what lies off the line is misfit or chance."""
    worst = sorted((item for item in found.items if item.observed), key=lambda item: -(item.misfit or 0.0))
    points = [
        (item.code, point.expected, point.share, item.misfits)
        for item in worst[:DRAWN_ITEMS]
        for point in item.observed
    ]
    return scatter_figure(points) if points else None
