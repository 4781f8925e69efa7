"""The tables. Importing this package registers all of them with SQLModel's metadata."""

from itembank.tables.assignments import WritingAssignment
from itembank.tables.audit import AuditEntry
from itembank.tables.banks import Bank, BankInForce, BankItem
from itembank.tables.calibration import CalibrationRun
from itembank.tables.decisions import ItemDecision
from itembank.tables.desk import DeskDraft
from itembank.tables.exams import Enrolment, Exam
from itembank.tables.groups import DifStudyRun, GroupCategory, GroupMembership, GroupVariable, LawfulBasis
from itembank.tables.item_imports import ItemImport, ItemImportFile
from itembank.tables.item_words import AlikePair, FlawReason, ItemFlaw, ItemWords
from itembank.tables.items import EnemyPair, Item, ItemMove, ItemVersion
from itembank.tables.marking import AskedTask, BankTask, Mark, SettledMark, TaskAnswer, TaskDraft
from itembank.tables.media import Media
from itembank.tables.neutralisation import CorrectionRun, Neutralisation, OutcomeVersion
from itembank.tables.people import FailedSignIn, Person, RoleAssignment, SignInSession
from itembank.tables.reviews import ReviewComment, ReviewRequest, ReviewRules, ReviewVote
from itembank.tables.simulations import SimulationRun
from itembank.tables.sittings import (
    AskedItem,
    ItemExposure,
    ItemExposureInBin,
    RecordedAnswer,
    RecordedOutcome,
    Sitting,
)
from itembank.tables.standard_setting import (
    PanelBallot,
    PanelJudge,
    PanelJudgement,
    PanelRound,
    StandardPanel,
    UnitCut,
)
from itembank.tables.standards import Standard

__all__ = [
    "AlikePair",
    "AskedItem",
    "AskedTask",
    "AuditEntry",
    "Bank",
    "BankInForce",
    "BankItem",
    "BankTask",
    "CalibrationRun",
    "CorrectionRun",
    "DeskDraft",
    "DifStudyRun",
    "EnemyPair",
    "Enrolment",
    "Exam",
    "FailedSignIn",
    "FlawReason",
    "GroupCategory",
    "GroupMembership",
    "GroupVariable",
    "Item",
    "ItemDecision",
    "ItemExposure",
    "ItemExposureInBin",
    "ItemFlaw",
    "ItemImport",
    "ItemImportFile",
    "ItemMove",
    "ItemVersion",
    "ItemWords",
    "LawfulBasis",
    "Mark",
    "Media",
    "Neutralisation",
    "OutcomeVersion",
    "PanelBallot",
    "PanelJudge",
    "PanelJudgement",
    "PanelRound",
    "Person",
    "RecordedAnswer",
    "RecordedOutcome",
    "ReviewComment",
    "ReviewRequest",
    "ReviewRules",
    "ReviewVote",
    "RoleAssignment",
    "SettledMark",
    "SignInSession",
    "SimulationRun",
    "Sitting",
    "Standard",
    "StandardPanel",
    "TaskAnswer",
    "TaskDraft",
    "UnitCut",
    "WritingAssignment",
]
