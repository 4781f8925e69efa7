"""Pairs of items that share more than ability, with what is known of them: testlets and declared enemies."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from calibration.local_dependence import PairDependence, local_dependence
from itembank.diagnostics.evidence import Evidence, Found
from itembank.diagnostics.findings import Dependence, PairDiagnosis

#: Pairs that a run's record has room for; the worst come first.
KEPT_PAIRS: Final = 1000


def dependence(evidence: Evidence) -> Found:
    """Compare all pairs that enough persons answered, and keep the worst.

    Raises:
        CalibrationError: No two items were answered by enough persons.
    """
    found = local_dependence(evidence.data, evidence.items, **evidence.population)
    return Found(
        run={
            "dependence": Dependence(
                n_pairs=found.n_pairs,
                n_too_few=found.n_too_few,
                n_flagged=found.n_flagged,
                mean_q3=found.mean_q3,
                highest_q3_star=found.highest_q3_star,
                pairs=tuple(
                    _pair(evidence, pair)
                    for pair in sorted(found.pairs, key=lambda pair: not pair.flagged)[:KEPT_PAIRS]
                ),
            )
        }
    )


def _pair(evidence: Evidence, pair: PairDependence) -> PairDiagnosis:
    first, second = (evidence.circumstances.versions[name] for name in (pair.first_item, pair.second_item))
    return PairDiagnosis(
        first_item_id=first.item_id,
        first_version_id=UUID(pair.first_item),
        first_code=evidence.labels[pair.first_item].code,
        second_item_id=second.item_id,
        second_version_id=UUID(pair.second_item),
        second_code=evidence.labels[pair.second_item].code,
        n=pair.n,
        q3=pair.q3,
        q3_star=pair.q3_star,
        ld_x2=pair.chi_squared,
        ld_x2_df=pair.degrees_of_freedom,
        ld_x2_p=pair.p_value,
        standardised=pair.standardised,
        flagged=pair.flagged,
        same_testlet=bool(first.testlet) and first.testlet == second.testlet,
        enemies=frozenset((first.item_id, second.item_id)) in evidence.circumstances.enemies,
    )
