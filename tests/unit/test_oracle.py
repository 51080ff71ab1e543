"""The slow reference on logs small enough to add up by hand.

Unless a test says otherwise, ``big`` costs $4 in and $10 out, ``small`` $1 in and $2 out, per
million tokens, and ``D`` is what a token at $1 per million costs in pico-dollars.
"""

from datetime import date

import pytest

from tests.oracle import simulate
from tests.oracle.arithmetic import ceil_share, draw, ppm, rounded
from tests.oracle.attribution import attribute, coalitions

D = 1_000_000
S = 1_000_000  # microseconds in a second
START = 1_772_323_200 * S  # 2026-03-01T00:00:00Z, a multiple of every window used here

BIG = {"model": "big", "input": "4", "output": "10", "cached_input": "1", "cache_write": "5"}
SMALL = {"model": "small", "input": "1", "output": "2"}
PRICES = [BIG, SMALL]


def row(request_id, at_s=0, **fields):
    plain = {"model": "big", "feature": "chat", "input_tokens": 100, "output_tokens": 10}
    return plain | {"request_id": request_id, "ts_us": START + round(at_s * S)} | fields


def replay(requests, policy=None, prices=PRICES, evals=()):
    return simulate(requests, prices, policy or {}, list(evals))


def last(requests, policy, prices=PRICES, evals=()):
    return replay(requests, policy, prices, evals)["steps"][-1]


def test_ratios_are_decimals_and_halves_go_up():
    assert ceil_share(30, ppm(0.1)) == 3  # floats say 4
    assert [rounded(a, 2) for a in (1, 2, 3)] == [1, 1, 2]
    assert ppm("0.333333") == 333_333


def test_draws_are_the_first_52_bits_of_md5():
    # md5("0:a:0") = c4bd2b0264d716ec…
    assert draw(0, "a", 0) * 2**52 == 0xC4BD2B0264D71


def test_each_token_class_has_its_own_price():
    counts = {"cached_input_tokens": 30, "cache_write_tokens": 20, "cache_write_1h_tokens": 10}
    # 40 at $4, 30 at $1, 20 at $5, 10 at $4 (no 1h price: input), 10 at $10
    assert replay([row("a", **counts)])["billed_pico_usd"] == (160 + 30 + 100 + 40 + 100) * D
    # the batch tier takes half off every price
    batch = replay([row("a", service_tier="batch", **counts)])
    assert batch["billed_pico_usd"] == (160 + 30 + 100 + 40 + 100) * D // 2


def test_a_discounted_price_is_a_whole_pico_per_token():
    prices = [{"model": "big", "input": "0.000003", "output": "0.000001"}]
    # 3 pico less half is 1.5, so 2; 1 less half is 0.5, so 1
    found = replay([row("a", service_tier="batch")], prices=prices)
    assert found["billed_pico_usd"] == 100 * 2 + 10 * 1


@pytest.mark.parametrize(("tokens", "cost"), [(100, 100 * 4 + 10 * 10), (101, 101 * 7 + 10 * 10)])
def test_a_long_call_pays_the_second_prices_for_everything(tokens, cost):
    prices = [
        {"model": "big", "input": "4", "output": "10", "above_tokens": 100, "input_above": "7"}
    ]
    assert replay([row("a", input_tokens=tokens)], prices=prices)["billed_pico_usd"] == cost * D
    # no cached price at all: the input price in force
    cached = row("a", input_tokens=tokens, cached_input_tokens=tokens)
    assert replay([cached], prices=prices)["billed_pico_usd"] == cost * D


def test_prices_in_force_by_day_and_by_first_pattern():
    prices = [
        {"model": "big", "provider": "north", "input": "9", "output": "0"},
        {"model": "big", "effective_from": date(2026, 3, 2), "input": "3", "output": "0"},
        {"model": "big", "effective_from": date(2026, 1, 1), "input": "4", "output": "0"},
        {"model": "b*", "input": "1", "output": "0"},
    ]
    requests = [row("a", provider="south"), row("b", 86_400, provider="south")]
    found = replay([*requests, row("c", provider="north"), row("d", model="bee")], None, prices)
    assert found["price_date"] == "2026-03-02"
    assert found["billed_pico_usd"] == 100 * (4 + 3 + 9 + 1) * D
    assert found["steps"][0]["pico_usd"] == 100 * (3 + 3 + 9 + 1) * D


