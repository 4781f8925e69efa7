"""A mangled standard of another code family, field by field."""

import pytest

from itembank.framework.differences import same_content
from itembank.framework.document import (
    ElementOfCompetence,
    EvidenceGuide,
    Framework,
    KeyFunction,
    KeyRole,
    PerformanceCriterion,
    RangeStatement,
)
from itembank.framework.errors import UnknownCode
from itembank.framework.parser import parse_standard
from tests.itembank.framework.small_standard import FIRST_UNIT, HEADER, MAP, SECOND_UNIT, SMALL_STANDARD, THIRD_UNIT

FIRST, SECOND, THIRD = "PRT-PRS-4-255ZB", "PRT-PRS-4-256ZB", "ICT-QLIP-401B"


@pytest.fixture(scope="module")
def framework() -> Framework:
    return parse_standard(SMALL_STANDARD, source_name="small.txt")


def test_header(framework: Framework) -> None:
    assert framework.title == "มาตรฐานอาชีพช่างพิมพ์ผ้า"
    assert framework.issuer == "สภาช่างพิมพ์ผ้า (สชผ.)"
    assert framework.co_issuers == ("สมาคมหมึกธรรมชาติ (องค์กรอิสระ) (สมธ.)",)
    assert framework.announced == "2018-03-05"
    assert framework.skill_groups == (
        "กลุ่มทักษะการเตรียมผ้า (Cloth, Screen and Frame Skill Set)",
        "กลุ่มทักษะการพิมพ์ (Printing Skill Set)",
    )
    assert framework.target_groups == ("ช่าง (Worker)", "ครู (Teacher)")
    assert framework.stages == ()
    assert framework.qualification == "ช่างพิมพ์ผ้า ระดับ 4 (Screen Printer)"
    assert framework.outcomes == "เป็นผู้ที่พิมพ์ผ้าได้อย่างประณีต"
    assert framework.entry_requirement == "ทำงานมาแล้ว 2 ปี"
    assert framework.target_group == "ช่างพิมพ์"
    assert framework.source_name == "small.txt"


def test_functional_map(framework: Framework) -> None:
    assert framework.key_purpose == "พิมพ์ผ้าให้สวยและทน (Fast Colour) ตลอดไป"
    assert framework.roles == (
        KeyRole("A", "เตรียม", (KeyFunction("A1", "เตรียมวัสดุและกรอบพิมพ์"),)),
        KeyRole("B", "ผลิตงานพิมพ์", (KeyFunction("B1", "พิมพ์ลาย"), KeyFunction("B2", "จัดเก็บข้อมูล"))),
    )
    assert [unit.function_code for unit in framework.units] == ["A1", "B1", "B2"]


def test_sections_of_a_unit(framework: Framework) -> None:
    unit = framework.unit(FIRST)
    assert unit.title == "เตรียมผ้าและกรอบพิมพ์ก่อนการพิมพ์ (Pre-press)"
    assert unit.review == "2"
    assert unit.occupations == ("ช่างพิมพ์ผ้า", "ครูช่าง (Craft Teacher)")
    assert unit.description == "ผู้ที่ผ่านหน่วยนี้เลือกผ้าและเตรียมกรอบได้อย่าง เหมาะสม"
    assert (unit.level, unit.sector, unit.other_occupations) == ("4", "การพิมพ์", ())
    assert unit.laws == ("กฎหมายว่าด้วยสี พ.ศ. 2550", "กฎหมายว่าด้วยน้ำทิ้ง", "ข้อบังคับโรงงานและชุมชน")
    assert unit.prerequisites == ("อ่านแบบได้",)
    assert unit.required_skills == ("ขึงผ้า",)
    assert unit.required_knowledge == ("ใยผ้า", "ความรู้เรื่องสี เช่น e-Colour")
    assert unit.evidence_guide == EvidenceGuide(("ผลงาน",), ("ใบรับรอง",), ("ดูจากผลงานจริง",))
    assert (unit.shared_units, unit.shared_industries) == ((), ("สิ่งทอ",))
    assert unit.assessment_procedure == ("สอบข้อเขียน สัมภาษณ์ และสาธิต",)


def test_range_statement_has_the_paragraphs_that_line_ends_prove(framework: Framework) -> None:
    range_statement = framework.unit(FIRST).range_statement
    assert range_statement.scope == ("หน่วยนี้ใช้กับผ้าฝ้าย",)
    assert range_statement.guidance == ()
    first, second = range_statement.details
    assert first.endswith("บนกรอบพิมพ์ตามวิธีของช่าง")
    assert second.startswith("กรอบพิมพ์ หมายถึง")


