"""The page that shows the log as it is: spend by feature, model and day, gaps, the verdict."""

from __future__ import annotations

from nicegui import ui

from analyzer.errors import RebillError
from analyzer.findings import Findings
from analyzer.web.desk import TODAY
from analyzer.web.frame import complain, frame, nothing_loaded, say, waiting, wants_dark
from analyzer.web.office import Office
from analyzer.web.show import show_chart, show_section, show_table
from reports import charts, sentences, spelling
from reports.chart import Chart
from reports.tables.features import feature_table
from reports.tables.reconciled import reconciliation_section

_PAIR = "Today"


def add(office: Office) -> None:
    """Add the page."""

    @ui.page("/explore")
    async def explore() -> None:
        with frame("Explore"):
            held = ui.element("div")
            with held:
                waiting("Adding up the log", office.desk)
        await ui.context.client.connected()
        dark = await wants_dark()
        try:
            if await office.desk.do(office.desk.is_empty):
                held.clear()
                with held:
                    nothing_loaded()
                return
            found = await office.desk.do(lambda: office.desk.findings(TODAY))
        except RebillError as error:
            held.clear()
            with held:
                complain(error)
                ui.link("Load files", "/")
            return
        held.clear()
        with held:
            _show(found, dark=dark)


def _show(found: Findings, *, dark: bool) -> None:
    say("p", f"{sentences.traffic(found)}. Costs at the prices of "
        f"{spelling.date(found.price_date)}.", "lead")  # fmt: skip
    _tiles(found)
    for warning in filter(None, (sentences.same_money(found),)):
        say("p", warning, "note")
    with ui.element("div").classes("halves"):
        with ui.element("section"):
            _features(found)
        with ui.element("section"):
            _models(found)
    _days(found, dark=dark)
    _unpriced(found)
    show_section(reconciliation_section(found))


def _features(found: Findings) -> None:
    say("h2", "By feature")
    table = feature_table(found)
    rows = [(row.name, row.cells[0].spend, _share(row.cells[0].pico_usd, found)) for row in
            table.rows]  # fmt: skip
    total = ("Total", table.total.cells[0].spend, "")
    show_table("Spend by feature", ("Feature", "Spend", "Share"), rows, total)


def _models(found: Findings) -> None:
    say("h2", "By model")
    models = sorted(found.board.models, key=lambda row: -row.spend.before_pico_usd)
    show_table(
        "Spend by model",
        ("Model", "Calls", "Spend", "Share"),
        [
            (f"{spelling.name(row.model)}\n{spelling.name(row.provider)}",
             spelling.count(row.before_calls), spelling.money(row.spend.before_pico_usd),
             _share(row.spend.before_pico_usd, found))
            for row in models
        ],
    )  # fmt: skip


def _days(found: Findings, *, dark: bool) -> None:
    if len(found.days) > 1:
        say("h2", "By day")
        show_chart(_today_alone(charts.daily(found)), dark=dark)
        with ui.expansion("Every day"):
            show_table(
                "Spend by day",
                ("Day", "Spend"),
                [(spelling.date(day.date), spelling.money(day.before_pico_usd))
                 for day in found.days],
            )  # fmt: skip


def _tiles(found: Findings) -> None:
    coverage = found.coverage
    with ui.element("dl").classes("tiles"):
        for name, figure in (
            ("Spend in this log", spelling.money(found.before_pico_usd)),
            ("Requests", spelling.count(coverage.requests)),
            ("Spend that names a feature",
             spelling.percent(coverage.tagged_pico_usd, found.before_pico_usd)),
            ("Without a known price", spelling.count(coverage.unpriced_requests)),
        ):  # fmt: skip
            with ui.element("div"):
                say("dt", name)
                say("dd", figure)


def _unpriced(found: Findings) -> None:
    say("h2", "Without a known price")
    if not found.coverage.unpriced:
        say("p", "Every model of this log has a price.")
        return
    say("p", "Left out of every figure above, never counted as $0. Name their prices in a file "
        "and start rebill serve with --prices.")  # fmt: skip
    show_table(
        "Models without a price",
        ("Model", "Requests", "Tokens"),
        [(spelling.name(one.model), spelling.count(one.requests), spelling.count(one.tokens))
         for one in found.coverage.unpriced],
    )  # fmt: skip


def _share(pico_usd: int, found: Findings) -> str:
    return spelling.percent(pico_usd, found.before_pico_usd)


def _today_alone(chart: Chart) -> Chart:
    """The days' chart shows two lines; without a lever the second is the first again."""
    figure = chart.figure
    figure.data = figure.data[:1]
    kept = [note for note in figure.layout.annotations if _PAIR in note.text]
    figure.layout.annotations = kept
    figure.layout.shapes = figure.layout.shapes[:1]
    return Chart(chart.name, "Daily spend. The table below holds its figures.", figure)
