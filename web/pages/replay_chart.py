"""The chart of what an answer changed: how likely each ability was before a question and after its answer."""

from __future__ import annotations

from itembank.delivery.replay import ReplayReport, ReplayStep
from itembank.drawing.lines import Series, line_figure
from itembank.drawing.svg import draw_key, draw_lines, draw_reference_key
from web.texts_catalogue import Texts

#: The grid goes on where nobody is; beyond this share of its half nothing is drawn.
_SHOWN_SHARE = 2 / 3


def posterior_chart(report: ReplayReport, step: ReplayStep, t: Texts) -> str:
    """Draw the ability's distribution after a question's answer over the one before it.

    Args:
        report: The replayed sitting with its distributions; all its charts have one scale.
        step: The question; one that has no answer yet has one line.
        t: The reader's language.

    Returns:
        An ``svg`` element.
    """
    nodes = report.ability_nodes
    middle, reach = (nodes[0] + nodes[-1]) / 2, _SHOWN_SHARE * (nodes[-1] - nodes[0]) / 2
    width = nodes[1] - nodes[0]
    highest = max(max(*other.posterior, *other.posterior_after) for other in report.steps) / width

    def curve(name: str, posterior: tuple[float, ...]) -> Series:
        places = zip(nodes, posterior, strict=True)
        shown = tuple((node, share / width, 0.0) for node, share in places if abs(node - middle) <= reach)
        return Series(name, shown, marked=False)

    series = [curve(t("replay.before"), step.posterior)]
    if step.posterior_after:
        series.insert(0, curve(t("replay.after"), step.posterior_after))
    figure = line_figure(
        series, x_range=(middle - reach, middle + reach), y_range=(0.0, 1.05 * highest), upright=report.cut_score
    )
    return draw_lines(
        figure,
        uid=f"posterior-{step.position}",
        title=t("replay.chart_title", n=step.position),
        description=t("replay.chart_long"),
        x_label=t("shell.axis_ability"),
        y_label=t("replay.density"),
    )


def posterior_key(t: Texts) -> list[tuple[str, str]]:
    """Give the samples of the chart's lines with their names."""
    return [
        (draw_key(1, marked=False), t("replay.after")),
        (draw_key(2, marked=False), t("replay.before")),
        (draw_reference_key(), t("shell.key_cut")),
    ]