def test_unpriced_requests_leave_and_are_counted():
    prices = [
        *PRICES,
        {"model": "late", "effective_from": date(2026, 3, 2), "input": "1", "output": "1"},
    ]
    found = replay([row("a"), row("b", model="ghost"), row("c", model="late")], None, prices)
    assert found["billed_pico_usd"] == 500 * D
    assert found["coverage"] | {"cacheable_requests": 0, "scored_requests": 0} == {
        "requests": 3,
        "priced_requests": 1,
        "unpriced_requests": 2,
        "unpriced_tokens": 220,
        "unpriced_models": {"ghost": 1, "late": 1},
        "failed_requests": 0,
        "cacheable_requests": 0,
        "scored_requests": 0,
        "already_cached": 0,
        "bucket_requests": 0,
    }


def test_a_policy_that_names_an_unpriced_model_is_refused():
    with pytest.raises(ValueError, match="ghost"):
        replay([row("a")], {"model_selection": [{"feature": "*", "to": "ghost"}]})


def test_failed_and_already_cached_requests_are_left_alone():
    policy = {
        "model_selection": [{"feature": "*", "to": "small"}],
        "caching": [{"feature": "*", "ttl_seconds": 100}],
        "batch_api": [{"feature": "*"}],
    }
    requests = [
        row("a", prompt_key="k", status="500"),
        row("b", 1, prompt_key="k", served_from_cache=True),
        row("c", 2, prompt_key="k"),  # neither of the two has filled the cache
    ]
    step = last(requests, policy)
    assert (step["requests"], step["calls"], step["hits"]) == (3, 2, 0)
    assert step["pico_usd"] == 500 * D + (100 + 20) * D // 2


def test_another_model_has_other_tokens_and_a_cold_cache():
    prices = [BIG, SMALL | {"tokenizer_ratio": "1.07", "verbosity": "0.5"}]
    # 3 * 1.07 = 3.21 -> 3; 100 * 1.07 * 0.5 = 53.5 -> 54
    request = row("a", input_tokens=3, cached_input_tokens=3, output_tokens=100)
    step = last([request], {"model_selection": [{"feature": "*", "to": "small"}]}, prices)
    assert (step["input_tokens"], step["output_tokens"]) == (3, 54)
    assert step["pico_usd"] == (3 * 1 + 54 * 2) * D
    # to the model as logged: all counts as logged
    same = last([request], {"model_selection": [{"feature": "*", "to": "big"}]}, prices)
    assert same["pico_usd"] == (3 * 1 + 100 * 10) * D


def test_the_first_rule_that_matches_feature_and_model_applies():
    rules = [
        {"feature": "chat", "from": "small*", "to": "big"},
        {"features": ["sum", "(untagged)"], "to": "small"},
        {"feature": "chat", "to": "small"},
    ]
    requests = [row("a"), row("b", feature=None), row("c", feature="code")]
    features = last(requests, {"model_selection": rules})["features"]
    assert [features[f]["pico_usd"] for f in ("chat", "(untagged)", "code")] == [
        120 * D,
        120 * D,
        500 * D,
    ]


CASCADE = [{"model": "small", "accept": 0.8, "max_output_tokens": 9}, {"model": "big"}]


@pytest.mark.parametrize(
    ("chars", "accept", "escalated"),
    [
        (160, 0.8, 0),
        (159, 0.8, 1),
        (5, 0.025, 0),
        (4, 0.02, 1),
        (4, 0, 0),
        (900, 1, 0),
        (None, 0, 1),
    ],
)
def test_a_cascade_pays_every_tier_it_tries(chars, accept, escalated):
    tiers = [CASCADE[0] | {"accept": accept}, CASCADE[1]]
    policy = {"routing": [{"feature": "*", "score": "length", "tiers": tiers}]}
    step = last([row("a", response_chars=chars)], policy)
    assert (step["escalated"], step["calls"], step["truncated"]) == (escalated, 1 + escalated, 1)
    assert step["pico_usd"] == (100 + 9 * 2) * D + escalated * 500 * D


