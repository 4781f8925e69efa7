"""The queue of items with the keys alone, and without any script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select

from itembank.publishing.banks import bank_in_force
from itembank.tables import BankItem
from tests.browser.conftest import Running, sign_in

QUEUE = "/measurement/queue?unit=DG100"


@pytest.fixture(scope="module")
def codes(running: Running) -> list[str]:
    """Weak items of the bank, the weakest first."""
    with running.database.writing() as session:
        bank = bank_in_force(session)
        query = select(BankItem).where(BankItem.bank_id == bank.id, BankItem.unit == "DG100")
        rows = session.exec(query.order_by(BankItem.item_code)).all()[:4]
        for place, row in enumerate(rows):
            row.discrimination = 0.2 + 0.05 * place
            session.add(row)
        return [row.item_code for row in rows]


def test_the_keys_lead_through_the_queue(browser: Browser, running: Running, codes: list[str]) -> None:
    context = browser.new_context()
    page = sign_in(context, running.server.url, "psychometrician")
    page.goto(f"{running.server.url}{QUEUE}")
    for key, code in (("j", codes[0]), ("ArrowDown", codes[1]), ("k", codes[0])):
        page.keyboard.press(key)
        expect(page.get_by_role("link", name=code)).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_label("Reason for the decision")).to_be_focused()
    page.keyboard.type("a, h and r are letters here")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The item is accepted.")).to_be_visible()
    expect(page.get_by_role("link", name=codes[1])).to_be_focused()
    page.get_by_role("button", name="Keys in use").click()
    page.keyboard.press("j")
    page.get_by_role("link", name=codes[1]).focus()
    page.keyboard.press("h")  # switched off
    expect(page).to_have_url(re.compile("/measurement/queue"))
    page.get_by_role("button", name="Keys in use").click()
    page.get_by_role("link", name=codes[1]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(codes[1])
    # A key that is pressed before the page's script is there goes nowhere.
    page.wait_for_load_state()
    page.keyboard.press("j")  # on an item's own page, the next one's
    expect(page.get_by_role("heading", level=1)).to_have_text(codes[2])
    context.close()


def test_the_queue_works_without_scripts_on_a_narrow_screen(
    browser: Browser, running: Running, codes: list[str]
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = sign_in(context, running.server.url, "psychometrician2")
    page.goto(f"{running.server.url}{QUEUE}")
    row = page.locator("[data-queue-row]", has=page.get_by_role("link", name=codes[3]))
    hold = row.get_by_role("link", name="Hold")
    box = hold.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert page.get_by_role("button", name="Keys in use").count() == 0
    hold.click()
    page.get_by_role("button", name="Hold").click()
    expect(page.locator("#reason-error")).to_have_text(re.compile("Say why"))
    page.get_by_label("Reason for the decision").fill("The key is contested.")
    page.get_by_role("button", name="Hold").click()
    expect(page.get_by_text("it leaves with the next bank.")).to_be_visible()
    context.close()
