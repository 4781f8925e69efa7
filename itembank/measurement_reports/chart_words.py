"""The words of the plots, in Thai and in English."""

from __future__ import annotations

from collections.abc import Mapping

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "item": {"th": "ข้อสอบ", "en": "Item"},
    "yes": {"th": "ใช่", "en": "yes"},
    "no": {"th": "ไม่", "en": "no"},
    "theta": {"th": "ความสามารถ (θ)", "en": "Ability (θ)"},
    "scale": {"th": "ความสามารถและความยาก (θ)", "en": "Ability and difficulty (θ)"},
    "key_cut": {"th": "คะแนนตัด", "en": "Cut score"},
    "wright_title": {"th": "แผนที่ผู้เข้าสอบและข้อสอบ (Wright map)", "en": "Candidates and items (Wright map)"},
    "wright_long": {
        "th": "ซ้าย: ผู้เข้าสอบล่าสุดตามความสามารถ ขวา: ข้อสอบตามความยาก บนสเกลเดียวกัน "
        "ข้อสอบบอกได้ดีที่สุดเกี่ยวกับผู้ที่มีความสามารถใกล้ความยากของข้อ",
        "en": "Left: recent candidates by ability. Right: items by difficulty, on the same scale. "
        "An item tells most about candidates near its difficulty.",
    },
    "people": {"th": "ผู้เข้าสอบ (คน)", "en": "Candidates"},
    "real_people": {"th": "ผู้เข้าสอบจริง", "en": "Real candidates"},
    "simulated_people": {"th": "ผู้เข้าสอบจำลอง", "en": "Simulated candidates"},
    "known_item": {"th": "ข้อที่ประมาณค่าจากคำตอบแล้ว", "en": "Item calibrated on answers"},
    "rated_item": {"th": "ข้อที่มีเพียงค่าจากผู้ออกข้อสอบ", "en": "Item known by its writer's rating alone"},
    "wright_note": {
        "th": "การสอบที่เสร็จสิ้นล่าสุดไม่เกิน {n} ครั้งของแต่ละประเภท",
        "en": "The newest finished sittings, at most {n} of each kind.",
    },
    "range": {"th": "ช่วง θ", "en": "Range of θ"},
    "items": {"th": "ข้อสอบ", "en": "Items"},
    "information_title": {"th": "สารสนเทศเทียบกับเป้าหมาย", "en": "Information against the target"},
    "information_long": {
        "th": "สารสนเทศของข้อสอบตามความสามารถ กับสารสนเทศที่ผลตัดสินของแบบสอบต้องการ ณ คะแนนตัด",
        "en": "What the items tell at each ability, beside what a verdict of the exam's design needs at the cut score.",
    },
    "information": {"th": "สารสนเทศ", "en": "Information"},
    "all_items": {"th": "ทุกข้อในคลัง", "en": "All items of the bank"},
    "all_items_new": {"th": "ทุกข้อ ค่าใหม่", "en": "All items, new values"},
    "all_items_old": {"th": "ทุกข้อ ค่าเดิม", "en": "All items, old values"},
    "longest_test": {"th": "ชุดที่ดีที่สุด {n} ข้อ", "en": "Best test of {n} items"},
    "longest_test_new": {"th": "ชุดที่ดีที่สุด {n} ข้อ ค่าใหม่", "en": "Best test of {n} items, new values"},
    "key_target": {"th": "เป้าหมาย", "en": "Target"},
    "target_note": {
        "th": "เป้าหมาย {target} คือสารสนเทศที่ผู้เข้าสอบซึ่งห่างคะแนนตัด {distance} โลจิตต้องมี "
        "จึงจะได้ผลตัดสินราวครึ่งหนึ่งของครั้ง (ด้านที่ตัดสินยากกว่า) ชุดที่ดีที่สุด {n} ข้อให้ {at_cut} ณ คะแนนตัด "
        "จึงตัดสินได้ราวครึ่งหนึ่งเมื่อห่าง {reached} โลจิต "
        "ข้อในชุดคำถามเดียวกันนับเสมือนเป็นอิสระต่อกัน สารสนเทศของข้อเหล่านั้นจึงสูงกว่าจริง",
        "en": "The target of {target} is what a candidate {distance} logits from the cut needs for a verdict in about "
        "half of the sittings, on the side of the cut where it takes more. The best test of {n} items has {at_cut} at "
        "the cut, which does as much {reached} logits from it. Items of one testlet count as if independent, which "
        "makes their information too high.",
    },
    "target_out_of_reach": {
        "th": "ไม่มีเป้าหมาย: คะแนนตัดมีความคลาดเคลื่อนมากเกินกว่าจะตัดสินผู้ที่ห่าง {distance} โลจิตได้ด้วยความเชื่อมั่นที่กำหนด",
        "en": "There is no target: the cut score's own error leaves candidates {distance} logits from it without a "
        "verdict, "
        "however many items are asked.",
    },
    "of_exam": {"th": "แบบสอบ: {title}", "en": "Design: {title}"},
    "of_proposal": {
        "th": "แบบสอบ: แบบที่เสนอ เพราะยังไม่มีการสอบของหน่วยนี้",
        "en": "Design: the proposed one, as the unit has no exam yet.",
    },
    "elements_title": {"th": "สารสนเทศ ณ คะแนนตัด รายสมรรถนะย่อย", "en": "Information at the cut score by element"},
    "elements_long": {
        "th": "ทุกข้อของแต่ละสมรรถนะย่อยรวมกัน กับสารสนเทศที่ผลตัดสินของสมรรถนะย่อยต้องการจากข้อของตนเองเพียงลำพัง",
        "en": "All items of each element together, beside what its verdict would need if nothing but its own items "
        "told.",
    },
    "element": {"th": "สมรรถนะย่อย", "en": "Element"},
    "n_items": {"th": "จำนวนข้อ", "en": "Items"},
    "below_target": {"th": "ต่ำกว่าเป้าหมาย", "en": "Below the target"},
    "elements_note": {
        "th": "▲ ต่ำกว่าเป้าหมาย คำตอบในสมรรถนะย่อยอื่นช่วยบอกได้ด้วย จึงต้องการจริงน้อยกว่านี้ แต่การสอบหนึ่งครั้งก็ใช้ข้อเพียงบางส่วน",
        "en": "▲ below the target. Answers in other elements tell too, so that less is needed; but one sitting asks "
        "only some of "
        "the items.",
    },
    "exposure_title": {"th": "การใช้ข้อสอบแต่ละข้อ", "en": "Exposure of each item"},
    "exposure_long": {
        "th": "สัดส่วนของการสอบที่ได้ข้อนั้น เรียงจากข้อที่ใช้มากที่สุด เทียบกับขีดจำกัด",
        "en": "The share of sittings that asked each item, the most used first, against the limit.",
    },
    "exposure": {"th": "ร้อยละของการสอบ", "en": "% of sittings"},
    "place": {"th": "อันดับ", "en": "Place"},
    "over_limit": {"th": "เกินขีดจำกัด", "en": "Over the limit"},
    "key_limit": {"th": "ขีดจำกัด {limit}", "en": "Limit of {limit}"},
    "exposure_note": {"th": "▲ ใช้เกินขีดจำกัด", "en": "▲ used more than the limit"},
    "no_limit": {"th": "การสอบของหน่วยนี้ไม่มีขีดจำกัดร่วมกัน", "en": "The unit's exams have no limit in common."},
    "change_b_title": {"th": "ความยาก: ค่าเดิมกับค่าใหม่", "en": "Difficulty, old against new"},
    "change_a_title": {"th": "อำนาจจำแนก: ค่าเดิมกับค่าใหม่", "en": "Discrimination, old against new"},
    "change_long": {
        "th": "จุดหนึ่งจุดคือข้อสอบหนึ่งข้อ เส้นบางคือช่วง 95% ของค่าที่ประมาณจากคำตอบ เดิม (นอน) และใหม่ (ตั้ง) เส้นประคือไม่เปลี่ยนแปลง",
        "en": "Each point is an item. Thin lines are 95% intervals of estimates, old (across) and new (up); "
        "the dashed line is no change.",
    },
    "old_b": {"th": "b เดิม", "en": "Old b"},
    "new_b": {"th": "b ใหม่", "en": "New b"},
    "old_a": {"th": "a เดิม", "en": "Old a"},
    "new_a": {"th": "a ใหม่", "en": "New a"},
    "key_identity": {"th": "ไม่เปลี่ยนแปลง", "en": "No change"},
    "moved_b": {"th": "เปลี่ยนต่างจากข้ออื่น", "en": "Moved unlike the others"},
    "moved_a": {"th": "ต่างเกินความคลาดเคลื่อน", "en": "Differs beyond the errors"},
    "change_b_note": {
        "th": "▲ มีค่า z แกร่งของการเปลี่ยนแปลงตั้งแต่ 1.645 ขึ้นไป",
        "en": "▲ the change has a robust z of 1.645 or more.",
    },
    "change_a_note": {
        "th": "▲ ต่างกันเกิน 1.96 เท่าของความคลาดเคลื่อนมาตรฐานรวม ซึ่งสูงไปหากค่าเดิมและค่าใหม่ใช้คำตอบชุดเดียวกันบางส่วน",
        "en": "▲ differs by more than 1.96 joint standard errors, which are too large where old and new values share "
        "answers.",
    },
}


def text(key: str, language: str, **values: object) -> str:
    """Give a text in a language.

    Args:
        key: Which.
        language: "th" or "en".
        **values: What its places are filled with.
    """
    found = _TEXTS[key][language]
    return found.format(**values) if values else found
