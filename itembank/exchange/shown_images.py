"""The images that items show, found in their texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from itembank.authoring.content import ItemContent
from itembank.authoring.content_problems import marked_texts
from itembank.authoring.exchange import ExchangedItem
from itembank.exchange.item_file import Loss

#: An image in a text: its alternative text and its id.
IMAGE: Final = re.compile(r"!\[((?:[^\]\\]|\\.)*)\]\(media:([0-9a-f]{64})\)")


def images_of(content: ItemContent) -> tuple[str, ...]:
    """List the ids of the images in all texts of an item, each once."""
    texts = (text for _, text in marked_texts(content) if "](media:" in text)
    return tuple(dict.fromkeys(match[2] for text in texts for match in IMAGE.finditer(text)))


def losses_of_images(items: Iterable[ExchangedItem]) -> Mapping[str, tuple[Loss, ...]]:
    """Name the images that a file of texts leaves behind, by item code: it names them and does not hold them."""
    losses = {item.code: tuple(Loss("image", image) for image in images_of(item.content)) for item in items}
    return {code: lost for code, lost in losses.items() if lost}
