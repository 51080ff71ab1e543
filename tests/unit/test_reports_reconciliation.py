"""What the report and the terminal say of a reconciliation: it foots, and a name cannot act."""

from dataclasses import replace
from decimal import Decimal

import pytest

from analyzer.reconciled import (
    Cause,
    Comparison,
    LeftOut,
    OtherMoney,
    Outlier,
    ReconciledRow,
    Reconciliation,
)
from reports import html, reconciliation_text, text
from reports.tables import reconciliation as tables
from tests import findings_example as example
from tests import report_page

USD = 10**12
EVIL = "<script>alert(1)</script>\x1b[2J"


def row(model, logged, priced, billed):
    return ReconciledRow(
        "openai", model, "2026-10-01", "2026-10-01", logged, priced, None, billed, priced,
        "compared",
    )  # fmt: skip


@pytest.fixture
def found():
    rows = (
        row("gpt-4o", 60_154_999_999_999, 60 * USD, 61_004_000_000_000),
        row("gpt-4o-mini", 384_999_999_999, 384_000_000_000, 384_000_000_000),
        row(EVIL, None, None, 7_003_000_000_000),
    )
    said = sum(r.billed_pico_usd for r in rows)
    priced = sum(r.priced_pico_usd or 0 for r in rows)
    bill = Comparison(
        against="bill",
        said_pico_usd=said,
        priced_pico_usd=priced,
        causes=(
            Cause("unpriced_model", "openai", EVIL, 7_003_000_000_000, 1, "no price"),
            Cause("missing_logs", "openai", "gpt-4o", 1_004_000_000_000, 1, "no log"),
        ),
        left_out=(LeftOut("lag", "openai", "2026-10-02", "2026-10-03", 2 * USD, 3 * USD),),
        outliers=(Outlier(EVIL, EVIL, "openai", EVIL, "2026-10-01", 9_990 * USD, USD // 100),),
    )
    money = (OtherMoney("azure", "EUR", 3, "12.340000000000"),)
    return Reconciliation((bill,), 50_000, 48, rows, money, (f"{EVIL}: not compared",))


@pytest.fixture
def page(found):
    return html.render(replace(example.example(), reconciliation=found))


def test_the_report_says_the_verdict_the_days_left_out_and_the_outlier(page):
    said = report_page.text(page)
    assert "the bill says $68.39: +$8.01 (+11.7% of it), NOT within ±5%." in said
    assert "Left out (the newest days of a bill): openai, 2026-10-02 to 2026-10-03" in said
    assert "$9,990 for $0.010 of tokens." in said
    assert "Not in dollars: azure, 3 rows, 12.340000000000 EUR" in said


def test_causes_and_sides_add_up_as_printed(page):
    _, *rows = report_page.table(page, "What stands between the tokens and the bill")
    printed = [Decimal(r[2][0].lstrip("+").replace("$", "")) for r in rows]
    assert sum(printed) == Decimal("8.01")
    _, *sides, total = report_page.table(page, "Logged, priced and billed")
    for column in range(1, 6):
        cells = [report_page.dollars(side[column][0]) for side in sides]
        assert sum(cells) == report_page.dollars(total[column][0])


def test_the_difference_is_that_of_the_sides_as_printed(found):
    """1.2379 less 0.1136 is 1.1243, and beside $1.24 and $0.11 a reader finds $1.13."""
    said, priced = 1_237_891_200_000, 113_650_000_000
    compared = replace(
        found.comparisons[0],
        said_pico_usd=said,
        priced_pico_usd=priced,
        causes=(
            replace(found.comparisons[0].causes[0], pico_usd=said),
            replace(found.comparisons[0].causes[0], pico_usd=-priced + 2_000_000_000, model="x"),
            replace(found.comparisons[0].causes[0], pico_usd=-2_000_000_000, model="y"),
        ),
    )
    assert "the tokens cost $0.11; the bill says $1.24: +$1.13 (" in tables.sentence(
        compared, 50_000
    )
    assert [row.amount for row in tables.cause_rows(compared)] == ["+$1.24", "\u2212$0.11"]


def test_names_out_of_a_bill_cannot_act(page, found):
    assert "<script>alert" not in page
    shown = reconciliation_text.render(found, every_day=True)
    assert "\x1b" not in shown
    assert "Unpriced model, openai/<script>" in shown


def test_a_report_without_a_bill_says_so():
    assert "no bill is loaded" in report_page.text(html.render(example.example()))


def test_the_terminal_says_the_verdict_too(found):
    shown = text.render(replace(example.example(), reconciliation=found), width=120)
    assert "Reconciled: At the book's prices the tokens cost $60.38; the bill says $68.39" in shown


def test_what_is_exact_is_said_to_be_and_nothing_is_no_verdict(found):
    same = replace(found.comparisons[0], said_pico_usd=USD, priced_pico_usd=USD, causes=())
    assert "exactly the same" in tables.sentence(same, 50_000)
    nothing = replace(found, comparisons=())
    assert tables.verdict(nothing).startswith("Nothing to compare: no bill in dollars")
    empty = replace(same, said_pico_usd=0, priced_pico_usd=0)
    assert tables.verdict(replace(found, comparisons=(empty,))).startswith("Nothing to compare")


def test_a_provider_without_a_bill_takes_nothing_from_the_total(found):
    billed = row("gpt-4o", None, 3 * USD, 7 * USD)
    unlogged = row("gpt-4o-mini", None, 2 * USD, None)
    alone = replace(row("gpt-5", None, 25 * USD, None), provider="openrouter")
    lone_bill = replace(found, rows=(billed, unlogged, alone))
    gaps = [row.figures[-1] for row in tables.model_rows(lone_bill)]
    assert gaps == ["$4.00", "\N{MINUS SIGN}$2.00", "\N{EN DASH}", "$2.00"]
    assert [row.figures[-1] for row in tables.day_rows(lone_bill)][-1] == "\N{EN DASH}"
