"""Why a simulation gave no result: a code for programs and for the site's own words, and what the machine said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_SEPARATOR = ": "


class FailureKind(StrEnum):
    """What went wrong."""

    #: The engine does not compute this design; the detail is its sentence.
    REFUSED = "refused"
    #: The process that computed ended without a word; the detail is its exit code.
    PROCESS_ENDED = "process_ended"
    #: Something that nobody foresaw; the detail is the kind of error, and the server's log has the rest.
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed: the kind, and what the machine said in its own words."""

    kind: FailureKind
    detail: str

    def to_record(self) -> str:
        """Return the failure as one line."""
        return f"{self.kind}{_SEPARATOR}{self.detail}"

    @classmethod
    def from_record(cls, line: str) -> Failure | None:
        """Return the failure that `to_record` wrote, None for an empty line.

        A line without a kind, written before there were kinds, is all detail.
        """
        kind, separator, detail = line.partition(_SEPARATOR)
        if separator and kind in set(FailureKind):
            return cls(FailureKind(kind), detail)
        return cls(FailureKind.UNEXPECTED, line) if line else None
