"""An institution with finished sittings, and short ways to neutralise a question in it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from itembank.database import Database
from itembank.delivery.outcome_record import ResultView, result_view
from itembank.delivery.replay import ReplayReport, replay_sitting
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.neutralisation import proposals
from itembank.neutralisation.proposals import Proposal
from itembank.neutralisation.views import NeutralisationView
from itembank.neutralisation.work import execute_correction
from itembank.tables import CorrectionRun, Item, ItemVersion, RecordedAnswer
from tests.support.institution import NOON, Institution
from tests.support.sitting import always_right, always_wrong, sit_through

SIMULATED = 30
LATER = NOON + timedelta(hours=2)


class Ward:
    """A database in which questions can be neutralised."""

    def __init__(self, database: Database, institution: Institution, *, right: UUID, wrong: UUID) -> None:
        self.database = database
        self.institution = institution
        self.right = right
        self.wrong = wrong
        self._now = LATER

    def now(self) -> datetime:
        """Tell the time, a minute later each time."""
        self._now += timedelta(minutes=1)
        return self._now

    def codes(self) -> list[str]:
        """Codes of the items by how many sittings answered them, the most answered first."""
        with self.database.reading() as session:
            rows = session.exec(
                select(Item.code)
                .join(ItemVersion, ItemVersion.item_id == Item.id)  # type: ignore[arg-type]
                .join(RecordedAnswer, RecordedAnswer.item_version_id == ItemVersion.id)  # type: ignore[arg-type]
            )
            counts = Counter(rows)
        return sorted(counts, key=lambda code: (-counts[code], code))

    def code_answered_by(self, sitting_id: UUID) -> str:
        """Code of the first question of a sitting."""
        with self.database.reading() as session:
            return session.exec(
                select(Item.code)
                .join(ItemVersion, ItemVersion.item_id == Item.id)  # type: ignore[arg-type]
                .join(RecordedAnswer, RecordedAnswer.item_version_id == ItemVersion.id)  # type: ignore[arg-type]
                .where(RecordedAnswer.sitting_id == sitting_id, RecordedAnswer.position == 1)
            ).one()

    def propose(self, code: str, *, by: str = "psychometrician", preview: bool = True, **changes: Any) -> UUID:
        """Propose a question, and have the effect computed."""
        values: dict[str, Any] = {"fault": "wrong_key", "reason_th": "เฉลยผิด", "reason_en": "Wrong key.", "rule": "all"}
        proposal = Proposal(code=code, **values | changes)
        with self.database.writing() as session:
            found = proposals.propose_neutralisation(
                session, actor=self.institution[by], proposal=proposal, now=self.now()
            )
        if preview:
            self.work_off()
        return found.id

    def do(
        self, deed: Callable[..., NeutralisationView], one: UUID, *, by: str = "administrator", **words: str
    ) -> NeutralisationView:
        """Do something with a neutralisation."""
        with self.database.writing() as session:
            return deed(session, actor=self.institution[by], neutralisation_id=one, now=self.now(), **words)

    def apply(self, code: str, **changes: Any) -> UUID:
        """Propose, approve and carry out."""
        one = self.propose(code, **changes)
        self.do(proposals.approve_neutralisation, one)
        self.work_off()
        return one

    def take_back(self, one: UUID) -> None:
        """Take back and carry out."""
        self.do(proposals.take_back_neutralisation, one, reason="ผิดพลาด")
        self.work_off()

    def see(self, one: UUID, *, by: str = "administrator") -> NeutralisationView:
        """Look at a neutralisation."""
        with self.database.reading() as session:
            return proposals.neutralisation_view(session, actor=self.institution[by], neutralisation_id=one)

    def run_of(self, one: UUID) -> CorrectionRun:
        """The newest run of a neutralisation."""
        return self.all(CorrectionRun, CorrectionRun.neutralisation_id == one)[-1]

    def all(self, table: Any, *where: Any) -> list[Any]:
        """All rows of a table."""
        with self.database.reading() as session:
            query = select(table).where(*where)
            return list(session.exec(query.order_by(table.requested_at) if table is CorrectionRun else query))

    def work_off(self) -> None:
        """Execute what waits."""
        for run in self.all(CorrectionRun, CorrectionRun.state == "waiting"):
            assert execute_correction(self.database, run.id, clock=self.now)

    def result(self, sitting_id: UUID) -> ResultView:
        """The result as it is told."""
        with self.database.reading() as session:
            return result_view(session, actor=self.institution["psychometrician"], sitting_id=sitting_id, now=self._now)

    def replay(self, sitting_id: UUID) -> ReplayReport:
        """The replay of a sitting."""
        with self.database.reading() as session:
            actor = self.institution["psychometrician"]
            return replay_sitting(session, actor=actor, sitting_id=sitting_id, now=self._now)


@pytest.fixture(scope="session")
def sat_file(
    filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Institution, UUID, UUID]:
    """The institution after two real sittings, one all right and one all wrong, and some simulated ones."""
    source, institution = filled_file
    path = tmp_path_factory.mktemp("sat") / "sat.db"
    shutil.copy(source, path)
    database = Database(f"sqlite:///{path}")
    right = sit_through(
        database, actor=institution["candidate"], exam_id=institution.exam, now=NOON, choose=always_right
    )
    wrong = sit_through(
        database, actor=institution["candidate2"], exam_id=institution.exam, now=NOON, choose=always_wrong
    )
    with database.writing() as session:
        add_simulated_sittings(session, exam_id=institution.exam, count=SIMULATED, now=NOON)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path, institution, right.id, wrong.id


@pytest.fixture
def ward(sat_file: tuple[Path, Institution, UUID, UUID], tmp_path: Path) -> Iterator[Ward]:
    """A fresh copy of it."""
    source, institution, right, wrong = sat_file
    shutil.copy(source, tmp_path / "ward.db")
    database = Database(f"sqlite:///{tmp_path / 'ward.db'}")
    yield Ward(database, institution, right=right, wrong=wrong)
    database.close()
