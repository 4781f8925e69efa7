"""Which model each item of a run follows: the one asked for where its answers carry it, else the next simpler one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from calibration.responses import ResponseData
from itembank.errors import InvalidInput, TooFewForGuessing

#: What a run may be asked for, the simplest first.
RUN_MODELS: Final = ("rasch", "2pl", "3pl")
#: Fewer answers to an item don't tell whether it is easy or guessed.
ENOUGH_FOR_GUESSING = 1000


def require_model(model: str) -> None:
    """Refuse a model that runs don't have.

    Raises:
        InvalidInput: It is not available.
    """
    if model not in RUN_MODELS:
        raise InvalidInput(field="model", expected=f"one of {', '.join(RUN_MODELS)}")


def require_guessable(answers: Sequence[tuple[str, int]]) -> None:
    """Refuse the 3PL where no item has 1,000 answers.

    Args:
        answers: Item codes with their answers, the most answered first, at least one.

    Raises:
        TooFewForGuessing: None has.
    """
    item, most = answers[0]
    if most < ENOUGH_FOR_GUESSING:
        raise TooFewForGuessing(needed=ENOUGH_FOR_GUESSING, item=item, answers=most)


def takes_parts(model: str) -> bool:
    """Tell whether a run of a model has a curve for items scored in parts.

    Beside Rasch items, whose common slope sets the unit of the scale, partial credit items with slopes of their own
    would set it a second time.
    """
    return model != "rasch"


def model_of_the_rest(model: str) -> str:
    """Name the model of the items that follow none of their own."""
    return "2pl" if model == "3pl" else model


def models_of_items(model: str, data: ResponseData, highest_scores: Mapping[str, int]) -> dict[str, str]:
    """Choose models for the items that don't follow that of the rest.

    Args:
        model: What the run was asked for.
        data: The answers.
        highest_scores: By item, the score of a wholly right answer.

    Returns:
        By item: the generalised partial credit model for those scored in parts; in a run of the 3PL that model for
        those of the others with 1,000 answers.

    Reference:
        Muraki (1992) for partial credit; Thissen & Wainer (1982) on how much data the 3PL needs.
    """
    answers = np.bincount(data.item, minlength=data.n_items)
    chosen = {name: "gpcm" for name in data.item_ids if highest_scores[name] > 1}
    if model == "3pl":
        enough = (name for name, count in zip(data.item_ids, answers, strict=True) if count >= ENOUGH_FOR_GUESSING)
        chosen |= {name: "3pl" for name in enough if name not in chosen}
    return chosen
