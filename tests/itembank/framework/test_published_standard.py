"""The standard that ships with the product, and the published text it came from where that is at hand."""

from pathlib import Path
from time import perf_counter

import pytest

from itembank.framework.decoding import decode_standard
from itembank.framework.document import Framework
from itembank.framework.parser import parse_standard
from itembank.framework.starter import STARTER_STANDARD, load_starter_standard, standard_as_json

REPOSITORY = Path(__file__).parents[3]
TEXT = REPOSITORY.parent / "shared" / "standard" / "tpqi-digital-executive-developing.th.txt"


@pytest.fixture(scope="module")
def standard() -> Framework:
    return load_starter_standard()


def test_counts(standard: Framework) -> None:
    assert standard.counts() == {
        "units": 16,
        "elements": 45,
        "criteria": 159,
        "written_elements": 37,
        "written_criteria": 135,
    }


def test_fourteen_units_have_a_written_exam(standard: Framework) -> None:
    without = {unit.code for unit in standard.units if not any(element.is_written for element in unit.elements)}
    assert without == {"DTR200", "SPM100"}
    assert not standard.element("DTR104").is_written
    assert not standard.element("DTR105").is_written
    assert len(standard.units) - len(without) == 14


def test_issuers_and_groups_are_named(standard: Framework) -> None:
    assert standard.title == "สมรรถนะสนับสนุนการทำงานด้านดิจิทัลสำหรับข้าราชการ และบุคลากรภาครัฐ"
    assert standard.issuer == "สถาบันคุณวุฒิวิชาชีพ (องค์การมหาชน)"
    assert standard.co_issuers == (
        "สำนักงานคณะกรรมการข้าราชการพลเรือน (ก.พ.)",
        "สำนักงานรัฐบาลอิเล็กทรอนิกส์ (องค์การมหาชน) (สรอ.)",
    )
    assert standard.announced == "2022-11-27"
    assert (len(standard.skill_groups), len(standard.target_groups), len(standard.stages)) == (7, 6, 3)


def test_functional_map(standard: Framework) -> None:
    functions = {role.code: [function.code for function in role.functions] for role in standard.roles}
    assert functions == {"01": ["Dlit"], "02": ["DG"], "03": ["DS", "DT"], "04": ["DL", "SPM"], "05": ["DTR"]}
    assert standard.key_purpose.startswith("เพื่อการเปลี่ยนผ่านสู่รัฐบาลดิจิทัลที่มีการบูรณาการเสมือนเป็นองค์กรเดียว (Connected")
    for unit in standard.units:
        assert unit.function_code is not None
        assert unit.code.startswith(unit.function_code)


def test_a_criterion_of_every_difficulty(standard: Framework) -> None:
    texts = {
        "Dlit101-1.5": "ใช้งานอุปกรณ์เคลื่อนที่",
        "DG101-1.1": "ระบุกฎหมายกรอบธรรมาภิบาลและแนวปฏิบัติที่เกี่ยวข้องกับการทำงานดิจิทัลที่รับผิดชอบได้",
        "DG602-2.3": "วางแผนในการติดต่อสื่อสารและบริหารจัดการผู้มีส่วนได้เสียจากหน่วยงานที่เกี่ยวข้อง"
        "โดยวิเคราะห์ทางเลือกที่เหมาะสมในการแก้ไขกฎหมายเพื่อให้ได้ข้อยุต",
        "DG602-2.4": "หารือกับหน่วยงานที่เกี่ยวข้องให้ได้ข้อยุติในการแก้ไขกฎหมาย",
        "DL103-3.3": "ใช้เครื่องมือระบบบริหารแรงงานสัมพันธ์ (Employee Relationship Management) มาพัฒนาให้เกิดความเป็นธรรม"
        "ในการทำงานโดยกำหนดตัวชี้วัดผลการปฏิบัติงานเป็นรายบุคคลให้สอดคล้องกับเป้าหมายของหน่วยงาน",
        "DS201-1.3": "จัดทำแผนปฏิบัติการที่สามารถเชื่อมโยงได้กับนโยบายการให้บริการตามกรอบมาตรฐานการทำงานข้ามหน่วยงาน หรือ THeGIF2.0",
        "SPM303-3.1": "กำหนดหน่วยงานและ/หรือบุคลากรที่จะรับผิดชอบแผนลงทุนทรัพยากรแต่ละแผน",
    }
    assert {code: standard.criterion(code).text for code in texts} == texts


