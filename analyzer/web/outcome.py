"""What a scenario comes to: headline, waterfall, features, warnings, quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nicegui import ui

from analyzer.findings import Findings
from analyzer.tune.latency import Added
from analyzer.tune.squeeze import Losing
from analyzer.web.beside import Known, beside_html, qualities
from analyzer.web.control_panel import Panel
from analyzer.web.download_list import ANCHOR
from analyzer.web.frame import complain, say
from analyzer.web.show import figure_of, show_grid, table_html
from reports import charts, sections, sentences, spelling
from reports.tables import care, outlook
from reports.tables.features import FeatureTable, feature_table

_EMPTY = {"data": [], "layout": {"height": 300}, "config": {}}


class Outcome:
    """The right side of the tune page, changed in place."""

    def __init__(self, *, dark: bool) -> None:
        self._dark = dark
        self._found: Findings | None = None

    def lay_out_headline(self) -> None:
        """Make the line of figures that stays in sight."""
        self._now = ui.element("div").classes("figures-now").props("role=status data-figures")
        self._trouble = ui.element("div").props("aria-live=assertive")

    def lay_out(self) -> None:
        """Make the parts that stay."""
        self._warnings = ui.element("div").props("aria-live=polite")
        self._body = ui.element("div")
        with self._body:
            say("h2", "From today to the policy, in this log")
            self._figure = ui.element("figure").props("role=img")
            with self._figure:
                self._plot = ui.plotly(_EMPTY)
            say("h2", "By feature")
            self._table = ui.html("", sanitize=False)
            with ui.expansion("Feature by feature, lever by lever"):
                self._levers = ui.html("", sanitize=False)
            self._more = ui.element("div")

    def wait(self) -> None:
        """Show that the figures are those of the change before."""
        self._now.props["data-settled"] = "no"
        for part in (self._now, self._more):
            part.classes("stale")

    def trouble(self, text: str) -> None:
        """Say why the scenario cannot be billed; its figures are not shown as if they were."""
        self._trouble.clear()
        with self._trouble:
            complain(text)

    def show_steps(self, found: Findings, known: Known | None = None) -> None:
        """Show what each lever moves, ahead of all that takes longer to find."""
        self._trouble.clear()
        chart = charts.waterfall(found)
        self._figure.props["aria-label"] = chart.alt
        self._plot.update_figure(figure_of(chart, dark=self._dark))
        self._table.set_content(beside_html(found, known))
        self._levers.set_content(_table(feature_table(found)))

    def show(self, found: Findings, added: Mapping[str, Added | None]) -> None:
        """Show one scenario's figures."""
        self._found = found
        self.show_steps(found, Known(qualities(found), added))
        self._now.props["data-settled"] = "yes"
        for part in (self._now, self._more):
            part.classes(remove="stale")
        self._headline(found)
        self._warnings.clear()
        with self._warnings:
            if found.saving_pico_usd:
                asked = sentences.decision(found)
                say("p", f"The decision: {asked[:1].lower()}{asked[1:]}", "decision")
            for warning in sentences.warnings(found):
                say("p", warning, "warn")
        self._more.clear()
        with self._more:
            _quality(found)

    def _headline(self, found: Findings) -> None:
        headline = sentences.headline(found)
        self._now.clear()
        with self._now:
            for figure, label in (
                (headline.before, headline.before_label),
                (headline.after, f"under the policy ({headline.moved})"),
                (headline.figure, headline.label),
            ):
                with ui.element("div"):
                    say("b", figure)
                    say("span", f" {label}")
            ui.link("Download", f"#{ANCHOR}").classes("to-downloads")

    def mark(self, panel: Panel, feature: str, losing: Sequence[Losing] = ()) -> None:
        """Write beside each lever of a feature what it changes there, and what it lacks.

        ``losing``: the tiers at which its compression costs more than it saves.
        """
        found = self._found
        if found is None:
            return
        missing = {(one.lever, one.feature): one.missing for one in found.coverage.skipped}
        table = feature_table(found)
        row = next((row for row in table.rows if row.name == feature), None)
        places = {step.lever: number for number, step in enumerate(found.steps)}
        for lever, box in panel.notes.items():
            box.clear()
            with box:
                if (lever, feature) in missing:
                    say("p", f"Cannot be told from this log: no {missing[lever, feature]}.", "warn")
                elif row is not None and lever in places and row.cells[places[lever]].change:
                    _changed(lever, row.cells[places[lever]].change)
                if lever == "compression":
                    for one in losing:
                        say("p", _loses(one), "warn")


def _loses(one: Losing) -> str:
    where = "with" if one.tier is None else f"on tier {one.tier},"
    saved, paid = map(spelling.price, (one.saved_pico_per_token, one.paid_pico_per_token))
    ends = "" if one.tier in (None, 1) else " up to there"
    return (
        f"Loses money {where} {one.model}: of a million tokens it saves {saved}{ends}, and the "
        f"compressor takes {paid}."
    )


def _changed(lever: str, change: str) -> None:
    if change.startswith("+"):
        name = spelling.lever(lever)
        where = "at the prices of the models that answer this feature"
        say("p", f"{name} loses money {where}: {change} in this log.", "warn")
    elif change != spelling.NOTHING:
        say("p", f"{change} on this feature in this log.", "saves")


def _table(table: FeatureTable) -> str:
    columns = ("Feature", "Saved", "a year, P10 to P90", *table.columns)
    rows = [
        (
            spelling.name(row.name),
            f"{row.saved}\n{row.saved_percent}",
            row.annual,
            *(f"{cell.spend}\n{cell.change}" if cell.change else cell.spend for cell in row.cells),
        )
        for row in (*table.rows, table.total)
    ]
    return table_html("Spend by feature after each lever", columns, rows[:-1], rows[-1])


def _quality(found: Findings) -> None:
    """Show what rests on what, what users would notice, and where savings end."""
    say("h2", "Quality and limits")
    unscored = care.unscored(found)
    if unscored:
        say("p", unscored, "note")
    for grid in (care.quality_grid(found), care.service_grid(found)):
        if grid is not None and grid.rows:
            show_grid(grid)
    if found.board.break_evens:
        show_grid(outlook.break_even_grid(found))
    say("p", sections.NEVER_MEASURED[0], "note")
