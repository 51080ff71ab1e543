"""The tune page in a real Chromium: links, undo, sliders, break-even marks, saved scenarios."""

from __future__ import annotations

import json

from analyzer.web.scenario import to_link
from tests.web.conftest import FIGURES, fetched, rebill, settled, switch

FEATURE = "translation"
LOSING = """
name = "losing"
[[compression]]
feature = "translation"
compressor = "gpt-4o"
ratio = "0.5"
"""


def test_a_link_holds_the_scenario_and_undo_goes_back(loaded, tab):
    page = tab(loaded, "/tune")
    switch(page, "caching").click()
    page.locator("[data-lever=caching] p").filter(has_text="on this feature").wait_for()
    settled(page)
    shown, link = page.locator(FIGURES).inner_text(), page.url
    assert "?s=" in link
    again = tab(loaded, link.removeprefix(loaded.url))
    again.get_by_label("Keeps an answer for").wait_for()
    settled(again)
    assert again.locator(FIGURES).inner_text() == shown
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("Keeps an answer for").wait_for(state="detached")
    settled(page)
    assert page.locator(FIGURES).inner_text() != shown


def test_of_many_changes_the_last_one_stays(loaded, tab):
    page = tab(loaded, "/tune")
    switch(page, "caching").click()
    slider = page.get_by_label("Keeps an answer for")
    for key in ("Home", "End", "Home", "ArrowRight", "ArrowRight", "ArrowRight", "End", "Home"):
        slider.press(key)
    page.get_by_text("1 minute", exact=True).wait_for()
    settled(page)
    assert "ttl_seconds = 60\n" in fetched(page, "policy.toml").decode()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("1 hour", exact=True).wait_for()


def test_saved_scenarios_stand_side_by_side(loaded, tab):
    page = tab(loaded, "/tune")
    for name, lever in (("first", "caching"), ("second", "batch_api")):
        page.get_by_label("Name of the scenario").fill(name)
        page.get_by_label("Name of the scenario").press("Enter")
        switch(page, lever).click()
        page.get_by_role("button", name="Save").click()
        page.get_by_text(f"Saved as {name}").wait_for()
    page.goto(f"{loaded.url}/compare")
    page.get_by_role("heading", name="What each would have cost").wait_for()
    table = page.get_by_role("region", name="The policies").inner_text()
    assert "first" in table
    assert "second" in table


def test_a_model_without_a_price_is_said_where_it_is_named(loaded, tab):
    page = tab(loaded, "/tune")
    switch(page, "model_selection").click()
    page.get_by_label("Call this model instead").fill("<img src=x onerror=alert(1)>")
    page.get_by_label("Call this model instead").press("Enter")
    page.get_by_role("alert").get_by_text("no price").wait_for()
    assert page.locator("img").count() == 0
    assert page.complaints == []


def test_a_broken_link_says_so(loaded, tab):
    page = tab(loaded, "/tune?s=nonsense")
    page.get_by_text("this link holds no policy").wait_for()
    page.get_by_role("link", name="start from nothing").wait_for()


def test_two_sliders_of_a_lever_keep_what_the_other_was_set_to(loaded, tab):
    page = tab(loaded, f"/tune?s={to_link(LOSING)}")
    page.get_by_label("Keeps of the input").press("ArrowLeft")
    page.get_by_label("From this many characters on").press("ArrowRight")
    page.get_by_text("1,000", exact=True).wait_for()
    settled(page)
    text = fetched(page, "policy.toml").decode()
    assert "ratio = 0.45" in text
    assert "min_chars = 1000" in text


def test_a_lever_that_loses_money_says_so_in_place_and_marks_where(loaded, tab, tmp_path):
    page = tab(loaded, f"/tune?s={to_link(LOSING)}")
    lever = page.locator("[data-lever=compression]")
    lever.get_by_text("Compression loses money at the prices").wait_for()
    marks = page.locator(".marks.known").first
    marks.wait_for()
    said = marks.inner_text()
    assert said.startswith("No value pays: at 5% it costs ")
    policy = tmp_path / "policy.toml"
    spent = []
    for text in (LOSING.replace("0.5", "0.05"), 'name = "off"\n'):
        policy.write_text(text)
        found = json.loads(rebill("simulate", "--policy", policy, "--db", loaded.db, "--json"))
        spent.append(float(found["steps"][-1]["usd"]))
    assert f"it costs ${spent[0] - spent[1]:.2f} more" in said


def test_the_tiers_on_which_compression_loses_are_named(loaded, tab):
    tiers = 'tiers = [{ model = "gpt-4.1-nano", accept = 0.8 }, { model = "gpt-4o" }]\n'
    squeezed = LOSING.replace('"gpt-4o"', '"gpt-4.1-nano"')
    text = f'{squeezed}[[routing]]\nfeature = "translation"\nscore = "length"\n{tiers}'
    page = tab(loaded, f"/tune?s={to_link(text)}")
    page.get_by_label("Feature", exact=True).click()
    page.get_by_role("option", name="translation").click()
    lever = page.locator("[data-lever=compression]")
    said = lever.get_by_text("Loses money on tier").inner_text()
    assert said.startswith(
        "Loses money on tier 1, gpt-4.1-nano: of a million tokens it saves $0.05,"
    )


def test_a_policy_file_is_opened_and_a_broken_one_changes_nothing(loaded, tab, tmp_path):
    page = tab(loaded, "/tune")
    page.get_by_role("button", name="Open a policy file").click()
    chooser = page.locator(".drawer input[type=file]").first
    broken, whole = tmp_path / "broken.toml", tmp_path / "whole.toml"
    broken.write_text('name = "broken"\n[[cachin]]\n')
    whole.write_text(LOSING)
    chooser.set_input_files(str(broken))
    page.get_by_role("alert").get_by_text("did you mean").wait_for()
    assert page.get_by_label("Name of the scenario").input_value() == "my policy"
    chooser.set_input_files(str(whole))
    page.get_by_label("Keeps of the input").wait_for()
    assert page.get_by_label("Name of the scenario").input_value() == "losing"
