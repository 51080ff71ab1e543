"""Renders a reconciliation as one self-contained page: what was billed, and the verdict."""

from __future__ import annotations

from analyzer.reconciled import Reconciliation
from reports import billed_charts, html
from reports.tables.billed import billed_section
from reports.tables.reconciled import section_of

_CLOSING = (
    "Nothing on this page is simulated. What another policy would have cost is told by: "
    "rebill report --policy FILE."
)


def render(found: Reconciliation, version: str) -> str:
    """Return the page as HTML text: the same bytes for the same reconciliation and version."""
    return html.render_sections(
        "The money as it was billed",
        (billed_section(found), section_of(found)),
        version=version,
        closing=_CLOSING,
        figures=billed_charts.build(found),
    )
