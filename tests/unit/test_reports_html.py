"""The HTML report: self-contained, footing, byte-stable, and safe from what a log can say."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from analyzer.errors import Skipped
from analyzer.findings import Findings
from analyzer.money import spell_usd
from reports import charts, html, spelling
from tests import findings_example as example
from tests import report_page

MOST_BYTES = 2_500_000
MOST_BYTES_OF_500_FEATURES = 2_800_000
EXTERNAL = re.compile(
    r"""(?:src|href|action|data|poster|srcset)\s*=\s*["']?\s*(?:https?:)?//|url\(|@import""",
    re.IGNORECASE,
)
CASES = (
    example.example,
    example.hostile,
    example.one_feature,
    example.many_features,
    example.no_saving,
    example.zero_saving,
    example.added_cost,
    example.one_day,
    example.one_moment,
    example.empty_log,
)


@pytest.mark.parametrize("make", CASES)
def test_every_case_renders_to_one_small_page_without_references(
    make: Callable[[], Findings],
) -> None:
    page = html.render(make())
    large = make is example.many_features
    assert len(page.encode()) <= (MOST_BYTES_OF_500_FEATURES if large else MOST_BYTES)
    assert EXTERNAL.search(page) is None
    assert "http://" not in page
    assert "https://" not in page


def test_the_same_findings_give_the_same_bytes() -> None:
    assert html.render(example.example()) == html.render(example.example())


def test_the_content_security_policy_names_every_script_and_style_by_digest() -> None:
    page = html.render(example.example())
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    policy = policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    inline = re.findall(r"<script>(.*?)</script>|<style>(.*?)</style>", page, re.DOTALL)
    assert len(inline) == 2
    for texts in inline:
        digest = hashlib.sha256("".join(texts).encode()).digest()
        assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page.split("<script", 1)[0].replace("onerror=alert", ""))


@pytest.mark.parametrize(
    "make",
    [example.example, example.many_features, example.hostile, example.added_cost],
)
def test_features_by_steps_foot_in_every_row_and_column(make: Callable[[], Findings]) -> None:
    found = make()
    _, *rows, total = report_page.table(html.render(found), "Spend by feature after each lever")
    steps = len(found.steps)
    read = [[report_page.dollars(cell[0]) for cell in row[1 : steps + 2]] for row in rows]
    totals = [report_page.dollars(cell[0]) for cell in total[1 : steps + 2]]
    assert len(rows) == len(found.steps[0].features)
    assert [sum(column) for column in zip(*read, strict=True)] == totals
    for row, amounts in zip([*rows, total], [*read, totals], strict=True):
        changes = [report_page.dollars(cell[1]) for cell in row[2 : steps + 1]]
        assert amounts[0] + sum(changes) == amounts[steps - 1]
        assert amounts[0] - amounts[steps] == amounts[steps - 1]
        assert [b - a for a, b in pairwise(amounts[:steps])] == changes
    for step, printed in zip(found.steps, totals, strict=False):
        assert abs(printed - Decimal(step.total.pico_usd) / 10**12) <= Decimal("0.005")


def test_per_cents_add_up_along_a_row() -> None:
    rows = report_page.table(html.render(example.example()), "Spend by feature")[1:]
    for row in rows:
        moves = [report_page.dollars(cell[2]) for cell in row[2:7] if len(cell) > 2]
        assert moves
        assert -sum(moves) == report_page.dollars(row[7][1])


def test_levers_foot_in_order_and_by_shapley_value() -> None:
    _, *rows, total = report_page.table(html.render(example.example()), "Saving by lever")
    for column in (1, 2, 3, 4):
        parts = [report_page.dollars(row[column][0]) for row in rows]
        assert sum(parts) == report_page.dollars(total[column][0])


def test_evidence_days_and_files_foot() -> None:
    page = html.render(example.example())
    for caption, columns in (
        ("Saving in this log", (1, 2)),
        ("Spend by day", (1, 2, 3)),
        ("Input files", (2, 3, 4, 5)),
    ):
        _, *rows, total = report_page.table(page, caption)
        for column in columns:
            parts = [report_page.dollars(row[column][0]) for row in rows]
            assert sum(parts) == report_page.dollars(total[column][0]), (caption, column)


