"""The laws of usage buckets: whatever the policy, they equal the slow reference to the pico."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracle
from tests.engine_under_test import simulate
from tests.laws.test_laws import differences, examples
from tests.strategies import worlds_with_buckets
from tests.strategies.policies import RULES


@examples(30)
@given(world=worlds_with_buckets())
def test_every_figure_of_buckets_equals_the_slow_reference(world):
    assert differences(simulate(*world), oracle.simulate(*world)) == {}


@pytest.mark.parametrize("lever", RULES)
@examples(15)
@given(data=st.data())
def test_each_lever_alone_on_buckets_equals_the_slow_reference(lever, data):
    world = data.draw(worlds_with_buckets(levers={lever}))
    assert differences(simulate(*world), oracle.simulate(*world)) == {}


LINEAR = (
    {"routing", "caching", "compression"},
    {"model_selection", "compression", "batch_api"},
    {"routing", "compression"},
)


@pytest.mark.parametrize("levers", LINEAR, ids=lambda levers: "+".join(sorted(levers)))
@examples(10)
@given(data=st.data())
def test_levers_that_meet_on_buckets_equal_the_slow_reference(levers, data):
    world = data.draw(worlds_with_buckets(levers=levers))
    assert differences(simulate(*world), oracle.simulate(*world)) == {}


@examples(15)
@given(world=worlds_with_buckets())
def test_requests_and_buckets_are_all_counted_and_add_up(world):
    found = simulate(*world)
    coverage, steps = found["coverage"], found["steps"]
    assert coverage["requests"] == coverage["priced_requests"] + coverage["unpriced_requests"]
    for step in steps:
        assert step["requests"] == coverage["priced_requests"]
        for figure in (name for name in step if name not in {"lever", "features"}):
            assert step[figure] == sum(part[figure] for part in step["features"].values())
    saved = steps[0]["pico_usd"] - steps[-1]["pico_usd"]
    shares = found["attribution"].values()
    assert saved == sum(share["shapley_pico_usd"] for share in shares)
