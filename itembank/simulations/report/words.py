"""The words of simulation reports, in Thai and in English."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, Mapping[str, str]]

#: The figures of a report by their name in it, in the order in which they are shown.
FIGURES: Words = {
    "decision_accuracy": {"th": "ตัดสินถูกต้อง", "en": "Decisions right"},
    "claimed_accuracy": {"th": "ความถูกต้องที่ระบบอ้าง", "en": "Accuracy claimed"},
    "verdict_accuracy": {"th": "ผลที่ออกแล้วถูกต้อง", "en": "Issued verdicts right"},
    "undecided": {"th": "ยังตัดสินไม่ได้", "en": "Left undecided"},
    "mean_length": {"th": "จำนวนข้อเฉลี่ย", "en": "Mean number of questions"},
    "bias": {"th": "ความเอนเอียงของค่าประมาณ (θ)", "en": "Bias of the estimate (θ)"},
    "rmse": {"th": "ความคลาดเคลื่อนของค่าประมาณ (RMSE)", "en": "Error of the estimate (RMSE)"},
    "mean_standard_error": {"th": "ความคลาดเคลื่อนมาตรฐานที่ระบบรายงาน", "en": "Standard error reported"},
    "interval_coverage": {"th": "ช่วง 90% ที่ครอบคลุมค่าจริง", "en": "90% intervals that hold the truth"},
    "max_exposure": {"th": "ข้อที่ใช้บ่อยที่สุด", "en": "Most used question"},
    "overlap": {"th": "ข้อสอบที่ซ้ำกันระหว่างผู้เข้าสอบ", "en": "Overlap between candidates"},
    "blueprint_violations": {"th": "การสอบที่ผิดผังข้อสอบ", "en": "Sittings that break the blueprint"},
}

#: The settings of a simulation, in the order in which they are shown; those of a design as the exam form names them.
SETTINGS: Words = {
    "examinees": {"th": "ผู้เข้าสอบจำลอง", "en": "Simulated candidates"},
    "ability": {"th": "ความสามารถจริง (ค่าเฉลี่ย, ส่วนเบี่ยงเบนมาตรฐาน)", "en": "True ability (mean, standard deviation)"},
    "seed": {"th": "ค่าเริ่มต้นการสุ่ม", "en": "Seed"},
    "parameters": {"th": "ค่าพารามิเตอร์จริง", "en": "True parameters"},
    "length": {"th": "จำนวนข้อ (อย่างน้อย–อย่างมาก)", "en": "Questions (fewest–most)"},
    "cut_score": {"th": "คะแนนตัด (ค่าความสามารถ θ)", "en": "Cut score (ability θ)"},
    "confidence": {"th": "ความเชื่อมั่นของผล", "en": "Confidence of the verdict"},
    "stop_rules": {"th": "เกณฑ์หยุดสอบ", "en": "When the exam stops"},
    "selection": {"th": "การเลือกข้อสอบ", "en": "Choice of questions"},
    "randomesque": {"th": "สุ่มจากกี่ข้อที่ดีที่สุด", "en": "Draw from the best"},
    "maximum_exposure": {"th": "แต่ละข้อออกไม่เกิน", "en": "Each item goes to at most"},
    "exposure_bins": {
        "th": "จำนวนช่วงความสามารถที่คุมการใช้ข้อสอบซ้ำแยกกัน",
        "en": "Bins of ability with a limit of their own",
    },
    "pretest_items": {"th": "จำนวนข้อทดลองใช้ต่อคน", "en": "Tried-out questions a candidate"},
    "constraints": {"th": "ข้อกำหนดในผังข้อสอบ", "en": "Bounds in the blueprint"},
}

#: Ways to choose questions, as the exam form names them.
SELECTIONS: Words = {
    "information-at-cut": {"th": "ข้อที่ให้สารสนเทศมากที่สุด ณ คะแนนตัด", "en": "Most informative at the cut score"},
    "information": {"th": "ข้อที่ให้สารสนเทศมากที่สุด ณ ค่าประมาณความสามารถ", "en": "Most informative at the estimate"},
    "posterior-information": {
        "th": "ข้อที่ให้สารสนเทศโดยเฉลี่ยมากที่สุดตามความน่าจะเป็นของความสามารถ",
        "en": "Most informative over the likely abilities",
    },
    "kl": {
        "th": "ข้อที่แยกความสามารถจากค่าใกล้เคียงได้ดีที่สุด (Kullback–Leibler)",
        "en": "Tells the estimate best from abilities around it (Kullback–Leibler)",
    },
    "mepv": {
        "th": "ข้อที่คาดว่าจะลดความแปรปรวนของค่าประมาณได้มากที่สุด",
        "en": "Expected to narrow the estimate most",
    },
    "progressive": {
        "th": "แบบก้าวหน้า (เริ่มจากการสุ่ม แล้วให้น้ำหนักสารสนเทศมากขึ้นทุกข้อ)",
        "en": "Progressive: by chance at first, more by information with every answer",
    },
    "random": {"th": "สุ่ม", "en": "At random"},
}

#: Stop rules, as the exam form names them; it has a field of its own for the time.
STOP_RULES: Words = {
    "confidence": {"th": "มั่นใจในผลตัดสิน", "en": "The verdict is sure"},
    "se": {
        "th": "ประมาณความสามารถได้ละเอียดพอ (ความคลาดเคลื่อนมาตรฐาน)",
        "en": "Ability is known precisely enough (standard error)",
    },
    "information": {"th": "ไม่มีข้อที่บอกเพิ่มได้มากพอ", "en": "No question left would tell enough"},
    "sprt": {"th": "การทดสอบอัตราส่วนความน่าจะเป็น (SPRT)", "en": "Probability ratio test (SPRT)"},
    "glr": {"th": "อัตราส่วนภาวะน่าจะเป็นแบบทั่วไป (GLR)", "en": "Generalised likelihood ratio (GLR)"},
    "interval": {"th": "ช่วงความเชื่อมั่นไม่คร่อมคะแนนตัด", "en": "The interval excludes the cut score"},
    "length": {"th": "ครบจำนวนข้ออย่างมากเสมอ", "en": "Always the most questions"},
    "time": {"th": "ครบเวลาที่กำหนด", "en": "The time is over"},
}

TEXTS: Words = {
    "title": {"th": "รายงานการจำลองการสอบ", "en": "Report of a simulated exam"},
    "lead": {
        "th": "ผู้เข้าสอบทุกคนในรายงานนี้เป็นผู้เข้าสอบจำลอง ตัวเลขหลัง ± คือความคลาดเคลื่อนมาตรฐานของการจำลอง (มอนติคาร์โล)",
        "en": "Every candidate in this report is simulated. The number after ± is the Monte Carlo standard error.",
    },
    "settings": {"th": "สิ่งที่จำลอง", "en": "What was simulated"},
    "figures": {"th": "ผลโดยรวม", "en": "Overall figures"},
    "figure": {"th": "ตัวชี้วัด", "en": "Figure"},
    "value": {"th": "ค่า", "en": "Value"},
    "error": {"th": "ความคลาดเคลื่อนมาตรฐาน", "en": "Standard error"},
    "data": {"th": "ข้อมูลของแผนภูมิ", "en": "Data of the chart"},
    "reasons": {"th": "เหตุที่การสอบสิ้นสุด", "en": "Why sittings ended"},
    "reason": {"th": "เหตุ", "en": "Reason"},
    "sittings": {"th": "จำนวนการสอบ", "en": "Sittings"},
    "share": {"th": "สัดส่วน", "en": "Share"},
    "items": {"th": "การใช้ข้อสอบ", "en": "Use of the questions"},
    "never_seen": {"th": "ข้อที่ไม่มีผู้ใดได้รับเลย ({n})", "en": "Questions that nobody was given ({n})"},
    "over_limit": {
        "th": "ข้อที่ใช้เกินขีดจำกัด {limit} ({n})",
        "en": "Questions used more than the limit of {limit} ({n})",
    },
    "none_never_seen": {"th": "ทุกข้อมีผู้ได้รับอย่างน้อยหนึ่งคน", "en": "Every question was given to somebody."},
    "none_over_limit": {
        "th": "ไม่มีข้อใดใช้เกินขีดจำกัด {limit}",
        "en": "No question was used more than the limit of {limit}.",
    },
    "limit_out_of_reach": {
        "th": "ขีดจำกัด {limit} ทำไม่ได้ด้วยข้อสอบที่มีอยู่ ต่ำกว่า {least} (จำนวนข้อเฉลี่ยหารด้วยจำนวนข้อในคลัง) เป็นไปไม่ได้",
        "en": "The limit of {limit} cannot be kept: less than {least} (mean length over items) is impossible.",
    },
    "no_limit": {"th": "ไม่ได้กำหนดขีดจำกัดการใช้ข้อสอบ", "en": "There is no limit to the use of a question."},
    "unlimited": {"th": "ไม่จำกัด", "en": "no limit"},
    "none": {"th": "ไม่มี", "en": "none"},
    "all_rules": {"th": "ทุกเกณฑ์พร้อมกัน: {rules}", "en": "all at once: {rules}"},
    "any_rule": {"th": "เกณฑ์ใดก็ได้: {rules}", "en": "any one: {rules}"},
    "best_of": {"th": "{n} ข้อ", "en": "{n}"},
    "parameters_differ": {
        "th": "ต่างจากค่าในคลังตามความคลาดเคลื่อนมาตรฐาน",
        "en": "differ from the bank's by their standard errors",
    },
    "parameters_same": {"th": "ตรงกับค่าในคลัง", "en": "are the bank's"},
    "parameters_given": {"th": "จากแฟ้มที่ระบุ", "en": "from the file given"},
    "theta": {"th": "ความสามารถจริง (θ)", "en": "True ability (θ)"},
    "n": {"th": "จำนวนคน", "en": "Candidates"},
    "bias": {"th": "ความเอนเอียง", "en": "Bias"},
    "rmse": {"th": "RMSE", "en": "RMSE"},
    "standard_error": {"th": "ความคลาดเคลื่อนมาตรฐานที่รายงาน", "en": "Standard error reported"},
    "length": {"th": "จำนวนข้อ", "en": "Questions"},
    "accuracy": {"th": "ตัดสินถูกต้อง", "en": "Decisions right"},
    "undecided": {"th": "ยังตัดสินไม่ได้", "en": "Left undecided"},
    "coverage": {"th": "ช่วง 90% ครอบคลุมค่าจริง", "en": "90% intervals hold the truth"},
    "key_cut": {"th": "คะแนนตัด", "en": "Cut score"},
    "key_limit": {"th": "ขีดจำกัด", "en": "Limit"},
    "key_equal": {"th": "อ้างเท่ากับจริง", "en": "Claim equals truth"},
    "whiskers": {
        "th": "เส้นตั้งที่จุดคือช่วงความคลาดเคลื่อนของการจำลอง 95%",
        "en": "The upright line through a point is its 95% Monte Carlo interval.",
    },
    "conditional_title": {"th": "ความแม่นยำตามความสามารถจริง", "en": "Precision by true ability"},
    "conditional_long": {
        "th": "ความเอนเอียง RMSE และความคลาดเคลื่อนมาตรฐานที่รายงาน ในแต่ละช่วงของความสามารถจริง",
        "en": "Bias, RMSE and reported standard error in each range of true ability.",
    },
    "conditional_y": {"th": "หน่วย θ", "en": "Units of θ"},
    "accuracy_title": {"th": "การตัดสินถูกต้องตามความสามารถจริง", "en": "Right decisions by true ability"},
    "accuracy_long": {
        "th": "สัดส่วนผู้เข้าสอบที่ตัดสินถูกด้านของคะแนนตัด ในแต่ละช่วงของความสามารถจริง ใกล้คะแนนตัดย่อมตัดสินยากที่สุด",
        "en": "Share of candidates placed on the right side of the cut, in each range of true ability; it is hardest "
        "near the cut.",
    },
    "claims_title": {"th": "ความเชื่อมั่นที่ระบบอ้างเทียบกับความจริง", "en": "Confidence claimed against the truth"},
    "claims_long": {
        "th": "ผู้เข้าสอบแบ่งเป็นกลุ่มเท่า ๆ กันตามความเชื่อมั่นที่ระบบอ้าง จุดแต่ละจุดคือสัดส่วนที่ระบบตัดสินถูกด้านจริงในกลุ่มนั้น",
        "en": "Candidates in groups of equal size by the confidence that the engine claims; each point is the share of "
        "the group placed on the right side in truth.",
    },
    "claimed": {"th": "ความเชื่อมั่นที่อ้าง", "en": "Confidence claimed"},
    "actual": {"th": "ถูกต้องจริง", "en": "Right in truth"},
    "lengths_title": {"th": "การกระจายของจำนวนข้อ", "en": "Distribution of lengths"},
    "lengths_long": {"th": "จำนวนการสอบตามจำนวนข้อที่ใช้", "en": "Number of sittings by their number of questions."},
    "exposure_title": {"th": "การใช้ข้อสอบแต่ละข้อ", "en": "Exposure of the questions"},
    "exposure_long": {
        "th": "สัดส่วนการสอบที่ใช้แต่ละข้อ เรียงจากมากไปน้อย ข้อที่เกินขีดจำกัดมีเครื่องหมาย ▲",
        "en": "Share of sittings that gave each question, from the most to the least used; ▲ marks those over the "
        "limit.",
    },
    "question": {"th": "ข้อสอบ", "en": "Question"},
    "n_place": {"th": "ลำดับ", "en": "Place"},
    "exposure_y": {"th": "ร้อยละของการสอบ", "en": "Percent of sittings"},
    "flagged": {"th": "เกินขีดจำกัด", "en": "Over the limit"},
    "subscores": {"th": "คะแนนรายสมรรถนะย่อยเชื่อได้เพียงใด", "en": "How far scores of single elements can be trusted"},
    "subscores_long": {
        "th": "PRMSE ในคลังนี้: สัดส่วนของความคลาดเคลื่อนกำลังสองเฉลี่ยที่ลดได้เมื่อทำนายคะแนนจริงของสมรรถนะย่อย ในแบบทดสอบที่ยาวที่สุด "
        "1 คือแม่นยำสมบูรณ์ คะแนนของสมรรถนะย่อยเองมีค่าเมื่อทำนายได้ดีกว่าคะแนนรวม",
        "en": "PRMSE in this bank: the share of mean squared error saved in predicting an element's true score, in the "
        "longest test; 1 is perfect. An element's own score is worth telling where it predicts better than the whole.",
    },
    "element": {"th": "สมรรถนะย่อย", "en": "Element"},
    "prmse_own": {"th": "จากคะแนนของตนเอง", "en": "By its own score"},
    "prmse_whole": {"th": "จากคะแนนรวม", "en": "By the whole score"},
    "prmse_both": {"th": "จากทั้งสอง", "en": "By both"},
    "worth": {"th": "ข้อสรุป", "en": "Own score"},
    "added_value": {"th": "มีค่าเพิ่ม", "en": "adds something"},
    "no_added_value": {"th": "ไม่มีค่าเพิ่ม", "en": "adds nothing"},
    "yes": {"th": "ใช่", "en": "yes"},
    "no": {"th": "–", "en": "–"},
}


def text(key: str, language: str, **values: object) -> str:
    """Give a text with its values filled in."""
    return TEXTS[key][language].format(**values)
