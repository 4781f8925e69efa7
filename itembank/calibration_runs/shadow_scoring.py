"""Scoring finished sittings again under parameters that are not published: nothing is written, nothing decided."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from engine.across_units import informed_exam, population_design
from engine.design import ExamDesign, PreparedExam, prepare_exam
from engine.errors import EngineError
from engine.outcomes.verdicts import Outcome, SittingOutcome, outcomes
from engine.response_models import FloatArray
from engine.sittings.answers import with_answers
from engine.sittings.sitting_state import SittingState
from itembank.calibration_runs.impact import ChangedSitting, Impact, TurningItem, VerdictMove
from itembank.calibration_runs.recent_sittings import FinishedSitting, PinnedBank, RecentSittings
from itembank.publishing.engine_pools import engine_pools
from itembank.publishing.parameters import Parameters
from itembank.tables import BankItem

#: Probabilities nearer to 0 or 1 are as good as certain; their log-odds would drown all others.
_CERTAIN = 1e-9


def preview_impact(
    recent: RecentSittings, new: Mapping[UUID, Parameters], *, going_on: Callable[[], bool]
) -> Impact | None:
    """Score recent sittings again under new parameters and tell which verdicts would be others, and by which items.

    Items without new parameters keep those of the bank that the sitting is pinned to.

    Args:
        recent: The sittings and their banks.
        new: Parameters by item version.
        going_on: Asked before each sitting; False ends the work.

    Returns:
        The preview, None where the work was ended.
    """
    banks: dict[UUID, _ShadowBank] = {}
    rescored: list[tuple[FinishedSitting, _Rescored]] = []
    for sitting in recent.sittings:
        if not going_on():
            return None
        # What the engine refuses, such as an answer that is none, is counted: nobody must take it for unchanged.
        with suppress(EngineError):
            if sitting.bank_id not in banks:
                banks[sitting.bank_id] = _ShadowBank(recent.banks[sitting.bank_id], new)
            rescored.append((sitting, banks[sitting.bank_id].rescored(sitting)))
    return _impact(recent, rescored)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one answer's new parameters do to the verdict of its sitting."""

    version_id: UUID
    code: str
    log_odds: float
    decisive: bool


@dataclass(frozen=True, slots=True)
class _Rescored:
    outcome: SittingOutcome
    elements_changed: int
    turns: tuple[_Turn, ...]
    bank_number: int

    def change_of(self, sitting: FinishedSitting) -> ChangedSitting | None:
        before, after = sitting.outcome["unit"], self.outcome.unit
        if before["verdict"] == after.verdict:
            return None
        way = math.copysign(1.0, after.probability - before["probability"])
        turns = sorted(self.turns, key=lambda turn: (-way * turn.log_odds, turn.code))
        return ChangedSitting(
            sitting_id=str(sitting.id),
            finished_at=sitting.finished_at.isoformat(),
            simulated=sitting.simulated,
            bank_number=self.bank_number,
            before=before["verdict"],
            after=after.verdict,
            probability_before=before["probability"],
            probability_after=after.probability,
            items=tuple(turn.code for turn in turns if turn.decisive),
            strongest=turns[0].code if turns else "",
        )


