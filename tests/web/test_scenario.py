"""A scenario is a policy: what is tuned, linked and downloaded reads back as what was meant."""

from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import PolicyError
from analyzer.levers import LEVERS
from analyzer.policy import parse_policy
from analyzer.policy_text import policy_text
from analyzer.web.scenario import Scenario, from_link, from_text, to_link
from tests.web.conftest import SAMPLES

SAMPLE = (SAMPLES / "policy.toml").read_text()
FEATURES = ("support_chat", "classification", "summarization", "nightly_report", "[odd]*", "")
KEYS = st.text(min_size=1, max_size=8)
VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.decimals(-1000, 1000, places=3),
    st.text(max_size=20),
    st.dates(),
)


def covering(policy, lever, feature):
    """The rules that decide about a feature, without the names of features."""
    rules = [rule for rule in policy.rules.get(lever.name, ()) if rule.covers(feature)]
    kept = rules if lever.claims == "request" else rules[:1]
    return [rule.model_copy(update={"features": ("*",)}) for rule in kept]


def test_a_policy_decides_the_same_once_it_is_a_scenario():
    before = parse_policy(SAMPLE.encode(), "policy.toml")
    after = parse_policy(from_text(SAMPLE, FEATURES).text(FEATURES).encode(), "policy.toml")
    for lever in LEVERS:
        for feature in FEATURES:
            assert covering(after, lever, feature) == covering(before, lever, feature)
    assert (after.name, after.price_date, after.rollout) == (
        before.name,
        before.price_date,
        before.rollout,
    )


def test_what_is_written_is_read_as_itself():
    once = from_text(SAMPLE, FEATURES).text(FEATURES)
    assert from_text(once, FEATURES).text(FEATURES) == once


def test_a_policy_may_not_speak_of_a_lever_that_was_switched_off():
    scenario = from_text(SAMPLE, FEATURES)
    for feature in FEATURES:
        scenario = scenario.but("caching", feature, ())
    text = scenario.text(FEATURES)
    assert "caching" not in text
    assert "[costs.routing]" in text
    parse_policy(text.encode(), "policy.toml")


def test_features_of_one_setting_share_a_rule():
    scenario = Scenario("x")
    for feature in FEATURES[:2]:
        scenario = scenario.but("caching", feature, ({"ttl_seconds": 60},))
    rules = tomllib.loads(scenario.text(FEATURES))["caching"]
    assert rules == [{"features": list(FEATURES[:2]), "ttl_seconds": 60}]


def test_a_features_name_is_no_glob():
    text = Scenario("x").but("batch_api", "[odd]*", ({},)).text(FEATURES)
    (rule,) = parse_policy(text.encode(), "policy.toml").rules["batch_api"]
    assert [feature for feature in FEATURES if rule.covers(feature)] == ["[odd]*"]


@given(st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES, max_size=3), max_size=4))
def test_any_table_survives_being_written(tables):
    assert tomllib.loads(policy_text(tables), parse_float=Decimal) == tables


@given(st.text(max_size=300))
def test_any_text_survives_a_link(text):
    assert from_link(to_link(text)) == text


@pytest.mark.parametrize("word", ["", "nonsense", "e", to_link("x" * 50)[:-4]])
def test_a_cut_link_is_refused(word):
    with pytest.raises(PolicyError, match="link holds no policy"):
        from_link(word)


def test_a_link_that_unpacks_to_too_much_is_refused():
    with pytest.raises(PolicyError, match="too long"):
        from_link(to_link("x" * (1 << 22)))
