"""How wrapped lines become texts, lists and paragraphs."""

import pytest

from itembank.framework.line_joining import join_lines, list_items, paragraphs, printed_width, single_text


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["การดำเ", "นินงาน"], "การดำเนินงาน"),
        (["การแก้กฎหมา", "ย"], "การแก้กฎหมาย"),
        (["(Analyze Data and Draw", "Insights)"], "(Analyze Data and Draw Insights)"),
        (["สัมพันธ์ (Employee", "Relationship)", "มาพัฒนา"], "สัมพันธ์ (Employee Relationship) มาพัฒนา"),
        (["ข้ามหน่วยงาน หรือ", "THeGIF2.0"], "ข้ามหน่วยงาน หรือ THeGIF2.0"),
        (["เป้าหมายของการ ทำ", "งาน"], "เป้าหมายของการ ทำงาน"),
        (["COBIT 5, e-", "Government"], "COBIT 5, e-Government"),
        (["มุ่งเน้น - ", "Data"], "มุ่งเน้น - Data"),
        (["ปรับ/", "เชื่อม"], "ปรับ/เชื่อม"),
        (["Data", "(Cleansing", ") แล้ว"], "Data (Cleansing) แล้ว"),
        (["ภาครัฐ ", " ในระดับ"], "ภาครัฐในระดับ"),
        (["บุคลากรภาครัฐ", "      กลุ่มผู้บริหาร"], "บุคลากรภาครัฐ กลุ่มผู้บริหาร"),
        (["", "  ", "ก"], "ก"),
        ([], ""),
    ],
)  # fmt: skip
def test_join_lines(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined


@pytest.mark.parametrize(
    ("lines", "items"),
    [
        (["• ก", "• ข"], ("ก", "ข")),
        (["• ก", "ข", "• ค"], ("กข", "ค")),
        (["ก", "• ข"], ("ก", "ข")),
        (["• ก − ข"], ("ก", "ข")),
        (["• ก −", "• ข"], ("ก", "ข")),
        (["• − ก"], ("ก",)),
        (["•ก", "•ข"], ("ก", "ข")),
        (["อุณหภูมิ −5 องศา", "Input-Output"], ("อุณหภูมิ −5 องศา Input-Output",)),
        (["N/A"], ()),
        ([" • ", "-"], ()),
        ([], ()),
    ],
)
def test_list_items(lines: list[str], items: tuple[str, ...]) -> None:
    assert list_items(lines) == items


def test_paragraphs_break_only_where_the_next_word_would_have_fitted() -> None:
    full, short = "ก" * 100, "ข" * 60
    assert paragraphs([full, "ค ง"], page_width=100) == (f"{full}ค ง",)
    assert paragraphs([short, "ค ง"], page_width=100) == (short, "ค ง")
    assert paragraphs([short, "ค" * 50], page_width=100) == (short + "ค" * 50,)


def test_marks_take_no_room() -> None:
    assert printed_width(" ที่นี่ ") == 2
    assert printed_width("ABC") == 3


def test_single_text_knows_nothing() -> None:
    assert single_text([" N/A "]) == ""
    assert single_text(["ก", "ข"]) == "กข"
