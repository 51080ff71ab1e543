"""What page one says to do first: nothing that needs a test, a score or a wait is waved through."""

from dataclasses import replace

from reports.rollout import next_steps
from reports.tables.outlook import run_cost_grid
from tests import findings_example as example


def told(**evidence):
    """The steps where each lever's saving is of the class given; all others' are assumed."""
    findings = example.example()
    findings = replace(findings, board=replace(findings.board, break_evens=()))
    shares = tuple(
        replace(share, shapley_pico_usd=10**12, evidence={evidence.get(share.lever, "assumed"): 1})
        for share in findings.attribution
    )
    return next_steps(replace(findings, attribution=shares))


def test_packed_prompts_are_tested_though_the_log_decides_who_is_packed():
    steps = told(caching="replayed", batching="replayed")
    assert steps[0] == "Put in place what needs no test of answers: caching."
    assert "batching" in steps[1]
    assert steps[1].startswith("Test before anything else ships:")


def test_a_model_that_was_scored_is_decided_by_its_scores_and_the_lowest_is_said():
    steps = told(caching="replayed", model_selection="evidenced")
    assert steps[1].startswith("Decide by the scores that were loaded: model selection. The lowest")
    assert "%" in steps[1]
    assert "model selection" not in steps[0]


def test_a_lever_that_costs_more_to_run_than_it_saves_is_left_out_and_not_tested():
    """The table of run costs says so too: its verdict and page one's are the same."""
    steps = next_steps(example.example())
    assert steps[0] == (
        "Leave out what does not pay for itself: caching (adds $127.42 a month beside the others, "
        "costs $45.50 to run), compression (adds $51.88 a month beside the others)."
    )
    rest = " ".join(steps[1:])
    assert "routing" in rest
    assert "caching" not in rest
    assert "compression" not in rest
    left_out = {row[0] for row in run_cost_grid(example.example()).rows if row[3] == "leave it out"}
    assert left_out == {"Caching", "Compression"}
