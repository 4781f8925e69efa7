"""The tools of a text in which marks count: paste from elsewhere, buttons and keys, images, and undo of all of it."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Browser, Page, expect

from itembank.media.cleaning import clean_image
from tests.browser.conftest import Running, sign_in
from tests.itembank.media.pictures import picture

#: As Word copies Thai with a list: conditional comments, markers as text, no-break spaces, lines broken at blanks.
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{color:red}</style></head>
<body>
<!--StartFragment--><p class=MsoNormal><b><span lang=TH style='font-size:16.0pt'>ข้อใด</span></b><b><span
lang=TH>ไม่</span></b><span lang=TH>ใช่&nbsp;หน้าที่<o:p></o:p></span></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]>
<span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>
จัดเก็บ <i>cookie</i></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o</span>ส่งต่อ “ข้อมูล”</p>
<p class=MsoNormal>พื้นที่ 5 m<sup>2</sup> ราคา 2*3<br>บรรทัดใหม่<img src="file:///C:/a.png"><script>alert(1)</script></p>
<!--EndFragment--></body></html>"""
FROM_WORD = "**ข้อใดไม่**ใช่ หน้าที่\n\n- จัดเก็บ *cookie*\n   - ส่งต่อ “ข้อมูล”\n\nพื้นที่ 5 m² ราคา 2*3\nบรรทัดใหม่"
GOOGLE = """<b style="font-weight:normal;" id="docs-internal-guid-1"><p><span
style="font-weight:700">หนัก</span><span> ปกติ</span></p>
<ol><li><p>หนึ่ง</p></li><li><p>สอง</p><ul><li>ย่อย</li></ul></li></ol><p><a href="https://example.org">ลิงก์</a>\u200b</p></b>"""
FROM_GOOGLE = "**หนัก** ปกติ\n\n1. หนึ่ง\n2. สอง\n   - ย่อย\n\nลิงก์"
EXCEL = """<table><col><tr><td class=xl65>ช่องทาง</td><td>จำนวน</td></tr><tr><td>ก|ข</td><td x:num>1,250</td></tr>
<tr><td colspan=2 onclick="alert(1)">รวม<br>ทั้งหมด</td></tr></table>"""
FROM_EXCEL = "| ช่องทาง | จำนวน |\n| --- | --- |\n| ก\\|ข | 1,250 |\n| รวม ทั้งหมด |  |"
WRITER = """<p style="font-weight: bold">หัวเรื่อง</p><p align="left">ก<em>ข</em>ค <code>a **b**</code> a**b</p><pre>if x:
\ty</pre><table><tr><td>เดี่ยว</td></tr></table>"""
FROM_WRITER = "**หัวเรื่อง**\n\nกขค `a **b**` a\\*\\*b\n\n```\nif x:\n\ty\n```\n\nเดี่ยว"


def paste(page: Page, *, html: str = "", text: str = "", image: bytes = b"") -> None:
    """Do what a browser does when something was copied elsewhere."""
    page.evaluate(
        """([html, text, image]) => {
            const copied = new DataTransfer();
            if (html) copied.setData("text/html", html);
            if (text) copied.setData("text/plain", text);
            const bytes = Uint8Array.from(atob(image), (letter) => letter.charCodeAt(0));
            if (image) copied.items.add(new File([bytes], "a.png", { type: "image/png" }));
            const event = new ClipboardEvent("paste", { clipboardData: copied, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(event);
        }""",
        [html, text, base64.b64encode(image).decode()],
    )


@pytest.fixture(scope="module")
def desk(browser: Browser, running: Running) -> Page:
    """An empty desk of an item writer."""
    page = sign_in(browser.new_context(), running.server.url, "writer")
    page.goto(f"{running.server.url}/bank/items/new")
    expect(page.get_by_role("toolbar", name="Text tools")).to_be_visible()
    return page


def test_a_text_is_written_with_the_tools(desk: Page) -> None:
    stem = desk.locator("#stem")
    tools = desk.get_by_role("toolbar", name="Text tools")
    stem.focus()
    for html, expected in ((WORD, FROM_WORD), (GOOGLE, FROM_GOOGLE), (EXCEL, FROM_EXCEL), (WRITER, FROM_WRITER)):
        paste(desk, html=html, text="other", image=picture())
        expect(stem).to_have_value(expected)
        desk.keyboard.press("Control+z")
        expect(stem).to_have_value("")
    paste(desk, text="ก\u00a0ข\u200b\tค")
    expect(stem).to_have_value("ก ข\tค")

    # Keys set marks around what is chosen, and take them away again.
    stem.fill("not")
    for key, mark in (("b", "**"), ("i", "*"), ("e", "`"), ("m", "$")):
        stem.select_text()
        desk.keyboard.press(f"Control+{key}")
        expect(stem).to_have_value(f"{mark}not{mark}")
        desk.keyboard.press(f"Control+{key}")
        expect(stem).to_have_value("not")

    # The row of buttons is one stop of the Tab key; arrows lead along it, Escape back.
    desk.keyboard.press("Alt+F10")
    expect(tools.get_by_role("button", name="Bold")).to_be_focused()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("ArrowRight")
    expect(tools.get_by_role("button", name="List")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(stem).to_be_focused()
    expect(stem).to_have_value("- not\n- ")
    stem.fill("Look:")
    desk.keyboard.press("End")
    tools.get_by_role("button", name="Table").click()
    expect(stem).to_have_value("Look:\n\n| Heading | Heading |\n| --- | --- |\n| Text | Text |")
    expect(desk.locator("#preview table th").first).to_have_text("Heading")

    # An image is sent, its mark inserted, and the cursor is where its alternative text goes.
    data = picture((60, 30), colour=(200, 90, 10))
    stem.fill("")
    paste(desk, image=data)
    kept = clean_image(data).id
    expect(stem).to_have_value(f"![](media:{kept})")
    expect(tools.get_by_role("status")).to_have_text("The image is inserted; type its alternative text")
    desk.keyboard.type("An orange bar")
    shown = desk.locator(f'#preview img[src="/media/{kept}"]')
    expect(shown).to_have_attribute("alt", "An orange bar")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 60
    desk.keyboard.press("End")
    paste(desk, image=b"\x89PNG no image")
    expect(tools.get_by_role("status")).to_contain_text("can't be read as an image")
    expect(stem).to_have_value(f"![An orange bar](media:{kept})")
