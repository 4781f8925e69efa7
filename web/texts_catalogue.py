"""Texts of the pages in Thai and English, side by side in ``web/texts/*.toml``, and dates as each language has them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

LANGUAGES = ("th", "en")
DEFAULT_LANGUAGE = "th"

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


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Read every text: ``area.key`` to language to text, where the area is the file's name.

    Raises:
        ValueError: A text lacks a language; the message names it.
    """
    found: dict[str, Mapping[str, str]] = {}
    for file in files("web").joinpath("texts").iterdir():
        if not file.name.endswith(".toml"):
            continue
        area = file.name.removesuffix(".toml")
        for key, texts in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if set(texts) != set(LANGUAGES):
                msg = f"{file.name}: {key} needs exactly the languages {', '.join(LANGUAGES)}"
                raise ValueError(msg)
            found[f"{area}.{key}"] = texts
    return found


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts in one language, for one time zone; call it with a key."""

    language: str
    zone: ZoneInfo

    def __call__(self, key: str, **values: Any) -> str:
        """Give a text with its values filled in.

        Raises:
            KeyError: There is no such text; pages are tested for that.
        """
        text = catalogue()[key][self.language]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        return key in catalogue()

    def date(self, moment: datetime | date | None) -> str:
        """Write a date: ``22 พฤศจิกายน พ.ศ. 2569`` or ``22 November 2026``."""
        if moment is None:
            return "–"
        day = moment.astimezone(self.zone).date() if isinstance(moment, datetime) else moment
        month = _MONTHS[self.language][day.month - 1]
        if self.language == "th":
            return f"{day.day} {month} พ.ศ. {day.year + _BUDDHIST_ERA}"
        return f"{day.day} {month} {day.year}"

    def moment(self, moment: datetime | None) -> str:
        """Write a date with its time: ``22 พฤศจิกายน พ.ศ. 2569 เวลา 09.30 น.`` or ``22 November 2026, 09:30``."""
        if moment is None:
            return "–"
        local = moment.astimezone(self.zone)
        if self.language == "th":
            return f"{self.date(moment)} เวลา {local:%H.%M} น."
        return f"{self.date(moment)}, {local:%H:%M}"

    def local_input(self, moment: datetime | None) -> str:
        """Write a moment as the value of an ``<input type="datetime-local">``."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if moment else ""

    def number(self, value: float | None, digits: int = 2) -> str:
        """Write a number with a fixed count of digits and a true minus sign."""
        if value is None:
            return "–"
        return f"{value:.{digits}f}".replace("-", "−")

    def percent(self, value: float | None, digits: int = 0) -> str:
        """Write a proportion as per cent; never 0 % or 100 % for what is not exactly that."""
        if value is None:
            return "–"
        shown = 100 * value
        step = 10.0**-digits
        if 0 < value < 1:
            if shown < step / 2:
                return f"<{step:.{digits}f} %".replace(" %", "%")
            if shown > 100 - step / 2:
                return f">{100 - step:.{digits}f}%"
        return f"{shown:.{digits}f}%"
