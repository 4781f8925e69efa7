"""What was entered in the administrator's forms: texts to moments and numbers, and refusals to texts beside fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from itembank.errors import InvalidInput, SamatError
from web.error_pages import error_text
from web.texts_catalogue import Texts


def read_moment(entered: str, *, field: str, zone: str) -> datetime | None:
    """Read the value of an ``<input type="datetime-local">``, which is meant in the installation's time zone.

    Raises:
        InvalidInput: It is no moment.
    """
    if not entered.strip():
        return None
    try:
        moment = datetime.fromisoformat(entered.strip())
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, OverflowError):
        raise InvalidInput(field=field, expected="a date with a time, such as 2026-11-22T09:00") from None


def read_whole(entered: str, *, field: str) -> int:
    """Read a whole number.

    Raises:
        InvalidInput: It is none.
    """
    try:
        return int(entered.strip())
    except ValueError:
        raise InvalidInput(field=field, expected="a whole number") from None


def read_number(entered: str, *, field: str) -> float:
    """Read a number; a decimal comma and a true minus sign are understood.

    Raises:
        InvalidInput: It is none.
    """
    try:
        return float(entered.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        raise InvalidInput(field=field, expected="a number") from None


def field_errors(error: SamatError, t: Texts, *, otherwise: str) -> Mapping[str, str]:
    """Put a refusal beside its field.

    Args:
        error: What a use case or a reader refused.
        t: The reader's language.
        otherwise: The field for a refusal that names none.

    Returns:
        The sentence by the name of its field.
    """
    if not isinstance(error, InvalidInput):
        return {otherwise: error_text(error, t)}
    field = str(error.details["field"])
    key = f"administration.error_{field}"
    return {field: t(key) if t.has(key) else error_text(error, t)}