def test_a_lever_that_leaves_a_feature_alone_prints_no_change() -> None:
    rows = report_page.table(html.render(example.example()), "Spend by feature")
    (review,) = (row for row in rows if row[0] == ["code_review"])
    assert [cell[1:] for cell in review[3:7]] == [["\N{EN DASH}"]] * 4


def test_hostile_names_come_out_as_text() -> None:
    page = html.render(example.hostile())
    seen = report_page.text(page)
    for name in example.HOSTILE_NAMES:
        assert spelling.printable(name) in seen
    assert page.count("<script") == 3
    assert "<img" not in page
    assert "49" not in report_page.table(page, "Spend by feature")[3][0]
    assert ["{{7*7}} ${7*7} %{x}"] in [
        row[0] for row in report_page.table(page, "Spend by feature")
    ]


def test_chart_labels_are_data_to_plotly_too() -> None:
    text = charts.serialise(charts.build(example.hostile()))
    assert "<" not in text
    assert ">" not in text
    assert "&" not in text
    features = next(c for c in charts.build(example.hostile()) if c.name == "features")
    labels = [annotation.text for annotation in features.figure.layout.annotations]
    assert labels[0].startswith("<b>&lt;script&gt;alert")
    assert any("\\u202egnp.exe" in label for label in labels)
    assert all(len(label) < 120 for label in labels)


def test_two_long_names_that_start_alike_stay_apart() -> None:
    one, two = spelling.name("L" * 10_000), spelling.name("L" * 9_999 + "M")
    assert one != two
    assert len(one) == len(two) == spelling.NAME_CHARACTERS


def test_page_one_gives_a_range_by_evidence_and_asks_for_a_decision() -> None:
    seen = report_page.text(html.render(example.example()))
    assert "$144,000 to $160,000" in seen
    assert "$13,746" in seen
    assert "$1,097 (\N{MINUS SIGN}92.0%)" in seen
    asked = "Whether to put \u201cfield notes\u201d into production for $9,000 once and $165.50 a"
    assert asked in seen
    rows = report_page.table(html.render(example.example()), "Saving in this log")
    assert [row[0][0] for row in rows[1:]] == [
        "Measured",
        "Replayed",
        "Evidenced",
        "Assumed",
        "Whole saving",
    ]


def test_added_cost_is_shown_as_it_is() -> None:
    seen = report_page.text(html.render(example.added_cost()))
    assert "A negative saving is added cost." in seen
    assert (
        "is the share of levers that are measured, replayed or scored; the rest is assumed" in seen
    )
    assert "None of it is assumed" not in seen
    assert "Whether to drop" in seen
    assert "$559.66 (+14.0%)" in seen


def test_a_single_day_projects_nothing_and_says_why() -> None:
    for found in (example.one_day(), example.one_moment()):
        page = html.render(found)
        seen = report_page.text(page)
        assert "No month or year is projected" in seen
        assert 'data-chart="daily"' not in page
        assert "Saved a year" not in seen


def test_a_log_that_answers_for_no_feature_decides_nothing() -> None:
    found = example.zero_saving()
    skipped = tuple(Skipped("caching", name, "prompt_key") for name in found.steps[0].features)
    blind = replace(found, coverage=replace(found.coverage, skipped=skipped))
    seen = report_page.text(html.render(blind))
    assert "Nothing can be decided from this log: 1 lever of" in seen
    assert "Nothing to decide" not in seen
    assert "None of it is assumed" not in seen
    assert "Caching could not be replayed for 5 features" in seen


def test_costs_that_eat_the_saving_are_no_recommendation() -> None:
    seen = report_page.text(html.render(example.one_feature()))
    assert "it would save less than the $165.50 a month that it costs to run" in seen


def test_no_saving_is_said_and_not_decided() -> None:
    for found in (example.no_saving(), example.zero_saving()):
        assert "Nothing to decide" in report_page.text(html.render(found))


