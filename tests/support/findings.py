"""Findings of a run with something in every part, as a psychometrician would meet them at worst."""

from __future__ import annotations

from uuid import UUID

from itembank.diagnostics.findings import (
    ClassicalFindings,
    Dependence,
    DriftFindings,
    ItemDiagnosis,
    ModelFit,
    ObservedShare,
    PairDiagnosis,
    PersonFindings,
    Refusal,
    RunDiagnostics,
    SittingDiagnosis,
    TimeFindings,
    WatchPoint,
)

VERSION, OTHER, ITEM, OTHER_ITEM, SITTING = (UUID(int=number) for number in range(1, 6))


def some_findings(*, code: str = "DG101-1.1-01", refusals: tuple[Refusal, ...] = ()) -> RunDiagnostics:
    """Give findings with one item that has every trouble and one that has none."""
    return RunDiagnostics(
        n_sittings=400,
        adaptive_sittings=0,
        simulated_sittings=40,
        marginal_reliability=0.71,
        model_fit=ModelFit(380, 20, 181.4, 150, 0.041, 0.0234, 0.005, 0.034, 0.041),
        classical=ClassicalFindings(380, 20, 0.812, True, None, code, 11.3, 4.1, 1.78),
        dependence=Dependence(187, 3, 1, -0.05, 0.35, (_pair(code), _pair(code, flagged=False, same_testlet=True))),
        persons=PersonFindings(390, 0, 10, 2, 3.9, (_sitting(code), _sitting(code, method="cusum", direction="worse"))),
        times=TimeFindings(4654, 12, 0.034, 2, 400, 0.21, True),
        drift=DriftFindings(20, (code,)),
        items=(_troubled(code), ItemDiagnosis(OTHER, "DG101-1.1-02", 1, "2pl", 12, reason="too_few_answers")),
        refusals=refusals,
    )


def _troubled(code: str) -> ItemDiagnosis:
    return ItemDiagnosis(
        item_version_id=VERSION,
        code=code,
        version=2,
        model="2pl",
        n=312,
        infit=1.02,
        outfit=1.11,
        misfit=0.094,
        misfit_p=0.0001,
        misfits=True,
        worst_gap=-0.18,
        worst_ability=0.4,
        s_x2=31.4,
        s_x2_df=12,
        s_x2_p=0.002,
        s_x2_rmsea=0.07,
        displacement=-0.62,
        robust_z=-3.1,
        drifted=True,
        drift_alarm="2026-11-12T04:10:02+00:00",
        drift_answer=214,
        drift_began="2026-11-09T02:31:44+00:00",
        drift_direction="easier",
        drift_path=(WatchPoint("2026-11-12T04:10:02+00:00", 24.1, 0.0),),
        timed=312,
        median_seconds=51.4,
        rapid_share=0.01,
        rapid_below=5.5,
        quicker_since="2026-11-13T04:10:02+00:00",
        compromised=True,
        compromised_since="2026-11-13T04:10:02+00:00",
        proportion_right=0.61,
        item_rest_correlation=0.33,
        classical_basis="form",
        classical_n=380,
        observed=(ObservedShare(-0.5, 0.41, 0.44, 0.05, 31), ObservedShare(0.4, 0.45, 0.63, 0.05, 31)),
    )


def _pair(code: str, *, flagged: bool = True, same_testlet: bool = False) -> PairDiagnosis:
    return PairDiagnosis(
        ITEM, VERSION, code, OTHER_ITEM, OTHER, "DG101-1.1-02", 188, 0.31, 0.35, 31.2, 1, 2.3e-8, 21.4,
        flagged=flagged, same_testlet=same_testlet, enemies=False,
    )  # fmt: skip


def _sitting(code: str, *, method: str = "lz_star", direction: str | None = None) -> SittingDiagnosis:
    return SittingDiagnosis(
        SITTING, False, method, -3.4, 0.0003, direction, 20, 0.31, VERSION, code, 9, 1, 0.12, 0.85,
    )  # fmt: skip
