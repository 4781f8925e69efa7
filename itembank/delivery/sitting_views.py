"""Where a sitting stands, as its candidate may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.sittings.sitting import SittingState, pending_item_id
from itembank.authoring.content import ItemContent
from itembank.authoring.item_types.constructed_response import LONGEST_RESPONSE
from itembank.authoring.shown_item import ShownItem, shown_item
from itembank.delivery.records import SittingRecord
from itembank.delivery.shown_length import shown_length


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as its candidate may see it, in the language it was written in and in those it is translated into."""

    position: int
    item: ShownItem
    translations: tuple[ShownItem, ...] = ()

    def for_reader(self, language: str) -> ShownItem:
        """Give the question in a language, or as it was written where there is no such translation."""
        return next((shown for shown in self.translations if shown.language == language), self.item)


@dataclass(frozen=True, slots=True)
class TaskView(QuestionView):
    """A task to answer in words, counted from 1 apart from the questions, with what is written of its answer."""

    count: int = 0
    draft: str = ""
    draft_saved_at: datetime | None = None
    longest: int = LONGEST_RESPONSE


@dataclass(frozen=True, slots=True)
class SittingView:
    """Where a sitting stands for its candidate; its lengths count questions that are tried out, too."""

    id: UUID
    exam_id: UUID
    title: str
    unit: str
    finished: bool
    finish_reason: str | None
    answered: int
    minimum_length: int
    maximum_length: int
    question: QuestionView | None
    started_at: datetime
    deadline: datetime | None
    remaining_seconds: int | None
    #: Position of the answer that this request made or found recorded; None where there was none or it came too late.
    saved_position: int | None = None
    #: The task to answer in words, once the questions are over.
    task: TaskView | None = None
    #: How many tasks the exam asks for.
    tasks: int = 0
    tasks_answered: int = 0


def view_of(
    loaded: SittingRecord, state: SittingState, now: datetime, *, saved_position: int | None = None
) -> SittingView:
    """Show a sitting to its candidate.

    Args:
        loaded: The sitting.
        state: Its state.
        now: When.
        saved_position: Position of the answer that this request made or found recorded.
    """
    remaining = None
    if loaded.deadline is not None:
        remaining = max(0, int((loaded.deadline - now).total_seconds()))
    length = shown_length(loaded.prepared.design, pretest_pool_size=loaded.prepared.pretest_items)
    over = loaded.is_over(state, now)
    return SittingView(
        id=loaded.sitting.id,
        exam_id=loaded.sitting.exam_id,
        title=loaded.exam.title,
        unit=loaded.sitting.unit,
        finished=over,
        finish_reason=state.finish_reason if over else None,
        answered=len(loaded.answers),
        minimum_length=length.minimum,
        maximum_length=length.maximum,
        question=_question(loaded, state),
        started_at=loaded.sitting.started_at,
        deadline=loaded.deadline,
        remaining_seconds=remaining,
        saved_position=saved_position,
        task=None if over else _task(loaded),
        tasks=loaded.prepared.design.written_tasks,
        tasks_answered=0 if loaded.tasks is None else len(loaded.tasks.answers),
    )


def _question(loaded: SittingRecord, state: SittingState) -> QuestionView | None:
    pending = pending_item_id(loaded.prepared, state)
    if state.finished or pending is None:
        return None
    content = loaded.unit_pool.contents[loaded.unit_pool.index_of_item[pending]]
    item, translations = _shown(content)
    return QuestionView(position=len(loaded.answers) + 1, item=item, translations=translations)


def _task(loaded: SittingRecord) -> TaskView | None:
    record = loaded.tasks
    pending = record.pending if record is not None else None
    if record is None or pending is None:
        return None
    item, translations = _shown(record.tasks.content(pending.item_version_id))
    draft = record.drafts.get(pending.position)
    return TaskView(
        position=pending.position,
        item=item,
        translations=translations,
        count=len(record.asked),
        draft="" if draft is None else draft.text,
        draft_saved_at=None if draft is None else draft.saved_at,
    )


def _shown(content: ItemContent) -> tuple[ShownItem, tuple[ShownItem, ...]]:
    kind = content.type.value
    return shown_item(content, kind), tuple(
        shown_item(content, kind, language=one.language) for one in content.translations
    )
