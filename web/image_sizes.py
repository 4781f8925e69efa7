"""How large images are, for pages that keep their place free before they are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlmodel import Session

from itembank.media.images import image_sizes

#: Gives widths and heights of images in pixels by their ids; unknown images are left out.
ImageSizes = Callable[[Sequence[str]], Mapping[str, tuple[int, int]]]

_MOST_KEPT = 10_000

# An image's id is made of its content, so what was once true of it stays true, in whichever database it is.
_kept: dict[str, tuple[int, int]] = {}


def sizes_for(session: Session | None) -> ImageSizes:
    """Give what looks sizes up for the texts of one page.

    Args:
        session: The page's transaction; None for a page that has none, which goes without sizes.
    """

    def sizes(ids: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        missing = [one for one in ids if one not in _kept]
        if missing and session is not None:
            if len(_kept) > _MOST_KEPT:
                _kept.clear()
            _kept.update(image_sizes(session, ids=missing))
        return {one: _kept[one] for one in ids if one in _kept}

    return sizes
