"""What bodies have in common: sent ones refuse unknown fields, shown ones are filled from the views of use cases."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from itembank.storable_text import can_be_kept


class Sent(BaseModel):
    """A body that a client sends; an unknown field is refused, since a slip of the pen must not pass in silence."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, body: Any) -> Any:
        _refuse_unstorable(body)
        return body


class Shown(BaseModel):
    """A body that a client gets: exactly these fields, whatever else the view behind it knows."""

    model_config = ConfigDict(from_attributes=True)


def example(**values: Any) -> ConfigDict:
    """Give a body its example in the documentation."""
    return ConfigDict(json_schema_extra={"examples": [values]})


def _refuse_unstorable(value: Any) -> None:
    """Refuse text that a database can't keep: NUL characters and halves of surrogate pairs."""
    if isinstance(value, str) and not can_be_kept(value):
        msg = "text without NUL characters and unpaired surrogates"
        raise ValueError(msg)
    if isinstance(value, dict):
        for name, part in value.items():
            _refuse_unstorable(name)
            _refuse_unstorable(part)
    elif isinstance(value, list):
        for part in value:
            _refuse_unstorable(part)
