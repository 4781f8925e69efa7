"""The tables. Importing this package registers all of them with SQLModel's metadata."""

from itembank.tables.audit import AuditEntry
from itembank.tables.banks import Bank, BankInForce, BankItem
from itembank.tables.calibration import CalibrationRun
from itembank.tables.exams import Enrolment, Exam
from itembank.tables.items import EnemyPair, Item, ItemMove, ItemVersion
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
from itembank.tables.standards import Standard

__all__ = [
    "AskedItem",
    "AuditEntry",
    "Bank",
    "BankInForce",
    "BankItem",
    "CalibrationRun",
    "EnemyPair",
    "Enrolment",
    "Exam",
    "FailedSignIn",
    "Item",
    "ItemExposure",
    "ItemExposureInBin",
    "ItemMove",
    "ItemVersion",
    "Person",
    "RecordedAnswer",
    "RecordedOutcome",
    "RoleAssignment",
    "SignInSession",
    "SimulationRun",
    "Sitting",
    "Standard",
]
