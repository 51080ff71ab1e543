"""The report in a real Chromium: quiet, offline, readable at every width, and accessible."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from analyzer.reconciled import ReconciledRow, Reconciliation
from reports import compared_page, reconciliation_page
from reports.theme import AFTER
from tests import findings_example as example
from tests.browser.conftest import Open

_ROWS = (("gpt-4o", "2026-10-01", 9 * 10**12), ("<img src=x>" * 9, "2026-10-03", -(10**12)))
_BILL = Reconciliation(
    (), 50_000, 48,
    tuple(ReconciledRow("openai", model, day, day, None, None, None, pico, None, "no log")
          for model, day, pico in _ROWS),
    (), (), (("chat", 8 * 10**12),),
)  # fmt: skip

WIDTHS = (360, 768, 1280)
SOON_MS = 1_500
CHARTS = 11
"""Six of the bill and the board, four curves, one of the ages of cached answers."""
CASES = (
    example.example,
    example.hostile,
    example.one_feature,
    example.many_features,
    example.no_saving,
    example.added_cost,
    example.one_day,
)
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize("make", CASES)
def test_no_request_no_complaint_no_sideways_scroll_on_a_phone(open_report: Open, make) -> None:
    page = open_report(make(), width=360)
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_width_and_scheme_draws_every_chart(
    open_report: Open, tmp_path: Path, width: int, scheme: str
) -> None:
    page = open_report(example.example(), width=width, color_scheme=scheme)
    plots = page.locator(".plot")
    assert plots.count() == CHARTS
    for index in range(CHARTS):
        box = plots.nth(index).locator("svg.main-svg").first.bounding_box()
        assert box is not None
        assert 200 < box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") == width
    shade = AFTER.dark if scheme == "dark" else AFTER.light
    assert _bar_colours(page) >= {_rgb(shade)}
    picture = page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert len(picture) > 50_000
    assert page.complaints == []


def _bar_colours(page) -> set[str]:
    return set(
        page.locator("[data-chart=features] .point path").evaluate_all(
            "paths => paths.map(path => getComputedStyle(path).fill)"
        )
    )


def _rgb(shade: str) -> str:
    red, green, blue = (int(shade[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(open_report: Open, width: int, scheme: str) -> None:
    page = open_report(example.example(), width=width, color_scheme=scheme, reduced_motion="reduce")
    results = Axe().run(page, options=WCAG)
    assert len(results.response["passes"]) > 30
    assert results.violations_count == 0, results.generate_report()


def test_two_policies_side_by_side_are_quiet_and_accessible(open_report: Open) -> None:
    page = open_report(
        example.hostile(),
        width=360,
        drawn=False,
        render=lambda found: compared_page.to_html((found, example.hostile())),
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    results = Axe().run(page, options=WCAG)
    assert results.violations_count == 0, results.generate_report()
    assert page.complaints == []


def test_a_page_of_a_bill_alone_is_readable_on_a_phone_and_accessible(open_report: Open) -> None:
    page = open_report(
        example.example(), width=360, render=lambda _: reconciliation_page.render(_BILL, "1.2")
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.locator(".plot svg.main-svg").count() > 1
    results = Axe().run(page, options=WCAG)
    assert results.violations_count == 0, results.generate_report()
    assert page.complaints == []


def test_hostile_names_run_nothing_and_show_as_text(open_report: Open) -> None:
    page = open_report(example.hostile())
    assert page.complaints == []
    assert page.locator("img").count() == 0
    names = page.locator("#features-table tbody th").all_inner_texts()
    assert "<script>alert(1)</script>" in names
    assert "{{7*7}} ${7*7} %{x}" in names
    assert "=cmd|'/C calc'!A0" in names
    labels = page.locator("[data-chart=features] .annotation-text").all_text_contents()
    assert any(label.startswith("<script>alert") for label in labels)
    assert any(label.startswith("<b>bold</b>") for label in labels)
    assert page.locator("[data-chart] a").count() == 0
    assert page.title().startswith("What \u201c</script><img")


def test_without_scripts_every_table_is_there_and_no_chart_leaves_a_hole(
    open_report: Open,
) -> None:
    page = open_report(example.example(), drawn=False, java_script_enabled=False)
    assert page.locator("table").count() >= 10
    assert not page.locator(".plot").first.is_visible()
    assert page.locator("#features-table tbody tr").count() == 5
    assert "$144,000 to $160,000" in page.locator("main").inner_text()


def test_features_sort_and_are_found_by_keyboard(open_report: Open) -> None:
    page = open_report(example.many_features(30))
    first = page.locator("#features-table tbody th").first
    assert first.inner_text() == "team_000/feature"
    page.locator("#features-table thead button", has_text="Saved").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert first.inner_text() == "team_029/feature"
    sorted_by = page.locator("#features-table th[aria-sort]")
    assert sorted_by.get_attribute("aria-sort") == "ascending"
    page.get_by_label("Show a feature").fill("_007")
    assert page.locator("#features-table tbody tr:visible").count() == 1
    assert page.locator("#table-unit-costs tbody tr:visible").count() == 1
    assert page.locator("#picker-shown").inner_text().startswith("1 of 30 features")
    assert page.locator("#features-table tfoot tr").is_visible()


def test_wide_tables_scroll_in_their_own_box_with_the_first_column_in_place(
    open_report: Open,
) -> None:
    page = open_report(example.example(), width=360)
    box = page.get_by_role("group", name="Features by steps")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth && box.tabIndex === 0")
    name = box.locator("tbody th").first
    before = name.bounding_box()
    box.evaluate("box => { box.scrollLeft = 200; }")
    assert name.bounding_box() == before


def test_hovering_the_daily_chart_reads_a_day_and_breaks_no_policy(open_report: Open) -> None:
    page = open_report(example.example())
    chart = page.locator("[data-chart=daily]")
    chart.scroll_into_view_if_needed()
    area = chart.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    hover = chart.locator(".hoverlayer text")
    hover.first.wait_for(state="attached")
    assert "Under the policy : $" in "".join(hover.all_text_contents())
    assert page.complaints == []


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_prints_in_light_colours_on_whole_pages(open_report: Open, paper: str) -> None:
    page = open_report(example.example(), color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media=None, color_scheme="dark")
    pdf = page.pdf(format=paper)
    assert pdf.startswith(b"%PDF")
    pages = pdf.count(b"/Type /Page\n")
    assert 12 <= pages <= 20
    assert page.complaints == []


PAPER_PX = {"A4": (688, 1001), "Letter": (710, 935)}
"""What a sheet leaves inside the page's margins, at 96 px an inch."""


