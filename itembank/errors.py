"""Everything that can go wrong in a use case, as errors with a code and no HTTP.

A face turns the code into a status and a sentence in the reader's language; ``str(error)`` is the English sentence for
logs and the command line. A test asserts that every class here is mapped by both faces.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, ClassVar


class ErrorKind(Enum):
    """What sort of refusal an error is; a face maps each sort to what its protocol has for it."""

    NOT_SIGNED_IN = auto()
    NOT_ALLOWED = auto()
    NOT_FOUND = auto()
    CONFLICT = auto()
    INVALID = auto()
    TOO_MANY = auto()
    BROKEN = auto()


class SamatError(Exception):
    """A refusal that names what was wrong.

    Args:
        **details: The values that the sentence needs, by name.
    """

    code: ClassVar[str] = "error"
    kind: ClassVar[ErrorKind] = ErrorKind.INVALID
    sentence: ClassVar[str] = "The request was refused."

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.sentence.format(**details))


class InvalidSettings(SamatError):
    """An environment variable has a value it cannot have."""

    code = "invalid_settings"
    kind = ErrorKind.BROKEN
    sentence = "{variable}: {expected}"


class NotSignedIn(SamatError):
    """The request needs a signed-in person."""

    code = "not_signed_in"
    kind = ErrorKind.NOT_SIGNED_IN
    sentence = "Sign in first."


class WrongCredentials(SamatError):
    """User name and password do not match; which of the two is not said."""

    code = "wrong_credentials"
    kind = ErrorKind.NOT_SIGNED_IN
    sentence = "The user name or the password is wrong."


class TooManyAttempts(SamatError):
    """Too many failed sign-ins."""

    code = "too_many_attempts"
    kind = ErrorKind.TOO_MANY
    sentence = "Too many failed sign-ins. Try again in {minutes} minutes."


class NotAllowed(SamatError):
    """The person's roles do not include one that may do this."""

    code = "not_allowed"
    kind = ErrorKind.NOT_ALLOWED
    sentence = "This needs the role {needed}."


class OwnWork(SamatError):
    """Nobody approves what he wrote."""

    code = "own_work"
    kind = ErrorKind.NOT_ALLOWED
    sentence = "Somebody other than the item's writer has to approve it."


class AlreadyVoted(SamatError):
    """Nobody votes twice on what waits for review."""

    code = "already_voted"
    kind = ErrorKind.CONFLICT
    sentence = "You have already voted on version {current}."


class SecondPersonNeeded(SamatError):
    """Nobody publishes what he approved."""

    code = "second_person_needed"
    kind = ErrorKind.NOT_ALLOWED
    sentence = "{name} approved this calibration; another psychometrician has to publish it."


class OwnProposal(SamatError):
    """Nobody approves what he proposed."""

    code = "own_proposal"
    kind = ErrorKind.NOT_ALLOWED
    sentence = "{name} proposed to neutralise this question; somebody else has to approve it."


class NotFound(SamatError):
    """The thing named does not exist, or is not this person's to see."""

    code = "not_found"
    kind = ErrorKind.NOT_FOUND
    sentence = "There is no {what} {name}."


class InvalidInput(SamatError):
    """A field's value can't be taken."""

    code = "invalid_input"
    sentence = "{field}: {expected}"


class AlreadyExists(SamatError):
    """A name that has to be unique is taken."""

    code = "already_exists"
    kind = ErrorKind.CONFLICT
    sentence = "There is already a {what} {name}."


class IllegalMove(SamatError):
    """The thing is not in a state from which this can be done."""

    code = "illegal_move"
    kind = ErrorKind.CONFLICT
    sentence = "{what} is {state}; {move} is not possible now."


class EditConflict(SamatError):
    """Somebody else saved a newer version in the meantime."""

    code = "edit_conflict"
    kind = ErrorKind.CONFLICT
    sentence = "Version {current} was saved in the meantime; this edit started from version {started_from}."


class BankTooSmall(SamatError):
    """The published bank can't fill the blueprint."""

    code = "bank_too_small"
    kind = ErrorKind.CONFLICT
    sentence = "The bank cannot fill this exam: {reason}"


class NothingToPublish(SamatError):
    """A bank would be published that holds no item."""

    code = "nothing_to_publish"
    kind = ErrorKind.CONFLICT
    sentence = "No operational item could be published."


class TornTestlet(SamatError):
    """A bank would be published in which items of one testlet do not belong together."""

    code = "torn_testlet"
    kind = ErrorKind.CONFLICT
    sentence = "Testlet {name} can't be published: the shared texts or the units of {items} differ."


class ExamNotOpen(SamatError):
    """The exam's opening times do not include this moment, or the candidate is not enrolled in time."""

    code = "exam_not_open"
    kind = ErrorKind.CONFLICT
    sentence = "The exam {title} is not open now."


class AnswerConflict(SamatError):
    """A different answer to this position is already recorded; recorded answers are final."""

    code = "answer_conflict"
    kind = ErrorKind.CONFLICT
    sentence = "Question {position} is already answered, and recorded answers are final."


