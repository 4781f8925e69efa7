"""The writer's desk with keys alone: every type, work that outlives the server, and somebody else's edit."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import col, select

from itembank.authoring.content import ItemContent, ItemType
from itembank.tables import Item, ItemVersion
from tests.browser.conftest import Running, sign_in
from tests.browser.examination import examine

pytestmark = pytest.mark.browser

#: What is typed for each type, field by field as the keys reach them; a blank presses a tick.
WRITTEN: dict[str, dict[str, str]] = {
    "single_choice": {"text_1": "Policy", "correct:1": " ", "text_2": "Code"},
    "multiple_choice": {"text_1": "Policy", "correct:1": " ", "text_2": "Budget", "correct:2": " ", "text_3": "Code"},
    "true_false": {"correct:1": " "},
    "matching": {"text_1": "Policy", "text_2": "Code", "line_1": "A manager", "line_2": "A programmer"},
    "ordering": {"text_1": "Plan", "text_2": "Do", "text_3": "Check"},
    "inline_choice": {"gap_1_1": "policy", "right_1:1": " ", "gap_1_2": "code"},
    "numeric": {"number_value": "1,250.50", "number_unit": "baht"},
    "short_text": {"accepted": "Policy"},
    "constructed_response": {"aspect_1": "Content", "levels_1": "none\nall"},
}


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


def desk_of(browser: Browser, contexts: list[BrowserContext], running: Running, who: str, address: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    contexts.append(context)
    page = sign_in(context, running.server.url, who)
    page.goto(f"{running.server.url}{address}")
    return page


def type_into(page: Page, field: str, text: str) -> None:
    name, _, value = field.partition(":")
    if value:
        page.locator(f'[name="{name}"][value="{value}"]').focus()
        page.keyboard.press(text)
        return
    page.locator(f"#{name}").focus()
    page.keyboard.type(text)


def kept(page: Page, after: str = "") -> str:
    """Wait until the page says that it kept something anew, and give the words."""
    status = page.locator("[data-desk-status]")
    expect(status).to_have_text(re.compile("Kept at"))
    if after:
        expect(status).not_to_have_text(after)
    return status.inner_text()


def contents(running: Running, stem: str) -> list[ItemContent]:
    with running.database.reading() as session:
        rows = session.exec(select(ItemVersion).join(Item).order_by(col(ItemVersion.number)))
        return [ItemContent.from_dict(row.content) for row in rows if row.content["stem"].startswith(stem)]


def test_an_item_of_each_type_is_written_with_the_keys_alone(
    browser: Browser, contexts: list[BrowserContext], running: Running
) -> None:
    page = desk_of(browser, contexts, running, "writer", "/bank/items/new?criterion=DG101-1.1")
    for kind in ItemType:
        page.goto(f"{running.server.url}/bank/items/new?criterion=DG101-1.1")
        page.wait_for_load_state()
        if kind is not ItemType.SINGLE_CHOICE:
            page.select_option("#type", kind.value)
        # At once: what is typed while the form is changing stays.
        page.locator("#stem").focus()
        page.keyboard.type(f"Written as {kind}" + (": set the [[1]]" if kind is ItemType.INLINE_CHOICE else ""))
        page.locator(f'#type option[value="{kind}"][selected]').wait_for(state="attached")
        for field, text in WRITTEN[kind.value].items():
            type_into(page, field, text)
        if kind is ItemType.ORDERING:
            # The last of three goes up, and the key goes on working where the row went.
            page.locator("#text_3").focus()
            for place in ("2", "1"):
                page.keyboard.press("Alt+ArrowUp")
                expect(page.locator(f"#text_{place}")).to_be_focused()
        page.keyboard.press("Control+s")
        page.wait_for_url(re.compile(r"/bank/items/[0-9a-f-]{36}"))
        (content,) = contents(running, f"Written as {kind}")
        assert content.type is kind
        if kind is ItemType.ORDERING:
            assert [option.text for option in content.options] == ["Check", "Plan", "Do"]
            assert examine(page, at="desk") == []


def test_what_was_typed_outlives_the_server_and_the_browser(
    browser: Browser, contexts: list[BrowserContext], running: Running
) -> None:
    page = desk_of(browser, contexts, running, "writer", "/bank/items/new?criterion=DG101-1.1")
    type_into(page, "stem", "Begun before the power cut")
    kept(page)
    running.server.kill()
    page.keyboard.type(", and after it")
    expect(page.locator("[data-desk-status]")).to_have_text(re.compile("Not kept: no connection"))
    # The browser goes too, before the server is there again.
    context = page.context
    page.close()
    running.server.start()
    page = context.new_page()
    page.goto(f"{running.server.url}/bank/items/new")
    left = page.locator("[data-desk-left]")
    expect(left).to_contain_text("and after it")
    assert examine(page, at="desk") == []
    left.get_by_role("button", name="Continue with it").press("Enter")
    expect(page.locator("#stem")).to_have_value("Begun before the power cut, and after it")
    kept(page)
    expect(page.locator("#criterion")).to_have_value("DG101-1.1")
    page.goto(f"{running.server.url}/bank")
    page.get_by_role("link", name="New item for DG101-1.1").click()
    expect(page.locator("[data-desk-left]")).to_be_hidden()
    type_into(page, "text_1", "Policy")
    type_into(page, "correct:1", " ")
    type_into(page, "text_2", "Code")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/bank/items/[0-9a-f-]{36}"))
    assert len(contents(running, "Begun before the power cut, and after it")) == 1
    page.goto(f"{running.server.url}/bank")
    assert page.get_by_text("Begun before").count() == 0


def test_two_writers_translate_and_hear_of_each_other(
    browser: Browser, contexts: list[BrowserContext], running: Running
) -> None:
    mine = desk_of(browser, contexts, running, "writer", "/bank/items?criterion=DG101-1.1")
    mine.get_by_role("link", name="DG101-1.1-01").first.click()
    address = mine.url.removeprefix(running.server.url)
    mine.goto(f"{running.server.url}{address}/edit")
    mine.get_by_role("button", name="Translate into English").press("Enter")
    expect(mine.locator("#tr_stem")).to_be_focused()
    mine.keyboard.type("Which of these?")
    kept(mine)
    assert examine(mine, at="desk") == []
    assert examine(mine, at="telephone") == []
    other = desk_of(browser, contexts, running, "writer2", f"{address}/edit")
    expect(other.locator("#desk-news")).to_contain_text("has this item open too")
    type_into(other, "source", " 2026")
    other.keyboard.press("Control+s")
    other.wait_for_url(f"**{address}?**")
    before = kept(mine)
    mine.locator("#tr_stem").press_sequentially(" Choose one.")
    kept(mine, after=before)
    news = mine.locator("#desk-news")
    expect(news).to_contain_text("saved version 2")
    expect(mine.locator("#tr_stem")).to_have_value("Which of these? Choose one.")
    news.get_by_role("button", name="Continue on top of version 2").press("Enter")
    expect(mine.get_by_text("saved version 2 while you were editing")).to_be_visible()
    for place in range(1, mine.locator("[data-desk-row]").count() + 1):
        mine.locator(f"#tr_text_{place}").fill(f"Option {place}")
    mine.keyboard.press("Control+s")
    mine.wait_for_url(f"**{address}?**")
    stem = contents(running, "")[0].stem
    assert stem
    with running.database.reading() as session:
        item = session.exec(select(Item).where(Item.code == "DG101-1.1-01")).one()
        assert item.head_version == 3
    expect(mine.get_by_text("Version 3").first).to_be_visible()


def test_text_that_was_sent_and_did_not_arrive_stays_in_the_browser(
    browser: Browser, contexts: list[BrowserContext], running: Running
) -> None:
    page = desk_of(browser, contexts, running, "writer", "/bank/items/new?criterion=DG101-1.1")
    page.wait_for_load_state()
    records = "() => Object.keys(localStorage).filter((name) => name.startsWith('samat.desk.'))"
    page.route("**/bank/items", lambda route: route.fulfill(status=502, body="no way through"))
    page.route("**/bank/desk", lambda route: route.abort())
    for field, text in {"stem": "Sent into the dark", "text_1": "Yes", "correct:1": " ", "text_2": "No"}.items():
        type_into(page, field, text)
    # Before the desk has noticed that nothing gets through.
    page.keyboard.press("Control+s")
    expect(page.get_by_text("no way through")).to_be_visible()
    page.unroute_all()
    page.goto(f"{running.server.url}/bank/items/new")
    expect(page.locator("[data-desk-left]")).to_contain_text("Sent into the dark")
    page.locator("[data-desk-left-take]").first.click()
    expect(page.locator("#stem")).to_have_value("Sent into the dark")
    page.wait_for_load_state()
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"notice=bank.notice_saved"))
    page.wait_for_function(f"({records})().length === 0")
