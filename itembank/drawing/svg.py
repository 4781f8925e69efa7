"""Figures as SVG text: one drawing for a page of the site and for a file that stands alone.

Looks are attributes, which a stylesheet overrides by the classes: on the site the colours follow the theme, and a file
without any stylesheet still shows everything. Series differ by dashes and by the shape of their points, never by colour
alone.
"""

from collections.abc import Callable, Iterable
from html import escape

from itembank.drawing.bars import BarFigure
from itembank.drawing.lines import LineFigure, Mark
from itembank.drawing.plane import Tick
from itembank.drawing.spots import DrawnSpot, SpotFigure
from itembank.drawing.wright_map import PEOPLE_AXIS, PeopleBar, WrightMap

#: Strokes keep their width although the plane is stretched.
_EVEN = {"vector-effect": "non-scaling-stroke"}
_LOOKS: dict[str, dict[str, str]] = {
    "grid-line": {"stroke": "#d6dce5"},
    "axis-line": {"stroke": "#76839a"},
    "reference": {"stroke": "#505d70", "stroke-width": "1.5", "stroke-dasharray": "3 4"},
    "tick": {"fill": "#505d70", "font-size": "13"},
    "axis-title": {"fill": "#18202f", "font-size": "13"},
    "whisker": {"stroke": "#18202f", "stroke-width": "1.5"},
    "bar": {"fill": "#1f4182"},
    "bar-flagged": {"fill": "#ad6710", "stroke": "#18202f", "stroke-width": "2"},
    "bar-simulated": {"fill": "#ffffff", "stroke": "#1f4182", "stroke-width": "1.5", "stroke-dasharray": "3 2"},
    "faint-whisker": {"stroke": "#76839a", "stroke-width": "0.75"},
    "known-item": {"fill": "#18202f"},
    "rated-item": {"fill": "#ffffff", "stroke": "#18202f", "stroke-width": "1.5"},
    "point": {"fill": "#ffffff", "stroke": "#18202f", "stroke-width": "2"},
    "line-1": {"stroke": "#1f4182", "stroke-width": "2.5", "fill": "none", **_EVEN},
    "line-2": {"stroke": "#ad6710", "stroke-width": "2.5", "stroke-dasharray": "7 5", "fill": "none", **_EVEN},
    "line-3": {"stroke": "#2a8659", "stroke-width": "2.5", "stroke-dasharray": "2 4", "fill": "none", **_EVEN},
}
#: Lines that can be told apart.
MOST_SERIES = 3
_MOST_LABELS = 12
_RADIUS = 4.5
_SMALL_RADIUS = 3.5


def draw_lines(figure: LineFigure, *, uid: str, title: str, description: str, x_label: str, y_label: str) -> str:
    """Draws a figure of lines.

    Args:
        figure: The figure, of at most three series.
        uid: A name that no other drawing of the page has.
        title: What it shows, in a few words.
        description: What it shows, in a sentence.
        x_label: What is across.
        y_label: What is upright.

    Returns:
        An ``svg`` element.

    Raises:
        ValueError: If there are more series than can be told apart.
    """
    if len(figure.series) > MOST_SERIES:
        raise ValueError(f"at most {MOST_SERIES} lines can be told apart, not {len(figure.series)}")
    parts: list[str] = [*_axes(figure.x_ticks, figure.y_ticks, x_label, y_label), *_references(figure)]
    paths = [_element("path", f"line-{place}", d=part.path) for place, part in enumerate(figure.series, 1) if part.path]
    parts.append(
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">{"".join(paths)}</svg>'
    )
    for place, part in enumerate(figure.series, 1):
        for mark in part.marks:
            parts.append(_line("whisker", mark.x, mark.top, mark.x, mark.bottom))
        parts.extend(_point(place, mark) for mark in part.marks)
    return _drawing(uid, title, description, parts)


