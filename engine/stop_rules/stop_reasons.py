"""Why a sitting ended: each reason has a code for programs and a sentence for people, in Thai and in English."""

from collections.abc import Mapping
from types import MappingProxyType

from engine.errors import InvalidSetting

LANGUAGES = ("th", "en")

CONFIDENT_COMPETENT = "confident_competent"
CONFIDENT_NOT_YET = "confident_not_yet"
OUTCOME_CANNOT_CHANGE = "outcome_cannot_change"
PRECISE_ENOUGH = "precise_enough"
NO_INFORMATIVE_ITEM = "no_informative_item"
RATIO_COMPETENT = "ratio_competent"
RATIO_NOT_YET = "ratio_not_yet"
GENERAL_RATIO_COMPETENT = "general_ratio_competent"
GENERAL_RATIO_NOT_YET = "general_ratio_not_yet"
INTERVAL_ABOVE_CUT = "interval_above_cut"
INTERVAL_BELOW_CUT = "interval_below_cut"
TIME_LIMIT_REACHED = "time_limit_reached"
MAXIMUM_LENGTH = "maximum_length"
CANDIDATE_ENDED = "candidate_ended"
TIME_EXPIRED = "time_expired"
ADMINISTRATOR_ENDED = "administrator_ended"

#: Sentences by reason and language.
STOP_SENTENCES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        CONFIDENT_COMPETENT: {
            "th": "การสอบสิ้นสุดเพราะหลักฐานเพียงพอที่จะตัดสินว่ามีสมรรถนะ",
            "en": "The exam ended because the evidence was enough to decide: competent.",
        },
        CONFIDENT_NOT_YET: {
            "th": "การสอบสิ้นสุดเพราะหลักฐานเพียงพอที่จะตัดสินว่ายังไม่ถึงเกณฑ์สมรรถนะ",
            "en": "The exam ended because the evidence was enough to decide: not yet competent.",
        },
        OUTCOME_CANNOT_CHANGE: {
            "th": "การสอบสิ้นสุดเพราะไม่ว่าจะตอบข้อที่เหลืออย่างไรก็ไม่อาจทำให้ผลชัดเจนขึ้นจนตัดสินได้",
            "en": "The exam ended because no answers to the questions left could have made the verdict sure.",
        },
        PRECISE_ENOUGH: {
            "th": "การสอบสิ้นสุดเพราะประมาณความสามารถได้ละเอียดตามที่กำหนดแล้ว",
            "en": "The exam ended because ability was known as precisely as the design asks.",
        },
        NO_INFORMATIVE_ITEM: {
            "th": "การสอบสิ้นสุดเพราะข้อสอบที่ยังให้ได้ไม่มีข้อใดบอกความสามารถเพิ่มได้มากพอ",
            "en": "The exam ended because no question that could still be asked would have told enough more.",
        },
        RATIO_COMPETENT: {
            "th": "การสอบสิ้นสุดเพราะคำตอบสอดคล้องกับความสามารถเหนือคะแนนตัดมากกว่าใต้คะแนนตัดอย่างชัดเจน"
            "ตามการทดสอบอัตราส่วนความน่าจะเป็น",
            "en": "The exam ended because the answers fit an ability just above the cut score clearly better than one "
            "just below it (probability ratio test).",
        },
        RATIO_NOT_YET: {
            "th": "การสอบสิ้นสุดเพราะคำตอบสอดคล้องกับความสามารถใต้คะแนนตัดมากกว่าเหนือคะแนนตัดอย่างชัดเจน"
            "ตามการทดสอบอัตราส่วนความน่าจะเป็น",
            "en": "The exam ended because the answers fit an ability just below the cut score clearly better than one "
            "just above it (probability ratio test).",
        },
        GENERAL_RATIO_COMPETENT: {
            "th": "การสอบสิ้นสุดเพราะความสามารถเหนือคะแนนตัดอธิบายคำตอบได้ดีกว่าทุกระดับใต้คะแนนตัดอย่างชัดเจน",
            "en": "The exam ended because an ability above the cut score explains the answers clearly better than any "
            "ability below it.",
        },
        GENERAL_RATIO_NOT_YET: {
            "th": "การสอบสิ้นสุดเพราะความสามารถใต้คะแนนตัดอธิบายคำตอบได้ดีกว่าทุกระดับเหนือคะแนนตัดอย่างชัดเจน",
            "en": "The exam ended because an ability below the cut score explains the answers clearly better than any "
            "ability above it.",
        },
        INTERVAL_ABOVE_CUT: {
            "th": "การสอบสิ้นสุดเพราะช่วงความเชื่อมั่นของความสามารถอยู่เหนือคะแนนตัดทั้งช่วง",
            "en": "The exam ended because the whole credible interval of ability lay above the cut score.",
        },
        INTERVAL_BELOW_CUT: {
            "th": "การสอบสิ้นสุดเพราะช่วงความเชื่อมั่นของความสามารถอยู่ใต้คะแนนตัดทั้งช่วง",
            "en": "The exam ended because the whole credible interval of ability lay below the cut score.",
        },
        TIME_LIMIT_REACHED: {
            "th": "การสอบสิ้นสุดเพราะครบเวลาที่รูปแบบการสอบกำหนด จึงไม่มีข้อถัดไป",
            "en": "The exam ended because its time was over, so no further question was asked.",
        },
        MAXIMUM_LENGTH: {
            "th": "การสอบสิ้นสุดเพราะครบจำนวนข้ออย่างมากที่กำหนดแล้ว",
            "en": "The exam ended because the largest number of questions had been answered.",
        },
        CANDIDATE_ENDED: {
            "th": "การสอบสิ้นสุดเพราะผู้เข้าสอบขอจบการสอบเอง",
            "en": "The exam ended because the candidate ended it.",
        },
        TIME_EXPIRED: {
            "th": "การสอบสิ้นสุดเพราะหมดเวลาสอบ",
            "en": "The exam ended because the time allowed had run out.",
        },
        ADMINISTRATOR_ENDED: {
            "th": "การสอบสิ้นสุดเพราะผู้ดูแลระบบให้จบการสอบ",
            "en": "The exam ended because an administrator ended it.",
        },
    }
)


def explain_stop(reason: str, language: str) -> str:
    """Return the sentence that tells a person why a sitting ended.

    Args:
        reason: Code of the reason, as a finished sitting records it.
        language: "th" or "en".

    Returns:
        One sentence.

    Raises:
        InvalidSetting: If the reason or the language is unknown.
    """
    if reason not in STOP_SENTENCES:
        raise InvalidSetting(f"the reason must be one of {', '.join(STOP_SENTENCES)}, not {reason!r}")
    return STOP_SENTENCES[reason][checked_language(language)]


def checked_language(language: str) -> str:
    """Return the language, or refuse one that there are no texts in.

    Raises:
        InvalidSetting: If it is neither "th" nor "en".
    """
    if language not in LANGUAGES:
        raise InvalidSetting(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
    return language
