"""Texts of items as HTML: what was written shows, whatever it is, and nothing else ever comes of it."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from html.parser import HTMLParser

import pytest
from jinja2 import Template
from markupsafe import Markup

from itembank.authoring.starter import starter_items
from web.clean_html import clean_html
from web.page import templates
from web.rich_text import rich_short

ID = "a" * 64


def shown(text: str, *, name: str = "rich", **context: object) -> str:
    return _template(name).render({"text": text, "gaps": None} | context)


@cache
def _template(name: str) -> Template:
    return templates().from_string(f"{{{{ {name}(text, gaps=gaps) }}}}")


def visible(html: str) -> str:
    """What a reader sees of HTML, line by line."""
    return unescape(re.sub(r"<[^>]+>", "", html.replace("<br>", "\n").replace("</p><p>", "\n\n")))


def before(text: str) -> str:
    """What a reader saw of a text when asterisks in pairs were the only marks."""
    parts = text.split("**")
    odd = len(parts) % 2 == 0
    return "".join(parts[:-1]) + "**" + parts[-1] if odd else "".join(parts)


class Elements(HTMLParser):
    """The elements and attributes of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[tuple[str, str]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


def test_the_whole_starter_bank_reads_as_it_did_before() -> None:
    texts = [
        text
        for _, item in starter_items()
        for text in (item.stem, item.stimulus, *(part for one in item.options for part in (one.text, one.rationale)))
    ]
    assert len(texts) > 2000
    for text in texts:
        assert visible(shown(text, name="rich_line")) == before(text)
        assert visible(shown(text)) == before(text).strip()
        strong = re.findall(r"<strong>(.*?)</strong>", shown(text))
        assert len(strong) == text.count("**") // 2


def test_line_breaks_and_paragraphs_stay() -> None:
    assert shown("ก\nข\n\nค") == '<div class="rich"><p>ก<br>ข</p><p>ค</p></div>'
    assert shown("ก\nข\n\nค", name="rich_line") == "ก<br>ข<br><br>ค"
    assert shown("ก\r\nข") == '<div class="rich"><p>ก<br>ข</p></div>'
    assert shown("") == '<div class="rich"></div>'


TABLE = """<div class="rich-scroll" tabindex="0"><table>
<thead><tr><th scope="col" class="rich-center">ก</th><th scope="col" class="rich-end">ข</th></tr></thead>
<tbody><tr><td class="rich-center"><strong>1</strong></td><td class="rich-end">a|b</td></tr></tbody>
</table></div>""".replace("\n", "")
INLINE = r"""<p>ค่า<math display="inline" alttext="\frac{a}{2}&lt;b"><mrow>
<mfrac><mrow><mi>a</mi></mrow><mrow><mn>2</mn></mrow></mfrac><mo>&lt;</mo><mi>b</mi>
</mrow></math></p>""".replace("\n", "")
BLOCK = """<div class="rich-formula" tabindex="0"><math display="block" alttext="x^2">
<mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math></div>""".replace("\n", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. ก\n2. ข\n5. ค", '<ol><li value="1">ก</li><li value="2">ข</li><li value="5">ค</li></ol>'),
        ("| ก | ข |\n|:-:|--:|\n| **1** | a\\|b |", TABLE),
        ("พิมพ์ `ls <b>`", '<p>พิมพ์ <code dir="ltr" translate="no">ls &lt;b&gt;</code></p>'),
        (
            "```html\n<b>\n  ก\n```",
            '<pre tabindex="0" dir="ltr" translate="no"><code>&lt;b&gt;\n  ก</code></pre>',
        ),
        ("ค่า$\\frac{a}{2}<b$", INLINE),
        ("$$\nx^2\n$$", BLOCK),
        (f'![ก "ข" <c>](media:{ID})', f'<p><img src="/media/{ID}" alt="ก &quot;ข&quot; <c>"></p>'),
    ],
)
def test_marks_become_html_that_everybody_can_use(text: str, expected: str) -> None:
    assert unescape(shown(text)) == unescape(f'<div class="rich">{expected}</div>')


def test_a_formula_that_can_not_be_written_shows_its_source() -> None:
    assert "$\\ce{H2O}$" in shown("น้ำ $\\ce{H2O}$")
    assert "$$\\frac{1}{$$" in shown("$$\n\\frac{1}{\n$$")


