"""Reading a panel's rows: the panel itself, who judges on it, and what was said in a round."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from calibration.standard_setting.bookmark import BOOKMARK
from itembank.errors import NotFound
from itembank.publishing.parameters import PRIOR
from itembank.standard_setting.panel_pages import PanelPage
from itembank.standard_setting.round_outcome import Said
from itembank.tables import BankItem, PanelBallot, PanelJudge, PanelJudgement, PanelRound, Person, StandardPanel


def find_panel(session: Session, panel_id: UUID, *, lock: bool = False) -> StandardPanel:
    """Load a panel; with the lock nobody else moves it, or judges on it, until the transaction ends.

    Raises:
        NotFound: There is no such panel.
    """
    query = select(StandardPanel).where(StandardPanel.id == panel_id)
    panel = session.exec(query.with_for_update() if lock else query).first()
    if panel is None:
        raise NotFound(what="panel", name=panel_id)
    return panel


def pages_of(panel: StandardPanel) -> tuple[PanelPage, ...]:
    """Give what the judges go through."""
    return tuple(PanelPage.from_dict(document) for document in panel.pages)


def rated_of(session: Session, panel: StandardPanel) -> tuple[UUID, ...]:
    """List the item versions on a panel's pages whose curves are their writers' ratings, not calibrated."""
    versions = list(dict.fromkeys(page.item_version_id for page in pages_of(panel)))
    rated = session.exec(
        select(BankItem.item_version_id).where(
            BankItem.bank_id == panel.bank_id,
            col(BankItem.item_version_id).in_(versions),
            BankItem.parameter_source == PRIOR,
        )
    )
    known = set(rated)
    return tuple(version for version in versions if version in known)


def judges_of(session: Session, panel_id: UUID) -> dict[UUID, str]:
    """Give the names of a panel's judges, by person and in the order of the names."""
    rows = session.exec(
        select(Person.id, Person.display_name)
        .join(PanelJudge, col(PanelJudge.person_id) == col(Person.id))
        .where(PanelJudge.panel_id == panel_id)
        .order_by(Person.display_name, Person.username)
    )
    return dict(rows.all())


def rounds_of(session: Session, panel_id: UUID) -> list[PanelRound]:
    """Give a panel's rounds, the first one first."""
    query = select(PanelRound).where(PanelRound.panel_id == panel_id).order_by(col(PanelRound.number))
    return list(session.exec(query))


def judgements_in(session: Session, *, panel_id: UUID, number: int) -> list[PanelJudgement]:
    """Give the judgements of a round."""
    query = select(PanelJudgement).where(PanelJudgement.panel_id == panel_id, PanelJudgement.round == number)
    return list(session.exec(query))


def ballots_in(session: Session, *, panel_id: UUID, number: int) -> list[PanelBallot]:
    """Give the ballots of a round."""
    return list(session.exec(select(PanelBallot).where(PanelBallot.panel_id == panel_id, PanelBallot.round == number)))


def said_in(session: Session, *, panel_id: UUID, number: int) -> Said:
    """Give everything that was said in a round."""
    names = judges_of(session, panel_id)
    shares: dict[UUID, dict[UUID, float]] = {person: {} for person in names}
    for row in judgements_in(session, panel_id=panel_id, number=number):
        shares[row.person_id][row.item_version_id] = row.share
    found = {row.person_id: row for row in ballots_in(session, panel_id=panel_id, number=number)}
    # By name like the judgements: results must not depend on the order in which a database gives rows.
    ballots = {person: found[person] for person in names if person in found}
    return Said(
        names=names,
        shares=shares,
        bookmarks={person: row.bookmark for person, row in ballots.items() if row.bookmark is not None},
        limits={person: tuple(row.limits) for person, row in ballots.items() if row.limits is not None},
    )


def expected_of_each(panel: StandardPanel) -> int:
    """Count what every judge is to say in a round: a judgement of each item or one bookmark, and perhaps the limits."""
    of_items = 1 if panel.method == BOOKMARK else len(panel.pages)
    return of_items + (1 if panel.asks_limits else 0)


def said_by_each(panel: StandardPanel, said: Said) -> Mapping[UUID, int]:
    """Count what every judge has said in a round."""
    of_items = said.bookmarks if panel.method == BOOKMARK else None
    return {
        person: (len(said.shares[person]) if of_items is None else int(person in of_items))
        + int(panel.asks_limits and person in said.limits)
        for person in said.names
    }
