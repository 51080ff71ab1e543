"""Usage totals, small enough to add up by hand: what each lever makes of a sum.

Unless a test says otherwise ``big`` costs $4 in and $10 out, ``small`` $1 in and $2 out, per
million tokens, and ``D`` is what a token at $1 per million costs in pico-dollars.
"""

import pytest

from analyzer.replay.buckets_rules import MISSING
from tests.engine_under_test import simulate
from tests.strategies.policies import RULES
from tests.strategies.written import canonical_jsonl, policy_toml, prices_toml, usage_csv
from tests.unit.test_cli import rebill

D = 1_000_000
HOUR_US = 3_600_000_000
START_US = 1_772_323_200_000_000  # 2026-03-01T00:00:00Z

BIG = {"model": "big", "input": "4", "output": "10", "cached_input": "1"}
SMALL = {"model": "small", "input": "1", "output": "2"}
PRICES = [BIG, SMALL]
CASCADE = {
    "feature": "*",
    "score": "pass_rate",
    "tiers": [{"model": "small", "pass_rate": 0.75}, {"model": "big"}],
}


def total(hours=24, at_hours=0, **fields):
    start = START_US + at_hours * HOUR_US
    plain = {"provider": "openai", "model": "big", "feature": "chat", "requests": 10}
    tokens = {"input_tokens": 10_000, "output_tokens": 1_000}
    return plain | tokens | {"start_us": start, "end_us": start + hours * HOUR_US} | fields


def request(at_hours=0, **fields):
    plain = {"request_id": "r1", "model": "big", "input_tokens": 7, "output_tokens": 3}
    return plain | {"ts_us": START_US + at_hours * HOUR_US, "provider": "openai"} | fields


def last(buckets, policy, prices=PRICES):
    return simulate([], prices, policy, [], buckets)["steps"][-1]


def test_a_total_costs_what_its_tokens_do():
    found = simulate([], PRICES, {}, [], [total(cached_input_tokens=4_000)])
    assert found["billed_pico_usd"] == (6_000 * 4 + 4_000 * 1 + 1_000 * 10) * D
    step = found["steps"][0]
    assert (step["requests"], step["calls"], step["input_tokens"]) == (10, 10, 10_000)
    assert found["coverage"]["bucket_requests"] == found["coverage"]["requests"] == 10


def test_a_batch_total_keeps_its_discount_and_gets_no_second():
    row = total(service_tier="batch")
    step = last([row], {"batch_api": [{"feature": "*", "discount": 0.9}]})
    assert step["pico_usd"] == (10_000 * 4 + 1_000 * 10) * D // 2


def test_another_model_has_a_cold_cache_and_its_own_tokens():
    policy = {"model_selection": [{"feature": "*", "to": "small"}]}
    prices = [BIG, SMALL | {"tokenizer_ratio": "1.00005"}]
    step = last([total(cached_input_tokens=4_000)], policy, prices)
    # 10,000.5 and 1,000.05: rounded once for the whole total
    assert (step["input_tokens"], step["output_tokens"]) == (10_001, 1_000)
    assert step["pico_usd"] == (10_001 * 1 + 1_000 * 2) * D


def test_a_cascade_is_expected_to_escalate_at_its_rate():
    step = last([total(requests=10)], {"routing": [CASCADE]})
    # a quarter of 10 requests is 2.5, half up 3; of 10,000 tokens 2,500 at big's price
    assert (step["calls"], step["escalated"]) == (13, 3)
    assert step["pico_usd"] == (10_000 * 1 + 1_000 * 2 + 2_500 * 4 + 250 * 10) * D


def test_a_cap_holds_for_the_mean_answer():
    tiers = [CASCADE["tiers"][0] | {"max_output_tokens": 60}, CASCADE["tiers"][1]]
    step = last([total()], {"routing": [CASCADE | {"tiers": tiers}]})
    assert (step["output_tokens"], step["truncated"]) == (600 + 250, 10)
    assert last([total(output_tokens=600)], {"routing": [CASCADE | {"tiers": tiers}]})[
        "truncated"
    ] == 0  # fmt: skip


def test_one_compressor_call_is_paid_for_each_request():
    rule = {"feature": "*", "compressor": "small", "ratio": 0.1, "instruction_tokens": 40}
    step = last([total(cached_input_tokens=4_000)], {"compression": [rule]})
    compressor = (10_000 + 10 * 40) * 1 + 1_000 * 2
    assert (step["calls"], step["pico_usd"]) == (20, (compressor + 1_000 * 4 + 1_000 * 10) * D)
    # 4 characters a token: 124 tokens a request are shorter than 500 characters
    assert last([total(input_tokens=1_240)], {"compression": [rule]})["calls"] == 10
    assert last([total(input_tokens=1_250)], {"compression": [rule]})["calls"] == 20


def test_an_assumed_hit_rate_takes_its_share_of_calls_and_tokens():
    policy = {"caching": [{"feature": "*", "ttl_seconds": 60, "assumed_hit_rate": 0.25}]}
    step = last([total()], policy)
    assert (step["hits"], step["calls"], step["input_tokens"]) == (2, 8, 7_500)
    assert step["pico_usd"] == (7_500 * 4 + 750 * 10) * D


def test_cached_and_written_tokens_are_cut_to_the_rounded_input():
    policy = {"caching": [{"feature": "*", "ttl_seconds": 60, "assumed_hit_rate": 0.5}]}
    # halves of 2, 1 and 1 round to 1, 1 and 1: the one input token is a cached one
    row = total(input_tokens=2, cached_input_tokens=1, cache_write_tokens=1, output_tokens=0)
    assert last([row], policy)["pico_usd"] == 1 * D


