"""The tables. Importing this package registers all of them with SQLModel's metadata."""

from itembank.tables.audit import AuditEntry
from itembank.tables.banks import Bank, BankInForce, BankItem
from itembank.tables.calibration import CalibrationRun
from itembank.tables.decisions import ItemDecision
from itembank.tables.exams import Enrolment, Exam
from itembank.tables.groups import DifStudyRun, GroupCategory, GroupMembership, GroupVariable, LawfulBasis
from itembank.tables.items import EnemyPair, Item, ItemMove, ItemVersion
from itembank.tables.neutralisation import CorrectionRun, Neutralisation, OutcomeVersion
from itembank.tables.people import FailedSignIn, Person, RoleAssignment, SignInSession
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
    "AskedItem",
    "AuditEntry",
    "Bank",
    "BankInForce",
    "BankItem",
    "CalibrationRun",
    "CorrectionRun",
    "DifStudyRun",
    "EnemyPair",
    "Enrolment",
    "Exam",
    "FailedSignIn",
    "GroupCategory",
    "GroupMembership",
    "GroupVariable",
    "Item",
    "ItemDecision",
    "ItemExposure",
    "ItemExposureInBin",
    "ItemMove",
    "ItemVersion",
    "LawfulBasis",
    "Neutralisation",
    "OutcomeVersion",
    "PanelBallot",
    "PanelJudge",
    "PanelJudgement",
    "PanelRound",
    "Person",
    "RecordedAnswer",
    "RecordedOutcome",
    "RoleAssignment",
    "SignInSession",
    "SimulationRun",
    "Sitting",
    "Standard",
    "StandardPanel",
    "UnitCut",
]
