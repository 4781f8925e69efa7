"""A report as one page that stands alone: no network, no script, nothing to load."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from itembank.simulations.report.charts import Chart
from itembank.simulations.report.content import ReportContent
from itembank.simulations.report.words import text

_STYLE = """
:root { color-scheme: light; color: #18202f; background: #f4f6f9;
  font: 1rem/1.7 Sarabun, "Noto Sans Thai", "Leelawadee UI", Thonburi, system-ui, sans-serif; }
body { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.5; margin: 0; }
h2 { font-size: 1.25rem; margin: 0 0 .5rem; }
section, figure { background: #fff; border: 1px solid #d6dce5; border-radius: .5rem; padding: 1rem 1.25rem;
  margin: 1rem 0; }
figcaption { font-size: 1.25rem; font-weight: 600; }
.muted { color: #505d70; }
.frame { padding: 1.75rem .75rem 3.5rem 3.25rem; }
svg { overflow: visible; font-family: inherit; }
ul { list-style: none; padding: 0; margin: .25rem 0; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; color: #505d70; }
.key li { display: flex; gap: .5rem; align-items: center; }
.codes { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font: .9rem/1.7 ui-monospace, Consolas, monospace; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: start; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid #d6dce5; vertical-align: top; }
.number { text-align: end; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .15rem 1.5rem; margin: 0; }
dt { color: #505d70; }
dd { margin: 0; }
@media (max-width: 32rem) {
  dl { grid-template-columns: 1fr; }
  dd { margin-bottom: .4rem; }
}
@media print {
  :root { background: #fff; font-size: 10.5pt; }
  section, figure { border: 0; padding: 0; break-inside: avoid; }
}
"""


def report_page(content: ReportContent, *, subject: str, settings: Sequence[tuple[str, str]]) -> str:
    """Write a report as an HTML page.

    Args:
        content: What the report shows.
        subject: What was simulated, in a line under the title.
        settings: What was simulated in detail, as (term, value).

    Returns:
        The page.
    """
    language = content.language
    title = text("title", language)
    parts = [
        f'<h1>{escape(title)}</h1>\n<p class="muted">{escape(subject)}</p>\n<p>{escape(text("lead", language))}</p>',
        _section(text("settings", language), _facts(settings)),
        _section(text("figures", language), _figures(content)),
        *(_chart(chart, language) for chart in content.charts),
        _section(text("reasons", language), _reasons(content)),
        *([_section(text("subscores", language), _subscores(content))] if content.subscores else []),
        _section(text("items", language), _usage(content)),
    ]
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Whatever stands in the data, a browser fetches and runs nothing.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)} · {escape(subject)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{chr(10).join(parts)}\n</main>\n</body>\n</html>\n"
    )


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def _facts(pairs: Iterable[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(term)}</dt><dd>{escape(value)}</dd>' for term, value in pairs)}</dl>"


def _figures(content: ReportContent) -> str:
    columns = [text(name, content.language) for name in ("figure", "value", "error")]
    return _table(columns, [(line.label, line.value, line.error or "–") for line in content.figures], texts=1)


def _reasons(content: ReportContent) -> str:
    columns = [text(name, content.language) for name in ("reason", "sittings", "share", "error")]
    rows = [(line.sentence, line.sittings, line.share, line.error) for line in content.reasons]
    return _table(columns, rows, texts=1)


def _subscores(content: ReportContent) -> str:
    names = ("element", "length", "prmse_own", "prmse_whole", "prmse_both", "worth")
    columns = [text(name, content.language) for name in names]
    rows = [(line.element, line.items, line.own, line.whole, line.both, line.worth) for line in content.subscores]
    lead = f'<p class="muted">{escape(text("subscores_long", content.language))}</p>'
    return lead + _table(columns, rows, texts=1)


def _chart(chart: Chart, language: str) -> str:
    # Drawings are made of escaped text already.
    key = "".join(f"<li>{sample}{escape(name)}</li>" for sample, name in chart.key)
    note = f'<p class="muted">{escape(chart.note)}</p>' if chart.note else ""
    data = _table(chart.columns, chart.rows)
    return (
        f"<figure>\n<figcaption>{escape(chart.title)}</figcaption>\n"
        f'<p class="muted">{escape(chart.description)}</p>\n<div class="frame">{chart.drawing}</div>\n'
        f'<ul class="key">{key}</ul>{note}\n'
        f"<details><summary>{escape(text('data', language))}</summary>{data}</details>\n</figure>"
    )


def _usage(content: ReportContent) -> str:
    language, limit = content.language, content.limit
    seen = (
        _codes(text("never_seen", language, n=len(content.never_seen)), content.never_seen)
        if content.never_seen
        else f"<p>{escape(text('none_never_seen', language))}</p>"
    )
    if not limit:
        return f"{seen}<p>{escape(text('no_limit', language))}</p>"
    if content.out_of_reach:
        seen += f"<p><strong>{escape(content.out_of_reach)}</strong></p>"
    if not content.over_limit:
        return f"{seen}<p>{escape(text('none_over_limit', language, limit=limit))}</p>"
    return seen + _codes(text("over_limit", language, n=len(content.over_limit), limit=limit), content.over_limit)


def _codes(title: str, codes: Iterable[str]) -> str:
    return f'<p>{escape(title)}</p><ul class="codes">{"".join(f"<li>{escape(code)}</li>" for code in codes)}</ul>'


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 0) -> str:
    """Write a table whose first columns hold text, the others numbers."""

    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{'' if place < texts else ' class=number'}>{escape(value)}</{tag}>"
            for place, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{cells("th", columns)}</tr></thead><tbody>{body}</tbody></table></div>'
