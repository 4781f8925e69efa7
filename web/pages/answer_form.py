"""Reading what somebody entered for a question, whatever its type, from the form that `item_preview` draws."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from itembank.authoring.content import MAXIMUM_OPTIONS, Answer

#: The place of a choice that was not made, or that is none: no question takes it, and it is shown again as not made.
NOT_CHOSEN = -1
_LONGEST_PLACE = 4


def read_answer(form: FormData) -> Answer:
    """Read an answer as it was sent; what is missing is left out, and judged by the question's own rule.

    Which type the question has is not asked: an answer that is sent twice arrives when the next question, perhaps of
    another type, stands on the page.

    Args:
        form: With ``answer`` for each chosen option, or ``answer_1``, ``answer_2`` and so on for a choice at each
            place, and ``text`` for what was typed.
    """
    count = max((number for number in range(1, MAXIMUM_OPTIONS + 1) if f"answer_{number}" in form), default=0)
    if count:
        selected = tuple(_place(form.get(f"answer_{number}")) for number in range(1, count + 1))
    else:
        selected = tuple(_place(value) for value in form.getlist("answer"))
    typed = form.get("text")
    # Browsers send two characters for the end of a line, though they count one.
    return Answer(selected, typed.replace("\r\n", "\n") if isinstance(typed, str) else "")


async def _sent(request: Request) -> Answer:
    return read_answer(await request.form())


#: The answer that a form carries.
SentAnswer = Annotated[Answer, Depends(_sent)]


def _place(value: object) -> int:
    text = value if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_PLACE else NOT_CHOSEN
