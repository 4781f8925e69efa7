"""A drawing of the site as one for print: the same places, in fixed units instead of percentages of a screen."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

#: The plot within the drawing, and the room around it for the axes' texts, in units of its own.
PLOT_WIDTH, PLOT_HEIGHT = 640.0, 288.0
_LEFT, _TOP, _RIGHT, _BOTTOM = 56.0, 30.0, 14.0, 54.0
_NAMESPACE = "http://www.w3.org/2000/svg"
_UPRIGHT = frozenset({"y", "y1", "y2", "cy", "height"})
_ACROSS = frozenset({"x", "x1", "x2", "cx", "width"})
#: What only browsers read, or only screens need.
_LEFT_OUT = frozenset({"vector-effect", "class", "role", "aria-labelledby", "aria-hidden"})
_SIGNS, _FONT_OF_SIGNS = re.compile(r"([\u0370-\u03ff▲]+)"), "DejaVu Sans Mono"
_PAIR = re.compile(r"(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)")


def print_copy(drawing: str, *, height: float = PLOT_HEIGHT, font: str) -> str:
    """Gives a drawing as a file of its own, every place worked out.

    Programs that set pages do not stretch a plot as a browser does, so nothing is left to stretch.

    Args:
        drawing: An ``svg`` element of `itembank.drawing.svg`.
        height: Height of the plot within it, in units of which it is 640 wide.
        font: The font of its texts.

    Returns:
        An SVG document with a width and a height.
    """
    # Only drawings of our own are read here, whose texts were escaped when they were drawn.
    source = ElementTree.fromstring(drawing)  # noqa: S314
    whole = _whole(_LEFT + PLOT_WIDTH + _RIGHT, _TOP + height + _BOTTOM, font)
    plot = ElementTree.SubElement(whole, "g", {"transform": f"translate({_LEFT:g} {_TOP:g})"})
    plot.extend(_copied(source, PLOT_WIDTH, height))
    return ElementTree.tostring(whole, encoding="unicode")


def print_copy_of_sample(sample: str, *, font: str) -> str:
    """Gives the sample of a key as a file of its own.

    Args:
        sample: An ``svg`` element whose width and height are numbers.
        font: The font of its texts.

    Returns:
        An SVG document with a width and a height.
    """
    source = ElementTree.fromstring(sample)  # noqa: S314 - see above
    width, height = float(source.attrib["width"]), float(source.attrib["height"])
    whole = _whole(width, height, font)
    whole.extend(_copied(source, width, height))
    return ElementTree.tostring(whole, encoding="unicode")


def _whole(width: float, height: float, font: str) -> ElementTree.Element:
    size = {"width": f"{width:g}", "height": f"{height:g}", "viewBox": f"0 0 {width:g} {height:g}"}
    return ElementTree.Element("svg", {"xmlns": _NAMESPACE, "font-family": font} | size)


def _copied(source: ElementTree.Element, width: float, height: float) -> Iterator[ElementTree.Element]:
    for child in source:
        if child.tag in ("title", "desc"):
            continue
        if child.tag == "svg":
            # The stretched plane of 100 by 100: its paths are all there is in it.
            yield from _copied(child, width, height)
            continue
        copy = ElementTree.Element(child.tag, _fixed(child.attrib, width, height))
        _set_text(copy, child.text or "")
        copy.extend(_copied(child, width, height))
        yield copy


def _set_text(element: ElementTree.Element, content: str) -> None:
    """Set signs that fonts for reading lack in one that has them; else the whole text would be set in another font."""
    first, *others = _SIGNS.split(content)
    element.text = first
    for sign, rest in zip(others[::2], others[1::2], strict=True):
        span = ElementTree.SubElement(element, "tspan", {"font-family": _FONT_OF_SIGNS})
        span.text, span.tail = sign, rest


def _fixed(attributes: dict[str, str], width: float, height: float) -> dict[str, str]:
    fixed = {}
    for name, value in attributes.items():
        if name in _LEFT_OUT:
            continue
        if value.endswith("%") and name in _UPRIGHT | _ACROSS:
            value = _number(float(value[:-1]) * (height if name in _UPRIGHT else width) / 100)
        elif name == "d":
            value = _PAIR.sub(
                lambda pair: f"{_number(float(pair[1]) * width / 100)},{_number(float(pair[2]) * height / 100)}", value
            )
        fixed[name] = value
    return fixed


def _number(value: float) -> str:
    return f"{round(value, 2):g}"
