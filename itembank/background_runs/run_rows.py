"""What the tables of background runs have in common: who waits, who runs, and who has fallen silent."""

from __future__ import annotations

from itembank.tables import CalibrationRun, CorrectionRun, DifStudyRun, ItemImport, SimulationRun

#: A table of background runs: each has an id, a state, a heartbeat, a request to cancel and a moment of request.
RunTable = type[CalibrationRun] | type[SimulationRun] | type[DifStudyRun] | type[CorrectionRun] | type[ItemImport]

WAITING, RUNNING, INTERRUPTED = "waiting", "running", "interrupted"
