"""Numbers and moments as each language writes them, in what leaves the house as a file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from itembank.drawing.plane import number_text

LANGUAGES = ("th", "en")
_BUDDHIST_ERA = 543
_MONTHS = {
    "th": (
        "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
        "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Writing:
    """How a document is written: its language and the time zone of its moments."""

    language: str
    zone: ZoneInfo

    def number(self, value: float | None, digits: int = 2) -> str:
        """Write a number with a fixed count of digits, thousands apart, a true minus sign, a dash for none."""
        if value is None or not math.isfinite(value):
            return NOTHING
        text = number_text(value, digits=digits)
        sign = "−" if text.startswith("−") else ""
        whole, point, rest = text.lstrip("−").partition(".")
        return f"{sign}{int(whole):,}{point}{rest}"

    def count(self, value: int) -> str:
        """Write a whole number, thousands apart."""
        return self.number(float(value), 0)

    def with_error(self, value: float | None, error: float | None, digits: int = 2) -> str:
        """Write an estimate with its standard error after a plus-minus sign."""
        if error is None:
            return self.number(value, digits)
        return f"{self.number(value, digits)} ±{self.number(error, digits)}"

    def percent(self, value: float | None, digits: int = 0) -> str:
        """Write a proportion as per cent, a dash for none."""
        return NOTHING if value is None else f"{self.number(100 * value, digits)}%"

    def p_value(self, value: float | None) -> str:
        """Write a probability with three digits, never as nought."""
        if value is None:
            return NOTHING
        return "<0.001" if value < 0.001 else self.number(value, 3)

    def date(self, moment: datetime) -> str:
        """Write a date: ``22 พฤศจิกายน พ.ศ. 2569`` or ``22 November 2026``."""
        day = moment.astimezone(self.zone)
        month = _MONTHS[self.language][day.month - 1]
        if self.language == "th":
            return f"{day.day} {month} พ.ศ. {day.year + _BUDDHIST_ERA}"
        return f"{day.day} {month} {day.year}"

    def moment(self, moment: datetime | None) -> str:
        """Write a date with its time: ``… เวลา 09.30 น.`` or ``…, 09:30``; a dash for none."""
        if moment is None:
            return NOTHING
        local = moment.astimezone(self.zone)
        if self.language == "th":
            return f"{self.date(moment)} เวลา {local:%H.%M} น."
        return f"{self.date(moment)}, {local:%H:%M}"
