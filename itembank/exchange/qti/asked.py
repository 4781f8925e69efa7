"""What an interaction turns out to ask, and the agreement of its points with a rule of the bank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from itembank.authoring.content import ItemType, NumericKey, Prompt, RubricAspect
from itembank.errors import InvalidInput
from itembank.exchange.item_file import Loss
from itembank.exchange.qti.body_text import BodyReader
from itembank.exchange.qti.declarations import Declarations, Response
from itembank.exchange.qti.response_processing import Processing
from itembank.exchange.qti.tree import Node
from itembank.exchange.qti.values import Value


class NotAsked(Exception):
    """A question that the bank has no place for: the field at fault and what was expected."""

    def __init__(self, field_name: str, expected: str) -> None:
        self.problem = InvalidInput(field=field_name, expected=expected)
        super().__init__(str(self.problem))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question without its stem.

    ``swaps`` holds what stands in the body in the place of the interactions, by ``id`` of their nodes. ``full`` is the
    answer with all points, ``alone`` the answer that chooses one option, option by option, for finding out which
    feedback belongs to it.
    """

    kind: ItemType
    swaps: Mapping[int, Sequence[Node | str]]
    full: Mapping[str, Value | None] = field(default_factory=dict)
    alone: tuple[Mapping[str, Value | None], ...] = ()
    options: tuple[str, ...] = ()
    correct: frozenset[int] = frozenset()
    #: Feedback that stands within the options themselves.
    rationales: tuple[str, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    number: NumericKey | None = None
    accepted: tuple[str, ...] = ()
    rubric: tuple[RubricAspect, ...] = ()
    partial_credit: bool = False


@dataclass(slots=True)
class Bench:
    """What the readers of interactions work with: the texts, the variables and the processing of one item."""

    texts: BodyReader
    declarations: Declarations
    processing: Processing

    @property
    def lost(self) -> list[Loss]:
        """What is left behind so far."""
        return self.texts.lost

    def lose(self, construct: str, detail: str = "") -> None:
        """Name something that is left behind, once."""
        if Loss(construct, detail) not in self.lost:
            self.lost.append(Loss(construct, detail))

    def lose_processing(self) -> None:
        """Name that what is declared as correct counts, since nothing sets points."""
        why = "it sets no points" if self.processing.rules else "there is none"
        self.lose("responseProcessing", f"{why}; what is declared as correct counts")

    def response(self, interaction: Node, *cardinalities: str) -> Response:
        """Give the variable of an interaction.

        Raises:
            NotAsked: It is not declared, or has a cardinality that no such question has.
        """
        name = interaction.get("responseIdentifier")
        found = self.declarations.responses.get(name)
        if found is None:
            raise NotAsked("responseDeclaration", f"a declaration of {name or 'the response'}")
        if found.cardinality not in cardinalities:
            expected = f"the cardinality {' or '.join(cardinalities)} for {interaction.name}, not {found.cardinality}"
            raise NotAsked("responseDeclaration", expected)
        return found

    def points(self, responses: Mapping[str, Value | None]) -> Decimal:
        """Give the points for an answer."""
        return self.processing.points(responses)

    def agrees(self, trials: Iterable[tuple[Mapping[str, Value | None], int]], *, most: int) -> bool:
        """Find out whether parts count, by trying out answers.

        Args:
            trials: Answers with how many of their parts are right; the first one is wholly right.
            most: How many parts there are.

        Returns:
            Whether parts count one by one, as the bank counts them.

        Raises:
            NotAsked: The first answer brings no points, or not more than all others.
        """
        if not self.processing.scores:
            self.lose_processing()
            return False
        scored = [(self.points(responses), parts) for responses, parts in trials]
        return self.settled(scored, most=most)

    def settled(self, scored: Sequence[tuple[Decimal, int]], *, most: int, ties: bool = False) -> bool:
        """Find out whether parts count, from points and right parts of answers; see `agrees`."""
        (top, _), *others = scored
        if top <= 0:
            raise NotAsked("correctResponse", "points for the answer that is declared as correct; it brings none")
        if not ties and any(points >= top for points, _ in others):
            raise NotAsked("responseProcessing", "one answer with full points; others bring as many")
        whole = all(points == 0 for points, _ in others)
        # A right answer of one part has no parts to count.
        parts = not whole and most > 1 and all(points * most == top * right for points, right in others)
        if not whole and not parts:
            kinds = sorted({points for points, _ in others if points})[:5]
            listed = ", ".join(f"{points:f}" for points in kinds)
            self.lose("responseProcessing", f"points for answers that are not wholly right ({listed} of {top:f})")
        worth = most if parts else 1
        if top != worth:
            self.lose("SCORE", f"{top:f} points at most; here {worth}")
        return parts