def test_price_changes_stand_apart_and_add_up() -> None:
    seen = report_page.text(html.render(example.example()))
    text = seen[seen.index("At the prices of each call") :]
    billed, before, moved = map(report_page.dollars, re.findall(r"\$[\d,.]*\d", text)[:3])
    assert abs(billed + moved - before) <= Decimal("0.01")
    assert "which is no saving" in text


def test_what_was_left_out_is_named() -> None:
    seen = report_page.text(html.render(example.example()))
    for name in (
        "acme/in-house-7b",
        "mystery-1",
        "prompt_key",
        "prefix_key",
        "each with its reason: 25",
    ):
        assert name in seen


def test_every_chart_has_a_name_for_a_screen_reader() -> None:
    page = html.render(example.example())
    labels = re.findall(r'class="plot"[^>]+role="img" aria-label="([^"]+)"', page)
    assert len(labels) == 11
    assert all(" table " in label and "holds its figures" in label for label in labels)


def test_a_unit_price_is_spelled_with_the_decimals_it_has() -> None:
    assert spelling.price(2_500_000) == "$2.50"
    assert spelling.price(2_800) == "$0.0028"
    assert spelling.price(0) == "$0.00"


def test_a_range_has_the_digits_its_width_supports() -> None:
    usd = 10**12
    span = spelling.span(148_213 * usd, 163_901 * usd, least_unit=usd)
    assert span == ("$148,000", "$164,000")
    assert spelling.span(-usd, usd, least_unit=usd // 100) == ("\N{MINUS SIGN}$1.00", "$1.00")
    assert spelling.span(-3, 9, least_unit=usd // 100) == ("$0", "$0")
    assert spell_usd(148_213 * usd) == "$148,213"


def test_page_one_names_payback_three_risks_and_what_to_do() -> None:
    page = html.render(example.example())
    first = report_page.text(page.split('<nav class="contents"')[0])
    assert "0.7 to 0.8 months" in first
    assert "For $9,000 once and $165.50 a month." in first
    assert "On the share that is not assumed:" in first
    assert first.count("of the saving") >= 1
    risks = re.findall(r'<ol class="risks">(.*?)</ol>', page, re.DOTALL)[0]
    assert risks.count("<li>") == 3
    assert "Leave out what does not pay for itself: caching" in first
    assert "Hold the bill to it" in first


def test_without_costs_or_days_the_payback_is_not_known() -> None:
    found = example.example()
    unpriced = replace(found, board=replace(found.board, costs=(), paybacks=()))
    seen = report_page.text(html.render(unpriced))
    assert "The policy states no cost" in seen
    assert "Whether to put \u201cfield notes\u201d into production" in seen
    assert "The log is too short" in report_page.text(html.render(example.one_day()))


def test_board_tables_foot() -> None:
    page = html.render(example.example())
    for caption, columns in (
        ("Rate and usage", (2,)),
        ("Who is paid", (1, 3)),
        ("Which models", (3, 6)),
    ):
        _, *rows, total = report_page.table(page, caption)
        for column in columns:
            parts = [report_page.dollars(row[column][0]) for row in rows]
            assert sum(parts) == report_page.dollars(total[column][0]), (caption, column)


def test_quality_has_its_number_and_interval_and_its_gaps() -> None:
    rows = report_page.table(html.render(example.example()), "What evals say")
    by_feature = {row[0][0]: [cell[0] for cell in row[3:]] for row in rows[1:]}
    assert by_feature["summarize"] == ["140", "93.0%", "87.5% to 96.2%"]
    assert by_feature["code_review"] == ["none", "\N{EN DASH}", "\N{EN DASH}"]


def test_an_answer_older_than_its_bound_is_told() -> None:
    seen = report_page.text(html.render(example.example()))
    assert "No cached answer is older than 6 hours. That is beyond the 1 hour" in seen


def test_every_table_of_a_grid_has_a_header_for_each_column() -> None:
    for caption, rows in report_page.tables(html.render(example.example())).items():
        assert len({len(row) for row in rows}) == 1, caption


def test_prices_that_sources_disagree_on_are_shown() -> None:
    rows = report_page.table(html.render(example.example()), "Prices that sources disagree")
    assert [row[4][0] for row in rows[1:]] == ["yes", "no"]
