"""What the rules read of an item: a version's content, or a draft that is still being typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from itembank.authoring.content import NumericKey, Option, Prompt


class Wording(Protocol):
    """The texts of an item; type and cognitive level by their names."""

    @property
    def type(self) -> str:
        """Name of the type."""
        ...

    @property
    def cognitive_level(self) -> str:
        """Name of the cognitive level."""
        ...

    @property
    def language(self) -> str:
        """``th`` or ``en``."""
        ...

    @property
    def stem(self) -> str:
        """The question."""
        ...

    @property
    def stimulus(self) -> str:
        """The text that it shares with others, or nothing."""
        ...

    @property
    def options(self) -> Sequence[Option]:
        """The options in their order."""
        ...

    @property
    def prompts(self) -> Sequence[Prompt]:
        """Lines to match, or gaps."""
        ...

    @property
    def number(self) -> NumericKey | None:
        """The right number of a numeric item."""
        ...

    @property
    def rationale(self) -> str:
        """Why the answer is right, where no option says so."""
        ...