@pytest.mark.parametrize("make", [example.example, example.hostile, example.added_cost])
@pytest.mark.parametrize("paper", PAPER_PX)
def test_the_summary_fits_on_one_sheet(open_report: Open, paper: str, make) -> None:
    page = open_report(make())
    width, height = PAPER_PX[paper]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(media="print")
    summary = page.locator(".page-one").bounding_box()
    assert summary is not None
    assert summary["y"] + summary["height"] <= height


def test_a_download_holds_the_table_it_names_without_a_request(open_report: Open) -> None:
    page = open_report(example.hostile())
    with page.expect_download() as started:
        page.get_by_role("link", name="Spend by feature after each lever").click()
    saved = started.value
    assert saved.suggested_filename == "rebill-steps.csv"
    text = saved.path().read_text(encoding="utf-8-sig")
    assert text.startswith("after,feature,usd,")
    assert "'=cmd|'/C calc'!A0" in text
    assert page.complaints == []


def test_words_sort_from_a_and_numbers_from_the_largest(open_report: Open) -> None:
    page = open_report(example.example())
    table = page.locator("#table-service")
    names = table.locator("tbody th")
    table.get_by_role("button", name="Feature").click()
    assert names.all_inner_texts() == sorted(example.MONTH)
    table.get_by_role("button", name="Requests").click()
    assert names.first.inner_text() == "classify"
    header = table.locator("th[aria-sort]")
    assert header.inner_text().startswith("Requests")
    assert header.get_attribute("aria-sort") == "descending"


def test_it_is_usable_soon_after_opening(open_report: Open) -> None:
    page = open_report(example.example())
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
    assert ready <= SOON_MS


def test_charts_follow_the_window(open_report: Open) -> None:
    page = open_report(example.example(), width=1280)
    page.set_viewport_size({"width": 400, "height": 900})
    plot = page.locator("[data-chart=daily]")
    page.wait_for_function(
        "Number(document.querySelector('[data-chart=daily]').dataset.width) < 400"
    )
    assert plot.evaluate("plot => Number(plot.dataset.width) === plot.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == 400


def test_no_label_of_a_chart_is_cut_on_a_phone(open_report: Open) -> None:
    page = open_report(example.example(), width=360)
    cut = page.evaluate(
        """() => Array.from(document.querySelectorAll(".plot")).flatMap((plot) => {
          const room = plot.getBoundingClientRect();
          return Array.from(plot.querySelectorAll(".annotation-text"))
            .filter((label) => {
              const box = label.getBoundingClientRect();
              return box.left < room.left - 2 || box.right > room.right + 2;
            })
            .map((label) => label.textContent);
        })"""
    )
    assert cut == []
