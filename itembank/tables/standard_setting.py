"""Panels of judges: who judges which items, what was judged in which round, and the cut scores that came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class StandardPanel(SQLModel, table=True):
    """A panel: a unit, a pinned bank, a method, and the pages that its judges go through."""

    __tablename__ = "standard_panel"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    unit: str = Field(max_length=60)
    bank_id: UUID = Field(foreign_key="bank.id")
    #: angoff, bookmark
    method: str = Field(max_length=20)
    #: draft, round_open, round_closed, accepted, abandoned
    state: str = Field(max_length=20, index=True)
    #: The just competent candidate in words, in Thai and in English.
    description_th: str
    description_en: str = ""
    rounds: int
    #: The round that is open or was closed last; 0 before the first.
    round: int = 0
    #: In the judges' order: item version, code, criterion, highest score, and for a booklet the score and its ability.
    pages: list[Any] = Field(sa_type=Document)
    #: Items of the bank that the pages were drawn from; more than there are pages' items where it is a sample.
    items_in_bank: int
    shows_key: bool = True
    asks_limits: bool = False
    response_probability: float
    created_by: str = Field(max_length=200)
    created_by_id: UUID | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    #: Why a panel was abandoned.
    reason: str = ""


class PanelJudge(SQLModel, table=True):
    """A judge of a panel, and the page that this judge opened last."""

    __tablename__ = "panel_judge"

    panel_id: UUID = Field(foreign_key="standard_panel.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    looking_at: int | None = None
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PanelRound(SQLModel, table=True):
    """A round of a panel; once it is closed its results stand."""

    __tablename__ = "panel_round"

    panel_id: UUID = Field(foreign_key="standard_panel.id", primary_key=True)
    number: int = Field(primary_key=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Why it was closed although judgements were missing.
    reason: str = ""
    results: dict[str, Any] | None = Field(default=None, sa_type=Document)


class PanelJudgement(SQLModel, table=True):
    """What a judge expects of a just competent candidate on one item, as a share of the item's points."""

    __tablename__ = "panel_judgement"
    __table_args__ = (
        ForeignKeyConstraint(["panel_id", "round"], ["panel_round.panel_id", "panel_round.number"]),
        ForeignKeyConstraint(["panel_id", "person_id"], ["panel_judge.panel_id", "panel_judge.person_id"]),
    )

    panel_id: UUID = Field(primary_key=True)
    round: int = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    item_version_id: UUID = Field(foreign_key="item_version.id", primary_key=True)
    share: float
    judged_at: datetime = Field(sa_type=UtcDateTime)


class PanelBallot(SQLModel, table=True):
    """What a judge says of a panel's items as a whole: the bookmark, and the limits of Hofstee's compromise."""

    __tablename__ = "panel_ballot"
    __table_args__ = (
        ForeignKeyConstraint(["panel_id", "round"], ["panel_round.panel_id", "panel_round.number"]),
        ForeignKeyConstraint(["panel_id", "person_id"], ["panel_judge.panel_id", "panel_judge.person_id"]),
    )

    panel_id: UUID = Field(primary_key=True)
    round: int = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    #: The first page, from 1, that a just competent candidate does not master.
    bookmark: int | None = None
    #: Lowest and highest cut, lowest and highest share failing, as shares.
    limits: list[float] | None = Field(default=None, sa_type=Document)
    judged_at: datetime = Field(sa_type=UtcDateTime)


class UnitCut(SQLModel, table=True):
    """A cut score of a unit on the scale of a bank: what a panel set, who accepted it, and who took it over."""

    __tablename__ = "unit_cut"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    unit: str = Field(max_length=60, index=True)
    bank_id: UUID = Field(foreign_key="bank.id")
    panel_id: UUID = Field(foreign_key="standard_panel.id", unique=True)
    round: int
    method: str = Field(max_length=20)
    theta: float
    standard_error: float
    judges: int
    accepted_by: str = Field(max_length=200)
    accepted_by_id: UUID | None = None
    accepted_at: datetime = Field(sa_type=UtcDateTime)
    #: From then on new exams of the unit propose it; the one taken over last counts.
    adopted_by: str | None = Field(default=None, max_length=200)
    adopted_by_id: UUID | None = None
    adopted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
