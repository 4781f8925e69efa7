"""A whole sitting, on plain pages, with HTMX and through the JSON API: what a candidate gets holds nobody's secrets."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from httpx2 import Response
from sqlmodel import Session, col, select

from api.routes import API_PREFIX
from itembank.actor import COMMAND_LINE
from itembank.framework.store import current_standard
from itembank.publishing.banks import bank_in_force, publish_bank
from itembank.publishing.parameters import Parameters
from itembank.tables import AskedItem, BankItem, Item, ItemVersion, Person, Sitting
from tests.support.institution import NOON, PASSWORD
from tests.support.sitting import always_right, always_wrong, pending_choice
from tests.web.conftest import Site

#: Words that a program would use for what candidates must not see.
MARKERS = (
    "correct", "rationale", "option-right", "option-wrong", "option-mark", "discrimination", "difficulty", "item_id",
    "item_code", "item_version", "theta", "posterior", "standard_error", "ineligible", "eligible", "cognitive",
)  # fmt: skip
_NUMBER = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")

#: The API's result tells how sure it is, on the scale that the verdict is about; that is the candidate's own.
OWN_OUTCOME = {"theta", "standard_error"}


@dataclass
class Seen:
    """Everything that the candidate was sent: before the result, and the result itself."""

    before: list[str] = field(default_factory=list)
    result: list[str] = field(default_factory=list)

    def note(self, response: Response) -> Response:
        assert response.status_code < 500
        assert response.headers["cache-control"] == "no-store"
        texts = self.result if "/result" in response.url.path else self.before
        texts.extend([response.text, str(response.headers)])
        return response


def on_plain_pages(site: Site, seen: Seen) -> UUID:
    return _on_pages(site, seen, htmx=False)


def with_htmx(site: Site, seen: Seen) -> UUID:
    return _on_pages(site, seen, htmx=True)


def _on_pages(site: Site, seen: Seen, *, htmx: bool) -> UUID:
    visitor = site.signed_in("candidate")
    seen.note(visitor.get("/exams"))
    seen.note(visitor.get(f"/exams/{site.institution.exam}"))
    page = seen.note(visitor.post(f"/exams/{site.institution.exam}/start"))
    sitting = UUID(page.url.path.rsplit("/", 1)[1])
    address = f"/sittings/{sitting}"
    seen.note(visitor.get(f"{address}/end"))
    seen.note(visitor.post(f"{address}/answers", {"position": "1"}, htmx=htmx))
    seen.note(visitor.post(f"{address}/answers", {"position": "9", "answer": "0"}, htmx=htmx))
    position = 1
    while not is_finished(site, sitting):
        answer = [str(place) for place in choice(site, sitting, position)]
        seen.note(visitor.post(f"{address}/answers", {"position": str(position), "answer": answer}, htmx=htmx))
        if position == 1:
            # The notice for another answer to the same question must not tell which was better.
            for other in "0123":
                seen.note(visitor.post(f"{address}/answers", {"position": "1", "answer": other}, htmx=htmx))
        position += 1
    seen.note(visitor.get(address))
    seen.note(visitor.get(f"{address}/result?lang=en"))
    seen.note(visitor.get(f"{address}/result?lang=th"))
    seen.note(visitor.get("/exams"))
    for path in ("/bank", "/measurement", "/administration/people", f"/administration/sittings/{sitting}/replay"):
        assert seen.note(visitor.get(path)).status_code == 403
    return sitting


def through_the_api(site: Site, seen: Seen) -> UUID:
    client = site.stranger().client
    token = client.post(
        f"{API_PREFIX}/sessions", json={"username": "candidate", "password": PASSWORD}
    ).json()["token"]  # fmt: skip
    headers = {"Authorization": f"Bearer {token}"}

    def get(path: str) -> Response:
        return seen.note(client.get(f"{API_PREFIX}{path}", headers=headers))

    def post(path: str, body: object = None) -> Response:
        return seen.note(client.post(f"{API_PREFIX}{path}", json=body, headers=headers))

    for path in ("/me", "/me/exams", f"/me/exams/{site.institution.exam}"):
        assert get(path).status_code == 200
    sitting = UUID(post(f"/me/exams/{site.institution.exam}/start").json()["id"])
    post(f"/sittings/{sitting}/answers", {"position": 9, "selected": [0]})
    post(f"/sittings/{sitting}/answers", {"position": 1, "selected": [99]})
    position = 1
    while not is_finished(site, sitting):
        chosen = choice(site, sitting, position)
        post(f"/sittings/{sitting}/answers", {"position": position, "selected": chosen})
        get(f"/sittings/{sitting}")
        position += 1
    post(f"/sittings/{sitting}/answers", {"position": 1, "selected": [3]})
    get(f"/sittings/{sitting}/result")
    for path in ("/items", "/people", "/item-statistics?unit=DG100", f"/sittings/{sitting}/replay"):
        assert get(path).status_code == 403
    return sitting


@pytest.mark.parametrize("sit", [on_plain_pages, with_htmx, through_the_api])
def test_nothing_that_a_candidate_gets_holds_a_secret(site: Site, sit: Callable[[Site, Seen], UUID]) -> None:
    publish_telling_parameters(site)
    seen = Seen()
    sitting = sit(site, seen)
    assert len(seen.before) > 30
    assert seen.result
    with site.database.reading() as session:
        always, until_the_result = secrets(session), secrets_until_the_result(session, sitting)
    markers = MARKERS if sit is not through_the_api else [name for name in MARKERS if name not in OWN_OUTCOME]
    everything = [*seen.before, *seen.result]
    assert found(always, everything) == set()
    assert found(until_the_result, seen.before) == set()
    assert found(MARKERS, seen.before) == set()
    assert found(markers, seen.result) == set()


def test_the_search_would_find_them(site: Site) -> None:
    """On the pages of those who may see them the same search finds secrets of every kind."""
    publish_telling_parameters(site)
    sitting = on_plain_pages(site, Seen())
    texts = []
    for username, paths in {
        "psychometrician": ("/measurement?unit=DG100", "/bank/items?search=DG101", "/bank"),
        "administrator": ("/administration/people", f"/administration/sittings/{sitting}/replay"),
    }.items():
        visitor = site.signed_in(username)
        texts += [visitor.get(path).text for path in paths]
    with site.database.reading() as session:
        item = session.exec(select(Item).where(Item.code == "DG101-1.1-01")).one()
        texts.append(site.signed_in("writer").get(f"/bank/items/{item.id}").text)
        kinds = secrets_by_kind(session) | {"criteria": secrets_until_the_result(session, sitting)}
    for kind, wanted in kinds.items():
        assert found(wanted, texts), kind
    assert {"option-right", "rationale"} <= found(MARKERS, texts)


def choice(site: Site, sitting: UUID, position: int) -> list[int]:
    """Right and wrong in turn, so that both kinds of answer are seen."""
    return pending_choice(site.database, sitting, NOON, always_right if position % 2 else always_wrong)


def is_finished(site: Site, sitting: UUID) -> bool:
    with site.database.reading() as session:
        return session.exec(select(Sitting.finished_at).where(Sitting.id == sitting)).one() is not None


def publish_telling_parameters(site: Site) -> None:
    """Put a bank in force whose numbers look like nothing else that a page may say."""
    with site.database.writing() as session:
        items = session.exec(select(BankItem).where(BankItem.bank_id == bank_in_force(session).id)).all()
        calibrated = {
            item.item_version_id: Parameters(
                model=item.model,
                discrimination=1.13171 + 0.00713 * place,
                difficulty=(1.51137 + 0.00613 * place) * (-1) ** place,
                se_discrimination=0.21931,
                se_difficulty=0.23719,
                source="calibration",
                n_responses=417,
                further=item.parameters,
            )
            for place, item in enumerate(items)
        }
        publish_bank(session, actor=COMMAND_LINE, now=NOON, note="ลับเฉพาะ", calibrated=calibrated)


def secrets(session: Session) -> set[str]:
    """Codes, rationales, parameters and other people's names: never for a candidate's eyes."""
    return set().union(*secrets_by_kind(session).values())


def secrets_by_kind(session: Session) -> dict[str, set[str]]:
    bank = bank_in_force(session)
    items = session.exec(select(BankItem).where(BankItem.bank_id == bank.id)).all()
    numbers = {value for item in items for value in (item.discrimination, item.difficulty)}
    numbers |= {value for item in items for value in (item.se_discrimination, item.se_difficulty)}
    return {
        "codes": set(session.exec(select(Item.code))),
        "rationales": {
            option["rationale"]
            for version in session.exec(select(ItemVersion))
            for option in version.content["options"]
            if option["rationale"]
        },
        "parameters": {text for value in numbers for text in printed(value)},
        "people": set(session.exec(select(Person.display_name).where(Person.username != "candidate"))),
    }


def secrets_until_the_result(session: Session, sitting: UUID) -> set[str]:
    """What every question measures, and what the engine made of the answers so far."""
    framework = current_standard(session).framework
    decisions = session.exec(
        select(AskedItem.decision).where(AskedItem.sitting_id == sitting, col(AskedItem.position) > 1)
    )
    estimates = {
        text
        for decision in decisions
        for name in ("theta", "standard_error", "probability_competent")
        for text in printed(decision[name], fewest=3)
    }
    return {criterion.code for criterion in framework.criteria} | {
        element.code for element in framework.written_elements
    } | estimates  # fmt: skip


def printed(value: float, *, fewest: int = 2) -> set[str]:
    """How a number may be printed, with so many digits at least."""
    return {f"{abs(value):.{digits}f}" for digits in range(fewest, 6)} | {str(abs(value))}


def found(wanted: Collection[str], texts: list[str]) -> set[str]:
    """Which of the wanted stand anywhere in the texts: a number as a whole, anything else as a part."""
    everything = html.unescape("\n".join(texts)).lower()
    # Longer chains of numbers are versions in addresses, not numbers.
    numbers = set(_NUMBER.findall(everything))
    return {
        secret
        for secret in wanted
        if (secret in numbers if _NUMBER.fullmatch(secret) else secret.lower() in everything)
    }