class _ShadowBank:
    """One bank's unit with new parameters in place of its own."""

    def __init__(self, bank: PinnedBank, new: Mapping[UUID, Parameters]) -> None:
        self._number = bank.number
        counting = [(row, number) for row, number in bank.rows if not row.pretest]
        self._versions = {row.item_version_id: row.item_code for row, _ in counting}
        self._trials = frozenset(row.item_version_id for row, _ in bank.rows if row.pretest)
        self._old = engine_pools(counting).pool
        self._new = engine_pools([(_renewed(row, new), number) for row, number in counting]).pool
        self._prepared: dict[str, PreparedExam] = {}

    def rescored(self, sitting: FinishedSitting) -> _Rescored:
        """Score the answers that count again.

        Raises:
            EngineError: The pool does not fill the design, or an answer is none that it knows.
        """
        exam = self._exam(sitting.design)
        counting = [answer for answer in sitting.answers if answer[0] not in self._trials]
        blank = SittingState(seed=0, ineligible=(), administered=(), responses=(), log_posterior=exam.grid.log_prior)
        codes = [(self._versions.get(version_id, str(version_id)), score) for version_id, score in counting]
        state = with_answers(exam, blank, codes)
        outcome = outcomes(exam, state)
        changed = outcome.unit.verdict != sitting.outcome["unit"]["verdict"]
        told = {element["code"]: element["verdict"] for element in sitting.outcome["elements"]}
        return _Rescored(
            outcome=outcome,
            elements_changed=sum(told.get(one.code, one.verdict) != one.verdict for one in outcome.elements),
            turns=tuple(self._turns(exam, state, outcome.unit, sitting, counting)) if changed else (),
            bank_number=self._number,
        )

    def _exam(self, document: dict[str, object]) -> PreparedExam:
        design = ExamDesign.from_dict(document)
        population = population_design(design)
        key = json.dumps(population.to_dict(), sort_keys=True)
        if key not in self._prepared:
            self._prepared[key] = prepare_exam(population, self._new)
        prepared = self._prepared[key]
        return prepared if design.prior_origin is None else informed_exam(prepared, design)

    def _turns(
        self,
        exam: PreparedExam,
        state: SittingState,
        unit: Outcome,
        sitting: FinishedSitting,
        counting: list[tuple[UUID, int]],
    ) -> Iterator[_Turn]:
        """Put one item's old parameters back at a time; within testlets as if its answer stood alone."""
        items = list(state.administered)
        old = self._old.log_probabilities(exam.grid.nodes)[items]
        for place, (version_id, score) in enumerate(counting):
            added: FloatArray = old[place, score] - exam.log_probabilities[items[place], score]
            without = outcomes(exam, replace(state, log_posterior=state.log_posterior + added)).unit
            yield _Turn(
                version_id=version_id,
                code=self._versions[version_id],
                log_odds=_log_odds(unit.probability) - _log_odds(without.probability),
                decisive=without.verdict == sitting.outcome["unit"]["verdict"],
            )


def _renewed(row: BankItem, new: Mapping[UUID, Parameters]) -> BankItem:
    found = new.get(row.item_version_id)
    values = {} if found is None else found.columns()
    return BankItem(**(row.model_dump() | values))


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, _CERTAIN), 1.0 - _CERTAIN)
    return math.log(bounded / (1.0 - bounded))


def _impact(recent: RecentSittings, rescored: list[tuple[FinishedSitting, _Rescored]]) -> Impact:
    moves = Counter((sitting.outcome["unit"]["verdict"], found.outcome.unit.verdict) for sitting, found in rescored)
    changes = tuple(change for sitting, found in rescored if (change := found.change_of(sitting)) is not None)
    ends = sorted(sitting.finished_at for sitting, _ in rescored)
    return Impact(
        at_most=recent.at_most,
        sittings=len(rescored),
        simulated=sum(sitting.simulated for sitting, _ in rescored),
        unscored=len(recent.sittings) - len(rescored),
        oldest=ends[0].isoformat() if ends else None,
        newest=ends[-1].isoformat() if ends else None,
        changed=len(changes),
        elements_changed=sum(found.elements_changed for _, found in rescored),
        moves=tuple(VerdictMove(before, after, count) for (before, after), count in sorted(moves.items())),
        changes=changes,
        items=_turning_items([turn for _, found in rescored for turn in found.turns]),
    )


def _turning_items(turns: list[_Turn]) -> tuple[TurningItem, ...]:
    by_version: dict[UUID, list[_Turn]] = {}
    for turn in turns:
        by_version.setdefault(turn.version_id, []).append(turn)
    found = [
        TurningItem(
            item_version_id=str(version_id),
            code=same[0].code,
            sittings=len(same),
            decisive=sum(turn.decisive for turn in same),
            log_odds=sum(abs(turn.log_odds) for turn in same) / len(same),
        )
        for version_id, same in by_version.items()
    ]
    return tuple(sorted(found, key=lambda item: (-item.decisive, -item.log_odds * item.sittings, item.code)))