def test_a_numbered_list_does_not_begin_a_section(framework: Framework) -> None:
    assert framework.unit(SECOND).range_statement == RangeStatement(guidance=("1. ขอบเขตของลายไม่จำกัด",))


def test_elements_across_page_furniture(framework: Framework) -> None:
    assert framework.unit(FIRST).elements == (
        ElementOfCompetence(
            f"{FIRST}.1",
            "เลือกผ้า",
            ("written", "interview"),
            (
                PerformanceCriterion(f"{FIRST}.1-1.1", "1.1", "เลือกผ้าตามลายที่ออกแบบไว้"),
                PerformanceCriterion(f"{FIRST}.1-1.2", "1.2", "อธิบายชนิดของใยผ้าตามคู่มือ ISO105.2 ของโรงงานได"),
                PerformanceCriterion(f"{FIRST}.1-1.3", "1.3", "ทดสอบการหดตัวของผ้าก่อนพิมพ์ได้"),
            ),
        ),
        ElementOfCompetence(
            f"{FIRST}.2",
            "เตรียมกรอบ",
            ("demonstration",),
            (PerformanceCriterion(f"{FIRST}.2-2.1", "2.1", "ขึงผ้าสกรีน (Screen Mesh) ให้ตึง"),),
        ),
        ElementOfCompetence(
            f"{FIRST}.3",
            "ตรวจกรอบ",
            ("demonstration",),
            (PerformanceCriterion(f"{FIRST}.3-3.1", "3.1", "ตรวจรอยรั่วของกรอบ"),),
        ),
    )


def test_code_and_title_on_one_line_and_a_header_word_in_a_criterion(framework: Framework) -> None:
    (element,) = framework.unit(THIRD).elements
    assert (element.code, element.title) == ("ICT-QLIP-401B.01", "บันทึกสูตรสี")
    assert element.criteria[1].text == "สืบค้นสูตรเดิมโดยใช้วิธีการประเมินของระบบ"


def test_every_warning_is_expected(framework: Framework) -> None:
    """The whole list, so that neither a missed oddity nor noise goes unseen."""
    found = {(w.code, w.unit, w.section, w.subject) for w in framework.warnings}
    assert found == {
        ("stated_count", None, 4, None),
        ("listed_without_block", None, 9, None),
        ("map_code_without_block", None, None, f"{SECOND}.2"),
        ("lost_letters", FIRST, 11, f"{FIRST}.1-1.2"),
        ("section_missing", SECOND, 9, None),
        ("section_missing", SECOND, 16, None),
        ("section_empty", SECOND, 7, None),
        ("title_differs", SECOND, 2, SECOND),
        ("title_differs", SECOND, 11, f"{SECOND}.1"),
        ("title_doubled", SECOND, 11, f"{SECOND}.1"),
        ("criterion_sequence", SECOND, 11, f"{SECOND}.1-1.3"),
        ("unknown_method", SECOND, 11, f"{SECOND}.1"),
        ("element_without_methods", SECOND, 11, f"{SECOND}.3"),
        ("element_sequence", SECOND, 11, f"{SECOND}.3"),
        ("element_not_in_map", SECOND, 11, f"{SECOND}.3"),
        ("criterion_position", SECOND, 11, f"{SECOND}.3-3.1"),
        ("part_missing", SECOND, 13, None),
        ("procedure_method_unused", SECOND, 18, None),
        ("procedure_method_unnamed", SECOND, 18, None),
        ("section_empty", THIRD, 7, None),
        ("section_empty", THIRD, 9, None),
        ("lost_letters", THIRD, 13, None),
    }
    assert len(framework.warnings) == len(found)


def test_warnings_name_the_line(framework: Framework) -> None:
    lines = SMALL_STANDARD.split("\n")
    by_code = {(w.code, w.unit): w for w in framework.warnings}
    expected = {
        ("lost_letters", FIRST): "ของโรงงานได",
        ("lost_letters", THIRD): "• การจัดเก็บ (Filing",
        ("unknown_method", SECOND): "แฟ้มสะสมผลงาน",
        ("criterion_position", SECOND): "3.1 ตั้งอุณหภูมิ",
        ("listed_without_block", None): "PRT-PRS-4-999ZB ซ่อมเครื่องพิมพ์",
    }
    for key, text in expected.items():
        line = by_code[key].line
        assert line is not None
        assert lines[line - 1] == text


