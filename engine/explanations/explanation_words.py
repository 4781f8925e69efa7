"""The words of explanations, in Thai and in English."""

from collections.abc import Mapping

Words = Mapping[str, Mapping[str, str]]

RULES: Words = {
    "information-at-cut": {"th": "สารสนเทศที่ข้อสอบให้ ณ คะแนนตัด", "en": "the information it gives at the cut score"},
    "information": {"th": "สารสนเทศที่ข้อสอบให้ ณ ค่าประมาณความสามารถ", "en": "the information it gives at the estimate"},
    "posterior-information": {
        "th": "สารสนเทศที่ข้อสอบให้โดยเฉลี่ยตามความน่าจะเป็นของความสามารถ",
        "en": "the information it gives on average over the likely abilities",
    },
    "kl": {
        "th": "การแยกความสามารถจากค่าใกล้เคียง (Kullback–Leibler)",
        "en": "how well it tells the estimate from the abilities around it (Kullback–Leibler)",
    },
    "mepv": {
        "th": "ความแปรปรวนที่คาดว่าจะลดลงหลังตอบ",
        "en": "how far its answer is expected to narrow the estimate",
    },
    "progressive": {
        "th": "น้ำหนักแบบก้าวหน้าที่ผสมการสุ่มกับสารสนเทศที่ข้อสอบให้",
        "en": "a mixture of chance and the information it gives",
    },
    "random": {"th": "การสุ่ม", "en": "chance alone"},
    "pretest": {
        "th": "ความแปรปรวนของค่าพารามิเตอร์ของข้อสอบเองที่คาดว่าจะลดลงจากหนึ่งคำตอบ",
        "en": "how far one answer is expected to narrow the question's own parameters",
    },
    # Within a testlet nothing is weighed: this stands for the rule where a page names it.
    "testlet": {
        "th": "ไม่มีการเทียบน้ำหนัก ออกต่อเนื่องในชุดคำถามเดียวกัน",
        "en": "nothing was weighed, it continues the testlet",
    },
}

LEVELS: Words = {
    "exam": {"th": "การสอบ", "en": "the exam"},
    "unit": {"th": "หน่วยสมรรถนะ", "en": "unit"},
    "element": {"th": "สมรรถนะย่อย", "en": "element"},
    "criterion": {"th": "เกณฑ์การปฏิบัติงาน", "en": "criterion"},
}

CONSTRAINTS: Words = {
    "exposure": {
        "th": "การควบคุมการใช้ข้อสอบซ้ำกันข้อนั้นไว้ในการสอบครั้งนี้",
        "en": "exposure control held it back in this sitting",
    },
    "enemy": {
        "th": "ข้อนั้นอยู่ร่วมกับ {code} ในการสอบเดียวกันไม่ได้",
        "en": "it must not stand in one test with {code}",
    },
    "maximum": {
        "th": "{level} {code} มีข้อสอบครบจำนวนอย่างมาก {limit} ข้อแล้ว",
        "en": "{level} {code} has its largest number of questions, {limit}",
    },
    "minimum": {
        "th": "ที่ว่างที่เหลือต้องสำรองให้{level} {code} ซึ่งต้องมีอย่างน้อย {limit} ข้อ",
        "en": "the places left are kept for {level} {code}, which needs at least {limit}",
    },
    "testlet": {
        "th": "ข้อสอบ {limit} ข้อ ({code}) เป็นชุดคำถามเดียวกัน ซึ่งออกครบทั้งชุดหรือไม่ออกเลย",
        "en": "the {limit} questions {code} form a testlet, which is given whole or not at all",
    },
    "other": {
        "th": "ข้อกำหนดอื่นของผังข้อสอบ เช่น เวลาหรือชนิดข้อสอบ ไม่อนุญาต",
        "en": "another bound of the blueprint, such as time or type of question, did not allow it",
    },
}

VERDICTS: Words = {
    "competent": {"th": "มีสมรรถนะ", "en": "competent"},
    "not_yet_competent": {"th": "ยังไม่ถึงเกณฑ์สมรรถนะ", "en": "not yet competent"},
    "not_enough_evidence": {"th": "หลักฐานยังไม่เพียงพอ", "en": "not enough evidence"},
}