HOSTILE = [
    *r"""
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg onload=alert(1)>
<iframe srcdoc='<script>'>
<a href=javascript:alert(1)>x</a>
[x](javascript:alert(1))
![x](javascript:alert(1))
![x](data:text/html,x)
[x]: javascript:alert(1)
<javascript:alert(1)>
<style>*{display:none}</style>
<form action=//evil.example><input name=csrf_token></form>
<!--
-->
<![CDATA[
&lt;script&gt; &#60;script&#62;
<<script>script>
<math><mtext><table><mglyph><style>
**<script>**
\<script>
`<script>`
<span data-gap="1"></span>
$\text{<script>alert(1)</script>}$
$\text{&lt;script&gt;}$
$\text{</mtext></math><img src=x onerror=alert(1)>}$
$\href{javascript:alert(1)}{x}$
$\color{red;background:url(//evil.example)}x$
$<img src=x onerror=alert(1)>$
""".strip()
    .replace("\\\\", "\\")
    .split("\n"),
    '```"><script>alert(1)</script>\nx\n```',
    "| <script> |\n|---|\n| <img onerror=x> |",
    "- <script>\n- <b onclick=x>",
    "> <script>\n> x",
    f'![x" onerror="alert(1)](media:{ID})',
    f'![x](media:{ID}"onload=alert(1))',
    f"![x](media:{ID}/../../sign-out)",
    "\u202e<script>",
    "<scr\u200bipt>",
    "<x" + "y" * 500,
]
HARMLESS = re.compile(
    "div|p|br|strong|code|pre|ul|li|blockquote|table|thead|tbody|tr|th|td|math|mrow|mtext|mi|mn|mo|mstyle|img"
)
HARMLESS_ATTRIBUTE = re.compile("class|tabindex|dir|translate|scope|display|alttext|src|alt|stretchy|form|fence")


@pytest.mark.parametrize("name", ["rich", "rich_line"])
@pytest.mark.parametrize("text", HOSTILE)
def test_html_in_a_text_is_text(text: str, name: str) -> None:
    html = shown(text, name=name, gaps={1: Markup("<select></select>")})
    found = Elements(html)
    assert all(HARMLESS.fullmatch(tag) for tag in found.tags)
    assert all(HARMLESS_ATTRIBUTE.fullmatch(name) for name, _ in found.attributes)
    assert {value for name, value in found.attributes if name == "src"} <= {f"/media/{ID}"}
    if not set(found.tags) & {"math", "img"} and "```" not in text and "|" not in text:
        signs = re.compile(r"[*`\\\s]|^[->] ", re.MULTILINE)
        assert signs.sub("", visible(html)) == signs.sub("", text)


def test_the_second_lock_holds_by_itself() -> None:
    """Were the renderer ever to let something through, the cleaning would still stop it."""
    dirty = f"""<div class="rich evil" style="x" onclick="x"><script>a</script><a href="//e.example">b</a>
<img src="//e.example/x.png"><img src="/media/{ID}?x" alt="c"><img src="/media/{ID}" onerror="x"><form><input></form>
<math href="x"><maction>d</maction><annotation-xml encoding="text/html"><img src="x"></annotation-xml></math>
<iframe src="/"></iframe></div>"""
    found = Elements(clean_html(dirty))
    assert set(found.tags) <= {"div", "img", "math"}
    assert found.attributes == {("class", "rich"), ("src", f"/media/{ID}"), ("alt", "c")}


def test_gaps_take_what_the_page_puts_there() -> None:
    fields = {1: Markup('<select name="a"><option>1</option></select>'), 2: "<b>"}
    html = shown("ก [[1]] ข **[[2]]** ค [[3]] `[[1]]`", gaps=fields)
    assert html == (
        '<div class="rich"><p>ก <select name="a"><option>1</option></select> ข <strong>&lt;b&gt;</strong> ค [[3]] '
        '<code dir="ltr" translate="no">[[1]]</code></p></div>'
    )
    assert shown("ก [[1]]", name="rich_line", gaps=fields) == f"ก {fields[1]}"
    assert shown("ก [[1]]") == '<div class="rich"><p>ก [[1]]</p></div>'


def test_images_bring_their_size_where_it_is_known() -> None:
    text = f"![ก](media:{ID}) ![ข](media:{'b' * 64})"
    html = shown(text, image_sizes=lambda _: {ID: (640, 480)})
    assert f'<img src="/media/{ID}" width="640" height="480" alt="ก">' in html
    assert html.count("width=") == 1


def test_lists_of_items_show_one_line() -> None:
    assert rich_short("ข้อใด**ไม่**ใช่", 50) == "ข้อใด<strong>ไม่</strong>ใช่"
    assert rich_short("ข้อใด**ไม่**ใช่", 5) == "ข้อใด…"
    assert rich_short(f"ดู\n\n![ผัง <b>](media:{ID})\n\n- ก\n- ข", 50) == "ดู ผัง &lt;b&gt; ก ข"