class PositionOutOfOrder(SamatError):
    """An answer to a position that has not been asked."""

    code = "position_out_of_order"
    kind = ErrorKind.CONFLICT
    sentence = "Question {position} has not been asked; the current one is {current}."


class SittingFinished(SamatError):
    """The sitting is over and takes no more answers."""

    code = "sitting_finished"
    kind = ErrorKind.CONFLICT
    sentence = "This sitting has ended."


class ResultWaits(SamatError):
    """A result can't be told before its tasks are marked."""

    code = "result_waits"
    kind = ErrorKind.CONFLICT
    sentence = "The result waits for marking: {marked} of {asked} written tasks are marked."


class AlreadyMarked(SamatError):
    """An answer needs no further mark, or none of this person."""

    code = "already_marked"
    kind = ErrorKind.CONFLICT
    sentence = "This answer needs no mark of yours, or none any more."


class MarkingMovedOn(SamatError):
    """A mark was given for another purpose than it would serve now: blindly, where two others wait to be settled."""

    code = "marking_moved_on"
    kind = ErrorKind.CONFLICT
    sentence = "Others have marked this answer since you opened it. Look at it again before you mark it."


class OwnResponse(SamatError):
    """Nobody marks what he wrote himself."""

    code = "own_response"
    kind = ErrorKind.NOT_ALLOWED
    sentence = "Nobody marks an answer of his own."


class NotEnoughAnswers(SamatError):
    """There are too few recorded answers to calibrate."""

    code = "not_enough_answers"
    kind = ErrorKind.CONFLICT
    sentence = "There are not enough recorded answers to calibrate: {reason}"


class TooFewForGuessing(SamatError):
    """No item has answers enough to tell guessing from ability."""

    code = "too_few_for_guessing"
    kind = ErrorKind.CONFLICT
    sentence = "The 3PL needs {needed} answers to an item; {item} has the most, {answers}."


class TooFewFixedItems(SamatError):
    """Too few items have calibrated parameters to set the scale of those that are tried out."""

    code = "too_few_fixed_items"
    kind = ErrorKind.CONFLICT
    sentence = "{needed} calibrated operational items are needed to set the scale; the bank has {found}."


class NotSeveralGroups(SamatError):
    """Sittings that were to fall into groups are all of one."""

    code = "not_several_groups"
    kind = ErrorKind.CONFLICT
    sentence = "All sittings belong to one group: {group}."


class TooFewJudges(SamatError):
    """A panel has too few judges to tell how far judges differ."""

    code = "too_few_judges"
    kind = ErrorKind.CONFLICT
    sentence = "{judges} judges; at least {fewest} are needed to tell how far judges differ."


class JudgementsMissing(SamatError):
    """Judges have not judged everything in a round that is to be closed."""

    code = "judgements_missing"
    kind = ErrorKind.CONFLICT
    sentence = "Judgements are missing: {missing}. The round can be closed all the same with a reason."


class UnusableCut(SamatError):
    """What a round came to is no cut score that an exam can use."""

    code = "unusable_cut"
    kind = ErrorKind.CONFLICT
    sentence = "The round came to no cut score that an exam can use: {reason}"


class OwnCut(SamatError):
    """Nobody takes over a cut score that he accepted."""

    code = "own_cut"
    kind = ErrorKind.NOT_ALLOWED
    sentence = "{name} accepted this cut score; somebody else has to take it over into exams."


class JudgeOfPanel(SamatError):
    """No judge of a panel decides what comes of it."""

    code = "judge_of_panel"
    kind = ErrorKind.NOT_ALLOWED
    sentence = "{name} is a judge of this panel; somebody else has to accept its cut score and to take it over."


class NoLawfulBasis(SamatError):
    """No lawful basis in force allows the use of a variable's group data."""

    code = "no_lawful_basis"
    kind = ErrorKind.CONFLICT
    sentence = "No lawful basis is in force for {title}: its data may be neither loaded nor compared."


class TooFewInGroup(SamatError):
    """A group is too small to be compared: neither would a verdict be sound, nor its people safe from being told."""

    code = "too_few_in_group"
    kind = ErrorKind.CONFLICT
    sentence = "Fewer than {needed} people of the group {name} have answered questions of this unit."


class ItemNotInForce(SamatError):
    """Something is decided about an item version that no exam uses."""

    code = "item_not_in_force"
    kind = ErrorKind.CONFLICT
    sentence = "Version {current} of item {item} is not in the bank in force, so there is nothing to decide about it."


class ExamsLeftShort(SamatError):
    """Without an item, exams that are open or to come could not be put together."""

    code = "exams_left_short"
    kind = ErrorKind.CONFLICT
    sentence = "Without item {item} these exams could not be put together: {title}. Confirm to go on all the same."


class UnreadableFile(SamatError):
    """A file to import can't be read as what it should be."""

    code = "unreadable_file"
    sentence = "{file}: {expected}"


def error_classes() -> tuple[type[SamatError], ...]:
    """List every error class, so that faces can be checked for completeness."""
    found: list[type[SamatError]] = []
    queue = list(SamatError.__subclasses__())
    while queue:
        cls = queue.pop()
        found.append(cls)
        queue.extend(cls.__subclasses__())
    return tuple(sorted(found, key=lambda cls: cls.code))
