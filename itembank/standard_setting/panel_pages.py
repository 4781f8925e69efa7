"""What the judges of a panel go through: items in the order of the bank, or a booklet in the order of difficulty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from sqlmodel import Session, col, select

from calibration.errors import CalibrationError
from calibration.standard_setting import BookletPage, ordered_booklet
from calibration.standard_setting.bookmark import BOOKMARK
from engine.response_models import ItemPool
from itembank.errors import BankTooSmall, InvalidInput
from itembank.publishing.engine_pools import engine_item
from itembank.publishing.parameters import highest_score
from itembank.tables import BankItem


@dataclass(frozen=True, slots=True)
class PanelPage:
    """One page that judges see.

    Args:
        item_version_id: The item version.
        code: The item's code in the bank.
        criterion: The criterion that it is about.
        highest: Its highest score.
        score: In a booklet the score that is to be reached, 0 otherwise.
        theta: In a booklet the ability at which it is mastered, 0 otherwise.
    """

    item_version_id: UUID
    code: str
    criterion: str
    highest: int
    score: int = 0
    theta: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Give the page as a JSON document."""
        return asdict(self) | {"item_version_id": str(self.item_version_id)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> PanelPage:
        """Read the page that `to_dict` wrote."""
        return cls(**{**document, "item_version_id": UUID(document["item_version_id"])})


@dataclass(frozen=True, slots=True)
class ChosenPages:
    """The pages of a panel, and how many items the bank has for the unit."""

    pages: tuple[PanelPage, ...]
    items_in_bank: int


def choose_pages(
    session: Session,
    *,
    bank_id: UUID,
    unit: str,
    method: str,
    response_probability: float,
    sample: int | None,
    seed: int,
) -> ChosenPages:
    """Choose the items of a panel among those that count in a bank, and put them in the judges' order.

    Args:
        session: The transaction.
        bank_id: The bank.
        unit: The unit of competence.
        method: ``"angoff"`` or ``"bookmark"``.
        response_probability: Of a booklet.
        sample: How many items, as even over the criteria as can be; None for all.
        seed: Of the sample.

    Raises:
        BankTooSmall: No item of the unit counts, or a booklet's items are all equally hard.
        InvalidInput: The sample is larger than the bank, or a booklet can't be put in order.
    """
    rows = operational_rows(session, bank_id=bank_id, unit=unit)
    if not rows:
        raise BankTooSmall(reason=f"it has no item for unit {unit}.")
    if sample is not None and not 2 <= sample <= len(rows):
        raise InvalidInput(field="sample", expected=f"a whole number from 2 to {len(rows)}, or nothing for all items")
    chosen = rows if sample is None else balanced_sample(rows, size=sample, seed=seed)
    pages = {str(row.item_version_id): _page(row) for row in chosen}
    if method != BOOKMARK:
        return ChosenPages(tuple(pages.values()), len(rows))
    try:
        booklet = ordered_booklet(pool_of_rows(chosen), response_probability=response_probability)
    except CalibrationError as refusal:
        raise InvalidInput(field="response_probability", expected=str(refusal)) from refusal
    if booklet[0].theta == booklet[-1].theta and len(booklet) > 1:
        raise BankTooSmall(reason=f"its items for unit {unit} are all equally hard, so that no booklet orders them.")
    return ChosenPages(
        tuple(replace(pages[one.item_id], score=one.score, theta=one.theta) for one in booklet), len(rows)
    )


def operational_rows(session: Session, *, bank_id: UUID, unit: str) -> list[BankItem]:
    """List the items of a unit that count in a bank, by code."""
    found = session.exec(
        select(BankItem).where(BankItem.bank_id == bank_id, BankItem.unit == unit, col(BankItem.pretest).is_(False))
    )
    return sorted(found, key=lambda row: row.item_code)


def balanced_sample(rows: Sequence[BankItem], *, size: int, seed: int) -> list[BankItem]:
    """Draw items so that no criterion has two more than another that still has some left.

    Args:
        rows: The items, in an order of their own that the sample keeps.
        size: How many.
        seed: Of the draw.
    """
    turns: list[tuple[int, int, int]] = []
    taken: dict[str, int] = {}
    for chance, place in enumerate(np.random.default_rng(seed).permutation(len(rows)).tolist()):
        criterion = rows[place].criterion
        taken[criterion] = taken.get(criterion, 0) + 1
        turns.append((taken[criterion], chance, place))
    # The first drawn of every criterion, then the second of every one, and so on.
    return [rows[place] for place in sorted(place for _, _, place in sorted(turns)[:size])]


def other_booklets(
    rows: Sequence[BankItem], *, size: int, response_probability: float, count: int
) -> list[list[BookletPage]]:
    """Make the booklets that other samples of a bank's items would have been.

    Args:
        rows: All items of the unit that count in the bank.
        size: Items of a sample.
        response_probability: Of the booklets.
        count: How many booklets.

    Returns:
        The booklets, always the same for the same items.
    """
    # Where a page lies depends on its item alone, so the pages of all items are found once.
    pages: dict[str, list[BookletPage]] = {}
    for page in ordered_booklet(pool_of_rows(rows), response_probability=response_probability):
        pages.setdefault(page.item_id, []).append(page)
    samples = (balanced_sample(rows, size=size, seed=seed) for seed in range(count))
    return [_in_order(page for row in sample for page in pages[str(row.item_version_id)]) for sample in samples]


def _in_order(pages: Iterable[BookletPage]) -> list[BookletPage]:
    return sorted(pages, key=lambda page: page.theta)


def pool_of_rows(rows: Sequence[BankItem]) -> ItemPool:
    """Give items to the engine, each by the id of its version and alone."""
    items = (engine_item(row, ids={row.item_code: str(row.item_version_id)}) for row in rows)
    return ItemPool.from_items([replace(item, testlet="", enemies=()) for item in items])


def rows_of_pages(session: Session, *, bank_id: UUID, pages: Sequence[PanelPage]) -> dict[UUID, BankItem]:
    """Load what a panel's bank keeps of the items on its pages, by item version in the order of the pages."""
    wanted = list(dict.fromkeys(page.item_version_id for page in pages))
    found = session.exec(select(BankItem).where(BankItem.bank_id == bank_id, col(BankItem.item_version_id).in_(wanted)))
    rows = {row.item_version_id: row for row in found}
    return {version: rows[version] for version in wanted}


def booklet_of(pages: Sequence[PanelPage]) -> tuple[BookletPage, ...]:
    """Give the booklet that a panel's pages are."""
    return tuple(BookletPage(str(page.item_version_id), page.score, page.theta) for page in pages)


def _page(row: BankItem) -> PanelPage:
    return PanelPage(row.item_version_id, row.item_code, row.criterion, highest_score(row.parameters))