def test_scores_from_evals_difficulty_and_pass_rates():
    def calls(score, tiers, evals=()):
        rule = {"feature": "*", "score": score, "tiers": tiers}
        return last([row("a")], {"routing": [rule]}, evals=evals)["calls"]

    def scored(model, score):
        return [{"request_id": "a", "model": model, "score": score}]

    assert calls("evals", CASCADE, scored("small", 0.8)) == 1
    assert calls("evals", CASCADE, scored("small", 0.79)) == 2
    assert calls("evals", CASCADE, scored("big", 1.0)) == 2  # a missing score escalates
    assert calls("difficulty", CASCADE, scored("*", 0.9)) == 1
    # u of ("0:a:0") is 0.7685
    assert calls("pass_rate", [{"model": "small", "pass_rate": 0.77}, CASCADE[1]]) == 1
    assert calls("pass_rate", [{"model": "small", "pass_rate": 0.76}, CASCADE[1]]) == 2


@pytest.mark.parametrize(("difficulty", "usd"), [(0.8, 118), (0.81, 500), (None, 500)])
def test_difficulty_routes_once(difficulty, usd):
    evals = [] if difficulty is None else [{"request_id": "a", "model": "*", "score": difficulty}]
    rule = {"feature": "*", "score": "difficulty", "tiers": CASCADE}
    step = last([row("a")], {"routing": [rule]}, evals=evals)
    assert (step["pico_usd"], step["calls"], step["escalated"]) == (usd * D, 1, 0)


SHORTEN = {"feature": "*", "compressor": "small", "ratio": 0.1}


def test_dynamic_compression_pays_its_compressor():
    request = row("a", input_tokens=30, cached_input_tokens=30, prompt_chars=500)
    step = last([request], {"compression": [SHORTEN]})
    # compressor: 30 + 40 in, 3 out; the call: 3 in (none cached any more), 10 out
    assert step["pico_usd"] == (70 + 3 * 2) * D + (3 * 4 + 100) * D
    assert (step["calls"], step["input_tokens"], step["output_tokens"]) == (2, 73, 13)
    # half of it: 15 tokens become ceil(1.5) = 2
    half = last([request], {"compression": [SHORTEN | {"compressible": 0.5}]})
    assert half["input_tokens"] == (15 + 40) + (15 + 2)


@pytest.mark.parametrize(
    ("request_", "calls"),
    [
        (row("a", prompt_chars=499), 1),
        (row("a", prompt_chars=500), 2),
        (row("a", input_tokens=124), 1),  # 496 characters
        (row("a", input_tokens=125), 2),
        (row("a", input_tokens=0, prompt_chars=500), 2),  # by the letter: long enough in characters
    ],
)
def test_short_prompts_are_not_compressed(request_, calls):
    assert last([request_], {"compression": [SHORTEN]})["calls"] == calls


def test_a_static_prefix_is_compressed_once():
    rule = SHORTEN | {"mode": "static_prefix", "min_chars": 0, "instruction_tokens": 0}
    rows = [row(f"{i}", i, prefix_key=key, prefix_tokens=50) for i, key in enumerate("ppq")]
    step = last([*rows, row("9", 9, prefix_tokens=500), row("x", 10)], {"compression": [rule]})
    # compressors of p, q and of the rule's own (100, not 500): 50 + 50 + 100 in, 5 + 5 + 10 out;
    # calls: 3 * (50 + 5) + 10, and x, which has no prefix, as logged
    assert (step["calls"], step["input_tokens"]) == (8, 200 + 165 + 10 + 100)
    assert step["output_tokens"] == 20 + 50


@pytest.mark.parametrize(("instruction_tokens", "calls"), [(0, 1), (-1, 2)])
def test_profitable_skips_what_only_breaks_even(instruction_tokens, calls):
    # 50 tokens saved at $4; 100 at $1 and 50 at $2 paid: nothing is saved
    rule = {
        "feature": "*",
        "compressor": "small",
        "ratio": 0.5,
        "when": "profitable",
        "min_chars": 0,
    }
    policy = {"compression": [rule | {"instruction_tokens": instruction_tokens}]}
    assert last([row("a")], policy)["calls"] == calls


def test_packs_share_what_their_first_call_paid():
    rule = {"feature": "*", "max_size": 2, "window_seconds": 10}
    cached = {"cached_input_tokens": 60, "prefix_tokens": 70, "prefix_key": "p"}
    rows = [row("a", **cached), row("b", 1, **cached), row("c", 9.999999, **cached)]
    step = last([*rows, row("d", 10, **cached)], {"batching": [rule]})
    # a pays in full, b pays 100 - 70 + 8 = 38 (all cached), c is alone in its pack, d in its window
    full = (40 * 4 + 60 * 1 + 100) * D
    assert step["pico_usd"] == 3 * full + (38 * 1 + 100) * D
    assert step["calls"] == 4
    # more shared than there is: only the item is left
    most = last(rows[:2], {"batching": [rule | {"shared_tokens": 101, "item_tokens": 1}]})
    assert most["input_tokens"] == 101


