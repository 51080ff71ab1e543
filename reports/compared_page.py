"""Renders a comparison of policies: as a page, Markdown, JSON or CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from analyzer.findings import Findings
from reports import appendix, html, markdown, report_json
from reports.comparison import comparison, names

Compared = Sequence[Findings]


def to_html(compared: Compared) -> str:
    """Return the comparison as one self-contained page."""
    return html.render_sections(
        "Policies side by side",
        (comparison(compared),),
        version=compared[0].provenance.version,
        closing="Each policy has its own report, with its prices, sources and assumptions: "
        "rebill report --policy FILE.",
    )


def to_markdown(compared: Compared) -> str:
    """Return the comparison as Markdown."""
    return markdown.render_sections((comparison(compared),))


def to_json(compared: Compared) -> str:
    """Return every policy's findings as JSON, in the order they were named."""
    reports = [json.loads(report_json.render(found)) for found in compared]
    return json.dumps({"policies": reports}, indent=2, allow_nan=False)


def to_csv(compared: Compared) -> str:
    """Return spend by policy, step and feature as one CSV."""
    rows = []
    columns: tuple[str, ...] = ()
    for name, found in zip(names(compared), compared, strict=True):
        steps = appendix.tables(found)[0]
        columns = ("policy", *steps.columns)
        rows += [(name, *row) for row in steps.rows]
    return appendix.to_csv(appendix.Table("comparison", "", columns, tuple(rows)))


RENDERERS: Mapping[str, Callable[[Compared], str]] = {
    "html": to_html,
    "md": to_markdown,
    "json": to_json,
    "csv": to_csv,
}