def test_warnings_speak_both_languages(framework: Framework) -> None:
    for warning in framework.warnings:
        assert warning.message.isprintable()
        assert warning.message_thai.isprintable()
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in warning.message_thai)
        assert "{" not in warning.message + warning.message_thai


def test_lookups(framework: Framework) -> None:
    assert framework.criterion(f"{FIRST}.2-2.1").number == "2.1"
    assert framework.element(f"{SECOND}.1").title == "ปาดสีปาดสี"
    assert framework.unit_of(f"{SECOND}.1").code == SECOND
    assert framework.element_of(f"{FIRST}.2-2.1").code == f"{FIRST}.2"
    assert framework.counts() == {
        "units": 3,
        "elements": 6,
        "criteria": 10,
        "written_elements": 2,
        "written_criteria": 5,
    }
    for lookup in (framework.unit, framework.element, framework.criterion, framework.unit_of, framework.element_of):
        with pytest.raises(UnknownCode, match="XYZ-1"):
            lookup("XYZ-1")


def test_tree(framework: Framework) -> None:
    unit = framework.tree()["units"][2]
    assert unit == {
        "code": THIRD,
        "title": "บันทึกงานพิมพ์",
        "elements": [
            {
                "code": f"{THIRD}.01",
                "title": "บันทึกสูตรสี",
                "methods": ["written"],
                "criteria": [
                    {"code": f"{THIRD}.01-1.1", "number": "1.1", "text": "บันทึกสูตรสีลงระบบได้ทันที"},
                    {"code": f"{THIRD}.01-1.2", "number": "1.2", "text": "สืบค้นสูตรเดิมโดยใช้วิธีการประเมินของระบบ"},
                ],
            }
        ],
    }


def test_a_second_block_of_a_unit_is_left_out_and_said() -> None:
    framework = parse_standard(SMALL_STANDARD + FIRST_UNIT.replace("ช่างพิมพ์ผ้า", "คนอื่น"), source_name="x")
    assert framework.counts()["units"] == 3
    assert framework.unit(FIRST).occupations[0] == "ช่างพิมพ์ผ้า"
    assert "unit_repeated" in {warning.code for warning in framework.warnings}


def test_an_element_of_another_unit_is_left_out_and_said() -> None:
    stolen = THIRD_UNIT.replace("ICT-QLIP-401B.01 ", f"{FIRST}.1 ")
    framework = parse_standard(HEADER + MAP + FIRST_UNIT + stolen, source_name="x")
    assert framework.unit(THIRD).elements == ()
    assert framework.unit_of(f"{FIRST}.1").code == FIRST
    assert ("element_repeated", THIRD) in {(warning.code, warning.unit) for warning in framework.warnings}


def test_a_criterion_repeated_is_left_out_and_quoted() -> None:
    text = SMALL_STANDARD.replace("1.3 ทดสอบการหดตัวของผ้าก่อน", "1.1 ทดสอบการหดตัวของผ้าก่อน")
    framework = parse_standard(text, source_name="x")
    assert framework.criterion(f"{FIRST}.1-1.1").text == "เลือกผ้าตามลายที่ออกแบบไว้"
    (warning,) = [warning for warning in framework.warnings if warning.code == "criterion_repeated"]
    assert "ทดสอบการหดตัวของผ้าก่อนพิมพ์ได้" in warning.message


def test_an_element_that_goes_on_after_a_page_break_is_one_element() -> None:
    text = SMALL_STANDARD.replace("1.3 ทดสอบ", "ข้อสอบข้อเขียน\nPRT-PRS-4-255ZB.1\n1.3 ทดสอบ")
    framework = parse_standard(text, source_name="x")
    assert len(framework.element(f"{FIRST}.1").criteria) == 3
    assert framework.element(f"{FIRST}.1").methods == ("written", "interview")
    assert "element_resumed" in {warning.code for warning in framework.warnings}


def test_a_lone_number_in_the_table_is_left_out_and_said() -> None:
    framework = parse_standard(SMALL_STANDARD.replace("เช็ดสีส่วนเกิน", "เช็ดสี\n12\nส่วนเกิน"), source_name="x")
    assert framework.criterion(f"{SECOND}.1-1.3").text == "เช็ดสีส่วนเกิน"
    assert "lone_number" in {warning.code for warning in framework.warnings}


