"""What a writer has entered so far: an item that need not be complete, and what it still lacks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor, Role
from itembank.authoring.admission import check_admission, check_criterion, marked_text_problems
from itembank.authoring.content import (
    CognitiveLevel,
    ItemContent,
    ItemType,
    NumericKey,
    Option,
    Prompt,
    RubricAspect,
    Translation,
    find_problems,
)
from itembank.authoring.criteria import framework_of
from itembank.authoring.testlets import MateInTestlet, mates_in_testlet
from itembank.errors import InvalidInput
from itembank.tables import Item


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """The fields of an item as they were entered, unchecked."""

    criterion: str = ""
    type: str = ItemType.SINGLE_CHOICE.value
    cognitive_level: str = CognitiveLevel.UNDERSTAND.value
    difficulty_rating: str = "3"
    language: str = "th"
    stem: str = ""
    options: tuple[Option, ...] = ()
    source: str = ""
    testlet: str = ""
    stimulus: str = ""
    partial_credit: bool = False
    prompts: tuple[Prompt, ...] = ()
    number: NumericKey | None = None
    accepted: tuple[str, ...] = ()
    rubric: tuple[RubricAspect, ...] = ()
    rationale: str = ""
    translations: tuple[Translation, ...] = ()

    def problems(self) -> tuple[InvalidInput, ...]:
        """List everything that keeps the draft from being an item's content."""
        unknown = []
        if self.type not in set(ItemType):
            unknown.append(InvalidInput(field="type", expected=f"one of {', '.join(ItemType)}", reason="type_unknown"))
        if self.cognitive_level not in set(CognitiveLevel):
            expected = f"one of {', '.join(CognitiveLevel)}"
            unknown.append(InvalidInput(field="cognitive_level", expected=expected, reason="level_unknown"))
        kind = ItemType(self.type) if self.type in set(ItemType) else ItemType.SINGLE_CHOICE
        found = find_problems(self, kind=kind, difficulty_rating=self._rating)
        return (*unknown, *found)

    def content(self) -> ItemContent:
        """Give the draft as an item's content.

        Raises:
            InvalidInput: It is not complete; names the field and what was expected.
        """
        for problem in self.problems():
            raise problem
        return ItemContent(
            criterion=self.criterion,
            type=ItemType(self.type),
            cognitive_level=CognitiveLevel(self.cognitive_level),
            difficulty_rating=self._rating,
            language=self.language,
            stem=self.stem,
            options=self.options,
            source=self.source,
            testlet=self.testlet,
            stimulus=self.stimulus,
            partial_credit=self.partial_credit,
            prompts=self.prompts,
            number=self.number,
            accepted=self.accepted,
            rubric=self.rubric,
            rationale=self.rationale,
            translations=self.translations,
        )

    @classmethod
    def of(cls, content: ItemContent) -> ItemDraft:
        """Begin an edit with what a version says."""
        return cls(
            criterion=content.criterion,
            type=content.type.value,
            cognitive_level=content.cognitive_level.value,
            difficulty_rating=str(content.difficulty_rating),
            language=content.language,
            stem=content.stem,
            options=content.options,
            source=content.source,
            testlet=content.testlet,
            stimulus=content.stimulus,
            partial_credit=content.partial_credit,
            prompts=content.prompts,
            number=content.number,
            accepted=content.accepted,
            rubric=content.rubric,
            rationale=content.rationale,
            translations=content.translations,
        )

    @property
    def _rating(self) -> int:
        # Anything but a digit becomes a rating that does not exist, which is then named as a problem.
        return int(self.difficulty_rating) if self.difficulty_rating in set("12345") else 0


def draft_problems(
    session: Session, *, actor: Actor, draft: ItemDraft, item_id: UUID | None = None
) -> tuple[InvalidInput, ...]:
    """List everything that keeps a draft from being saved, its criterion included.

    Args:
        session: The transaction.
        actor: An item writer.
        draft: What was entered.
        item_id: The item that is edited; None for a new one.

    Raises:
        NotAllowed: The actor is not an item writer.
        NotFound: There is no such item, or no standard is stored yet.
    """
    actor.require(Role.ITEM_WRITER)
    problems = (*draft.problems(), *marked_text_problems(session, draft))
    framework = framework_of(session, item_id=item_id)
    item = session.get(Item, item_id) if item_id else None
    try:
        if not problems:
            check_admission(session, framework=framework, content=draft.content(), item=item)
        elif draft.criterion:
            check_criterion(framework, draft.criterion)
    except InvalidInput as problem:
        return (problem, *problems)
    return problems


def mates_with_another_text(
    session: Session, *, actor: Actor, testlet: str, stimulus: str, item_id: UUID | None = None
) -> tuple[MateInTestlet, ...]:
    """List the other items of a testlet that show a text other than this one; a bank is only published without any.

    Saving is not refused for that: a shared text is changed item by item.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        testlet: Code of the testlet; an empty one has no items.
        stimulus: The text that the item at hand shows.
        item_id: The item at hand; None for a new one.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    mates = mates_in_testlet(session, actor=actor, testlet=testlet, item_id=item_id)
    return tuple(mate for mate in mates if mate.stimulus != stimulus)
