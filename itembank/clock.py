"""The clock. Use cases are told the time; the faces and commands read it here and nowhere else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from itembank.settings import load_settings


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """Give the day on which a moment falls where the institution is: seven hours make another day of some."""
    return moment.astimezone(ZoneInfo(load_settings().time_zone)).date()
