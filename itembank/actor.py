"""Who does something: the person behind a request, and the roles that decide what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from itembank.errors import NotAllowed


class Role(StrEnum):
    """The seven roles of a person; one person may hold several."""

    CANDIDATE = "candidate"
    ITEM_WRITER = "item_writer"
    REVIEWER = "reviewer"
    PSYCHOMETRICIAN = "psychometrician"
    ADMINISTRATOR = "administrator"
    JUDGE = "judge"
    MARKER = "marker"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or the command line) on whose behalf a use case runs."""

    person_id: UUID | None
    username: str
    display_name: str
    roles: frozenset[Role]
    simulated: bool = False

    def has(self, *roles: Role) -> bool:
        """Tell whether the actor holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)

    def require(self, *roles: Role) -> None:
        """Refuse unless the actor holds at least one of the roles.

        Raises:
            NotAllowed: None of the roles is held.
        """
        if not self.has(*roles):
            raise NotAllowed(needed=" / ".join(role.value for role in roles))


#: The command line acts with every role but the candidate's: whoever reaches the database can do all of it anyway.
COMMAND_LINE = Actor(
    person_id=None,
    username="command-line",
    # Shown on pages of either language: the name of the command, not a word of one of them.
    display_name="samat",
    roles=frozenset(Role) - {Role.CANDIDATE},
)
