"""Bounds on waiting and quality: kept where they can be, named where they cannot."""

from decimal import Decimal

import pytest

from analyzer.commands import tune_unit
from analyzer.tune.latency import reach_by_rate
from analyzer.tune.options import Limits
from tests.tune.world import CACHED, CHEAP, DEAR, ROUTED, tuned

LENGTH = ROUTED.replace('"difficulty"', '"length"')
RATE = f"""
[[routing]]
feature = "chat"
score = "pass_rate"
tiers = [
  {{ model = "{CHEAP}", pass_rate = 0.5 }},
  {{ model = "{CHEAP}", pass_rate = 0.5 }},
  {{ model = "{DEAR}" }},
]
"""
BATCH = '[[batch_api]]\nfeature = "chat"\n'


def added(found, feature="chat"):
    return found.units[0].added[feature]


def test_a_cascade_adds_the_calls_before_the_one_that_answers(db):
    """Each call of this log takes 0.8 s: half wait for one more, a quarter for two."""
    found = tuned(db, RATE)
    assert [round(share, 3) for share in reach_by_rate_of(RATE)] == [1, 0.5, 0.25]
    assert added(found).mean_s == pytest.approx(0.8 * 0.5 + 0.8 * 0.25)
    assert added(found).most_s == pytest.approx(1.6)


def reach_by_rate_of(text):
    from analyzer.policy import parse_policy

    return reach_by_rate(parse_policy(text.encode(), "p.toml").rules["routing"][0])


def test_where_a_cascade_stops_saving_is_told_beside_what_it_escalates(db):
    """The cheap model costs 6% of the dear one."""
    text = RATE.replace(f'  {{ model = "{CHEAP}", pass_rate = 0.5 }},\n', "", 1)
    unit = tuned(db, text).units[0]
    (said,) = (line for line in tune_unit.notes(unit) if "escalate" in line)
    assert unit.escalations["chat"].share == 0.5
    assert "50.0% of requests escalate" in said
    assert "below 94.0%" in said


def test_answers_that_are_always_long_enough_add_nothing_on_average(db):
    """All answers of the log have full marks for length."""
    found = tuned(db, LENGTH)
    assert (added(found).mean_s, added(found).most_s) == (0, pytest.approx(0.8))


def test_a_bound_on_added_latency_takes_the_cascade_and_the_batch_away(db):
    found = tuned(db, RATE + BATCH, limits=Limits(max_added_s=Decimal(1)))
    assert added(found).most_s <= 1
    assert "batch_api" not in {option[0] for option in found.chosen if option}
    assert found.feasible


def test_two_features_that_share_a_cache_both_come_within_a_bound(db):
    """One move at a time leaves the other's bound broken; the search must go through that."""
    text = RATE + RATE.replace('"chat"', '"search"') + CACHED + 'scope = "global"\n'
    found = tuned(db, text, limits=Limits(max_added_s=Decimal(1)))
    assert found.feasible
    assert all(added(found, name).most_s <= 1 for name in ("chat", "search"))


def test_the_bound_that_stands_in_the_way_is_named(scored):
    impossible = tuned(scored, ROUTED, least=0.999)
    assert impossible.units[0].binding == (
        "quality of chat binds: without it, 14 of 14 choices are allowed; the best reaches "
        f"{impossible.units[0].best_quality['chat']:.3f}",
    )
    assert impossible.chosen == tuple(slot.given for slot in impossible.slots)


def test_a_model_on_offer_is_tried_where_no_rule_chooses_one(scored):
    text = CACHED
    plain = tuned(scored, text, least=0.3)
    offered = tuned(scored, text, least=0.3, limits=Limits(models=(CHEAP,)))
    assert not any(o and o[0] == "model_selection" for o in plain.chosen)
    chosen = [s.features for s, o in zip(offered.slots, offered.chosen, strict=True)
              if o and o[0] == "model_selection"]  # fmt: skip
    assert chosen == [("chat",)]
