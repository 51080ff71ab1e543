"""Curves of a policy's values: each point is a replay of its own, and ages are those of answers."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.commands.asking import find
from analyzer.curve import CurvePoint
from analyzer.curves.draw import break_even
from analyzer.curves.values import moved
from analyzer.ingest.load import ingest_file
from analyzer.ingest.scores import load_evals
from analyzer.levers.caching import Caching, sort_by_key
from analyzer.levers.model_selection import LEVER as MODEL_SELECTION
from analyzer.levers.routing import Routing
from analyzer.store import Store
from tests.oracle.decide import answers
from tests.strategies.written import canonical_jsonl

SECOND_US = 1_000_000
START_US = 1_790_812_800_000_000
PRICES = """currency = "USD"
[[price]]
model = "big"
input = "10"
output = "30"
[[price]]
model = "small"
input = "1"
output = "3"
"""
POLICY = """name = "p"
[[routing]]
feature = "chat"
score = "evals"
tiers = [{{ model = "small", accept = {accept} }}, {{ model = "big" }}]
[[caching]]
feature = "*"
ttl_seconds = {ttl}
[[compression]]
feature = "mail"
compressor = "small"
ratio = {ratio}
min_chars = 0
[[batching]]
feature = "jobs"
max_size = {size}
window_seconds = 60
shared_tokens = 400
[costs.caching]
monthly_usd = "0.05"
"""
CHOSEN = {"accept": "0.8", "ttl": 3600, "ratio": "0.5", "size": 5}
KEYS = {"accept_ppm": "accept", "ttl_us": "ttl", "ratio_ppm": "ratio", "max_size": "size"}


def rows() -> list[dict[str, object]]:
    """Two days of three features; prompts come back after 5, 50 and 500 minutes."""
    gaps_s = (0, 300, 3_000, 30_000)
    return [
        {
            "request_id": f"{feature}{n}",
            "ts_us": START_US + (n * (7 if feature == "jobs" else 600) + gaps_s[n % 4]) * SECOND_US,
            "model": "big",
            "feature": feature,
            "input_tokens": 1000,
            "output_tokens": 100,
            "prompt_key": f"{feature}{n // 4 % 40}",
            "latency_us": 2 * SECOND_US,
        }
        for feature in ("chat", "mail", "jobs")
        for n in range(200)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curves")
    (folder / "log.jsonl").write_text(canonical_jsonl(rows()))
    (folder / "prices.toml").write_text(PRICES)
    scored = [
        f"chat{n},{model},{score}"
        for n in range(0, 200, 2)
        for model, score in (("small", n % 10 / 10), ("big", 1.0))
    ]
    (folder / "scores.csv").write_text("\n".join(["request_id,model,score", *scored]) + "\n")
    with Store.open(folder / "r.duckdb") as store:
        store.unlock_digests()
        ingest_file(store, folder / "log.jsonl")
        load_evals(store, folder / "scores.csv")
    return folder


def found(folder, *, curves=True, **values):
    policy = folder / "policy.toml"
    policy.write_text(POLICY.format(**{**CHOSEN, **values}))
    return find(folder / "r.duckdb", policy, (str(folder / "prices.toml"),), curves=curves)


@pytest.fixture(scope="module")
def drawn(folder):
    return found(folder).curves.curves


def test_each_point_is_what_a_policy_with_that_value_costs(folder, drawn):
    assert {curve.varied for curve in drawn} == set(KEYS)
    for curve in drawn:
        points = curve.points
        for point in (points[1], points[-1]):
            value = point.value if curve.varied == "max_size" else point.value / 1_000_000
            alone = found(folder, curves=False, **{KEYS[curve.varied]: value})
            features = alone.steps[-1].features
            spend = sum(features[name].pico_usd for name in curve.features)
            assert point.spend_pico_usd == spend, (curve.varied, value)


def test_a_log_of_more_tables_than_are_kept_is_answered_the_same(folder, drawn, monkeypatch):
    """Of 500 features one answer may need more tables than all that are kept between answers."""
    monkeypatch.setattr("analyzer.runners.memory._MOST_KEPT", 2)
    monkeypatch.setattr("analyzer.runners.memory._ANSWERS_KEPT", 0)
    assert found(folder).curves.curves == drawn


def test_a_rule_without_effect_saves_nothing_and_the_policy_is_marked_once(drawn):
    for curve in drawn:
        assert sum(point.chosen for point in curve.points) == 1
        assert list(curve.points) == sorted(curve.points, key=lambda point: point.value)
        if curve.varied in ("ttl_us", "max_size"):
            assert curve.points[0].saving_pico_usd == 0
        if curve.varied == "accept_ppm":
            assert {point.saving_pico_usd for point in curve.points} == {None}


def test_hit_rates_and_scores_stand_beside_the_dollars(drawn):
    by_varied = {curve.varied: curve for curve in drawn}
    shares = [point.share_ppm for point in by_varied["ttl_us"].points]
    assert shares[0] == 0
    assert shares == sorted(shares)
    first, *_, last = by_varied["accept_ppm"].points
    assert first.score.evals == 100
    assert first.score.mean_ppm == 400_000
    assert last.score.mean_ppm == 1_000_000
    assert last.score.low_ppm < last.score.mean_ppm
    assert by_varied["ttl_us"].run_cost_pico_usd > 0


def test_nobody_asked_nothing_is_weighed(folder):
    assert found(folder, curves=False).curves is None


@pytest.mark.parametrize(
    ("savings", "cost", "expected"),
    [
        ((30, 10, -10), 0, 25),
        ((0, 4, 8), 6, 25),
        ((0, 4, 8), 0, None),
        ((5, 0, -5), 0, 20),
        ((1, 2, 3), 9, None),
    ],
)
def test_the_break_even_lies_where_the_saving_meets_the_run_cost(savings, cost, expected):
    points = [
        CurvePoint(10 * n, 0, saving, None, None, chosen=False)
        for n, saving in enumerate(savings, 1)
    ]
    assert break_even(points, cost) == expected


def test_only_values_are_moved_not_choices():
    rule = MODEL_SELECTION.rule.model_validate({"feature": "*", "to": "small"})
    assert moved(rule, 10**12) == ()
    tiers = ({"model": "a", "pass_rate": "0.25"}, {"model": "b"})
    rate = Routing.model_validate({"feature": "*", "score": "pass_rate", "tiers": tiers})
    (one,) = moved(rate, 10**12)
    assert one.varied == "pass_rate_ppm"
    assert one.chosen == 250_000
    assert one.at(500_000).tiers[0].pass_rate * 4 == 2


@dataclass(frozen=True)
class Asked:
    """A request as the oracle reads it."""

    request_id: str
    ts: int
    latency: int
    prompt_key: int
    live: bool = True
    feature: str = "f"
    user: None = None
    model: str = "m"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12), st.integers(0, 2)), min_size=1),
    st.integers(1, 20),
    st.booleans(),
    st.booleans(),
)
def test_an_age_is_the_time_since_the_latest_fill(drawn, ttl_s, refresh, coalesce):
    requests = [
        Asked(str(n), ts * SECOND_US, latency * SECOND_US, key)
        for n, (ts, latency, key) in enumerate(sorted(drawn, key=lambda row: row[0]))
    ]
    table = {"feature": "*", "ttl_seconds": ttl_s, "refresh": refresh, "coalesce": coalesce}
    outcome = answers(requests, [table])
    expected = []
    for asked in requests:
        if outcome.get(asked.request_id) == "hit":
            fills = [
                other.ts + other.latency
                for other in requests
                if other.prompt_key == asked.prompt_key and other.request_id not in outcome
            ]
            expected.append(asked.ts - max(fill for fill in fills if fill <= asked.ts))
    frame = pl.DataFrame(
        {
            "ts_us": [asked.ts for asked in requests],
            "latency_us": [asked.latency for asked in requests],
            "feature": [0] * len(requests),
            "model_name": [0] * len(requests),
            "prompt_key": [asked.prompt_key for asked in requests],
        },
        schema_overrides={"prompt_key": pl.UInt64},
    )
    rule = Caching.model_validate(table)
    ages, waited = sort_by_key(frame, rule).ages(rule)
    assert sorted(ages.tolist()) == sorted(expected)
    assert waited == sum(what == "coalesced" for what in outcome.values())