TEXTS: Words = {
    "colon": {"th": " — ", "en": " – "},
    "end": {"th": "", "en": "."},
    "question": {"th": "ข้อที่ {position} คือ {item}", "en": "Question {position} is {item}"},
    "answered_right": {"th": "ตอบข้อ {item} ถูก", "en": "a right answer to {item}"},
    "answered_wrong": {"th": "ตอบข้อ {item} ผิด", "en": "a wrong answer to {item}"},
    "answered_partly": {
        "th": "ได้ {score} จาก {highest} คะแนนในข้อ {item}",
        "en": "a score of {score} out of {highest} on {item}",
    },
    "ability_first": {
        "th": "ก่อนมีคำตอบใด ค่าประมาณความสามารถคือ {theta} (±{error}) และความน่าจะเป็นที่มีสมรรถนะคือ {probability}",
        "en": "before any answer the ability estimate was {theta} (±{error}) and the probability of being competent "
        "{probability}",
    },
    "informed": {
        "th": " โดยเริ่มจากสิ่งที่คำตอบในหน่วยสมรรถนะที่สอบเสร็จแล้ว ({units}) บอกไว้",
        "en": ", informed by the answers in the units finished before ({units})",
    },
    "ability_now": {
        "th": "ขณะเลือก ค่าประมาณความสามารถคือ {theta} (±{error}) และความน่าจะเป็นที่มีสมรรถนะคือ {probability}",
        "en": "at its choice the ability estimate was {theta} (±{error}) and the probability of being competent "
        "{probability}",
    },
    "ability_moved": {
        "th": "เมื่อ{answered} ค่าประมาณความสามารถเปลี่ยนจาก {theta_before} (±{error_before}) เป็น {theta} (±{error}) "
        "และความน่าจะเป็นที่มีสมรรถนะเปลี่ยนจาก {probability_before} เป็น {probability}",
        "en": "after {answered} the ability estimate went from {theta_before} (±{error_before}) to {theta} (±{error}) "
        "and the probability of being competent from {probability_before} to {probability}",
    },
    "at_cut": {"th": " {cut}", "en": " {cut}"},
    "weighed": {
        "th": "เลือกตาม{reason} ภายในแผนการสอบ {length} ข้อ",
        "en": "it was chosen by {reason}, within a plan of {length} questions",
    },
    "weight_best": {
        "th": "เมื่อเทียบตาม{reason} ข้อนี้มีน้ำหนักมากที่สุด ({weight}) ในข้อที่ยังเหลือ {considered} ข้อของแผน {length} ข้อ",
        "en": "weighed by {reason} it came first ({weight}) of the {considered} left in the plan of {length} questions",
    },
    "weight_ranked": {
        "th": "เมื่อเทียบตาม{reason} ข้อนี้อยู่ลำดับที่ {rank} (น้ำหนัก {weight} เทียบกับที่มากที่สุด {best}) ในข้อที่ยังเหลือ {considered} ข้อ"
        "ของแผน {length} ข้อ",
        "en": "weighed by {reason} it came at place {rank} ({weight}, the best {best}) of the {considered} left in the "
        "plan of {length} questions",
    },
    "in_testlet": {
        "th": "ออกต่อจากข้อก่อนหน้าโดยไม่ต้องเลือก เพราะอยู่ในชุดคำถามเดียวกัน ซึ่งออกต่อเนื่องกันครบทั้งชุด (รวมข้อนี้เหลืออีก {considered} ข้อ)",
        "en": "it follows without any choice because it belongs to the same testlet, whose questions come one after "
        "the other and all of them ({considered} left with this one)",
    },
    "draw": {"th": "ได้รับเลือกด้วยเลขสุ่ม {draw}", "en": "it was picked by the random number {draw}"},
    "draw_from": {
        "th": "ได้รับเลือกด้วยเลขสุ่ม {draw} จากข้อที่ดีที่สุด {number} ข้อ",
        "en": "it was picked from the best {number} by the random number {draw}",
    },
    "tried_out": {
        "th": "เป็นข้อทดลองใช้ ไม่นับคะแนน และไม่มีผลต่อการสิ้นสุดการสอบหรือผลการตัดสิน",
        "en": "it is being tried out and does not count towards the score, the end of the exam or the verdict",
    },
    "trial_best": {
        "th": "เมื่อเทียบตาม{reason} ข้อนี้มีน้ำหนักมากที่สุด ({weight}) ในข้อทดลองใช้ {considered} ข้อที่เลือกได้",
        "en": "weighed by {reason} it came first ({weight}) of the {considered} that could be tried out",
    },
    "trial_ranked": {
        "th": "เมื่อเทียบตาม{reason} ข้อนี้อยู่ลำดับที่ {rank} (น้ำหนัก {weight} เทียบกับที่มากที่สุด {best}) "
        "ในข้อทดลองใช้ {considered} ข้อที่เลือกได้",
        "en": "weighed by {reason} it came at place {rank} ({weight}, the best {best}) of the {considered} that could "
        "be tried out",
    },
    "trial_by_chance": {
        "th": "ได้รับเลือกโดยการสุ่มจากทั้ง {considered} ข้อ เพราะเลขสุ่ม {draw} ต่ำกว่าสัดส่วน {share} ที่กำหนดให้สุ่ม",
        "en": "it was taken by chance from all {considered}, because the random number {draw} is below the share "
        "{share} that is left to chance",
    },
    "trial_by_weight": {
        "th": "ได้รับเลือกตามน้ำหนัก เพราะเลขสุ่ม {draw} ไม่ต่ำกว่าสัดส่วน {share} ที่กำหนดให้สุ่ม",
        "en": "it was taken by that weight, because the random number {draw} is not below the share {share} that is "
        "left to chance",
    },
    "last_answer": {"th": "คำตอบสุดท้ายที่นับคะแนน", "en": "The last answer that counts"},
    "kept_out": {
        "th": "ข้อ {item} มีน้ำหนักมากกว่า ({weight}) แต่ให้ไม่ได้ เพราะ{constraint}",
        "en": "{item} weighs more ({weight}) but could not be given because {constraint}",
    },
    "none_kept_out": {
        "th": "ไม่มีข้อกำหนดใดกันข้อที่มีน้ำหนักมากกว่าไว้",
        "en": "no constraint kept a question of more weight out",
    },
    "exposure": {
        "th": "การควบคุมการใช้ข้อสอบซ้ำกันข้อสอบไว้ {number} ข้อ",
        "en": "exposure control held back {number} of the bank's questions",
    },
    "name_unit": {"th": "หน่วยสมรรถนะ {code}", "en": "Unit {code}"},
    "name_element": {"th": "สมรรถนะย่อย {code}", "en": "Element {code}"},
    "name_exam": {"th": "การสอบทั้งฉบับ", "en": "The exam as a whole"},
    "interval": {
        "th": "ความสามารถอยู่ระหว่าง {low} ถึง {high} ด้วยความน่าจะเป็น 90%",
        "en": "ability lies between {low} and {high} with a probability of 90%",
    },
    "because_competent": {
        "th": "ความน่าจะเป็นที่ความสามารถถึงคะแนนตัดคือ {probability} ไม่ต่ำกว่า {upper} ที่กำหนด หลังตอบ {answered} ข้อ",
        "en": "the probability that ability reaches the cut score is {probability}, at least the {upper} asked for, "
        "after {answered} questions",
    },
    "because_not_yet_competent": {
        "th": "ความน่าจะเป็นที่ความสามารถถึงคะแนนตัดคือ {probability} ไม่เกิน {lower} ที่กำหนด หลังตอบ {answered} ข้อ",
        "en": "the probability that ability reaches the cut score is {probability}, at most the {lower} that is the "
        "limit, after {answered} questions",
    },
    "because_decided": {
        "th": "ความน่าจะเป็นที่ความสามารถถึงคะแนนตัดคือ {probability} หลังตอบ {answered} ข้อ",
        "en": "the probability that ability reaches the cut score is {probability} after {answered} questions",
    },
    "because_too_few": {
        "th": "ตอบ {answered} ข้อ แต่ต้องตอบอย่างน้อย {required} ข้อจึงจะตัดสินได้",
        "en": "{answered} questions were answered, but a verdict needs at least {required}",
    },
    "because_incomplete": {
        "th": "ตอบ {answered} ข้อ แต่บางส่วนของมาตรฐานยังมีคำตอบไม่ครบจำนวนขั้นต่ำ",
        "en": "{answered} questions were answered, but some part of the standard lacks the fewest it needs",
    },
    "because_between": {
        "th": "ความน่าจะเป็นที่ความสามารถถึงคะแนนตัดคือ {probability} ซึ่งอยู่ระหว่าง {lower} กับ {upper} "
        "จึงยังตัดสินไม่ได้ หลังตอบ {answered} ข้อ",
        "en": "the probability that ability reaches the cut score is {probability}, between {lower} and {upper}, which "
        "decides neither way, after {answered} questions",
    },
    "because_unsure": {
        "th": "ความน่าจะเป็นที่ความสามารถถึงคะแนนตัดคือ {probability} ซึ่งยังไม่พอที่จะตัดสิน หลังตอบ {answered} ข้อ",
        "en": "the probability that ability reaches the cut score is {probability}, not enough for a verdict, after "
        "{answered} questions",
    },
}
