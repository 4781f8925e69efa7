"""Sittings now, and the replay of one."""

from __future__ import annotations

import re
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from engine.explanations.explanation_words import RULES
from itembank.authoring.content import Answer
from itembank.delivery.replay import replay_sitting
from itembank.delivery.sittings_now import sitting_line, sittings_now
from itembank.delivery.told_replay import told_replay
from web.page import Now, SignedInPage, Transaction, actor_of
from web.pages.answer_words import answer_words
from web.pages.replay_chart import posterior_chart, posterior_key
from web.texts_catalogue import Texts

router = APIRouter(prefix="/sittings")

_DIFFERENCE = re.compile(r"(?P<what>[^:]+): recorded (?P<recorded>.*), recomputed (?P<recomputed>.*)", re.DOTALL)


@router.get("")
def sittings_page(
    page: SignedInPage, session: Transaction, now: Now, simulated: str = "", refresh: str = ""
) -> Response:
    """Show who sits what and how far; the block renews itself every few seconds unless it was stopped."""
    found = sittings_now(session, actor=actor_of(page), now=now, include_simulated=bool(simulated))
    return page.render(
        "administration/sittings.html",
        block="sittings",
        found=found,
        simulated=bool(simulated),
        renewing=refresh != "off",
        zone=page.settings.time_zone,
    )


@router.get("/{sitting_id}/replay")
def replay_page(page: SignedInPage, session: Transaction, now: Now, sitting_id: UUID, details: str = "") -> Response:
    """Recompute a sitting, show whatever differs from the record, and tell why each question was asked."""
    actor = actor_of(page)
    report = replay_sitting(session, actor=actor, sitting_id=sitting_id, now=now, with_posteriors=True)
    line = sitting_line(session, actor=actor, sitting_id=sitting_id, now=now)
    return page.render(
        "administration/replay.html",
        report=report,
        told=told_replay(report, language=page.t.language),
        chart=lambda step: posterior_chart(report, step, page.t),
        chart_key=posterior_key(page.t),
        rule_in_words=lambda rule: RULES[rule][page.t.language] if rule in RULES else rule,
        opened=bool(details),
        line=line,
        differing=sum(bool(step.differences) for step in report.steps)
        + sum(bool(task.differences) for task in report.tasks),
        in_words=lambda difference: difference_in_words(difference, page.t),
        answered=lambda step: answer_words(step.item_type, Answer(step.selected, step.text)),
    )


def difference_in_words(difference: str, t: Texts) -> str:
    """Say in the reader's language what differs between a record and its replay."""
    found = _DIFFERENCE.fullmatch(difference)
    if found is None:
        return t("administration.difference_no_question")
    what = found["what"]
    area = what.partition(".")[0].replace(" ", "_")
    key = f"administration.difference_{area}"
    name = t(key, path=what.partition(".")[2]) if t.has(key) else what
    return t("administration.difference", what=name, recorded=found["recorded"], recomputed=found["recomputed"])
