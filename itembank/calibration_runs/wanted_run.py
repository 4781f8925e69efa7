"""A run that is asked for: whether it is under way already, and whether there is material enough for it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from calibration.linking import LEAST_ANCHORS
from itembank.calibration_runs.model_choice import require_guessable, takes_parts
from itembank.calibration_runs.recorded_responses import answers_by_code, count_answers, groups_of_sittings
from itembank.calibration_runs.run_settings import RunSettings
from itembank.calibration_runs.states import OPEN_STATES
from itembank.errors import NotEnoughAnswers, NotSeveralGroups, TooFewFixedItems
from itembank.publishing.parameters import CALIBRATED
from itembank.settings import load_settings
from itembank.tables import BankItem, CalibrationRun

#: Below these a calibration would only hand the priors back.
FEWEST_PERSONS, FEWEST_ANSWERS = 50, 200


@dataclass(frozen=True, slots=True)
class WantedRun:
    """What is asked for.

    Args:
        standard_id: The standard.
        unit: Code of the unit of competence.
        model: The model.
        settings: The further choices.
        include_simulated: Whether answers of simulated sittings count too.
    """

    standard_id: UUID
    unit: str
    model: str
    settings: RunSettings
    include_simulated: bool

    def under_way(self, session: Session) -> CalibrationRun | None:
        """Find a run that waits or runs and is the same."""
        candidates = session.exec(
            select(CalibrationRun).where(
                CalibrationRun.standard_id == self.standard_id,
                CalibrationRun.unit == self.unit,
                CalibrationRun.model == self.model,
                col(CalibrationRun.include_simulated).is_(self.include_simulated),
                col(CalibrationRun.cancel_requested).is_(False),
                col(CalibrationRun.state).in_([state.value for state in OPEN_STATES]),
            )
        )
        return next((run for run in candidates if RunSettings.from_dict(run.settings) == self.settings), None)

    def require_material(self, session: Session, *, bank_id: UUID) -> None:
        """Refuse a run for which too little is recorded.

        Raises:
            NotEnoughAnswers: Fewer than 50 persons or 200 answers are.
            TooFewForGuessing: The model is the 3PL, and no item has 1,000 answers.
            TooFewFixedItems: Items are to stay as they are, and fewer than five operational ones are calibrated.
            NotSeveralGroups: Groups are to have abilities of their own, and there is only one.
        """
        self._require_answers(session)
        if self.model == "3pl":
            answers = answers_by_code(
                session, standard_id=self.standard_id, unit=self.unit, include_simulated=self.include_simulated
            )
            require_guessable(answers or (("–", 0),))
        if self.settings.fixes_items:
            self._require_fixed_items(session, bank_id)
        if self.settings.groups != "none":
            self._require_groups(session)

    def _require_answers(self, session: Session) -> None:
        count = count_answers(
            session,
            standard_id=self.standard_id,
            unit=self.unit,
            include_simulated=self.include_simulated,
            with_parts=takes_parts(self.model),
        )
        if count.persons < FEWEST_PERSONS or count.answers < FEWEST_ANSWERS:
            raise NotEnoughAnswers(
                reason=f"{count.persons} of {FEWEST_PERSONS} sittings, {count.answers} of {FEWEST_ANSWERS} answers",
                persons=count.persons,
                answers=count.answers,
            )

    def _require_fixed_items(self, session: Session, bank_id: UUID) -> None:
        found = session.exec(
            select(func.count())
            .select_from(BankItem)
            .where(
                BankItem.bank_id == bank_id,
                BankItem.unit == self.unit,
                BankItem.parameter_source == CALIBRATED,
                col(BankItem.pretest).is_(False),
            )
        ).one()
        if found < LEAST_ANCHORS:
            raise TooFewFixedItems(needed=LEAST_ANCHORS, found=found)

    def _require_groups(self, session: Session) -> None:
        groups = groups_of_sittings(
            session,
            standard_id=self.standard_id,
            unit=self.unit,
            include_simulated=self.include_simulated,
            by=self.settings.groups,
            zone=ZoneInfo(load_settings().time_zone),
        )
        names = sorted(set(groups.values()))
        if len(names) < 2:
            raise NotSeveralGroups(group=names[0])