def test_text_before_the_first_element_is_said() -> None:
    framework = parse_standard(SMALL_STANDARD.replace(f"{SECOND}.1\n", ""), source_name="x")
    unread = [warning for warning in framework.warnings if warning.code == "unread_text"]
    assert [warning.unit for warning in unread] == [SECOND] * 5
    assert "ปาดสีปาดสี" in unread[0].message


def test_missing_map_is_said_once_for_each_table() -> None:
    framework = parse_standard(HEADER + FIRST_UNIT, source_name="x")
    assert [warning.code for warning in framework.warnings].count("map_missing") == 2
    assert framework.roles == ()
    assert framework.unit(FIRST).function_code is None


def test_first_table_alone_still_gives_the_roles() -> None:
    first_table, _, rest = MAP.partition("2. ตารางแสดงหน้าที่ 1 (ต่อ)")
    assert rest
    framework = parse_standard(HEADER + first_table + FIRST_UNIT, source_name="x")
    assert [role.code for role in framework.roles] == ["A", "B"]
    assert [function.code for function in framework.roles[1].functions] == ["B1", "B2"]


def test_second_table_alone_still_gives_the_functions_of_units() -> None:
    _, heading, second_table = MAP.partition("ตาราง 2 : FUNCTIONAL MAP")
    framework = parse_standard(HEADER + heading + second_table + FIRST_UNIT + SECOND_UNIT, source_name="x")
    assert framework.unit(FIRST).function_code == "A1"
    assert framework.unit(SECOND).function_code == "B1"


def test_blocks_alone_are_enough() -> None:
    framework = parse_standard(FIRST_UNIT, source_name="x")
    assert framework.counts()["criteria"] == 5
    codes = {warning.code for warning in framework.warnings}
    assert {"title_missing", "issuer_missing", "date_missing", "unit_list_missing", "header_part_missing"} <= codes


def test_a_unit_missing_from_list_and_map_is_imported_and_said() -> None:
    other = FIRST_UNIT.replace("4-255ZB", "4-300ZB")
    framework = parse_standard(SMALL_STANDARD + other, source_name="x")
    codes = {warning.code for warning in framework.warnings if warning.unit == "PRT-PRS-4-300ZB"}
    assert {"block_not_listed", "unit_not_in_map", "element_not_in_map"} <= codes
    assert framework.unit("PRT-PRS-4-300ZB").function_code is None


def test_a_block_without_code_is_left_out_and_said() -> None:
    text = SMALL_STANDARD.replace(f"1. รหัสหน่วยสมรรถนะ {SECOND}\n", "")
    framework = parse_standard(text, source_name="x")
    assert [unit.code for unit in framework.units] == [FIRST, THIRD]
    codes = {warning.code for warning in framework.warnings}
    assert {"unit_without_code", "listed_without_block", "map_code_without_block"} <= codes


@pytest.mark.parametrize(
    ("printed", "announced", "code"),
    [
        ("1/2/2565", "2022-02-01", None),
        ("๑/๒/๒๕๖๕", "2022-02-01", None),
        ("1/2/2022", "2022-02-01", None),
        ("31/2/2565", None, "date_unreadable"),
        ("2565", None, "date_unreadable"),
    ],
)
def test_dates(printed: str, announced: str | None, code: str | None) -> None:
    framework = parse_standard(SMALL_STANDARD.replace("05/03/2561", printed), source_name="x")
    assert framework.announced == announced
    assert {w.code for w in framework.warnings if w.code.startswith("date")} == ({code} if code else set())


def test_differing_dates_are_said() -> None:
    framework = parse_standard(SMALL_STANDARD.replace("05/03/2561", "06/03/2561", 1), source_name="x")
    assert framework.announced == "2018-03-06"
    assert "dates_differ" in {warning.code for warning in framework.warnings}


def test_section_with_another_number_is_read_by_its_words() -> None:
    text = SMALL_STANDARD.replace("12. ความรู้และทักษะก่อนหน้าที่จำเป็น", "13. ความรู้และทักษะก่อนหน้าที่จำเป็น", 1)
    framework = parse_standard(text, source_name="x")
    assert framework.unit(FIRST).prerequisites == ("อ่านแบบได้",)
    assert ("section_number", FIRST, 12) in {(w.code, w.unit, w.section) for w in framework.warnings}


