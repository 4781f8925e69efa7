"""A panel's judgements as a table, for those who want to look at them elsewhere."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.standard_setting.panel_rows import ballots_in, find_panel, judgements_in, pages_of, rounds_of
from itembank.tables import PanelJudge, Person

COLUMNS = (
    "round", "judge", "item", "criterion", "highest_score", "share", "points", "bookmark",
    "lowest_cut", "highest_cut", "lowest_failing", "highest_failing", "judged_at",
)  # fmt: skip


def judgement_table(session: Session, *, actor: Actor, panel_id: UUID) -> str:
    """Write what was said in a panel's closed rounds as CSV: a row for each judgement and for each ballot.

    Raises:
        NotAllowed: The actor neither measures nor runs exams.
        NotFound: There is no such panel.
    """
    actor.require(Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR)
    panel = find_panel(session, panel_id)
    pages = {page.item_version_id: page for page in pages_of(panel)}
    names = dict(
        session.exec(
            select(Person.id, Person.username)
            .join(PanelJudge, col(PanelJudge.person_id) == col(Person.id))
            .where(PanelJudge.panel_id == panel_id)
        ).all()
    )
    rows: list[dict[str, object]] = []
    for closed in (row.number for row in rounds_of(session, panel_id) if row.closed_at is not None):
        for judgement in judgements_in(session, panel_id=panel_id, number=closed):
            page = pages[judgement.item_version_id]
            rows.append(
                _row(closed, names[judgement.person_id], judgement.judged_at)
                | {"item": page.code, "criterion": page.criterion, "highest_score": page.highest}
                | {"share": judgement.share, "points": judgement.share * page.highest}
            )
        for ballot in ballots_in(session, panel_id=panel_id, number=closed):
            limits = dict(zip(COLUMNS[8:12], ballot.limits or (), strict=False))
            rows.append(
                _row(closed, names[ballot.person_id], ballot.judged_at) | {"bookmark": ballot.bookmark} | limits
            )
    rows.sort(key=lambda row: (row["round"], row["judge"], str(row.get("item", "~"))))
    text = io.StringIO()
    # User names begin with a letter or a digit and codes with a letter, so that no cell can pass for a formula.
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(number: int, judge: str, judged_at: datetime) -> dict[str, object]:
    return {"round": number, "judge": judge, "judged_at": judged_at.isoformat()}
