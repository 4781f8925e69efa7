"""What bodies have in common: sent ones refuse unknown fields, shown ones are filled from the views of use cases."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Sent(BaseModel):
    """A body that a client sends; an unknown field is refused, since a slip of the pen must not pass in silence."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """A body that a client gets: exactly these fields, whatever else the view behind it knows."""

    model_config = ConfigDict(from_attributes=True)


def example(**values: Any) -> ConfigDict:
    """Give a body its example in the documentation."""
    return ConfigDict(json_schema_extra={"examples": [values]})
