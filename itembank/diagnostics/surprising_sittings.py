"""Sittings whose answers surprise: a hint to look, never a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from calibration.person_fit import LEAST_ANSWERS, person_fit
from calibration.sitting_watch import watch_sittings
from itembank.diagnostics.answer_times import AnswerTimes
from itembank.diagnostics.evidence import Evidence, Found
from itembank.diagnostics.findings import BY_LIKELIHOOD, BY_SUMS, PersonFindings, SittingDiagnosis

#: Chance of a sitting as surprising below which it is flagged; of a hundred sound ones, at most about one is.
CHANCE: Final = 0.01
#: Sittings that a run's record has room for; the most surprising come first.
KEPT_SITTINGS: Final = 1000


@dataclass(frozen=True, slots=True)
class _Judged:
    """A sitting by its place, with what it was judged by."""

    person: int
    method: str
    statistic: float
    p: float
    direction: str | None


def surprising_sittings(evidence: Evidence, times: AnswerTimes) -> Found:
    """Judge linear sittings by the likelihood of their answers, adaptive ones by sums along the way.

    The items of an adaptive sitting lie about the candidate's ability, so that the likelihood has little to say there.
    """
    linear, adaptive = _by_likelihood(evidence), _by_sums(evidence)
    judged = [*linear, *adaptive]
    flagged = sorted((one for one in judged if one.p < CHANCE), key=lambda one: one.p)
    details = _Details.of(evidence, times)
    return Found(
        run={
            "persons": PersonFindings(
                judged_by_likelihood=len(linear),
                judged_by_sums=len(adaptive),
                not_judged=evidence.data.n_persons - len(judged),
                flagged=len(flagged),
                by_chance=CHANCE * len(judged),
                sittings=tuple(details.sitting(one) for one in flagged[:KEPT_SITTINGS]),
            )
        }
    )


def _by_likelihood(evidence: Evidence) -> list[_Judged]:
    linear = ~evidence.circumstances.adaptive
    if not linear.any():
        return []
    some = evidence.among(linear[evidence.data.person])
    fit = person_fit(some.data, some.items, method="wle", **some.population)
    place = {name: number for number, name in enumerate(evidence.data.person_ids)}
    return [
        _Judged(place[name], BY_LIKELIHOOD, float(statistic), float(p), None)
        for name, statistic, p in zip(fit.person_ids, fit.lz_star, fit.p_value, strict=True)
    ]


def _by_sums(evidence: Evidence) -> list[_Judged]:
    counts = np.bincount(evidence.data.person, minlength=evidence.data.n_persons)
    wanted = evidence.circumstances.adaptive & (counts >= LEAST_ANSWERS)
    if not wanted.any():
        return []
    some = evidence.among(wanted[evidence.data.person])
    watch = watch_sittings(some.data, some.items, some.circumstances.position, **some.population)
    columns = zip(np.flatnonzero(wanted), watch.highest, watch.better, watch.p_value, strict=True)
    return [
        _Judged(int(person), BY_SUMS, float(highest), float(p), "better" if better else "worse")
        for person, highest, better, p in columns
    ]


@dataclass(frozen=True, eq=False, slots=True)
class _Details:
    """Where to find what the list shows of a sitting."""

    evidence: Evidence
    effort: npt.NDArray[np.float64]
    starts: npt.NDArray[np.intp]

    @classmethod
    def of(cls, evidence: Evidence, times: AnswerTimes) -> _Details:
        starts = np.searchsorted(evidence.data.person, np.arange(evidence.data.n_persons + 1))
        return cls(evidence, times.effort, starts)

    def sitting(self, judged: _Judged) -> SittingDiagnosis:
        evidence, data = self.evidence, self.evidence.data
        rows = np.arange(self.starts[judged.person], self.starts[judged.person + 1])
        worst = int(rows[np.argmax(np.abs(evidence.beside.surprise[rows]))])
        name = data.item_ids[data.item[worst]]
        effort = float(self.effort[judged.person])
        return SittingDiagnosis(
            sitting_id=UUID(data.person_ids[judged.person]),
            simulated=bool(evidence.circumstances.simulated[judged.person]),
            method=judged.method,
            statistic=judged.statistic,
            p=judged.p,
            direction=judged.direction,
            n=len(rows),
            theta=evidence.on_base_scale(float(evidence.abilities[0][judged.person])),
            item_version_id=UUID(name),
            item_code=evidence.labels[name].code,
            position=int(evidence.circumstances.position[worst]),
            score=int(data.score[worst]),
            expected=float(evidence.beside.expected[worst]),
            effort=effort if np.isfinite(effort) else None,
        )