def test_several_qualifications_are_said() -> None:
    text = SMALL_STANDARD.replace("ช่างพิมพ์\nหน่วย", "ช่างพิมพ์\n10.2 ช่างพิมพ์ผ้า ระดับ 5\nหน่วย")
    framework = parse_standard(text, source_name="x")
    assert framework.target_group == "ช่างพิมพ์"
    assert "several_qualifications" in {warning.code for warning in framework.warnings}


def codes_of(framework: Framework) -> set[tuple[str, str | None]]:
    return {(warning.code, warning.subject) for warning in framework.warnings}


def test_tables_of_the_map_that_disagree_about_functions() -> None:
    one_gone = parse_standard(SMALL_STANDARD.replace("B1 พิมพ์ลาย\nB2 จัดเก็บข้อมูล", "B1 พิมพ์ลาย"), source_name="x")
    assert ("function_without_role", "B2") in codes_of(one_gone)
    assert one_gone.unit(THIRD).function_code == "B2"
    one_more = parse_standard(SMALL_STANDARD.replace("B2 จัดเก็บข้อมูล\nคำ", "B2 จัดเก็บ\nB3 ขนส่ง\nคำ"), source_name="x")
    assert ("function_without_units", "B3") in codes_of(one_more)


def test_a_cut_code_whose_remainder_shares_a_line_with_the_title() -> None:
    text = SMALL_STANDARD.replace("\n255ZB.1\nเลือกผ้า", "\n255ZB.1 เลือกผ้า")
    framework = parse_standard(text, source_name="x")
    assert same_content(framework, parse_standard(SMALL_STANDARD, source_name="x"))
    assert ("title_differs", f"{FIRST}.1") not in codes_of(framework)
    assert ("element_not_in_map", f"{FIRST}.1") not in codes_of(framework)


def test_an_element_under_another_unit_in_the_map() -> None:
    text = SMALL_STANDARD.replace("PRT-PRS-4-255ZB.3 ตรวจกรอบ\nB1", "B1").replace(
        "PRT-PRS-4-256ZB.2 ล้างกรอบ", "PRT-PRS-4-255ZB.3 ตรวจกรอบ"
    )
    framework = parse_standard(text, source_name="x")
    assert ("element_under_other_unit", f"{FIRST}.3") in codes_of(framework)
    assert framework.unit_of(f"{FIRST}.3").code == FIRST


def test_an_element_that_stands_twice_in_its_unit() -> None:
    text = SMALL_STANDARD.replace("PRT-PRS-4-255ZB.3\nตรวจกรอบ", "PRT-PRS-4-255ZB.1\nตรวจกรอบ")
    framework = parse_standard(text, source_name="x")
    assert ("element_repeated", f"{FIRST}.1") in codes_of(framework)
    assert framework.element(f"{FIRST}.1").wording == "เลือกผ้า"


def test_name_on_the_headings_line_and_issuer_by_the_forms_owner() -> None:
    text = SMALL_STANDARD.replace("อาชีพ\n\nมาตรฐานอาชีพช่างพิมพ์ผ้า", "อาชีพ ช่างพิมพ์ผ้า").replace(
        "2 หน่วยงาน ได้แก่", "หลายฝ่ายกับสถาบันคุณวุฒิวิชาชีพ (องค์การมหาชน)"
    )
    framework = parse_standard(text, source_name="x")
    assert framework.title == "ช่างพิมพ์ผ้า"
    assert framework.issuer == "สถาบันคุณวุฒิวิชาชีพ (องค์การมหาชน)"
    assert framework.co_issuers == ()


def test_a_unit_without_title_is_said() -> None:
    text = SMALL_STANDARD.replace("2. ชื่อหน่วยสมรรถนะ บันทึกงานพิมพ์", "2. ชื่อหน่วยสมรรถนะ")
    framework = parse_standard(text, source_name="x")
    assert framework.unit(THIRD).title == ""
    assert ("section_empty", THIRD, 2) in {(w.code, w.unit, w.section) for w in framework.warnings}


def test_key_roles_in_figures_count_on() -> None:
    numbered = SMALL_STANDARD.replace("\nA เตรียม A1", "\n01 เตรียม A1")
    counted = parse_standard(numbered.replace("\nB ผลิต", "\n02 ผลิต"), source_name="x")
    assert [role.code for role in counted.roles] == ["01", "02"]
    assert ("role_sequence", "02") not in codes_of(counted)
    skipped = parse_standard(numbered.replace("\nB ผลิต", "\n03 ผลิต"), source_name="x")
    assert ("role_sequence", "03") in codes_of(skipped)
