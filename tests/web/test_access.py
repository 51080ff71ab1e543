"""Every page by keyboard and screen reader, on a phone and a desk, by day and by night."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from analyzer.web.scenario import to_link
from tests.web.conftest import SAMPLES, rebill

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
READY = {
    "/": "Loaded",
    "/explore": "Reconciled with the bill",
    "/tune": "Where the saving is gone",
    "/compare": "No scenario is saved yet",
}


@pytest.fixture(scope="module")
def server(serve, tmp_path_factory):
    db = tmp_path_factory.mktemp("accessible") / "company.duckdb"
    rebill("ingest", SAMPLES / "canonical" / "content_2026-10.csv.gz", "--db", db)
    return serve(db=db)


def opened(server, tab, path, **options):
    policy = (SAMPLES / "policy.toml").read_text()
    page = tab(server, f"/tune?s={to_link(policy)}" if path == "/tune" else path, **options)
    page.get_by_role("heading", name=READY[path], exact=True).wait_for()
    return page


def clean(page):
    """Hold axe to the page as it is, by day and by night."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function(
            "dark => document.body.classList.contains('body--dark') === dark", arg=scheme == "dark"
        )
        results = Axe().run(page, options=WCAG)
        assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("path", READY)
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_nothing_runs_over(server, tab, path, width):
    page = opened(server, tab, path, width=width)
    if path == "/tune":
        page.get_by_role("button", name="Find better values").click()
        page.locator(".marks.known").first.wait_for()
    clean(page)
    assert page.complaints == []


def test_a_first_visit_is_accessible(serve, tab):
    page = tab(serve(), width=360, reduced_motion="reduce")
    page.get_by_role("button", name="Try it with the sample company").wait_for()
    clean(page)
    page.goto(f"{page.url}explore")
    page.get_by_role("heading", name="Nothing is loaded yet").wait_for()
    clean(page)
    page.goto(page.url.replace("explore", "nowhere"))
    page.get_by_role("heading", name="Not here").wait_for()
    assert Axe().run(page, options=WCAG).violations_count == 0


def test_a_lever_is_set_from_the_keyboard_alone(server, tab):
    page = tab(server, "/tune")
    page.get_by_role("heading", name="Tune").wait_for()
    toggle = page.get_by_role("switch", name="Caching")
    toggle.focus()
    page.keyboard.press("Space")
    slider = page.get_by_role("slider", name="Keeps an answer for")
    slider.wait_for()
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("4 hours", exact=True).wait_for()
    assert slider.get_attribute("aria-valuetext") == "4 hours"


def test_a_preview_fits_a_phone(server, tab):
    page = tab(server, width=360, reduced_motion="reduce")
    file = SAMPLES / "openai_billing" / "cost_2026-10-01_2026-10-31.csv"
    page.locator("input[type=file]").set_input_files(str(file))
    page.get_by_text("How each column is read").click()
    page.get_by_role("region", name="The first rows as they would be stored").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    box = page.get_by_role("region", name="The first rows as they would be stored").bounding_box()
    assert box["x"] + box["width"] <= 360
    results = Axe().run(page, options=WCAG)
    assert results.violations_count == 0, results.generate_report()
