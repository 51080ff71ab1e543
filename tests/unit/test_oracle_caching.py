"""The slow reference's response cache: times at its edges, keys, and what theory says of it."""

from random import Random

import pytest
from hypothesis import Phase, find, settings

from tests.oracle import decide, simulate
from tests.oracle.requests import read
from tests.strategies import worlds

D = 1_000_000  # pico-dollars of a token at $1 per million
S = 1_000_000  # microseconds in a second
PRICES = [
    {"model": "big", "input": "4", "output": "10"},
    {"model": "small", "input": "1", "output": "2"},
]


def row(request_id, at_s=0, **fields):
    plain = {"model": "big", "feature": "chat", "input_tokens": 100, "output_tokens": 10}
    return plain | {"request_id": request_id, "ts_us": round(at_s * S)} | fields


def last(requests, policy):
    return simulate(requests, PRICES, policy, [])["steps"][-1]


def hits(times_s, latency_ms=1000, **rule):
    """Return, for requests of one key in time order, which the cache answers."""
    rows = [row(f"r{i}", at, prompt_key="k", latency_ms=latency_ms) for i, at in enumerate(times_s)]
    answered = decide.answers([read(r) for r in rows], [{"feature": "*", "ttl_seconds": 10} | rule])
    return [answered.get(r["request_id"], "miss") for r in rows]


def test_a_fill_is_readable_from_the_answer_for_less_than_the_ttl():
    us = 1 / S
    assert hits([0, 1 - us]) == ["miss", "miss"]  # in flight
    assert hits([0, 1]) == ["miss", "hit"]
    assert hits([0, 11 - us]) == ["miss", "hit"]
    assert hits([0, 11]) == ["miss", "miss"]
    assert hits([0, 0], latency_ms=None) == ["miss", "hit"]


def test_refresh_moves_the_clock_and_a_later_fill_overwrites():
    assert hits([0, 10, 15]) == ["miss", "hit", "miss"]
    assert hits([0, 10, 15], refresh=True) == ["miss", "hit", "hit"]
    assert hits([0, 0.5, 11.2]) == ["miss", "miss", "hit"]  # the second miss fills at 1.5


def test_coalesce_waits_for_a_miss_in_flight():
    assert hits([0, 0, 0.9, 1], coalesce=True) == ["miss", "coalesced", "coalesced", "hit"]
    # a coalesced hit moves no clock
    assert hits([0, 0.9, 11], coalesce=True, refresh=True) == ["miss", "coalesced", "miss"]


def test_what_a_cache_key_holds():
    def answered(second, **rule):
        first = {"prompt_key": "k", "user": "u"}
        rows = [row("a", **first), row("b", 1, **(first | second))]
        return last(rows, {"caching": [{"feature": "*", "ttl_seconds": 10} | rule]})["hits"]

    assert answered({}) == 1
    assert answered({"feature": "sum"}) == 0
    assert answered({"feature": "sum"}, scope="global") == 1
    assert answered({"user": "v"}) == 1
    assert answered({"user": "v"}, scope="user") == 0
    assert answered({"user": None}, scope="user") == 0
    assert answered({"model": "small"}) == 0
    assert answered({"model": "small"}, key="prompt") == 1
    assert answered({"prompt_key": None}) == 0


def test_each_caching_rule_is_a_cache_of_its_own():
    rows = [row("a", prompt_key="k"), row("b", 1, prompt_key="k", feature="sum")]
    rule = {"ttl_seconds": 10, "scope": "global"}
    together = {"caching": [rule | {"features": ["chat", "sum"]}]}
    apart = {"caching": [rule | {"feature": "chat"}, rule | {"feature": "sum"}]}
    assert [last(rows, policy)["hits"] for policy in (together, apart)] == [1, 0]


def test_an_assumed_hit_rate_serves_only_requests_without_a_key():
    # u of ("0:a:cache") is 0.77, of ("0:b:cache") 0.15
    rule = {"feature": "*", "ttl_seconds": 10, "assumed_hit_rate": 0.5}
    assert hits([0], assumed_hit_rate=1) == ["miss"]
    step = last([row("a"), row("b"), row("c", prompt_key="k")], {"caching": [rule]})
    assert (step["hits"], step["pico_usd"]) == (1, 1000 * D)


@pytest.mark.parametrize(
    ("rate", "ttl_s", "latency_ms", "rule", "expected"),
    [
        (1, 60, 0, {}, 60 / 61),  # fixed: rate * ttl / (1 + rate * ttl)
        (1, 1, 0, {}, 1 / 2),
        (1, 1, 0, {"refresh": True}, 0.632),  # sliding: 1 - exp(-rate * ttl)
        (1, 60, 20_000, {}, 0.790),  # readable at completion, every early arrival pays
        (1, 60, 20_000, {"coalesce": True}, 0.988),
    ],
)
def test_poisson_arrivals_hit_as_often_as_theory_says(rate, ttl_s, latency_ms, rule, expected):
    arrivals, now, seeded = [], 0.0, Random(5)
    for _ in range(6000):
        now += seeded.expovariate(rate)
        arrivals.append(now)
    found = hits(arrivals, latency_ms, ttl_seconds=ttl_s, **rule)
    assert 1 - found.count("miss") / len(found) == pytest.approx(expected, abs=0.015)


def test_a_ttl_one_microsecond_too_long_is_caught(monkeypatch):
    def generous(world):
        with monkeypatch.context() as patch:
            # t - f < ttl + 1 is t - f <= ttl: the mutant `<=`
            patch.setattr(decide, "microseconds", lambda seconds: seconds * S + 1)
            return simulate(*world)

    caught = find(
        worlds(levers={"caching"}),
        lambda world: generous(world) != simulate(*world),
        settings=settings(max_examples=500, database=None, phases=[Phase.generate]),
        random=Random(1),
    )
    assert caught.policy["caching"]
