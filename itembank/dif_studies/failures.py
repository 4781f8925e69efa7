"""Why a study gave no result: a code for programs and for the site's own words, and what the machine said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_SEPARATOR = ": "


class FailureKind(StrEnum):
    """What went wrong."""

    #: The lawful basis ended before the study did.
    NO_LAWFUL_BASIS = "no_lawful_basis"
    #: Fewer people than are needed are left in a group.
    GROUP_TOO_SMALL = "group_too_small"
    #: So many items differ that none are left to match people on.
    NO_ANCHORS = "no_anchors"
    #: No item that was answered has parameters in the bank.
    NO_PARAMETERS = "no_parameters"
    #: The server went down again and again while it computed.
    SERVER_LOST = "server_lost"
    #: Another refusal of the computation; the detail is its code.
    REFUSED = "refused"
    #: Something that nobody foresaw; the detail is the kind of error, and the server's log has the rest.
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a study failed: the kind, and what the machine said in its own words, unless that might count people."""

    kind: FailureKind
    detail: str

    def to_record(self) -> str:
        """Return the failure as one line."""
        return f"{self.kind}{_SEPARATOR}{self.detail}"

    @classmethod
    def of_refusal(cls, code: str, sentence: str) -> Failure:
        """Name what a computation refused, without a sentence that might tell how few people there are."""
        if code not in set(FailureKind):
            return cls(FailureKind.REFUSED, code)
        kind = FailureKind(code)
        return cls(kind, "" if kind is FailureKind.GROUP_TOO_SMALL else sentence)

    @classmethod
    def from_record(cls, line: str) -> Failure | None:
        """Return the failure that `to_record` wrote, None for an empty line."""
        kind, _separator, detail = line.partition(_SEPARATOR)
        return cls(FailureKind(kind), "" if kind == FailureKind.GROUP_TOO_SMALL else detail) if line else None
