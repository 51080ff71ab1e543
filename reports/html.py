"""Renders findings as one self-contained HTML page that asks the network for nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from analyzer.findings import Findings
from reports import charts, inline, rollout, sections, sentences, spelling, theme
from reports.chart import Chart
from reports.downloads import downloads
from reports.grid import Section, is_long
from reports.risks import largest_risks
from reports.tables import coverage, days, economics, features, levers

_JOINT = re.compile(r"[_/\-](?=[^<&])")
TEMPLATES = Path(__file__).parent / "templates"


def render(findings: Findings) -> str:
    """Return the report as HTML text: the same bytes for the same findings."""
    figures = charts.build(findings)
    page = _environment().get_template("report.html")
    return page.render(
        findings=findings,
        charts={chart.name: chart for chart in figures},
        figures_json=Markup(charts.serialise(figures)),  # noqa: S704 - escaped there
        **_inlined(with_charts=bool(figures)),
        **_views(findings),
    )


def render_sections(
    title: str,
    shown: Sequence[Section],
    *,
    version: str,
    closing: str,
    figures: Sequence[Chart] = (),
) -> str:
    """Return a page of sections alone, in the report's own clothes."""
    page = _environment().get_template("sections.html")
    return page.render(
        title=title,
        board_sections=shown,
        version=version,
        closing=closing,
        charts={chart.name: chart for chart in figures},
        figures_json=Markup(charts.serialise(figures)),  # noqa: S704 - escaped there
        **_inlined(with_charts=bool(figures)),
    )


def _views(findings: Findings) -> dict[str, object]:
    """Return every sentence and table of the page, rounded and spelled."""
    rows, total = levers.lever_table(findings)
    return {
        "headline": sentences.headline(findings),
        "title": f"What {sentences.quoted(findings.policy)} would have cost",
        "warnings": sentences.warnings(findings),
        "decision": sentences.decision(findings),
        "known_part": rollout.known_part(findings),
        "payback": rollout.payback(findings),
        "largest_risks": largest_risks(findings),
        "next_steps": rollout.next_steps(findings),
        "conflicts": economics.conflict_grid(findings),
        "not_measured": sections.not_measured(findings),
        "board_sections": sections.board_sections(findings),
        "traffic": sentences.traffic(findings),
        "same_money": sentences.same_money(findings),
        "price_changes": sentences.price_changes(findings),
        "tagged": sentences.tagged(findings),
        "why_orders_differ": sentences.why_orders_differ(findings),
        "evidence_rows": levers.evidence_table(findings),
        "lever_rows": rows,
        "lever_total": total,
        "work_rows": levers.work_table(findings),
        "feature_table": features.feature_table(findings),
        "day_rows": days.day_table(findings),
        "count_rows": coverage.count_rows(findings.coverage),
        "source_rows": coverage.source_rows(findings.provenance.sources),
        "source_notes": coverage.source_notes(findings.provenance.sources),
        "source_total": coverage.source_total(findings.provenance.sources),
        "rejected": coverage.rejected_rows(findings),
        "price_rows": coverage.price_rows(findings.prices),
        "downloads": downloads(findings),
        "cut_names": coverage.cut_names(findings),
        "ranged": len(findings.days) > 1,
        "spell": spelling,
    }


def _inlined(*, with_charts: bool) -> dict[str, object]:
    """Return the page's own texts, and the policy that allows them by digest."""
    style = _style()
    script = _text("report.js").replace("{{SHADES}}", json.dumps(theme.dark_shades()))
    scripts = [script, inline.plotly_script()] if with_charts else [script]
    styles = [style, inline.NO_TEXT]
    return {
        "policy_header": inline.content_security_policy(scripts=scripts, styles=styles),
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "plotly": inline.packed_plotly() if with_charts else "",
    }


def _style() -> str:
    light, dark = theme.custom_properties(dark=False), theme.custom_properties(dark=True)
    return _text("report.css").replace("{{LIGHT}}", light).replace("{{DARK}}", dark)


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["name"] = _name
    environment.filters["breakable"] = _breakable
    environment.tests["long_cell"] = is_long
    environment.filters["printable"] = spelling.printable
    environment.filters["printable_lines"] = _lines
    return environment


def _name(name: str) -> Markup:
    """Return a name out of a log, its reading direction kept to itself."""
    return Markup("<bdi>{}</bdi>").format(_breakable(spelling.name(name)))


def _breakable(text: str) -> Markup:
    """Return a name that may break after an underscore, a slash or a hyphen before it must."""
    return Markup(_JOINT.sub(r"\g<0><wbr>", str(escape(text))))  # noqa: S704 - escaped here


def _lines(text: str) -> str:
    return "\n".join(spelling.printable(line.expandtabs(4)) for line in text.splitlines())
