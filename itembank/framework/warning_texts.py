"""What the importer says about an oddity, in English and Thai, by the warning's code."""

from __future__ import annotations

from itembank.framework.document import StandardWarning

SENTENCES: dict[str, tuple[str, str]] = {
    "title_missing": (
        "The name of the standard was not found under “ชื่อมาตรฐานอาชีพ”; it is left empty.",
        "ไม่พบชื่อมาตรฐานภายใต้หัวข้อ “ชื่อมาตรฐานอาชีพ” จึงเว้นว่างไว้",
    ),
    "issuer_missing": (
        "The text names no issuing organisation; it is left empty.",
        "ข้อความไม่ได้ระบุหน่วยงานผู้จัดทำ จึงเว้นว่างไว้",
    ),
    "date_missing": (
        "No date of announcement was found (“ประกาศใช้ ณ day/month/year”).",
        "ไม่พบวันที่ประกาศใช้ (“ประกาศใช้ ณ วัน/เดือน/ปี”)",
    ),
    "date_unreadable": (
        "“{date}” is no date; the date of announcement is left empty.",
        "“{date}” ไม่ใช่วันที่ จึงเว้นวันที่ประกาศใช้ว่างไว้",
    ),
    "dates_differ": (
        "The text names several dates of announcement ({dates}); the first was taken.",
        "ข้อความระบุวันที่ประกาศใช้หลายวัน ({dates}) ใช้วันที่แรก",
    ),
    "stated_count": (
        "The text announces {stated} × “{label}” and {found} could be read; they were taken.",
        "ข้อความระบุ “{label}” จำนวน {stated} รายการ แต่อ่านได้ {found} รายการ จึงใช้เท่าที่อ่านได้",
    ),
    "several_qualifications": (
        "The standard describes {count} qualifications; the texts about the qualification are those of the first.",
        "มาตรฐานนี้มี {count} คุณวุฒิ ผลการเรียนรู้ เงื่อนไขการเข้าสู่คุณวุฒิ และกลุ่มบุคคลเป็นของคุณวุฒิแรก",
    ),
    "header_part_missing": (
        "The header has no part “{heading}”; it is left empty.",
        "ส่วนต้นไม่มีหัวข้อ “{heading}” จึงเว้นว่างไว้",
    ),
    "listed_without_block": (
        "The header lists unit {listed} “{title}”, but the text has no block for it; the unit was not imported.",
        "ส่วนต้นระบุหน่วยสมรรถนะ {listed} “{title}” แต่ไม่มีรายละเอียดของหน่วยนี้ จึงไม่ได้นำเข้า",
    ),
    "block_not_listed": (
        "The unit has a block, but the header's list does not name it; it was imported.",
        "มีรายละเอียดของหน่วยสมรรถนะนี้ แต่ไม่อยู่ในรายการของส่วนต้น ได้นำเข้าแล้ว",
    ),
    "unit_list_missing": (
        "The header has no list of the units (“หน่วยสมรรถนะทั้งหมด”); the units were taken from their blocks.",
        "ส่วนต้นไม่มีรายการหน่วยสมรรถนะทั้งหมด จึงใช้หน่วยสมรรถนะจากรายละเอียดแต่ละหน่วย",
    ),
    "title_differs": (
        "{subject} is called “{other}” in the {place}; the title of the unit's block “{title}” was kept.",
        "{subject} มีชื่อว่า “{other}” ใน{place_thai} แต่ใช้ชื่อในรายละเอียดหน่วย “{title}”",
    ),
    "map_missing": (
        "The functional map ({table}) was not found; {consequence}.",
        "ไม่พบตารางแผนผังแสดงหน้าที่ ({table}) {consequence_thai}",
    ),
    "unit_not_in_map": (
        "The functional map does not show the unit; it stands under no key function.",
        "ตารางแผนผังแสดงหน้าที่ไม่มีหน่วยสมรรถนะนี้ จึงไม่อยู่ภายใต้หน้าที่หลักใด",
    ),
    "map_code_without_block": (
        "The functional map shows {subject} “{title}”, which no unit's block has; it was not imported.",
        "ตารางแผนผังแสดงหน้าที่มี {subject} “{title}” แต่ไม่มีในรายละเอียดหน่วยใด จึงไม่ได้นำเข้า",
    ),
    "element_not_in_map": (
        "The functional map does not show element {subject}; it was imported from the unit's block.",
        "ตารางแผนผังแสดงหน้าที่ไม่มีสมรรถนะย่อย {subject} ได้นำเข้าจากรายละเอียดหน่วย",
    ),
    "element_under_other_unit": (
        "The functional map shows element {subject} under unit {other}; it was kept in the unit whose block has it.",
        "ตารางแผนผังแสดงหน้าที่แสดงสมรรถนะย่อย {subject} ภายใต้หน่วย {other} แต่คงไว้ในหน่วยที่มีรายละเอียด",
    ),
    "function_without_role": (
        "Key function {subject} has units in the map, but stands under no key role; it was left out of the roles.",
        "หน้าที่หลัก {subject} มีหน่วยสมรรถนะในตาราง แต่ไม่อยู่ภายใต้บทบาทหลักใด จึงไม่แสดงในบทบาทหลัก",
    ),
    "function_without_units": (
        "Key function {subject} stands under a key role, but the map shows no unit of it.",
        "หน้าที่หลัก {subject} อยู่ภายใต้บทบาทหลัก แต่ตารางไม่แสดงหน่วยสมรรถนะของหน้าที่นี้",
    ),
    "role_sequence": (
        "Key role {subject} follows {previous}: the codes do not count on by one.",
        "บทบาทหลัก {subject} อยู่ถัดจาก {previous} ซึ่งรหัสไม่เรียงต่อกัน",
    ),
    "section_missing": (
        "Section {section} “{heading}” is missing; it is left empty.",
        "ไม่มีข้อ {section} “{heading}” จึงเว้นว่างไว้",
    ),
    "section_number": (
        "The heading “{heading}” has the number {printed}; it was read as section {section}.",
        "หัวข้อ “{heading}” มีเลขข้อ {printed} แต่อ่านเป็นข้อ {section}",
    ),
    "section_repeated": (
        "Section {section} “{heading}” stands twice in the block; both texts were read as one.",
        "ข้อ {section} “{heading}” มีสองครั้งในรายละเอียดหน่วย จึงอ่านรวมกัน",
    ),
    "section_empty": (
        "Section {section} “{heading}” has a heading and nothing under it, not even N/A.",
        "ข้อ {section} “{heading}” มีแต่หัวข้อ ไม่มีข้อความ ไม่ได้ระบุ N/A",
    ),
    "section_empty_everywhere": (
        "Section {section} “{heading}” is empty in all {count} units.",
        "ข้อ {section} “{heading}” ว่างในทุกหน่วย ({count} หน่วย)",
    ),
    "part_missing": (
        "Section {section} has no part ({letter}) “{heading}”; it is left empty.",
        "ข้อ {section} ไม่มีส่วน ({letter}) “{heading}” จึงเว้นว่างไว้",
    ),
    "unit_without_code": (
        "The unit's block has no code; its text, up to the next block, was not imported.",
        "รายละเอียดหน่วยสมรรถนะไม่มีรหัส จึงไม่ได้นำเข้าข้อความจนถึงหน่วยถัดไป",
    ),
    "unit_repeated": (
        "There is a second block for this unit; the first one was kept.",
        "มีรายละเอียดของหน่วยสมรรถนะนี้ซ้ำ จึงใช้รายการแรก",
    ),
    "unit_without_elements": (
        "No element of competence was found in the unit.",
        "ไม่พบสมรรถนะย่อยในหน่วยสมรรถนะนี้",
    ),
    "element_repeated": (
        "Element {subject} stands twice ({where}); the first one was kept.",
        "สมรรถนะย่อย {subject} มีซ้ำ ({where_thai}) จึงใช้รายการแรก",
    ),
    "element_resumed": (
        "Element {subject} is named again in the table; its criteria were read as one element.",
        "ตารางระบุสมรรถนะย่อย {subject} อีกครั้ง จึงอ่านเกณฑ์รวมเป็นสมรรถนะย่อยเดียวกัน",
    ),
    "element_sequence": (
        "Element {subject} follows {previous}: the codes do not count on by one.",
        "สมรรถนะย่อย {subject} อยู่ถัดจาก {previous} ซึ่งรหัสไม่เรียงต่อกัน",
    ),
    "element_without_title": (
        "Element {subject} has no title.",
        "สมรรถนะย่อย {subject} ไม่มีชื่อ",
    ),
    "element_without_criteria": (
        "Element {subject} has no performance criterion.",
        "สมรรถนะย่อย {subject} ไม่มีเกณฑ์ในการปฏิบัติงาน",
    ),
    "element_without_methods": (
        "Element {subject} has no assessment method; it counts as not assessed by written exam.",
        "สมรรถนะย่อย {subject} ไม่มีวิธีการประเมิน จึงถือว่าไม่มีการสอบข้อเขียน",
    ),
    "unknown_method": (
        "“{wording}” stands among the assessment methods of {subject} and is none that is known; it was left out.",
        "“{wording}” อยู่ในช่องวิธีการประเมินของสมรรถนะย่อย {subject} แต่ไม่ใช่วิธีที่รู้จัก จึงไม่ได้นำเข้า",
    ),
    "criterion_position": (
        "Criterion {subject} is numbered {number}, but its element is number {position} in the unit; kept as printed.",
        "เกณฑ์ {subject} มีเลข {number} แต่สมรรถนะย่อยอยู่ลำดับที่ {position} ของหน่วย คงไว้ตามที่พิมพ์",
    ),
    "criterion_sequence": (
        "Criterion {subject} follows {previous}: the numbers do not count on by one.",
        "เกณฑ์ {subject} อยู่ถัดจาก {previous} ซึ่งเลขไม่เรียงต่อกัน",
    ),
    "criterion_repeated": (
        "Criterion {subject} stands twice; the first one was kept, the second one reads “{wording}”.",
        "เกณฑ์ {subject} มีซ้ำ จึงใช้รายการแรก รายการที่สองคือ “{wording}”",
    ),
    "criterion_without_text": (
        "Criterion {subject} has a number and no text.",
        "เกณฑ์ {subject} มีแต่เลข ไม่มีข้อความ",
    ),
    "unread_text": (
        "“{wording}” stands in the table before any element and was not imported.",
        "“{wording}” อยู่ในตารางก่อนสมรรถนะย่อยใด ๆ จึงไม่ได้นำเข้า",
    ),
    "lone_number": (
        "The figure “{wording}” stands alone in the table; it was taken for a page number and left out.",
        "ตัวเลข “{wording}” อยู่โดดในตาราง ถือว่าเป็นเลขหน้าและไม่ได้นำเข้า",
    ),
    "title_doubled": (
        "The title of {subject} stands twice in a row (“{wording}” and again); it was kept as published.",
        "ชื่อของ {subject} พิมพ์ซ้ำสองครั้งติดกัน (“{wording}”) คงไว้ตามที่ประกาศ",
    ),
    "procedure_method_unused": (
        "Section 18 names {method}, but no element of the unit is assessed that way; the elements' methods were kept.",
        "ข้อ 18 ระบุ{method_thai} แต่ไม่มีสมรรถนะย่อยใดของหน่วยใช้วิธีนี้ ใช้วิธีการประเมินของสมรรถนะย่อย",
    ),
    "procedure_method_unnamed": (
        "The elements are assessed by {method} too, which section 18 does not name; the elements' methods were kept.",
        "สมรรถนะย่อยใช้{method_thai}ด้วย แต่ข้อ 18 ไม่ได้ระบุ ใช้วิธีการประเมินของสมรรถนะย่อย",
    ),
    "lost_letters": (
        "“…{ending}” seems to have lost its last letter or mark: {reason}. It was kept as published.",
        "“…{ending}” ตัวอักษรหรือเครื่องหมายท้ายข้อความน่าจะหายไป: {reason_thai} คงไว้ตามที่ประกาศ",
    ),
    "stray_title": (
        "“{wording}” ends several unrelated texts: probably a running title of the publisher's. Kept as published.",
        "“{wording}” ต่อท้ายข้อความหลายแห่งที่ไม่เกี่ยวข้องกัน น่าจะเป็นหัวกระดาษ คงไว้ตามที่ประกาศ",
    ),
}


def warn(
    code: str,
    *,
    unit: str | None = None,
    section: int | None = None,
    subject: str | None = None,
    line: int | None = None,
    **details: object,
) -> StandardWarning:
    """Build a warning.

    Args:
        code: One of ``SENTENCES``.
        unit: Code of the unit concerned.
        section: Number of the section concerned.
        subject: Code of the element or criterion concerned.
        line: Line of the text.
        **details: What else the sentences name.

    Returns:
        The warning with both sentences filled in.
    """
    english, thai = SENTENCES[code]
    values = {"subject": subject, "section": section, **details}
    return StandardWarning(code, unit, section, subject, line, english.format(**values), thai.format(**values))