def draw_bars(figure: BarFigure, *, uid: str, title: str, description: str, x_label: str, y_label: str) -> str:
    """Draws a figure of bars; those that stand out carry a triangle.

    Args:
        figure: The figure.
        uid: A name that no other drawing of the page has.
        title: What it shows, in a few words.
        description: What it shows, in a sentence.
        x_label: What is across.
        y_label: What is upright.

    Returns:
        An ``svg`` element.
    """
    parts = list(_axes((), figure.y_ticks, x_label, y_label))
    every = 1 if len(figure.bars) <= _MOST_LABELS else -(-len(figure.bars) // 10)
    for place, bar in enumerate(figure.bars):
        middle = f"{round(bar.x + bar.width / 2, 3)}%"
        parts.append(
            _element(
                "rect",
                "bar-flagged" if bar.flagged else "bar",
                x=f"{bar.x}%",
                y=f"{bar.y}%",
                width=f"{bar.width}%",
                height=f"{bar.height}%",
                inner=f"<title>{escape(bar.label)}: {escape(bar.value_text)}</title>",
            )
        )
        if bar.flagged:
            parts.append(_text("axis-title", "▲", x=middle, y=f"{bar.y}%", dy="-6"))
        if place % every == 0:
            parts.append(_text("tick", bar.label, x=middle, y="100%", dy="20"))
    if figure.reference is not None:
        parts.append(_line("reference", 0, figure.reference, 100, figure.reference))
    return _drawing(uid, title, description, parts)


def draw_spots(figure: SpotFigure, *, uid: str, title: str, description: str, x_label: str, y_label: str) -> str:
    """Draws spots with their error bars; those that stand out are triangles, with their names where there is room.

    Args:
        figure: The figure.
        uid: A name that no other drawing of the page has.
        title: What it shows, in a few words.
        description: What it shows, in a sentence.
        x_label: What is across.
        y_label: What is upright.

    Returns:
        An ``svg`` element.
    """
    parts = list(_axes(figure.x_ticks, figure.y_ticks, x_label, y_label))
    parts.append(_line("reference", *figure.identity[0], *figure.identity[1]))
    for spot in figure.spots:
        if spot.left != spot.right:
            parts.append(_line("faint-whisker", spot.left, spot.y, spot.right, spot.y))
        if spot.top != spot.bottom:
            parts.append(_line("faint-whisker", spot.x, spot.top, spot.x, spot.bottom))
    for spot in figure.spots:
        parts.extend(_spot(spot))
    return _drawing(uid, title, description, parts)


def draw_wright_map(
    figure: WrightMap, *, uid: str, title: str, description: str, people_label: str, items_label: str, y_label: str
) -> str:
    """Draws people on the left and items on the right of one scale; simulated people have dashed, empty bars.

    Args:
        figure: The map.
        uid: A name that no other drawing of the page has.
        title: What it shows, in a few words.
        description: What it shows, in a sentence.
        people_label: What the bars count.
        items_label: What the marks are.
        y_label: What is upright.

    Returns:
        An ``svg`` element.
    """
    parts = list(_axes((), figure.y_ticks, "", y_label))
    parts.append(_line("axis-line", PEOPLE_AXIS, 0, PEOPLE_AXIS, 100))
    for bar in figure.bars:
        parts.extend(_people(bar))
    for mark in figure.marks:
        name = f"<title>{escape(mark.name)}</title>"
        look = "known-item" if mark.from_answers else "rated-item"
        parts.append(_small_mark(look, f"{mark.x}%", f"{mark.y}%", inner=name))
    if figure.cut is not None:
        parts.append(_line("reference", 0, figure.cut, 100, figure.cut))
    if figure.most:
        parts.append(_text("tick", str(figure.most), x="0", y="100%", dy="20", anchor="start"))
        parts.append(_text("tick", "0", x=f"{PEOPLE_AXIS}%", y="100%", dy="20"))
    parts.append(_text("axis-title", people_label, x=f"{PEOPLE_AXIS / 2}%", y="100%", dy="44"))
    parts.append(_text("axis-title", items_label, x=f"{(100 + PEOPLE_AXIS) / 2}%", y="100%", dy="44"))
    return _drawing(uid, title, description, parts)


def draw_sample(look: str) -> str:
    """Draws the sample of a mark for the key under a figure.

    Args:
        look: "bar", "bar-simulated", "known-item", "rated-item", "spot" or "spot-flagged".

    Returns:
        An ``svg`` element that says nothing to who can't see it.
    """
    samples: dict[str, Callable[[], str]] = {
        "bar": lambda: _element("rect", "bar", x="4", y="3", width="24", height="10"),
        "bar-simulated": lambda: _element("rect", "bar-simulated", x="4", y="3", width="24", height="10"),
        "known-item": lambda: _small_mark("known-item", "16", "8"),
        "rated-item": lambda: _small_mark("rated-item", "16", "8"),
        "spot": lambda: _element("circle", "point", cx="16", cy="8", r=f"{_SMALL_RADIUS}"),
        "spot-flagged": lambda: _text("axis-title", "▲", x="16", y="8", dy="5"),
    }
    return f'<svg class="chart-plot" width="32" height="16" aria-hidden="true">{samples[look]()}</svg>'


def draw_key(place: int, *, marked: bool = True) -> str:
    """Draws the sample of a series for the key under a figure: its line and its point.

    Args:
        place: Which series, from 1.
        marked: Whether its points are drawn.

    Returns:
        An ``svg`` element that says nothing to who can't see it.
    """
    line = _element("line", f"line-{place}", x1="0", x2="32", y1="8", y2="8")
    point = _shape(place, "50%", "50%") if marked else ""
    return f'<svg class="chart-plot" width="32" height="16" aria-hidden="true">{line}{point}</svg>'


def draw_reference_key(*, upright: bool = False) -> str:
    """Draws the sample of a reference line for the key under a figure.

    Args:
        upright: Whether the line stands upright in the figure.

    Returns:
        An ``svg`` element that says nothing to who can't see it.
    """
    ends = {"x1": "16", "x2": "16", "y1": "0", "y2": "16"} if upright else {"x1": "0", "x2": "32", "y1": "8", "y2": "8"}
    line = _element("line", "reference", **ends)
    return f'<svg class="chart-plot" width="32" height="16" aria-hidden="true">{line}</svg>'


def _drawing(uid: str, title: str, description: str, parts: Iterable[str]) -> str:
    name = escape(uid)
    return (
        f'<svg class="chart-plot" role="img" aria-labelledby="{name}-title {name}-desc" width="100%" height="288">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _axes(x_ticks: Iterable[Tick], y_ticks: Iterable[Tick], x_label: str, y_label: str) -> Iterable[str]:
    for tick in y_ticks:
        yield _line("grid-line", 0, tick.place, 100, tick.place)
        yield _text("tick", tick.text, x="-8", y=f"{tick.place}%", dy="4", anchor="end")
    for tick in x_ticks:
        yield _line("grid-line", tick.place, 0, tick.place, 100)
        yield _text("tick", tick.text, x=f"{tick.place}%", y="100%", dy="20")
    yield _line("axis-line", 0, 100, 100, 100)
    yield _text("axis-title", x_label, x="50%", y="100%", dy="44")
    yield _text("axis-title", y_label, x="-44", y="-14", dy="0", anchor="start")


def _references(figure: LineFigure) -> Iterable[str]:
    if figure.upright is not None:
        yield _line("reference", figure.upright, 0, figure.upright, 100)
    if figure.across is not None:
        yield _line("reference", 0, figure.across, 100, figure.across)
    if figure.diagonal is not None:
        yield _line("reference", *figure.diagonal[0], *figure.diagonal[1])


def _spot(spot: DrawnSpot) -> Iterable[str]:
    x, y, name = f"{spot.x}%", f"{spot.y}%", f"<title>{escape(spot.name)}</title>"
    if not spot.flagged:
        yield _element("circle", "point", cx=x, cy=y, r=f"{_SMALL_RADIUS}", inner=name)
        return
    yield _element("text", "axis-title", inner=f"▲{name}", x=x, y=y, dy="5", **{"text-anchor": "middle"})
    if not spot.labelled:
        return
    # Names lean to the side that has more room.
    place = {"dx": "-9", "anchor": "end"} if spot.x > 50 else {"dx": "9", "anchor": "start"}
    yield _element(
        "text", "tick", inner=escape(spot.name), x=x, y=y, dy="4", dx=place["dx"], **{"text-anchor": place["anchor"]}
    )


def _people(bar: PeopleBar) -> Iterable[str]:
    place = PEOPLE_AXIS
    for look, length in (("bar", bar.real), ("bar-simulated", bar.simulated)):
        if length:
            place = round(place - length, 3)
            yield _element("rect", look, x=f"{place}%", y=f"{bar.y}%", width=f"{length}%", height=f"{bar.height}%")


def _small_mark(look: str, x: str, y: str, *, inner: str = "") -> str:
    """Draw an item of known difficulty as a disc, one that is only rated as an empty square."""
    if look == "known-item":
        return _element("circle", look, cx=x, cy=y, r=f"{_SMALL_RADIUS}", inner=inner)
    shift = f"translate({-_SMALL_RADIUS} {-_SMALL_RADIUS})"
    return _element("rect", look, x=x, y=y, width="7", height="7", transform=shift, inner=inner)


def _point(place: int, mark: Mark) -> str:
    return _shape(place, f"{mark.x}%", f"{mark.y}%")


def _shape(place: int, x: str, y: str) -> str:
    """Draw a circle, a square or a triangle; places in percent leave no other way to draw the last than as text."""
    shapes: dict[int, Callable[[], str]] = {
        1: lambda: _element("circle", "point", cx=x, cy=y, r=f"{_RADIUS}"),
        2: lambda: _element(
            "rect", "point", x=x, y=y, width="9", height="9", transform=f"translate({-_RADIUS} {-_RADIUS})"
        ),
        3: lambda: _text("axis-title", "▲", x=x, y=y, dy="5"),
    }
    return shapes[place]()


def _line(name: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return _element("line", name, x1=f"{x1}%", y1=f"{y1}%", x2=f"{x2}%", y2=f"{y2}%")


def _text(name: str, content: str, *, x: str, y: str, dy: str, anchor: str = "middle") -> str:
    return _element("text", name, inner=escape(content), x=x, y=y, dy=dy, **{"text-anchor": anchor})


def _element(tag: str, name: str, *, inner: str = "", **attributes: str) -> str:
    written = "".join(f' {key}="{value}"' for key, value in ({"class": name} | _LOOKS[name] | attributes).items())
    return f"<{tag}{written}>{inner}</{tag}>" if inner else f"<{tag}{written}/>"
