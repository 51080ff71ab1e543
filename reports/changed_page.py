"""Renders a report beside an earlier one: as a page, Markdown, JSON or CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from analyzer.earlier.record import Change
from reports import appendix, html, markdown, report_json
from reports.changed import sections_of

TITLE = "What changed since the earlier report"
_CLOSING = "Each report has its own page, with its prices, sources and assumptions."


def to_html(change: Change) -> str:
    """Return the comparison as one self-contained page."""
    shown = sections_of(change)
    return html.render_sections(TITLE, shown, version=change.now.version, closing=_CLOSING)


def to_markdown(change: Change) -> str:
    """Return the comparison as Markdown."""
    return f"# {TITLE}\n\n{markdown.render_sections(sections_of(change))}"


def to_json(change: Change) -> str:
    """Return the comparison as JSON, money both ways."""
    return json.dumps(report_json.plain(change), indent=2, allow_nan=False)


def to_csv(change: Change) -> str:
    """Return each feature's month then and now as one CSV."""
    columns = ("feature", "report", "requests", "before_usd", "after_usd")
    rows = tuple(
        (
            name,
            when,
            month.requests,
            appendix.usd(month.before_pico_usd),
            appendix.usd(month.after_pico_usd),
        )
        for when, told in (("earlier", change.earlier), ("now", change.now))
        for name, month in sorted(told.features.items())
    )
    return appendix.to_csv(appendix.Table("changed", "", columns, rows))


RENDERERS: Mapping[str, Callable[[Change], str]] = {
    "html": to_html,
    "md": to_markdown,
    "json": to_json,
    "csv": to_csv,
}
