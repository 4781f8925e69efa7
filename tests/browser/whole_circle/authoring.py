"""From a writer's idea to an item that is tried out, and from there to one that counts."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from itembank.authoring.reviewing.check_points import CHECK_POINTS
from tests.browser.whole_circle.people_at_work import CRITERION, KEY, OPTIONS, STEM, Circle


def an_item_is_written(circle: Circle) -> str:
    page = circle.page_of("writer")
    page.get_by_role("link", name=re.compile(rf"^{re.escape(CRITERION)}\b")).click()
    page.get_by_role("link", name="Write a new item").click()
    page.get_by_label("Question", exact=True).fill(STEM)
    for letter, text in zip("ABCD", OPTIONS, strict=True):
        page.get_by_label(f"Option {letter}", exact=True).fill(text)
        page.get_by_label(f"Why option {letter} is right or wrong").fill(f"เหตุผลของตัวเลือก {letter}")
    page.get_by_role("radio", name=f"Option {'ABCD'[KEY]}").check()
    preview = page.get_by_role("region", name="What candidates see")
    expect(preview.get_by_role("group", name=STEM)).to_be_visible()
    expect(preview.get_by_text("Complete and ready to save")).to_be_visible()
    page.get_by_role("button", name="Save and send to review").last.click()
    expect(page.get_by_role("status").filter(has_text="Sent to review.")).to_be_visible()
    return page.get_by_role("heading", level=1).inner_text()


def it_is_reviewed(circle: Circle, code: str) -> None:
    page = circle.page_of("reviewer")
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Review").click()
    page.get_by_role("link", name=code).click()
    # The reviewer answers what candidates will see, before the key is shown.
    expect(page.get_by_role("heading", name=f"Review {code}")).to_be_visible()
    assert "เหตุผลของตัวเลือก" not in page.content()
    page.get_by_role("radio", name=OPTIONS[KEY]).check(force=True)
    page.get_by_role("button", name="Show the key and review").click()
    expect(page.get_by_role("status").filter(has_text="Your answer agrees with the key.")).to_be_visible()
    expect(page.get_by_text(f"เหตุผลของตัวเลือก {'ABCD'[KEY]}")).to_be_visible()
    for point in CHECK_POINTS:
        found = page.get_by_role("group", name=point.texts["en"])
        found.get_by_role("radio", name="Does not apply" if point.concern else "Yes", exact=True).check()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status").filter(has_text="Approved.")).to_be_visible()


def it_is_put_in_pretest_and_published(circle: Circle, code: str) -> None:
    page = item_page(circle, code)
    page.get_by_role("button", name="Put in pretest").click()
    expect(page.get_by_role("status").filter(has_text="Put in pretest.")).to_be_visible()
    publish(circle, page, note="ข้อทดลองใช้หนึ่งข้อ", number=3)


def it_becomes_operational(circle: Circle, code: str) -> None:
    page = item_page(circle, code)
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_role("status").filter(has_text="Released.")).to_be_visible()
    publish(circle, page, note="ข้อทดลองใช้ที่เทียบค่าแล้วใช้งานจริง", number=5)


def item_page(circle: Circle, code: str) -> Page:
    page = circle.page_of("psychometrician")
    page.goto(f"{circle.site.server.url}/bank/items?search={code}")
    page.get_by_role("link", name=code).click()
    return page


def publish(circle: Circle, page: Page, *, note: str, number: int) -> None:
    page.goto(f"{circle.site.server.url}/banks")
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Publish the operational items as a new bank").click()
    expect(page.get_by_role("status").filter(has_text="published and in force")).to_be_visible()
    expect(page.get_by_role("row", name=f"Bank {number}").get_by_text("In force")).to_be_visible()


def the_earlier_bank_is_put_back_and_the_newest_again(circle: Circle) -> None:
    page = circle.page_of("psychometrician")
    page.goto(f"{circle.site.server.url}/banks")
    for number, other in ((4, 5), (5, 4)):
        page.get_by_role("link", name=f"Put bank {number} back").click()
        page.get_by_label("Reason").fill("ทดลองถอยกลับ")
        page.get_by_role("button", name=f"Put bank {number} back in force").click()
        expect(page.get_by_role("status").filter(has_text="The earlier bank is back in force.")).to_be_visible()
        expect(page.get_by_role("row", name=f"Bank {number}").get_by_text("In force")).to_be_visible()
        expect(page.get_by_role("row", name=f"Bank {other}").get_by_text("Earlier")).to_be_visible()