def test_sections(standard: Framework) -> None:
    unit = standard.unit("DG600")
    assert len(unit.laws) == 6
    assert len(unit.required_skills) == 6
    assert len(unit.required_knowledge) == 10
    assert len(unit.prerequisites) == 5
    assert [len(part) for part in (unit.evidence_guide.performance, unit.evidence_guide.knowledge)] == [3, 2]
    assert unit.range_statement.scope[0].startswith("หน่วยสมรรถนะนี้ใช้สำหรับสรุปหลักการ")
    assert unit.range_statement.details == ()
    assert unit.assessment_procedure == (
        "สอบข้อเขียน และการสัมภาษณ์",
        "พิจารณาได้จากเครื่องมือประเมินสมรรถนะบุคคล (Assessment Tool)",
    )


def test_nothing_of_the_pages_is_left_in_the_texts(standard: Framework) -> None:
    text = "\n".join([criterion.text for criterion in standard.criteria] + [e.title for e in standard.elements])
    assert "(Element)" not in text
    assert standard.title not in text
    assert "•" not in str(standard.to_dict())


def test_warnings(standard: Framework) -> None:
    """Every warning was read against the text; more or fewer of them is a change that somebody has to look at."""
    by_code: dict[str, list[tuple[str | None, int | None, str | None]]] = {}
    for warning in standard.warnings:
        by_code.setdefault(warning.code, []).append((warning.unit, warning.section, warning.subject))
    assert by_code == {
        "section_empty_everywhere": [(None, 7, None)],
        "section_empty": [("DL300", 16, None)],
        "title_doubled": [("DT300", 11, "DT301")],
        "stray_title": [("DT600", 14, None), ("DTR200", 13, None)],
        "procedure_method_unnamed": [("DT600", 18, None), ("DT600", 18, None)],
        "procedure_method_unused": [("DTR200", 18, None), ("SPM100", 18, None)],
        "lost_letters": [
            ("DG100", 11, "DG102-2.1"),
            ("DG600", 11, "DG602-2.3"),
            ("DL100", 11, "DL101-1.1"),
            ("DL100", 11, "DL101-1.4"),
            ("DL200", 14, None),
            ("DL300", 11, "DL301-1.1"),
            ("DL300", 12, None),
            ("DL300", 13, None),
            ("DL300", 15, None),
            ("Dlit100", 15, None),
            ("DS100", 6, None),
            ("DS200", 15, None),
            ("DTR200", 11, "DTR204-4.2"),
            ("DTR200", 14, None),
            ("SPM100", 14, None),
        ],
    }


def test_the_file_is_stable() -> None:
    path = REPOSITORY / "itembank" / STARTER_STANDARD
    assert standard_as_json(load_starter_standard()) == path.read_text(encoding="utf-8")


@pytest.mark.skipif(not TEXT.exists(), reason="the published text is not part of the repository")
def test_the_published_text_gives_exactly_the_shipped_file(standard: Framework) -> None:
    text = decode_standard(TEXT.read_bytes(), source_name=TEXT.name)
    started = perf_counter()
    parsed = parse_standard(text, source_name=TEXT.name)
    assert perf_counter() - started < 5
    assert parsed == standard
    lines = text.splitlines()
    for warning in parsed.warnings:
        if warning.code == "lost_letters":
            assert warning.line is not None
            ending = warning.message[2:].partition("”")[0]
            assert ending.endswith(lines[warning.line - 1].strip()[-6:])
