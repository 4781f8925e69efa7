"""A replayed sitting in sentences: why each question, why the end, why the verdicts; for whoever asks or appeals."""

from __future__ import annotations

from dataclasses import dataclass

from engine.explanations.explanation import explain, explain_outcome
from engine.stop_rules.stop_reasons import explain_stop
from itembank.delivery.replay import ReplayReport


@dataclass(frozen=True, slots=True)
class ToldReplay:
    """The sentences of one sitting in one language.

    Attributes:
        decisions: One for each question, in order.
        end: Why it ended; None while it goes on.
        outcome: One for the unit, then one for each element; none while it goes on.
    """

    decisions: tuple[str, ...]
    end: str | None
    outcome: tuple[str, ...]


def told_replay(report: ReplayReport, *, language: str) -> ToldReplay:
    """Put every decision, the end and the outcome of a sitting into sentences.

    Args:
        report: The replayed sitting.
        language: "th" or "en".

    Raises:
        InvalidSetting: The language is unknown.
    """
    units = report.prior.units if report.prior else ()
    return ToldReplay(
        decisions=tuple(
            # What informed the start stands with the first question; of the others their answers tell more.
            explain(step.decision, language, informed_by=units if step.position == 1 else ())
            for step in report.steps
        ),
        end=explain_stop(report.finish_reason, language) if report.finish_reason else None,
        outcome=explain_outcome(report.outcome, language) if report.outcome else (),
    )
