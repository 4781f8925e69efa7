"""Draws time per response against the number of responses, as an SVG file that stands alone."""

import math
from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 70, 50, 40, 60
INK, GRID = "#18202f", "#d6dce5"
# Told apart by dashes and the shape of the points, not by colour alone.
LOOKS = (("#1f4182", ""), ("#ad6710", "7 5"))


def picture(rows: Sequence[dict[str, Any]]) -> str:
    """Return the drawing of rows of :mod:`benchmarks.calibration_scaling`, a line for each bank."""
    banks = sorted({row["items"] for row in rows})
    lines = [
        [(row["responses"], row["microseconds_per_response"]) for row in rows if row["items"] == items]
        for items in banks
    ]
    points = [point for line in lines for point in line]
    low = math.floor(math.log10(1.01 * min(responses for responses, _ in points)))
    high = math.ceil(math.log10(max(responses for responses, _ in points)))
    plane = _Plane(low, max(high, low + 1), _round_up(max(value for _, value in points)))
    parts = _axes(plane)
    for place, (items, line, look) in enumerate(zip(banks, lines, LOOKS, strict=False)):
        parts += _series(plane, line, look, round_points=place == 0)
        # Beside the first point, where the lines are far apart; at the end they meet.
        x, y = plane.x(line[0][0]), plane.y(line[0][1])
        parts.append(_text(x + 10, y - 10, f"{items:,} items", "start", colour=look[0]))
    title = "Calibration: processor time a response as the number of responses grows"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}" '
        f'font-family="sans-serif" font-size="13"><title>{title}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


class _Plane:
    """Where on the sheet a number of responses and a value lie."""

    def __init__(self, low: int, high: int, top: float) -> None:
        self.low, self.high, self.top = low, high, top

    def x(self, responses: float) -> float:
        return LEFT + (math.log10(responses) - self.low) / (self.high - self.low) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - value / self.top * (HEIGHT - TOP - BOTTOM)


def _round_up(value: float) -> float:
    unit = 10.0 ** math.floor(math.log10(value))
    return unit * next(step for step in (1, 2, 5, 10) if step * unit >= value)


def _axes(plane: _Plane) -> list[str]:
    parts = []
    for power in range(plane.low, plane.high + 1):
        at = plane.x(10.0**power)
        parts.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="{GRID}"/>')
        parts.append(_text(at, HEIGHT - BOTTOM + 20, f"{10**power:,}", "middle"))
    for place in range(5):
        value = plane.top * place / 4
        at = plane.y(value)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        parts.append(_text(LEFT - 8, at + 4, f"{value:g}", "end"))
    parts.append(_text(LEFT - 8, TOP - 16, "µs a response", "start"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, "responses", "middle"))
    return parts


def _series(
    plane: _Plane, points: Sequence[tuple[float, float]], look: tuple[str, str], *, round_points: bool
) -> list[str]:
    colour, dashes = look
    places = [(plane.x(responses), plane.y(value)) for responses, value in points]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    parts = [f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/>']
    for x, y in places:
        shape = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"'
            if round_points
            else f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"'
        )
        parts.append(f'{shape} fill="#ffffff" stroke="{colour}" stroke-width="2"/>')
    return parts


def _text(x: float, y: float, text: str, anchor: str, *, colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
