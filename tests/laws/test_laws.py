"""The laws of the replay, demanded of the real tool over random logs and policies."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.engine_under_test import simulate
from tests.strategies import worlds
from tests.strategies.policies import RULES


def examples(usual):
    """Return settings for so many examples, scaled up by ``--hypothesis-profile long``."""
    return settings(
        max_examples=max(usual, usual * settings.default.max_examples // 100),
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def flat(value, path=""):
    """Return {path: leaf} of nested dicts and lists, so that a difference names its place."""
    if isinstance(value, list):
        value = {step["lever"]: step for step in value}
    if not isinstance(value, dict):
        return {path: value}
    leaves = [flat(part, f"{path}/{name}") for name, part in value.items()]
    return {name: leaf for part in leaves for name, leaf in part.items()} or {path: {}}


def differences(found, expected):
    """Return {path: (found, expected)} wherever the two disagree."""
    found, expected = flat(found), flat(expected)
    names = sorted(found.keys() | expected.keys())
    return {
        name: (found.get(name, "absent"), expected.get(name, "absent"))
        for name in names
        if found.get(name, "absent") != expected.get(name, "absent")
    }


@examples(60)
@given(world=worlds())
def test_every_figure_equals_the_slow_reference(world):
    assert differences(simulate(*world), oracle.simulate(*world)) == {}


@pytest.mark.parametrize("lever", RULES)
@examples(12)
@given(data=st.data())
def test_each_lever_alone_equals_the_slow_reference(lever, data):
    world = data.draw(worlds(levers={lever}))
    assert differences(simulate(*world), oracle.simulate(*world)) == {}


MEETINGS = (
    {"routing", "caching"},
    {"caching", "compression"},
    {"routing", "batching"},
    {"compression", "prompt_cache"},
    {"batching", "prompt_cache"},
    {"compression", "batch_api"},
)


@pytest.mark.parametrize("levers", MEETINGS, ids=lambda levers: "+".join(sorted(levers)))
@examples(10)
@given(data=st.data())
def test_levers_that_meet_equal_the_slow_reference(levers, data):
    world = data.draw(worlds(levers=levers))
    assert differences(simulate(*world), oracle.simulate(*world)) == {}


@examples(10)
@given(world=worlds(), data=st.data())
def test_the_order_of_the_input_changes_nothing(world, data):
    found = simulate(*world)
    shuffled = world._replace(
        requests=data.draw(st.permutations(world.requests)),
        evals=data.draw(st.permutations(world.evals)),
    )
    assert differences(simulate(*shuffled), found) == {}


@examples(10)
@given(world=worlds())
def test_no_levers_give_the_bill_as_logged(world):
    full = simulate(*world)
    bare = {name: world.policy[name] for name in ("name", "price_date") if name in world.policy}
    found = simulate(*world._replace(policy=bare))
    assert found["attribution"] == {}
    assert differences(found["steps"], full["steps"][:1]) == {}
    assert found["billed_pico_usd"] == full["billed_pico_usd"]
    undated = [p for p in world.prices if "effective_from" not in p]
    if undated == world.prices:
        assert found["steps"][0]["pico_usd"] == found["billed_pico_usd"]


@examples(15)
@given(world=worlds())
def test_nothing_is_lost_and_everything_adds_up(world):
    found = simulate(*world)
    coverage, steps, shares = found["coverage"], found["steps"], found["attribution"]
    assert coverage["requests"] == len(world.requests)
    assert coverage["requests"] == coverage["priced_requests"] + coverage["unpriced_requests"]
    assert sum(coverage["unpriced_models"].values()) == coverage["unpriced_requests"]
    for step in steps:
        assert step["requests"] == coverage["priced_requests"]
        for figure in (name for name in step if name not in {"lever", "features"}):
            assert step[figure] == sum(part[figure] for part in step["features"].values())
    saved = steps[0]["pico_usd"] - steps[-1]["pico_usd"]
    assert saved == sum(share["shapley_pico_usd"] for share in shares.values())
    for name, first in steps[0]["features"].items():
        part = first["pico_usd"] - steps[-1]["features"][name]["pico_usd"]
        assert part == sum(
            share["features"].get(name, {"shapley_pico_usd": 0})["shapley_pico_usd"]
            for share in shares.values()
        )
    slack = len(steps[0]["features"])  # whole pico: at most one for each feature
    for share in shares.values():
        assert share["least_pico_usd"] <= share["alone_pico_usd"] <= share["most_pico_usd"]
        assert share["least_pico_usd"] - slack <= share["shapley_pico_usd"]
        assert share["shapley_pico_usd"] <= share["most_pico_usd"] + slack
