"""The grounds on which Thai law lets data about people's groups be kept and compared, and how long one lasts."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

#: The days of a document under Thai law are days in Thailand, wherever the server stands.
LEGAL_TIME = ZoneInfo("Asia/Bangkok")


class LegalGround(StrEnum):
    """Grounds of the Personal Data Protection Act B.E. 2562 (2019) that a comparison of groups can rest on."""

    #: Section 19.
    CONSENT = "consent"
    #: Section 24 (1).
    RESEARCH_STATISTICS = "research_statistics"
    #: Section 24 (4).
    PUBLIC_TASK = "public_task"
    #: Section 24 (5).
    LEGITIMATE_INTEREST = "legitimate_interest"
    #: Section 24 (6).
    LEGAL_OBLIGATION = "legal_obligation"
    #: Section 26, first paragraph.
    EXPLICIT_CONSENT = "explicit_consent"
    #: Section 26 (5) (d).
    SENSITIVE_RESEARCH = "sensitive_research"
    #: Section 26 (5) (e).
    SUBSTANTIAL_PUBLIC_INTEREST = "substantial_public_interest"


#: What section 26 allows; its kinds of data (race, belief, health, disability and others) rest on nothing else.
GROUNDS_OF_SENSITIVE_DATA = (
    LegalGround.EXPLICIT_CONSENT,
    LegalGround.SENSITIVE_RESEARCH,
    LegalGround.SUBSTANTIAL_PUBLIC_INTEREST,
)
GROUNDS_OF_OTHER_DATA = tuple(ground for ground in LegalGround if ground not in GROUNDS_OF_SENSITIVE_DATA)


def grounds_for(*, sensitive: bool) -> tuple[LegalGround, ...]:
    """List the grounds that data of a kind may rest on."""
    return GROUNDS_OF_SENSITIVE_DATA if sensitive else GROUNDS_OF_OTHER_DATA


def legal_day(moment: datetime) -> date:
    """Tell which day it is where the law applies."""
    return moment.astimezone(LEGAL_TIME).date()
