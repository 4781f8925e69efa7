"""One question of a Moodle file: its texts as ours, its images, and what it says that has no place here."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

from itembank.errors import InvalidInput
from itembank.exchange.foreign_text import our_text
from itembank.exchange.item_file import Loss

_PLUGIN_FILE: Final = "@@PLUGINFILE@@/"
_DATA: Final = "data:image/"
#: Texts that are shown for the result as a whole; ours belong to options.
_FEEDBACK_BY_RESULT: Final = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
#: The sentences that Moodle fills in by itself and nobody misses.
_FILLED_IN: Final = ("your answer is correct.", "your answer is partially correct.", "your answer is incorrect.")


class MoodleQuestion:
    """A question's element with readers for its parts; `lost` names what was left behind.

    Args:
        element: The element.
        images: Where images go as they came, by the id that they get here.
    """

    def __init__(self, element: Any, images: dict[str, bytes]) -> None:
        self.element = element
        self.lost: list[Loss] = []
        self._images = images

    def plain(self, path: str) -> str:
        """Give the text of an element without marks, on one line."""
        return " ".join((self.element.findtext(path) or "").split())

    def says(self, path: str) -> bool:
        """Tell whether an element says yes."""
        return self.plain(path).lower() in ("true", "1")

    def text(self, path: str, *, within: Any = None) -> str:
        """Give a marked text as ours.

        Args:
            path: Path of an element with a ``text``, from the question or from ``within``.
            within: An element of the question.
        """
        root = self.element if within is None else within
        element = root.find(path) if path else root
        return "" if element is None else self.marked(element.findtext("text") or "", element)

    def marked(self, raw: str, element: Any) -> str:
        """Write a text as ours that an element holds, whose format and images count."""
        form = element.get("format") or ("html" if element.tag == "questiontext" else "")
        text, lost = our_text(raw, form, find_image=self._finder(element))
        self.lost += lost
        return text

    def fraction(self, element: Any) -> float:
        """Give the share of the score that an answer gets, in hundredths; what is no number counts nothing."""
        written = str(element.get("fraction", "0"))
        share = _number(written)
        if share is None:
            self.lost.append(Loss("fraction", written[:20]))
        return share or 0.0

    def lose_settings(self) -> None:
        """Name what the question says about its delivery that this bank has no place for."""
        for name in _FEEDBACK_BY_RESULT:
            said = self.plain(f"{name}/text")
            if said and not any(sentence in said.lower() for sentence in _FILLED_IN):
                self.lost.append(Loss(name))
        if self.element.find("hint") is not None:
            self.lost.append(Loss("hint"))
        for name, plain in (("defaultgrade", 1.0), ("penalty", 0.0)):
            written = self.plain(name)
            if written and _number(written) != plain:
                self.lost.append(Loss(name, written[:20]))
        if self.says("shuffleanswers") and self.element.get("type") != "matching":
            self.lost.append(Loss("shuffleanswers", "the options stay in their order here"))
        if self.says("hidden"):
            self.lost.append(Loss("hidden", "comes in as a draft like the others"))

    def _finder(self, element: Any) -> Callable[[str], str | None]:
        def find(address: str) -> str | None:
            if address.startswith(_DATA) and ";base64," in address:
                return self._kept(address.partition(";base64,")[2])
            name = unquote(address.removeprefix(_PLUGIN_FILE).partition("?")[0])
            for file in element.findall("file"):
                if file.get("name") == name and file.get("encoding", "base64") == "base64":
                    return self._kept(file.text or "")
            return None

        return find

    def _kept(self, encoded: str) -> str | None:
        # The library for images is no part of starting up.
        from itembank.media.cleaning import clean_image

        try:
            data = base64.b64decode("".join(encoded.split()), validate=True)
            image = clean_image(data)
        except (binascii.Error, ValueError):
            self.lost.append(Loss("file", "broken base64"))
            return None
        except InvalidInput as error:
            self.lost.append(Loss("file", str(error)))
            return None
        self._images[image.id] = data
        return image.id


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