def test_the_mean_input_tells_the_long_context_step():
    prices = [BIG | {"above_tokens": 1_000, "input_above": "8"}]

    def billed(**fields):
        return simulate([], prices, {}, [], [total(**fields)])["billed_pico_usd"]

    assert billed(input_tokens=10_000) == (10_000 * 4 + 1_000 * 10) * D
    assert billed(input_tokens=10_001) == (10_001 * 8 + 1_000 * 10) * D
    # no count, no mean: the price below the step
    assert billed(input_tokens=10_001, requests="") == (10_001 * 4 + 1_000 * 10) * D


SKIPPED = {
    "routing": CASCADE | {"score": "length", "tiers": [{"model": "small", "accept": 0.5}] * 2},
    "caching": {"feature": "*", "ttl_seconds": 60},
    "compression": {"feature": "*", "compressor": "small", "ratio": 0.5, "mode": "static_prefix"},
    "batching": {"feature": "*", "max_size": 9, "window_seconds": 60},
    "prompt_cache": {"feature": "*"},
}


@pytest.mark.parametrize("lever", SKIPPED)
def test_a_lever_that_needs_single_requests_is_named_and_changes_nothing(lever):
    found = simulate([], PRICES, {lever: [SKIPPED[lever]]}, [], [total()])
    assert found["skipped_on_totals"] == {(lever, "chat"): True}
    assert found["steps"][0]["pico_usd"] == found["steps"][-1]["pico_usd"]


def test_a_total_without_a_count_is_billed_and_what_needs_the_count_is_named():
    rule = {"feature": "*", "compressor": "small", "ratio": 0.5}
    tiers = [CASCADE["tiers"][0], {"model": "big", "max_output_tokens": 5}]
    policy = {"routing": [CASCADE | {"tiers": tiers}], "compression": [rule]}
    found = simulate([], PRICES, policy, [], [total(requests="")])
    assert set(found["skipped_on_totals"]) == {("routing", "chat"), ("compression", "chat")}
    step = found["steps"][-1]
    assert (step["requests"], step["calls"]) == (0, 0)
    assert step["pico_usd"] == (10_000 * 4 + 1_000 * 10) * D


def test_every_lever_says_what_it_lacks_on_totals():
    assert MISSING.keys() == RULES.keys()


TOTALS = [total(), total(at_hours=24, input_tokens=1, output_tokens=0)]


@pytest.mark.parametrize(
    ("provider", "prefer", "pico_usd"),
    [
        ("openai", "requests", 7 * 4 + 3 * 10 + 4),
        ("openai", "totals", 50_000 + 4),
        # a request that names no provider may be OpenAI's
        (None, "requests", 7 * 4 + 3 * 10 + 4),
        (None, "totals", 50_000 + 4),
        ("anthropic", "requests", 7 * 4 + 3 * 10 + 50_000 + 4),
    ],
)
def test_the_same_money_is_billed_once(provider, prefer, pico_usd):
    found = simulate([request(at_hours=23, provider=provider)], PRICES, {}, [], TOTALS, prefer)
    assert found["steps"][0]["pico_usd"] == pico_usd * D


ASKED = ("simulate", "--policy", "policy.toml", "--prices", "prices.toml")


def load(folder, files):
    """Write and load files into a database of their own."""
    texts = {"prices.toml": prices_toml(PRICES), "policy.toml": policy_toml({"name": "p"})}
    for name, text in {**texts, **files}.items():
        (folder / name).write_text(text)
    loaded = rebill("ingest", *files, cwd=folder)
    assert loaded.returncode == 0, loaded.stderr


def test_a_total_stands_on_its_first_day_and_the_window_ends_with_it(tmp_path):
    load(tmp_path, {"usage.csv": usage_csv([total(), total(at_hours=24, hours=48)])})
    text = rebill(*ASKED, cwd=tmp_path).stdout
    assert "1 March 2026 to 3 March 2026, 3.0 days, 20 requests known as 2 usage totals" in text
    assert "Some usage totals cover 2 days and stand on their first" in text


def test_the_command_says_which_files_are_the_same_money(tmp_path):
    load(tmp_path, {"log.jsonl": canonical_jsonl([request()]), "usage.csv": usage_csv([total()])})
    said = rebill(*ASKED, "--json", cwd=tmp_path).stderr
    assert "usage.csv and requests in log.jsonl are the same money: the requests are" in said
    said = rebill(*ASKED, "--prefer", "totals", cwd=tmp_path).stderr
    assert "the totals are billed, and 1 requests are left out" in said


def test_money_alone_cannot_be_simulated(tmp_path):
    day = START_US // 1_000_000
    cost = "start_time,end_time,amount_value,amount_currency,line_item\n"
    load(tmp_path, {"cost.csv": f"{cost}{day},{day + 86_400},1.5,usd,big input\n"})
    found = rebill(*ASKED, cwd=tmp_path)
    assert found.returncode == 2
    assert "holds money only (cost.csv)" in found.stderr
    assert "rebill reconcile -o bill.html" in found.stderr
    charted = rebill("reconcile", "-o", "bill.html", cwd=tmp_path)
    assert charted.returncode == 0
    page = (tmp_path / "bill.html").read_text(encoding="utf-8")
    assert "$1.50 billed" in page
    assert "nothing here can be simulated" in page