def test_a_prefix_is_cached_up_to_and_including_its_ttl():
    prefix = {"prefix_key": "p", "prefix_tokens": 50, "input_tokens": 100, "output_tokens": 0}
    rows = [row("a", **prefix), row("b", 300, **prefix), row("c", 600.000001, **prefix)]
    rule = {"feature": "*", "min_tokens": 50}
    # a writes, b reads 50 at $1, c is a microsecond late and writes
    free = last(rows, {"prompt_cache": [rule]})
    assert free["pico_usd"] == (400 + (50 * 4 + 50) + 400) * D
    billed = last(rows, {"prompt_cache": [rule | {"write": "billed"}]})
    assert billed["pico_usd"] == ((200 + 250) + (200 + 50) + (200 + 250)) * D
    below = last(rows, {"prompt_cache": [rule | {"min_tokens": 51}]})
    assert below["pico_usd"] == 1200 * D


def test_compressed_and_packed_calls_are_not_in_the_prefix_cache():
    prefix = {"prefix_key": "p", "prefix_tokens": 50, "output_tokens": 0, "prompt_chars": 500}
    rows = [row("a", **prefix), row("b", 1, **prefix)]
    cache = {"prompt_cache": [{"feature": "*", "min_tokens": 1}]}
    packed = {"batching": [{"feature": "*", "max_size": 2, "window_seconds": 10}]}
    assert last(rows, packed | cache)["pico_usd"] == (400 + 58 * 4) * D
    dynamic = last(rows, {"compression": [SHORTEN]} | cache)
    assert dynamic["pico_usd"] == 2 * (140 + 10 * 2 + 10 * 4) * D
    static = last(rows, {"compression": [SHORTEN | {"mode": "static_prefix"}]} | cache)
    # one compressor: 50 + 40 in, 5 out; a: 50 + 5 at $4; b: 50 at $4 and 5 cached
    assert static["pico_usd"] == (90 + 10 + 220 + 205) * D


def test_the_batch_discount_is_never_taken_twice():
    rows = [row("a"), row("b", service_tier="batch")]
    prices = [BIG | {"batch_discount": "0.25"}]
    # own discount: 500 * 0.75, twice; the rule's 0.9 reaches only the request not logged as batch
    assert last(rows, {"batch_api": [{"feature": "*"}]}, prices)["pico_usd"] == 750 * D
    rule = {"feature": "*", "discount": 0.9}
    assert last(rows, {"batch_api": [rule]}, prices)["pico_usd"] == (50 + 375) * D


def test_levers_compose_in_front_of_each_other():
    policy = {
        "model_selection": [{"feature": "*", "to": "small"}],
        "caching": [{"feature": "*", "ttl_seconds": 10}],
    }
    found = replay([row("a", prompt_key="k"), row("b", 1, prompt_key="k")], policy)
    assert [step["pico_usd"] for step in found["steps"]] == [1000 * D, 240 * D, 120 * D]
    # alone 760 and 500; joint 880: each takes half of the overlap of 380
    shares = found["attribution"]
    assert [shares[lever]["shapley_pico_usd"] for lever in shares] == [570 * D, 310 * D]
    assert [shares[lever]["alone_pico_usd"] for lever in shares] == [760 * D, 500 * D]
    assert [shares[lever]["least_pico_usd"] for lever in shares] == [380 * D, 120 * D]
    assert [shares[lever]["most_pico_usd"] for lever in shares] == [760 * D, 500 * D]


def test_whole_pico_go_to_the_largest_remainder_then_the_earlier_lever():
    levers = ["x", "y"]
    # only together do they save 5 pico: 2.5 each, and the odd one goes to x
    cost = {subset: {None: 5, "f": 5} for subset in coalitions(levers)}
    cost[frozenset(levers)] = {None: 0, "f": 0}
    shares = attribute(levers, ["f"], cost)
    assert [shares[lever]["shapley_pico_usd"] for lever in levers] == [3, 2]
