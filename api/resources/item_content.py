"""What an item says, as bodies send and show it: the content of every type, with its translations."""

from __future__ import annotations

from pydantic import Field

from api.schema import Sent, Shown, example
from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType

#: An item as the documentation shows one.
CONTENT_EXAMPLE = {
    "criterion": "DG101-1.1",
    "type": "single_choice",
    "cognitive_level": "understand",
    "difficulty_rating": 3,
    "language": "th",
    "stem": "ข้อใดเป็นข้อมูลส่วนบุคคลตามกฎหมายคุ้มครองข้อมูลส่วนบุคคล",
    "options": [
        {"text": "หมายเลขโทรศัพท์ของบุคคล", "correct": True, "rationale": "ระบุตัวบุคคลได้"},
        {"text": "จำนวนประชากรของจังหวัด", "correct": False, "rationale": "เป็นข้อมูลรวม ไม่ระบุตัวบุคคล"},
    ],
    "source": "",
    "testlet": "",
    "stimulus": "",
    "partial_credit": False,
    "prompts": [],
    "number": None,
    "accepted": [],
    "rubric": [],
    "rationale": "",
    "translations": [],
}


class OptionSent(Sent):
    """One option."""

    text: str
    correct: bool
    rationale: str = ""


class PromptSent(Sent):
    """A line to match, or a gap with its choices."""

    key: int = Field(
        ge=0, le=8, description="Place of the right choice, from 0: among the options of the item, or of the gap."
    )
    text: str = ""
    options: list[str] = Field(default_factory=list, max_length=9, description="The choices of a gap.")


class NumberSent(Sent):
    """The right number and how far from it an answer may be, as decimals written out."""

    value: str
    tolerance: str = "0"
    percent: bool = Field(default=False, description="Whether the tolerance is in per cent of the value.")
    unit: str = ""


class AspectSent(Sent):
    """One thing that markers look at, with what each number of points stands for, from 0 up."""

    title: str
    levels: list[str] = Field(max_length=11)


class TranslatedOptionSent(Sent):
    """An option in another language."""

    text: str
    rationale: str = ""


class TranslatedPromptSent(Sent):
    """A line to match, or the choices of a gap, in another language."""

    text: str = ""
    options: list[str] = Field(default_factory=list, max_length=9)


class TranslationSent(Sent):
    """The texts of an item in another language, part by part in the order of the original."""

    language: str
    stem: str
    options: list[TranslatedOptionSent] = Field(default_factory=list, max_length=9)
    prompts: list[TranslatedPromptSent] = Field(default_factory=list, max_length=9)
    stimulus: str = ""
    unit: str = ""
    rationale: str = ""


class ContentSent(Sent):
    """Everything that a writer decides about a question."""

    model_config = example(**CONTENT_EXAMPLE)

    criterion: str
    type: ItemType
    cognitive_level: CognitiveLevel
    difficulty_rating: int = Field(ge=1, le=5)
    language: str = "th"
    stem: str
    options: list[OptionSent] = Field(
        default_factory=list,
        max_length=9,
        description="Options of a choice, choices to match with, or things to put in order, in their right order.",
    )
    source: str = ""
    testlet: str = Field(
        default="", description="Code of the testlet: its items share the stimulus and are given one after the other."
    )
    stimulus: str = Field(default="", description="Text shown above the question.")
    partial_credit: bool = Field(
        default=False, description="Whether parts count one by one: right options, lines, gaps or pairs in order."
    )
    prompts: list[PromptSent] = Field(
        default_factory=list, max_length=9, description="Lines to match, or the gaps that the stem marks as [[1]]."
    )
    number: NumberSent | None = Field(default=None, description="The key of a numeric item.")
    accepted: list[str] = Field(default_factory=list, max_length=20, description="The right short texts.")
    rubric: list[AspectSent] = Field(
        default_factory=list, max_length=5, description="What markers of a constructed response look at."
    )
    rationale: str = Field(default="", description="Why the answer is right.")
    translations: list[TranslationSent] = Field(default_factory=list, max_length=1)

    def content(self) -> ItemContent:
        """Give the content as the bank knows it."""
        return ItemContent.from_dict(self.model_dump(mode="json"))


class OptionShown(Shown):
    """One option with its place in the key."""

    text: str
    correct: bool
    rationale: str


class PromptShown(Shown):
    """A line to match, or a gap with its choices."""

    key: int
    text: str
    options: list[str]


class NumberShown(Shown):
    """The right number and its tolerance."""

    value: str
    tolerance: str
    percent: bool
    unit: str


class AspectShown(Shown):
    """One thing that markers look at."""

    title: str
    levels: list[str]


class TranslatedOptionShown(Shown):
    """An option in another language."""

    text: str
    rationale: str


class TranslatedPromptShown(Shown):
    """A line to match, or the choices of a gap, in another language."""

    text: str
    options: list[str]


class TranslationShown(Shown):
    """The texts of an item in another language."""

    language: str
    stem: str
    options: list[TranslatedOptionShown]
    prompts: list[TranslatedPromptShown]
    stimulus: str
    unit: str
    rationale: str


class ContentShown(Shown):
    """What a version says."""

    criterion: str
    type: ItemType
    cognitive_level: CognitiveLevel
    difficulty_rating: int
    language: str
    stem: str
    options: list[OptionShown]
    source: str
    testlet: str
    stimulus: str
    partial_credit: bool
    prompts: list[PromptShown]
    number: NumberShown | None
    accepted: list[str]
    rubric: list[AspectShown]
    rationale: str
    translations: list[TranslationShown]
