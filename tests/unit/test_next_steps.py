"""What page one says to do first: nothing that needs a test, a score or a wait is waved through."""

from dataclasses import replace

from reports.rollout import next_steps
from tests import findings_example as example


def told(**evidence):
    """The steps where each lever's saving is of the class given; all others' are assumed."""
    findings = example.example()
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
