"""Made-up groups of the simulated candidates, so that comparing groups can be tried without anybody's data."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlmodel import Session, col, select

from engine.randomness import generator
from itembank.actor import COMMAND_LINE
from itembank.group_data.bases import record_basis
from itembank.group_data.legal_grounds import LegalGround, legal_day
from itembank.group_data.variables import Category, create_variable
from itembank.tables import GroupMembership, Person

_CATEGORIES = (Category("A", "กลุ่มจำลอง ก", "Made-up group A"), Category("B", "กลุ่มจำลอง ข", "Made-up group B"))
_DAYS = 365
_SEED = 25651127


def add_simulated_groups(session: Session, *, now: datetime) -> None:
    """Sort the simulated candidates into two made-up groups by lot; nothing else tells the groups apart.

    Whatever a study of them finds is chance.
    """
    variable = create_variable(
        session,
        actor=COMMAND_LINE,
        name_th="กลุ่มจำลองเพื่อสาธิต (ไม่ใช่ข้อมูลบุคคล)",
        name_en="Made-up group for the demo (no personal data)",
        categories=_CATEGORIES,
        simulated=True,
        now=now,
    )
    record_basis(
        session,
        actor=COMMAND_LINE,
        variable_id=variable.id,
        ground=LegalGround.RESEARCH_STATISTICS,
        reference="ข้อมูลจำลอง ไม่มีเจ้าของข้อมูล (simulated, no data subjects)",
        purpose="สาธิตการตรวจความเป็นธรรมของข้อสอบ (demonstration)",
        valid_from=legal_day(now),
        valid_until=legal_day(now + timedelta(days=_DAYS)),
        now=now,
    )
    people = session.exec(select(Person.id).where(col(Person.simulated).is_(True)).order_by(Person.username)).all()
    lots = generator(_SEED, 0, "demo groups").permutation(len(people))
    rows = [
        {"variable_id": variable.id, "person_id": person, "category": _CATEGORIES[int(lot) % 2].code}
        for person, lot in zip(people, lots, strict=True)
    ]
    if rows:
        session.connection().execute(insert(GroupMembership), rows)
