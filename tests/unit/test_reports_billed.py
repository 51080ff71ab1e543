"""A bill alone is charted and never simulated; its sums foot, and its names cannot act."""

from decimal import Decimal

import pytest

from analyzer.reconciled import ReconciledRow, Reconciliation
from reports import billed_charts, reconciliation_page
from reports.tables import billed
from tests import report_page

USD = 10**12
EVIL = "<script>alert(1)</script>\x1b[2J"


def row(model, day, pico_usd, tokens=None):
    return ReconciledRow(
        "openai", model, day, day, None, tokens, None, pico_usd, tokens, "no log"
    )  # fmt: skip


@pytest.fixture
def found():
    rows = (
        row("gpt-4o", "2026-10-01", 1_004_999_999_999),
        row("gpt-4o", "2026-10-03", 2_004_999_999_999),
        row(EVIL, "2026-10-03", 7_003_000_000_000),
        row("(taxes, credits, adjustments)", "2026-10-04", -USD),
    )
    return Reconciliation(
        (), 50_000, 48, rows, (), (), ((EVIL, 8 * USD), ("chat", 1_012_999_999_998))
    )


def test_money_alone_is_charted_by_day_and_model_and_said_to_be_no_log(found):
    page = reconciliation_page.render(found, "1.2")
    said = report_page.text(page)
    assert "2026-10-01 to 2026-10-04: $9.01 billed." in said
    assert "nothing here can be simulated" in said
    daily, models = billed_charts.build(found)
    assert daily.figure.data[0].y == (1.005, 9.008, -1.0)
    assert len(daily.figure.data) == 1  # no tokens, no line
    assert [bar.x for bar in models.figure.data] == [(7.003,), (3.01,), (-1.0,)]
    assert [plot in page for plot in ('data-chart="daily"', 'data-chart="billed"')] == [True, True]


def test_every_table_adds_up_as_printed(found):
    page = reconciliation_page.render(found, "1.2")
    for title in ("What was billed, by provider", "What was billed, by feature", "Billed by day"):
        _, *rows, total = report_page.table(page, title)
        assert sum(report_page.dollars(cells[1][0]) for cells in rows) == Decimal("9.01")
        assert report_page.dollars(total[1][0]) == Decimal("9.01")


def test_tokens_stand_beside_the_bill_where_they_are_known(found):
    both = Reconciliation((), 50_000, 48, (*found.rows, row("o3", "2026-10-02", None, USD)), (), ())
    day = next(one for one in billed.days(both) if one.date == "2026-10-02")
    assert (day.said_pico_usd, day.priced_pico_usd) == (None, USD)
    assert [trace.name for trace in billed_charts.build(both)[0].figure.data] == [
        "Billed",
        "Tokens",
    ]
    assert "nothing here can be simulated" not in report_page.text(
        reconciliation_page.render(both, "1.2")
    )


def test_names_out_of_a_bill_cannot_act(found):
    page = reconciliation_page.render(found, "1.2")
    assert EVIL not in page
    assert "\x1b" not in page
    assert "<script>alert" not in page


def test_nothing_loaded_is_a_page_too():
    empty = Reconciliation((), 50_000, 48, (), (), ())
    assert "No money is told." in report_page.text(reconciliation_page.render(empty, "1.2"))
